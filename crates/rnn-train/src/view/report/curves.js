
// The curves of a run over its training steps, drawn on a canvas. What is pointed at, the marked snapshot and the stretch
// that is being selected are elements above it, so that it is drawn anew only where other steps are shown.

// Draws the curves into a section of the page. `chosen(step)` is called for a click.
function makeCurves(section, data, chosen) {
    const tracks = { known: trackOf(data.known), guessed: trackOf(data.guessed) };
    const kinds = Object.values(tracks);
    const { every, starts } = data.epochs;
    const canvas = section.querySelector('canvas');
    const over = section.querySelector('.over');
    const [atSnapshot, atPointer, ring, selection] =
        ['.at-snapshot', '.at-pointer', '.ring', '.selection'].map(name => section.querySelector(name));

    const ends = kinds.filter(track => track.count > 0).map(track => [track.step[0], track.last[track.count - 1]]);
    const first = Math.min(...ends.map(([begin]) => begin));
    const last = Math.max(...ends.map(([, end]) => end));
    // A little more than the steps, so that the first and the last one stand within.
    const whole = [first - Math.max(0.5, (last - first) / 200), last + Math.max(0.5, (last - first) / 200)];
    // Zoomed in as far as can be, eight rows or buckets are shown; of a single row, a step.
    const buckets = tracks.known.count + tracks.guessed.count;
    const narrowest = Math.min(whole[1] - whole[0], Math.max(1, 8 * (last - first) / Math.max(1, buckets - 1)));
    let [from, to] = whole;
    let marked = null;
    let pointedAt = null;

    const changes = numbers => {
        const known = numbers.filter(Number.isFinite);
        return known.length > 0 && known.some(number => number !== known[0]);
    };
    const hasAccuracy = kinds.some(kind => kind.accuracy.mean.some(Number.isFinite));
    const rateChanges = changes([...kinds[0].learning_rate.low, ...kinds[0].learning_rate.high, ...kinds[1].learning_rate.low]);
    const panels = [
        { name: 'loss', title: `loss: ${section.dataset.unit}`, logarithmic: true, height: 250 },
    ];
    if (hasAccuracy) panels.push({ name: 'accuracy', title: 'accuracy', logarithmic: false, height: 90 });
    panels.push({ name: 'gradient_norm', title: 'gradient norm', logarithmic: true, height: 120 });
    if (rateChanges) panels.push({ name: 'learning_rate', title: 'learning rate', logarithmic: false, height: 80 });
    // Room for the epochs above, for titles, and for the steps below.
    const [left, right, above, title, below] = [58, 14, 20, 20, 40];
    let bottom = above;
    for (const panel of panels) {
        panel.top = bottom + title;
        bottom = panel.top + panel.height;
    }
    const height = bottom + below;
    canvas.style.height = `${height}px`;
    Object.assign(over.style, { left: `${left}px`, right: `${right}px`, top: `${panels[0].top}px`, height: `${bottom - panels[0].top}px` });

    const style = getComputedStyle(document.documentElement);
    const colours = Object.fromEntries(['loss', 'guessed', 'validation'].map(name => [name, style.getPropertyValue(`--${name}`).trim()]));

    let width = 1;
    const xOf = step => (step - from) / (to - from) * width;
    const stepOf = x => from + x / width * (to - from);

    // What of a track stands in each column of dots: the lowest, the highest and the mean number.
    function columnsOf(track, name, dots) {
        const { low, high, mean } = track[name];
        const begin = Math.max(0, placeBehind(track.last, from) - 1);
        const end = Math.min(track.count, placeBehind(track.step, to) + 1);
        const points = [];
        let point = null;
        for (let index = begin; index < end; index++) {
            if (Number.isNaN(mean[index])) continue;
            const middle = (track.step[index] + track.last[index]) / 2;
            const dot = Math.round((middle - from) / (to - from) * dots);
            if (point === null || point.dot !== dot) {
                point = { dot, x: xOf(middle), low: low[index], high: high[index], mean: 0, count: 0 };
                points.push(point);
            }
            if (low[index] < point.low) point.low = low[index];
            if (high[index] > point.high) point.high = high[index];
            point.count++;
            point.mean += (mean[index] - point.mean) / point.count;
        }
        return points;
    }

    let waiting = false;
    function drawSoon() {
        if (waiting) return;
        waiting = true;
        requestAnimationFrame(() => {
            waiting = false;
            draw();
            // The ring goes with the scale of what is drawn.
            place();
        });
    }

    function draw() {
        const ratio = devicePixelRatio || 1;
        const [dotsWide, dotsHigh] = [canvas.clientWidth, height].map(size => Math.max(1, Math.round(size * ratio)));
        if (canvas.width !== dotsWide || canvas.height !== dotsHigh) [canvas.width, canvas.height] = [dotsWide, dotsHigh];
        const paint = canvas.getContext('2d');
        paint.setTransform(ratio, 0, 0, ratio, 0, 0);
        paint.clearRect(0, 0, canvas.clientWidth, height);
        paint.font = "12px system-ui, 'DejaVu Sans', Verdana, sans-serif";
        drawEpochs(paint);
        for (const panel of panels) drawPanel(paint, panel, Math.max(1, Math.round(width * ratio)));
        drawSteps(paint);
    }

    // Starts of epochs: lines through all panels, as many as can be told apart, and fewer numbers above them.
    function drawEpochs(paint) {
        if (starts.length === 0) return;
        const begin = Math.max(0, placeBehind(starts, from) - 1);
        const end = placeBehind(starts, to);
        const apart = width / Math.max(1, end - begin);
        const each = distance => {
            for (let power = 1; ; power *= 10) {
                for (const factor of [1, 2, 5]) if (factor * power * apart >= distance) return factor * power;
            }
        };
        const longest = paint.measureText(`epoch ${thousands((end - 1) * every)}`).width;
        const [lines, labels] = [each(7), each(longest + 14)];
        paint.textBaseline = 'alphabetic';
        paint.textAlign = 'left';
        for (let index = begin; index < end; index++) {
            const x = xOf(starts[index] - 0.5);
            if (x < 0 || x > width || index % lines !== 0) continue;
            const labelled = index % labels === 0;
            paint.fillStyle = labelled ? '#d0d0d0' : '#ececec';
            paint.fillRect(Math.round(left + x), labelled ? above - 14 : panels[0].top - 4, 1, bottom - (labelled ? above - 14 : panels[0].top - 4));
            if (labelled && x < width - longest) {
                paint.fillStyle = '#555';
                paint.fillText(`epoch ${thousands(index * every)}`, left + x + 4, above - 4);
            }
        }
    }

    function drawPanel(paint, panel, dots) {
        const drawn = Object.fromEntries(Object.entries(tracks).map(([kind, track]) => [kind, columnsOf(track, panel.name, dots)]));
        const floors = panel.name === 'loss' ? data.floors.slice(0, 3) : [];
        const valid = panel.name === 'loss' ? data.valid : [];
        const validShown = valid.filter(([step]) => step >= from && step <= to).map(([, loss]) => loss);
        const { place, ticks } = scaleOf(panel, drawn.known.concat(drawn.guessed), floors.concat(validShown));
        const yOf = number => panel.top + panel.height * (1 - Math.min(Math.max(place(number), 0), 1));
        panel.yOf = yOf;
        paint.textBaseline = 'middle';
        paint.textAlign = 'right';
        for (const tick of ticks) {
            const y = Math.round(yOf(tick));
            paint.fillStyle = '#e4e4e4';
            paint.fillRect(left, y, width, 1);
            paint.fillStyle = '#555';
            paint.fillText(shortNumber(tick), left - 6, y);
        }
        paint.strokeStyle = '#888';
        paint.lineWidth = 1;
        paint.strokeRect(Math.round(left) - 0.5, Math.round(panel.top) - 0.5, Math.round(width) + 1, panel.height + 1);
        paint.textBaseline = 'alphabetic';
        paint.textAlign = 'left';
        paint.fillStyle = '#222';
        paint.fillText(panel.title, left, panel.top - 5);

        paint.save();
        paint.beginPath();
        paint.rect(left, panel.top, width, panel.height);
        paint.clip();
        drawKnown(paint, drawn.known, yOf, dots);
        drawGuessed(paint, drawn.guessed, yOf);
        drawValid(paint, valid, validShown.length, yOf);
        drawFloors(paint, floors, yOf);
        if (panel.name === 'loss') drawJumps(paint, yOf);
        paint.restore();
        for (const [index, floor] of floors.entries()) {
            // Lines that are too near to each other share a label.
            if (index > 0 && Math.abs(yOf(floor) - yOf(floors[index - 1])) < 14) continue;
            const text = `floor ${shortNumber(floor)}`;
            paint.textAlign = 'right';
            const wide = paint.measureText(text).width;
            const y = Math.max(yOf(floor) - 6, panel.top + 12);
            paint.fillStyle = '#ffffffd0';
            paint.fillRect(left + width - wide - 8, y - 11, wide + 6, 14);
            paint.fillStyle = colours.guessed;
            paint.fillText(text, left + width - 5, y);
        }
    }

    function drawKnown(paint, points, yOf, dots) {
        paint.fillStyle = colours.loss;
        paint.strokeStyle = colours.loss;
        const thin = width / dots;
        // Where points are few they are dots on a line, otherwise the line is their mean in the range of all.
        const few = points.length < width / 6;
        paint.globalAlpha = 0.3;
        for (const { x, low, high } of points) {
            const [top, end] = [yOf(high), yOf(low)];
            if (end > top) paint.fillRect(left + x - thin / 2, top, Math.max(thin, few ? 3 : 0), end - top);
        }
        paint.globalAlpha = 1;
        paint.lineWidth = 1.2;
        paint.beginPath();
        for (const { x, mean } of points) paint.lineTo(left + x, yOf(mean));
        paint.stroke();
        if (few) for (const { x, mean } of points) dot(paint, left + x, yOf(mean), 2);
    }

    function drawGuessed(paint, points, yOf) {
        paint.fillStyle = colours.guessed;
        // Where they are many they are small and pale, so that the floor is seen among them.
        const radius = Math.min(Math.max(width / points.length, 1), 2.4);
        paint.globalAlpha = radius < 2.4 ? 0.5 : 1;
        for (const { x, low, high } of points) {
            for (const number of high > low ? [low, high] : [high]) dot(paint, left + x, yOf(number), radius);
            if (high > low) paint.fillRect(left + x - 0.5, yOf(high), 1, yOf(low) - yOf(high));
        }
        paint.globalAlpha = 1;
    }

    // Validations: a line, with dots where those that are shown can be told apart.
    function drawValid(paint, points, shown, yOf) {
        paint.fillStyle = colours.validation;
        paint.strokeStyle = colours.validation;
        paint.lineWidth = 1.8;
        paint.beginPath();
        for (const [step, loss] of points) paint.lineTo(left + xOf(step), yOf(loss));
        paint.stroke();
        if (shown < width / 12) for (const [step, loss] of points) dot(paint, left + xOf(step), yOf(loss), 3);
    }

    function dot(paint, x, y, radius) {
        paint.beginPath();
        paint.arc(x, y, radius, 0, 2 * Math.PI);
        paint.fill();
    }

    function drawFloors(paint, floors, yOf) {
        paint.strokeStyle = colours.guessed;
        paint.lineWidth = 1.2;
        paint.setLineDash([6, 4]);
        for (const floor of floors) {
            paint.beginPath();
            paint.moveTo(left, yOf(floor));
            paint.lineTo(left + width, yOf(floor));
            paint.stroke();
        }
        paint.setLineDash([]);
    }

    // Rings around known windows that jump after an epoch's first ones.
    function drawJumps(paint, yOf) {
        paint.strokeStyle = colours.loss;
        paint.lineWidth = 1.2;
        for (const [step, loss] of data.jumps) {
            const x = xOf(step);
            if (x < 0 || x > width) continue;
            paint.beginPath();
            paint.arc(left + x, yOf(loss), 4, 0, 2 * Math.PI);
            paint.stroke();
        }
    }

    function drawSteps(paint) {
        paint.textBaseline = 'alphabetic';
        const ticks = roundNumbers(from, to, width / 90).filter(tick => Number.isInteger(tick));
        for (const tick of ticks) {
            const x = Math.round(left + xOf(tick));
            paint.fillStyle = '#888';
            paint.fillRect(x, bottom, 1, 4);
            paint.fillStyle = '#555';
            const half = paint.measureText(thousands(tick)).width / 2;
            paint.textAlign = 'center';
            paint.fillText(thousands(tick), Math.min(x, canvas.clientWidth - half - 1), bottom + 16);
        }
        paint.fillStyle = '#222';
        paint.textAlign = 'center';
        paint.fillText('training step', left + width / 2, bottom + 33);
    }

    // Shows these steps, or as many that are there.
    function show(begin, end) {
        const wide = Math.min(Math.max(end - begin, narrowest), whole[1] - whole[0]);
        const middle = (begin + end) / 2;
        from = Math.min(Math.max(middle - wide / 2, whole[0]), whole[1] - wide);
        to = Math.min(from + wide, whole[1]);
        const all = wide >= whole[1] - whole[0];
        if (all) [from, to] = whole;
        const shown = [Math.max(Math.ceil(from), first), Math.min(Math.floor(to), last)];
        section.querySelector('#range').textContent = `steps ${thousands(shown[0])} to ${thousands(shown[1])}${all ? ', all' : ''}`;
        section.querySelector('#zoom-in').disabled = wide <= narrowest;
        section.querySelector('#earlier').disabled = from <= whole[0];
        section.querySelector('#later').disabled = to >= whole[1];
        for (const name of ['#zoom-out', '#whole']) section.querySelector(name).disabled = all;
        place();
        drawSoon();
    }

    // Zooms so that what stands at this step stays where it is.
    function zoom(factor, step = (from + to) / 2) {
        const before = [from, to];
        const wide = Math.min(Math.max((to - from) * factor, narrowest), whole[1] - whole[0]);
        const share = (step - from) / (to - from);
        show(step - share * wide, step + (1 - share) * wide);
        return from !== before[0] || to !== before[1];
    }

    function move(share) {
        const by = share * (to - from);
        show(from + by, to + by);
    }

    const showAll = () => show(...whole);

    // Puts the elements above the canvas where they belong.
    function place() {
        const put = (element, step) => {
            const x = step === null ? -1 : xOf(step);
            element.hidden = x < 0 || x > width;
            element.style.left = `${x}px`;
        };
        put(atSnapshot, marked);
        put(atPointer, pointedAt && middleOf(pointedAt));
        ring.hidden = atPointer.hidden || !panels[0].yOf;
        if (!ring.hidden) {
            const loss = pointedAt.track.loss.mean[pointedAt.index];
            Object.assign(ring.style, { left: atPointer.style.left, top: `${panels[0].yOf(loss) - panels[0].top}px` });
        }
    }

    const middleOf = ({ track, index }) => (track.step[index] + track.last[index]) / 2;

    const nearest = step => kinds.map(track => nearestIn(track, step)).reduce((a, b) => b.distance < a.distance ? b : a);

    // The row that is pointed at: the nearest one, but near a spike the spike.
    function rowAt(x, y) {
        const step = stepOf(x);
        const { track, index } = nearestIn(tracks.guessed, step);
        if (index >= 0 && panels[0].yOf && y <= panels[0].height) {
            const distance = Math.hypot(xOf(middleOf({ track, index })) - x, panels[0].yOf(track.loss.mean[index]) - panels[0].top - y);
            if (distance <= 6) return { track, index };
        }
        return nearest(step);
    }

    // Tells of a row: of one row its numbers with all their digits, of several their mean and where it lies between.
    function tell(row) {
        const { track, index } = row;
        const several = track.last[index] > track.step[index];
        const number = name => {
            const { low, high, mean } = track[name];
            if (Number.isNaN(mean[index])) return '–';
            // As CSV files have it, the exponent without its plus.
            if (low[index] === high[index]) return String(low[index]).replace('e+', 'e');
            const [a, b, c] = [mean, low, high].map(numbers => shortNumber(numbers[index]));
            return `${a} (${b} to ${c})`;
        };
        const told = {
            step: several ? `${thousands(track.step[index])} to ${thousands(track.last[index])}` : thousands(track.step[index]),
            epoch: thousands(track.epoch[index]),
            batch: thousands(track.batch[index]),
        };
        for (const cell of section.querySelectorAll('[data-told]')) {
            const name = cell.dataset.told;
            cell.textContent = told[name] ?? number(name);
        }
    }

    function point(row) {
        pointedAt = row;
        tell(row ?? nearest(marked ?? last));
        place();
    }

    const view = { whole: () => from <= whole[0] && to >= whole[1], width: () => width, stepOf, show, move, zoom, showAll, chosen };
    handleGestures(over, selection, { ...view, pointAt: (x, y) => point(rowAt(x, y)), leave: () => point(null) });

    // From row to row, of both kinds, in the order in which they begin.
    function stepOn(by) {
        const at = pointedAt ?? nearest(marked ?? last);
        const step = at.track.step[at.index];
        let next = null;
        for (const track of kinds) {
            const behind = placeBehind(track.step, step);
            for (let index = Math.max(0, behind - 3); index < Math.min(track.count, behind + 3); index++) {
                const distance = (track.step[index] - step) * by;
                if (distance > 0 && (next === null || distance < next.distance)) next = { track, index, distance };
            }
        }
        if (next === null) return;
        const middle = middleOf(next);
        if (middle < from || middle > to) show(middle - (to - from) / 2, middle + (to - from) / 2);
        point(next);
    }
    over.addEventListener('keydown', event => {
        if (event.ctrlKey || event.altKey || event.metaKey) return;
        const actions = {
            '+': () => zoom(0.5),
            '=': () => zoom(0.5),
            '-': () => zoom(2),
            '−': () => zoom(2),
            ArrowLeft: () => event.shiftKey ? stepOn(-1) : move(-0.25),
            ArrowRight: () => event.shiftKey ? stepOn(1) : move(0.25),
            Escape: showAll,
        };
        const action = actions[event.key];
        if (!action) return;
        event.preventDefault();
        action();
    });
    const buttons = { 'zoom-in': () => zoom(0.5), 'zoom-out': () => zoom(2), earlier: () => move(-0.25), later: () => move(0.25), whole: showAll };
    for (const [name, action] of Object.entries(buttons)) section.querySelector(`#${name}`).addEventListener('click', action);

    const fit = () => {
        width = Math.max(1, over.clientWidth);
        place();
        drawSoon();
    };
    section.hidden = false;
    new ResizeObserver(fit).observe(over);
    // The dots of the screen can change without it.
    addEventListener('resize', fit);
    fit();
    draw();
    showAll();
    point(null);
    return {
        // Marks the step of a snapshot.
        mark(step) {
            marked = step;
            point(pointedAt);
        },
    };
}
