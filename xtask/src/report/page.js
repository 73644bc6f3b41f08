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
