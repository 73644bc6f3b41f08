
// The rows of a window at a snapshot: a bar for each time step, as high as its class.

const SVG = 'http://www.w3.org/2000/svg';

// Draws the snapshots into a section of the page. `shown(snapshot)` is called for each that is shown.
function makeRows(section, data, shown) {
    const { snapshots, greatest_class: greatest } = data;
    const slider = section.querySelector('#snapshot');
    const play = section.querySelector('#play');
    const place = section.querySelector('#place');

    function bars(svg, classes) {
        svg.setAttribute('viewBox', `0 0 ${classes.length} 1`);
        svg.replaceChildren(...classes.flatMap((value, time) => {
            if (value === 0) return [];
            const height = Math.min(value / greatest, 1);
            const bar = document.createElementNS(SVG, 'rect');
            const placed = { x: time + 0.06, y: 1 - height, width: 0.88, height };
            for (const [name, number] of Object.entries(placed)) bar.setAttribute(name, number);
            return [bar];
        }));
    }

    function wrongs(svg, { target, prediction }, excused) {
        bars(svg, target.map((value, time) => value === prediction[time] ? 0 : greatest));
        // Those that no net could know, or that are not trained on, are no mistakes.
        for (const bar of svg.children) bar.classList.toggle('excused', excused(Math.floor(bar.getAttribute('x'))));
    }

    function times(element, count, first) {
        const every = [1, 2, 5, 10, 20, 50].find(every => count / every <= 8);
        element.replaceChildren(...Array.from({ length: count }, (_, index) => index).flatMap(index => {
            if ((first + index) % every !== 0) return [];
            const label = document.createElement('span');
            label.textContent = first + index;
            label.style.left = `${(index + 0.5) / count * 100}%`;
            return [label];
        }));
    }

    function show(index) {
        const snapshot = snapshots[index];
        const { first_time: first, unknown, counted } = snapshot;
        const counts = time => first + time >= counted;
        const excused = time => !counts(time) || first + time < unknown;
        snapshot.rows.forEach((row, number) => {
            const element = section.querySelector(`[data-row="${number}"]`);
            if (!element) return;
            for (const lane of ['input', 'target', 'prediction']) {
                const svg = element.querySelector(`svg.${lane}`);
                bars(svg, row[lane]);
                svg.setAttribute('aria-label', `${lane} of row ${number}: ${row[lane].join(' ')}`);
            }
            wrongs(element.querySelector('svg.wrong'), row, excused);
            // As the accuracy has it, of which those that cannot be known are a part.
            const asked = row.target.map((_, time) => time).filter(counts);
            const right = asked.filter(time => row.target[time] === row.prediction[time]).length;
            element.querySelector('.right').textContent = `${right} of ${asked.length} right`;
            const hatched = Math.min(Math.max(unknown - first, 0), row.target.length);
            for (const hatch of element.querySelectorAll('.unknown')) {
                hatch.hidden = hatched === 0;
                hatch.style.width = `${hatched / row.target.length * 100}%`;
            }
            times(element.querySelector('.times'), row.target.length, first);
        });
        const { step, epoch, batch, loss, accuracy, ends } = snapshot;
        const where = `step ${thousands(step)}: epoch ${thousands(epoch)}, window ${thousands(batch)}`;
        // The weights at the end are those that no loss was measured of.
        const unmeasured = ends ? 'after the last training step' : 'its loss was not logged';
        const measured = loss === null ? unmeasured : `loss ${loss}, accuracy ${accuracy}`;
        place.textContent = `${where}; ${measured}`;
        slider.value = index;
        slider.setAttribute('aria-valuetext', where);
        shown(snapshot);
    }

    let timer = null;
    function stop() {
        clearInterval(timer);
        timer = null;
        play.textContent = 'play';
        play.setAttribute('aria-pressed', 'false');
    }
    function go() {
        const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
        if (Number(slider.value) === snapshots.length - 1) show(0);
        timer = setInterval(() => {
            show(Math.min(Number(slider.value) + 1, snapshots.length - 1));
            if (Number(slider.value) === snapshots.length - 1) stop();
        }, still ? 1000 : 150);
        play.textContent = 'pause';
        play.setAttribute('aria-pressed', 'true');
    }
    play.addEventListener('click', () => timer === null ? go() : stop());
    slider.addEventListener('input', () => {
        stop();
        show(Number(slider.value));
    });
    section.hidden = false;
    show(snapshots.length - 1);
    return {
        // Shows the snapshot nearest to a training step.
        showNearest(step) {
            stop();
            const distance = index => Math.abs(snapshots[index].step - step);
            show(snapshots.reduce((best, _, index) => distance(index) < distance(best) ? index : best, 0));
        },
    };
}
