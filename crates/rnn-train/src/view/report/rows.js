
// The rows of a window at a snapshot: a bar for each time step, as high as its class, or lines for numbers.

const SVG = 'http://www.w3.org/2000/svg';

// Draws the snapshots into a section of the page. `shown(snapshot)` is called for each that is shown.
function makeRows(section, data, shown) {
    const { snapshots } = data;
    const slider = section.querySelector('#snapshot');
    const play = section.querySelector('#play');
    const place = section.querySelector('#place');

    function make(name, attributes) {
        const element = document.createElementNS(SVG, name);
        for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
        return element;
    }

    // `isPale(time)` says which are drawn paler.
    function bars(svg, values, greatest, isPale = () => false) {
        svg.setAttribute('viewBox', `0 0 ${values.length} 1`);
        svg.replaceChildren(...values.flatMap((value, time) => {
            if (!value) return [];
            const height = Math.min(value / greatest, 1);
            const bar = make('rect', { x: time + 0.06, y: 1 - height, width: 0.88, height });
            bar.classList.toggle('pale', isPale(time));
            return [bar];
        }));
    }

    // A line through neighbouring numbers; one that stands alone is a short stroke.
    function lines(svg, values, [low, high], isPale = () => false) {
        svg.setAttribute('viewBox', `0 0 ${values.length} 1`);
        const y = value => 0.95 - 0.9 * Math.min(Math.max((value - low) / (high - low), 0), 1);
        const parts = [];
        let begin = null;
        values.concat([null]).forEach((value, time) => {
            if (value !== null && begin === null) begin = time;
            if (begin === null || (value !== null && isPale(time) === isPale(begin))) return;
            const run = values.slice(begin, time).map((value, index) => `${begin + index + 0.5},${y(value)}`);
            if (run.length === 1) run.splice(0, 1, `${begin},${y(values[begin])}`, `${begin + 1},${y(values[begin])}`);
            const line = make('polyline', { points: run.join(' '), 'vector-effect': 'non-scaling-stroke' });
            line.classList.toggle('pale', isPale(begin));
            line.classList.toggle('alone', time - begin === 1);
            parts.push(line);
            begin = value === null ? null : time;
        });
        svg.replaceChildren(...parts);
    }

    function letters(element, symbols, part, number) {
        element.style.gridTemplateColumns = `repeat(${symbols.length}, minmax(0, 1fr))`;
        element.replaceChildren(...symbols.map(symbol => {
            const cell = document.createElement('span');
            cell.textContent = symbol;
            return cell;
        }));
        element.setAttribute('aria-label', `${part} of row ${number}: ${symbols.join('')}`);
    }

    function wrongs(svg, target, prediction, isAsked, excused) {
        bars(svg, target.map((value, time) => !isAsked(time) || value === prediction[time] ? 0 : 1), 1);
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
            const isAsked = time => row.scored === null || row.scored[time] === 1;
            const isPale = time => !isAsked(time);
            const length = Object.values(row.lanes[0].tracks)[0].length;
            const lanes = element.querySelectorAll('.lane:not(.thin)');
            const tracks = {};
            row.lanes.forEach((lane, index) => {
                for (const [part, values] of Object.entries(lane.tracks)) {
                    tracks[part] = values;
                    if (lane.letters) {
                        letters(lanes[index].querySelector('.letters'), lane.letters, part, number);
                        continue;
                    }
                    const svg = lanes[index].querySelector(`svg.${part}`);
                    const paler = part === 'prediction' ? isPale : undefined;
                    if (lane.ends) lines(svg, values, lane.ends, paler);
                    else bars(svg, values, lane.greatest, paler);
                    svg.setAttribute('aria-label', `${part} of row ${number}: ${values.join(' ')}`);
                }
            });
            const right = element.querySelector('.right');
            const wrong = element.querySelector('svg.wrong');
            // As the accuracy has it, of which those that cannot be known are a part.
            const asked = tracks.target.map((_, time) => time).filter(time => counts(time) && isAsked(time));
            if (wrong) {
                wrongs(wrong, tracks.target, tracks.prediction, isAsked, excused);
                const count = asked.filter(time => tracks.target[time] === tracks.prediction[time]).length;
                right.textContent = `${count} of ${asked.length} right`;
            }
            const hatched = Math.min(Math.max(unknown - first, 0), length);
            for (const hatch of element.querySelectorAll('.unknown')) {
                hatch.hidden = hatched === 0;
                hatch.style.width = `${hatched / length * 100}%`;
            }
            times(element.querySelector('.times'), length, first);
        });
        const { step, epoch, batch, loss, accuracy, ends } = snapshot;
        const where = `step ${thousands(step)}: epoch ${thousands(epoch)}, window ${thousands(batch)}`;
        // The weights at the end are those that no loss was measured of.
        const unmeasured = ends ? 'after the last training step' : 'its loss was not logged';
        const scores = accuracy === null ? `loss ${loss}` : `loss ${loss}, accuracy ${accuracy}`;
        const measured = loss === null ? unmeasured : scores;
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
