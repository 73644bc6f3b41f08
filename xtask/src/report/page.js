'use strict';

// A click on a column's name sorts the rows by it, and another one turns their order around. Numbers go by size where a
// column has nothing else, and cells without anything stay at the end.
for (const table of document.querySelectorAll('table.sortable')) {
    const headers = [...table.tHead.rows[0].cells];
    headers.forEach((header, column) => {
        const button = document.createElement('button');
        button.type = 'button';
        button.title = 'sort by this';
        button.append(...header.childNodes);
        header.append(button);
        header.setAttribute('aria-sort', 'none');
        button.addEventListener('click', () => {
            const down = header.getAttribute('aria-sort') === 'ascending';
            headers.forEach(other => other.setAttribute('aria-sort', 'none'));
            header.setAttribute('aria-sort', down ? 'descending' : 'ascending');
            sort(table.tBodies[0], column, down ? -1 : 1);
        });
    });
}

function sort(body, column, sign) {
    const key = row => {
        const cell = row.cells[column];
        return cell.dataset.sort ?? cell.textContent.trim();
    };
    const keyed = [...body.rows].map(row => [key(row), row]);
    const there = keyed.filter(([text]) => text !== '');
    const numbers = there.every(([text]) => !Number.isNaN(Number(text)));
    const compare = numbers ? (a, b) => a - b : (a, b) => a.localeCompare(b, 'en', { numeric: true });
    there.sort(([a], [b]) => sign * compare(a, b));
    body.append(...there.concat(keyed.filter(([text]) => text === '')).map(([, row]) => row));
}

// Of the maps that of two parameters and of one measure is shown.
for (const maps of document.querySelectorAll('.maps')) {
    const form = maps.querySelector('form');
    const [one, other] = form.querySelectorAll('select');
    let before = one && [one.value, other.value];
    const show = () => {
        const measure = form.elements.measure.value;
        const pair = one && [one.value, other.value].sort((a, b) => a - b).join();
        for (const figure of maps.querySelectorAll('figure')) {
            const { one: first, other: second, measure: shown } = figure.dataset;
            figure.hidden = shown !== measure || (one !== undefined && pair !== [first, second].join());
        }
    };
    form.addEventListener('change', event => {
        // A parameter stands on one side alone: chosen again, it changes places with the other.
        if (one && one.value === other.value) {
            if (event.target === one) other.value = before[0];
            else one.value = before[1];
        }
        before = one && [one.value, other.value];
        show();
    });
    form.addEventListener('submit', event => event.preventDefault());
    form.hidden = false;
    show();
}

// A picture is saved from the page itself, which may stand alone.
for (const link of document.querySelectorAll('a.svg')) {
    link.addEventListener('click', () => {
        const picture = link.closest('figure').querySelector('svg');
        const text = new XMLSerializer().serializeToString(picture);
        link.href = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(text);
    });
}
