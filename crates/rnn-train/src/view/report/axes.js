
// Axes: which numbers stand beside them, and where a number stands on one.

// About so many round numbers from `low` to `high`, at distances of 1, 2 or 5 times a power of ten.
function roundNumbers(low, high, about) {
    const rough = (high - low) / Math.max(about, 1);
    const power = Math.floor(Math.log10(rough));
    const factor = [1, 2, 5, 10].find(factor => Number(`${factor}e${power}`) >= rough * 0.999);
    const distance = Number(`${factor}e${power}`);
    if (!(distance > 0) || !Number.isFinite(distance)) return [low];
    const numbers = [];
    // No more than there can be, whatever the greatest numbers round to.
    const begin = Math.ceil(low / distance - 1e-9);
    for (let index = begin; index * distance <= high + distance * 1e-9 && index <= begin + 3 * about; index++) {
        const number = Number((index * distance).toPrecision(12));
        if (Number.isFinite(number)) numbers.push(number);
    }
    return numbers;
}

// Powers of ten from `low` to `high`, and where these are few 2 and 5 times them.
function roundLogarithms(low, high, about) {
    const [first, last] = [low, high].map(number => Math.log10(number));
    const of = (factors, every) => {
        const numbers = [];
        for (let power = Math.floor(first); power <= Math.ceil(last); power++) {
            if (power % every !== 0) continue;
            for (const factor of factors) {
                const number = Number(`${factor}e${power}`);
                if (number >= low * (1 - 1e-9) && number <= high * (1 + 1e-9)) numbers.push(number);
            }
        }
        return numbers;
    };
    const decades = last - first;
    if (decades < 0.8) return roundNumbers(low, high, about);
    return decades * 3 <= about ? of([1, 2, 5], 1) : of([1], Math.max(1, Math.ceil(decades / about)));
}

// A whole number with its thousands apart.
const thousands = number => String(number).replace(/\B(?=(\d{3})+$)/g, ',');

// A number in four digits, as the rest of the page has them.
function shortNumber(number) {
    const size = Math.abs(number);
    if (Number.isInteger(number) && size < 1e6) return thousands(number);
    const short = Number(number.toPrecision(4));
    if (Math.abs(short) >= 1e-3 && Math.abs(short) < 1e6) return Number.isInteger(short) ? thousands(short) : String(short);
    return short.toExponential().replace('e+', 'e');
}

// From a number to a height in the panel, and the numbers beside it.
function scaleOf(panel, points, more) {
    const numbers = points.flatMap(({ low, high }) => [low, high]).concat(more);
    const fit = panel.logarithmic ? numbers.filter(number => number > 0) : numbers;
    let low = fit.reduce((a, b) => Math.min(a, b), Infinity);
    let high = fit.reduce((a, b) => Math.max(a, b), -Infinity);
    if (low > high) [low, high] = [1, 1];
    if (panel.logarithmic) {
        // Shares, not differences, of numbers that can be as great and as small as there are.
        const space = Math.max(Math.log10(high) - Math.log10(low), 0.3) * 0.06;
        const middle = (Math.log10(high) + Math.log10(low)) / 2;
        const half = Math.max((Math.log10(high) - Math.log10(low)) / 2, 0.15) + space;
        const [a, b] = [middle - half, middle + half];
        const place = number => number > 0 ? (Math.log10(number) - a) / (b - a) : 0;
        const ends = [a, b].map(power => Math.min(Math.max(10 ** power, Number.MIN_VALUE), Number.MAX_VALUE));
        return { place, ticks: roundLogarithms(...ends, panel.height / 26) };
    }
    const space = Math.max(high - low, 0.02 * Math.max(Math.abs(high), 1e-300)) * 0.08;
    [low, high] = [low - space, high + space];
    const ticks = roundNumbers(low, high, panel.height / 30);
    return { place: number => (number - low) / (high - low), ticks: panel.name === 'accuracy' ? ticks.filter(tick => tick >= 0 && tick <= 1) : ticks };
}
