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
        // Thousands are apart for readers alone.
        return cell.dataset.sort ?? cell.textContent.trim().replace(/\B,(?=\d{3})/g, '');
    };
    const keyed = [...body.rows].map(row => [key(row), row]);
    const there = keyed.filter(([text]) => text !== '');
    const numbers = there.every(([text]) => !Number.isNaN(Number(text)));
    const compare = numbers ? (a, b) => a - b : (a, b) => a.localeCompare(b, 'en', { numeric: true });
    there.sort(([a], [b]) => sign * compare(a, b));
    body.append(...there.concat(keyed.filter(([text]) => text === '')).map(([, row]) => row));
}
