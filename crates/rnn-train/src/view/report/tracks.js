
// The rows of metrics.csv as the page has them: columns of numbers, and finding a row by its training step.

// A column of numbers, from a text in which a cell that is as the one above it is empty.
function numbersOf(text, count) {
    const numbers = new Float64Array(count);
    if (count === 0) return numbers;
    let above = NaN;
    text.split(',').forEach((cell, index) => {
        if (cell !== '') above = cell === '-' ? NaN : Number(cell);
        numbers[index] = above;
    });
    return numbers;
}

// A column of whole numbers, each written as the difference to the one above.
function countersOf(text, count) {
    const numbers = numbersOf(text, count);
    for (let index = 1; index < count; index++) numbers[index] += numbers[index - 1];
    return numbers;
}

// Rows of metrics.csv of one kind, or buckets of them: `low`, `high` and `mean` are the same where a bucket is one row.
function trackOf({ rows, width, count, columns }) {
    const [epoch, batch, step] = ['epoch', 'batch', 'step'].map(name => countersOf(columns[name], count));
    const last = columns.last === undefined ? step : countersOf(columns.last, count);
    const track = { rows, width, count, epoch, batch, step, last };
    for (const name of ['loss', 'accuracy', 'gradient_norm', 'learning_rate', 'floor']) {
        const mean = numbersOf(columns[name], count);
        const [low, high] = ['_low', '_high'].map(end => width === 1 ? mean : numbersOf(columns[name + end], count));
        track[name] = { low, high, mean };
    }
    return track;
}

// The first place in ascending numbers at which there is one greater than this.
function placeBehind(numbers, value) {
    let [low, high] = [0, numbers.length];
    while (low < high) {
        const middle = (low + high) >> 1;
        if (numbers[middle] > value) high = middle;
        else low = middle + 1;
    }
    return low;
}

// The bucket nearest to a step, and how far it is.
function nearestIn(track, step) {
    const behind = placeBehind(track.step, step);
    let nearest = { track, index: -1, distance: Infinity };
    for (const index of [behind - 1, behind]) {
        if (index < 0 || index >= track.count) continue;
        const distance = Math.max(track.step[index] - step, step - track.last[index], 0);
        if (distance < nearest.distance) nearest = { track, index, distance };
    }
    return nearest;
}
