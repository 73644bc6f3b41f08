//! The tasks that are CogScale's, beside episodes of CogScale 0.2.0 (`tests/fixtures/make_cogscale.py`): they ask the same where they read the
//! same, and what they draw comes as often.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use echo_data::files::Npz;
use echo_data::{
    AssociativeRecall, BracketMatching, ContinuousPostcasting, Dice, DiscreteAdding, DiscretePostcasting, Kind,
    SelectiveCopy, Sequence, SimpleCopy, Sines, Sorting, Split, Steps, Task,
};
use std::fs::File;
use std::path::Path;

/// What its arrays have where nothing is asked for.
const NOTHING: f64 = -100.0;

fn fixture(name: &str) -> Npz<File> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/cogscale");
    Npz::new(File::open(folder.join(format!("{name}.npz"))).unwrap()).unwrap()
}

/// Time steps, each with its numbers.
type Rows = Vec<Vec<f64>>;

/// The episodes of an array [episodes, steps, numbers].
fn episodes(npz: &Npz<File>, name: &str) -> Vec<Rows> {
    let array = npz.array(name).unwrap();
    let [_, steps, width] = array.shape() else { panic!("{name}: {:?}", array.shape()) };
    let rows = array.values().chunks(*width).map(<[f64]>::to_vec).collect::<Rows>();
    rows.chunks(*steps).map(<[Vec<f64>]>::to_vec).collect()
}

/// What stands at the steps of an episode, as an array has it: a class as a vector with a one.
fn rows(steps: &Steps, kind: Kind) -> Rows {
    let one_hot = |&class: &u16| (0..kind.size()).map(|number| f64::from(number == usize::from(class))).collect();
    match steps {
        Steps::Classes(classes) => classes.iter().map(one_hot).collect(),
        Steps::Values { width, values } => values.chunks(*width).map(<[f64]>::to_vec).collect(),
    }
}

fn read(task: &dyn Task, episode: &Sequence) -> Rows {
    rows(episode.inputs(), task.shape().inputs)
}

/// What is asked for, with −100 where nothing is, and beside a class's one.
fn asked(task: &dyn Task, episode: &Sequence) -> Rows {
    let mut rows = rows(episode.targets(), task.shape().targets);
    for (step, row) in rows.iter_mut().enumerate() {
        if !episode.is_scored(step) {
            row.fill(NOTHING);
        }
    }
    rows
}

/// The number of the greatest value.
fn class(numbers: &[f64]) -> usize {
    (0..numbers.len()).max_by(|&one, &other| numbers[one].total_cmp(&numbers[other])).unwrap()
}

/// The classes of some steps.
fn classes(rows: &[Vec<f64>]) -> Vec<usize> {
    rows.iter().map(|row| class(row)).collect()
}

/// The steps at which a number is 1.
fn ones(rows: &[Vec<f64>], number: usize) -> Vec<usize> {
    (0..rows.len()).filter(|&step| rows[step][number] == 1.0).collect()
}

/// Dice that fall as it is written.
#[derive(Default)]
struct Script {
    numbers: std::vec::IntoIter<usize>,
    uniforms: std::vec::IntoIter<f64>,
}

impl Script {
    fn of(numbers: Vec<usize>) -> Self {
        Self { numbers: numbers.into_iter(), ..Self::default() }
    }
}

impl Dice for Script {
    fn below(&mut self, end: usize) -> usize {
        let number = self.numbers.next().unwrap();
        assert!(number < end);
        number
    }

    fn uniform(&mut self) -> f64 {
        self.uniforms.next().unwrap()
    }
}

/// How dice fall that make this order.
fn falls_of_order(order: &[usize]) -> Vec<usize> {
    let mut now: Vec<usize> = (0..order.len()).collect();
    let fall = |place| {
        let from = now.iter().position(|number| *number == order[place]).unwrap();
        now.swap(from, place);
        from
    };
    (1..order.len()).rev().map(fall).collect()
}

/// Holds a task's episodes, drawn as `script` says after the inputs of CogScale's, to these: all inputs and all targets.
fn same_targets(task: &dyn Task, level: &str, script: &dyn Fn(&[Vec<f64>], usize) -> Script) {
    let npz = fixture(task.name());
    let (inputs, targets) = (episodes(&npz, &format!("{level}_x")), episodes(&npz, &format!("{level}_y")));
    assert!(inputs.len() >= 2);
    task.check().unwrap();
    for (number, (inputs, mut targets)) in inputs.into_iter().zip(targets).enumerate() {
        let mut dice = script(&inputs, number);
        let mut episode = Sequence::new(task.shape());
        task.draw(&mut dice, &mut episode).unwrap();
        assert!(dice.numbers.len() == 0 && dice.uniforms.len() == 0, "{task:?}: not all was drawn");
        assert_eq!(read(task, &episode), inputs, "{task:?}");
        // Beside a one it has zeros, or −100.
        let are_classes = matches!(task.shape().targets, Kind::Classes(_));
        for row in targets.iter_mut().filter(|row| are_classes && row.contains(&1.0)) {
            row.iter_mut().filter(|number| **number == NOTHING).for_each(|number| *number = 0.0);
        }
        assert_eq!(asked(task, &episode), targets, "{task:?}");
    }
}

#[test]
fn postcasting_asks_the_same() {
    let symbols = |inputs: &[Vec<f64>], _| Script::of(classes(inputs));
    same_targets(&DiscretePostcasting::default(), "small", &symbols);
    let medium = DiscretePostcasting { sequence_length: 100, delay: 15, num_symbols: 8 };
    same_targets(&medium, "medium", &symbols);
    let medium = ContinuousPostcasting { sequence_length: 100, delay: 15 };
    for (task, level) in [(ContinuousPostcasting::default(), "small"), (medium, "medium")] {
        let numbers = fixture("continuous_postcasting").array(&format!("{level}_u")).unwrap().into_values();
        let own = |number: usize| numbers.chunks(task.sequence_length).nth(number).unwrap().to_vec();
        same_targets(&task, level, &|_, number| Script { uniforms: own(number).into_iter(), ..Script::default() });
    }
}

#[test]
fn copies_ask_the_same() {
    let medium = SimpleCopy { num_copied: 50, delay: 10, num_symbols: 8 };
    for (task, level) in [(SimpleCopy::default(), "small"), (medium, "medium")] {
        same_targets(&task, level, &|inputs, _| Script::of(classes(&inputs[..task.num_copied])));
    }
    let medium = SelectiveCopy { sequence_length: 80, delay: 10, num_copied: 10, num_symbols: 8 };
    for (task, level) in [(SelectiveCopy::default(), "small"), (medium, "medium")] {
        same_targets(&task, level, &|inputs, _| {
            let symbols = inputs[..task.sequence_length].iter().map(|input| class(&input[..task.num_symbols]));
            Script::of(ones(inputs, task.num_symbols).into_iter().chain(symbols).collect())
        });
    }
}

#[test]
fn sorting_asks_the_same() {
    for (task, level) in [(Sorting::default(), "small"), (Sorting { num_copied: 20, num_symbols: 8 }, "medium")] {
        same_targets(&task, level, &|inputs, _| {
            let parts = inputs[..task.num_copied].iter().map(|input| input.split_at(task.num_symbols));
            let (symbols, positions): (Vec<_>, Vec<_>) = parts.map(|(one, other)| (class(one), class(other))).unzip();
            Script::of([falls_of_order(&positions), symbols].concat())
        });
    }
}

#[test]
fn adding_asks_the_same() {
    let medium = DiscreteAdding { sequence_length: 20, num_symbols: 8 };
    for (task, level) in [(DiscreteAdding::default(), "small"), (medium, "medium")] {
        same_targets(&task, level, &|inputs, _| {
            let digits = inputs[..task.sequence_length].iter().map(|input| class(&input[..task.num_symbols]));
            Script::of(ones(inputs, task.num_symbols).into_iter().chain(digits).collect())
        });
    }
}

#[test]
fn recall_asks_the_same() {
    let medium = AssociativeRecall { sequence_length: 32, num_pairs: 7, num_symbols: 14 };
    for (task, level) in [(AssociativeRecall::default(), "small"), (medium, "medium")] {
        same_targets(&task, level, &|inputs, _| {
            let (read, pairs) = (classes(inputs), 2 * task.num_pairs);
            let keys: Vec<usize> = read[..pairs].iter().copied().step_by(2).collect();
            let others: Vec<usize> = (0..task.num_symbols).filter(|symbol| !keys.contains(symbol)).collect();
            let asked = keys.iter().position(|key| key == read.last().unwrap()).unwrap();
            let values = read[..pairs].iter().copied().skip(1).step_by(2).collect();
            let distractors = read[pairs..task.sequence_length - 2].to_vec();
            Script::of([falls_of_order(&[keys, others].concat()), values, distractors, vec![asked]].concat())
        });
    }
}

/// A valid string that can be drawn and differs least from another one: whether each bracket opens.
fn nearest_valid(string: &[bool], max_depth: usize) -> Vec<bool> {
    // From the end on: how many brackets differ at least from each depth on, and whether the first of them opens.
    let mut behind = vec![(usize::MAX / 2, false); max_depth + 2];
    behind[0] = (0, false);
    let mut steps = Vec::new();
    for &is_opening in string.iter().rev() {
        let mut here = vec![(usize::MAX / 2, false); max_depth + 2];
        for depth in 0..=max_depth {
            let open = (depth < max_depth).then(|| (behind[depth + 1].0 + usize::from(!is_opening), true));
            let close = (depth > 0).then(|| (behind[depth - 1].0 + usize::from(is_opening), false));
            here[depth] = open.into_iter().chain(close).min().unwrap();
        }
        steps.push(here.clone());
        behind = here;
    }
    let mut depth = 0;
    let way = steps.iter().rev().map(|step| {
        let opens = step[depth].1;
        depth = if opens { depth + 1 } else { depth - 1 };
        opens
    });
    way.collect()
}

#[test]
fn brackets_ask_the_same() {
    let medium = BracketMatching { sequence_length: 100, max_depth: 10 };
    for (task, level) in [(BracketMatching::default(), "small"), (medium, "medium")] {
        let length = task.sequence_length;
        same_targets(&task, level, &|inputs, _| {
            let string: Vec<bool> = inputs[..length].iter().map(|input| input[0] == 1.0).collect();
            let first = nearest_valid(&string, task.max_depth);
            let (mut numbers, mut depth) = (Vec::new(), 0);
            for (step, &opens) in first.iter().enumerate() {
                if depth > 0 && depth < task.max_depth && depth < length - step {
                    numbers.push(usize::from(opens));
                }
                depth = if opens { depth + 1 } else { depth - 1 };
            }
            let (same, mut anew): (Vec<usize>, Vec<usize>) = (0..length).partition(|&at| first[at] == string[at]);
            let is_other = !anew.is_empty();
            numbers.push(usize::from(is_other));
            if is_other {
                // All that differ were drawn anew, and some that came out as they were.
                let count = (0.35 * length as f64) as usize;
                assert!(anew.len() <= count, "{} of {count}", anew.len());
                anew.extend(same.into_iter().take(count - anew.len()));
                anew.sort_unstable();
                numbers.extend(&anew);
                numbers.extend(anew.iter().map(|&at| usize::from(string[at])));
            }
            Script::of(numbers)
        });
    }
}

#[test]
fn sines_are_the_same() {
    let npz = fixture("sines");
    let odd = Sines { sequence_length: 73, horizon: 4 };
    for (task, beginning) in [(Sines::default(), ""), (odd, "odd_")] {
        for (split, part) in [(Split::Train, "train"), (Split::Valid, "valid"), (Split::Test, "test")] {
            let mut sequence = Sequence::new(task.shape());
            task.fill(0, split, 0, &mut sequence).unwrap();
            for (name, own) in [("X", read(&task, &sequence)), ("Y", asked(&task, &sequence))] {
                let theirs = &episodes(&npz, &format!("{beginning}{name}_{part}"))[0];
                assert_eq!(own.len(), theirs.len());
                let is_close = |(own, other): (&Vec<f64>, &Vec<f64>)| (own[0] - other[0]).abs() < 1e-12;
                assert!(own.iter().zip(theirs).all(is_close), "{task:?}: {name}_{part}");
            }
        }
    }
}

/// How often what came; each row is a distribution.
struct Table {
    name: &'static str,
    counts: Vec<Vec<f64>>,
}

impl Table {
    fn new(name: &'static str, [rows, columns]: [usize; 2]) -> Self {
        Self { name, counts: vec![vec![0.0; columns]; rows] }
    }

    fn add(&mut self, row: usize, column: usize) {
        self.counts[row][column] += 1.0;
    }

    /// What comes at each step.
    fn add_steps(&mut self, classes: &[usize]) {
        classes.iter().enumerate().for_each(|(step, &class)| self.add(step, class));
    }

    /// What follows what.
    fn add_followers(&mut self, classes: &[usize]) {
        classes.windows(2).for_each(|pair| self.add(pair[0], pair[1]));
    }

    /// How far it is from other counts of the same, as a number of the standard normal distribution: Pearson's χ² of two samples, summed up
    /// over the rows, and brought to that distribution by Wilson and Hilferty's cube root. What is too rare is counted together.
    fn distance(&self, others: &[f64]) -> f64 {
        const RARE: f64 = 20.0;
        let columns = self.counts[0].len();
        assert_eq!(others.len(), self.counts.len() * columns, "{}", self.name);
        let (mut chi_squared, mut freedom) = (0.0, 0.0);
        for (own, others) in self.counts.iter().zip(others.chunks(columns)) {
            let [own_sum, others_sum] = [&own[..], others].map(|counts| counts.iter().sum::<f64>());
            let pairs = own.iter().copied().zip(others.iter().copied());
            let (rare, mut cells): (Vec<_>, Vec<_>) = pairs.partition(|(own, other)| own + other < RARE);
            cells.push(rare.into_iter().fold((0.0, 0.0), |sum, cell| (sum.0 + cell.0, sum.1 + cell.1)));
            cells.retain(|(own, other)| own + other > 0.0);
            let ratio = f64::sqrt(own_sum / others_sum);
            chi_squared +=
                cells.iter().map(|(own, other)| (own / ratio - other * ratio).powi(2) / (own + other)).sum::<f64>();
            freedom += cells.len() as f64 - 1.0;
        }
        let spread = 2.0 / (9.0 * freedom);
        ((chi_squared / freedom).cbrt() - (1.0 - spread)) / spread.sqrt()
    }
}

/// Holds counts of 4,000 episodes to those of as many of CogScale's. `count` is given what is read and which classes are asked for.
fn same_marginals<const N: usize>(
    task: &dyn Task,
    mut tables: [Table; N],
    count: impl Fn(&mut [Table; N], &[Vec<f64>], &[usize]),
) {
    for number in 0..4000 {
        let mut episode = Sequence::new(task.shape());
        task.fill(1, Split::Train, number, &mut episode).unwrap();
        let answers: Vec<Vec<f64>> = asked(task, &episode).into_iter().filter(|row| row[0] != NOTHING).collect();
        count(&mut tables, &read(task, &episode), &classes(&answers));
    }
    let npz = fixture(task.name());
    assert_eq!(npz.names().filter(|name| name.starts_with("count_")).count(), N, "{}", task.name());
    for table in tables {
        let distance = table.distance(npz.array(&format!("count_{}", table.name)).unwrap().values());
        assert!(distance < 4.0, "{}: {} differ by {distance} deviations", task.name(), table.name);
    }
}

#[test]
fn postcasting_draws_the_same() {
    let tables = [Table::new("symbols", [50, 3]), Table::new("followers", [3, 3])];
    same_marginals(&DiscretePostcasting::default(), tables, |[symbols, followers], read, _| {
        symbols.add_steps(&classes(read));
        followers.add_followers(&classes(read));
    });
    let tables = [Table::new("values", [1, 16]), Table::new("followers", [4, 4])];
    same_marginals(&ContinuousPostcasting::default(), tables, |[values, followers], read, _| {
        let bins: Vec<usize> = read.iter().map(|read| ((read[0] + 0.8) / 1.6 * 16.0) as usize).collect();
        bins.iter().for_each(|&bin| values.add(0, bin));
        followers.add_followers(&bins.iter().map(|bin| bin / 4).collect::<Vec<_>>());
    });
}

#[test]
fn copies_draw_the_same() {
    let tables = [Table::new("symbols", [22, 3]), Table::new("followers", [3, 3]), Table::new("answers", [22, 3])];
    same_marginals(&SimpleCopy::default(), tables, |[symbols, followers, answers], read, asked| {
        symbols.add_steps(&classes(&read[..22]));
        followers.add_followers(&classes(&read[..22]));
        answers.add_steps(asked);
    });
    let [symbols, marks] = [Table::new("symbols", [40, 3]), Table::new("marks", [5, 40])];
    let tables = [symbols, marks, Table::new("gaps", [1, 40]), Table::new("answers", [5, 3])];
    same_marginals(&SelectiveCopy::default(), tables, |[symbols, marks, gaps, answers], read, asked| {
        read[..40].iter().enumerate().for_each(|(step, read)| symbols.add(step, class(&read[..3])));
        let marked = ones(read, 3);
        marks.add_steps(&marked);
        gaps.add(0, marked[1] - marked[0]);
        answers.add_steps(asked);
    });
}

#[test]
fn sorting_draws_the_same() {
    let [symbols, positions] = [Table::new("symbols", [10, 3]), Table::new("positions", [10, 10])];
    let tables = [symbols, positions, Table::new("descents", [1, 10]), Table::new("answers", [10, 3])];
    same_marginals(&Sorting::default(), tables, |[symbols, positions, descents, answers], read, asked| {
        let own: Vec<usize> = read[..10].iter().map(|read| class(&read[3..])).collect();
        read[..10].iter().enumerate().for_each(|(step, read)| symbols.add(step, class(&read[..3])));
        positions.add_steps(&own);
        descents.add(0, own.windows(2).filter(|pair| pair[1] < pair[0]).count());
        answers.add_steps(asked);
    });
}

#[test]
fn adding_draws_the_same() {
    let tables = [Table::new("digits", [10, 3]), Table::new("pairs", [1, 100]), Table::new("sums", [1, 5])];
    same_marginals(&DiscreteAdding::default(), tables, |[digits, pairs, sums], read, asked| {
        read[..10].iter().enumerate().for_each(|(step, read)| digits.add(step, class(&read[..3])));
        let marked = ones(read, 3);
        pairs.add(0, 10 * marked[0] + marked[1]);
        sums.add_steps(asked);
    });
}

#[test]
fn brackets_draw_the_same() {
    let [valid, openings, sums] =
        [Table::new("valid", [1, 2]), Table::new("openings", [50, 2]), Table::new("sums", [1, 51])];
    let tables = [valid, openings, sums, Table::new("depths", [2, 51]), Table::new("below", [1, 51])];
    same_marginals(&BracketMatching::default(), tables, |[valid, openings, sums, depths, below], read, asked| {
        let opens: Vec<usize> = read[..50].iter().map(|read| usize::from(read[0] == 1.0)).collect();
        let depth = opens.iter().scan(0, |depth, &opens| {
            *depth += 2 * opens as i64 - 1;
            Some(*depth)
        });
        let depth: Vec<i64> = depth.collect();
        valid.add_steps(asked);
        openings.add_steps(&opens);
        sums.add(0, opens.iter().sum());
        depths.add(asked[0], depth.iter().copied().max().unwrap().max(0) as usize);
        below.add(0, depth.iter().position(|&depth| depth < 0).unwrap_or(50));
    });
}

#[test]
fn recall_draws_the_same() {
    let [read, keys, pairs] = [Table::new("read", [16, 5]), Table::new("keys", [1, 27]), Table::new("pairs", [3, 3])];
    let tables = [read, keys, pairs, Table::new("asked", [1, 3]), Table::new("answers", [1, 5])];
    same_marginals(&AssociativeRecall::default(), tables, |[read, keys, pairs, key, answers], inputs, asked| {
        let symbols = classes(inputs);
        read.add_steps(&symbols);
        keys.add(0, 9 * symbols[0] + 3 * symbols[2] + symbols[4]);
        symbols[..6].chunks(2).for_each(|pair| pairs.add(pair[0], pair[1]));
        key.add(0, symbols[..6].iter().step_by(2).position(|own| *own == symbols[15]).unwrap());
        answers.add_steps(asked);
    });
}
