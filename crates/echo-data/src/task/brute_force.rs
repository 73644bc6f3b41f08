//! Floor and chance by brute force: all episodes that a task can draw, each with its probability.

use super::task::{Certainty, Form, Split, Task};
use crate::generator::Dice;
use crate::sequences::{Kind, Sequence, Steps};
use std::collections::BTreeMap;

/// What a task says of its targets without reading, all of it.
pub(super) fn unread(task: &dyn Task) -> Vec<(f64, Vec<f64>)> {
    let mut all = Vec::new();
    task.unread(&mut |targets, classes| all.push((targets, classes.to_vec())));
    all
}

/// Dice that fall as a path says; behind its end always on 0.
#[derive(Default)]
struct Path {
    /// What came out, and what it was below.
    fallen: Vec<(usize, usize)>,
    next: usize,
}

impl Path {
    fn probability(&self) -> f64 {
        self.fallen.iter().map(|&(_, end)| 1.0 / end as f64).product()
    }

    /// Goes to the next path; whether there is one.
    fn turn(&mut self) -> bool {
        self.fallen.truncate(self.next);
        self.next = 0;
        while let Some((number, end)) = self.fallen.pop() {
            if number + 1 < end {
                self.fallen.push((number + 1, end));
                return true;
            }
        }
        false
    }
}

impl Dice for Path {
    fn below(&mut self, end: usize) -> usize {
        if self.next == self.fallen.len() {
            self.fallen.push((0, end));
        }
        let (number, of) = self.fallen[self.next];
        assert_eq!(of, end, "what is drawn depends on something else than the dice");
        self.next += 1;
        number
    }

    fn uniform(&mut self) -> f64 {
        panic!("a task that draws from [0, 1) has more episodes than can be counted")
    }
}

/// All episodes of a task, each with its probability.
fn all(task: &dyn Task) -> Vec<(f64, Sequence)> {
    let (mut path, mut all) = (Path::default(), Vec::new());
    loop {
        let mut episode = Sequence::new(task.shape());
        task.draw(&mut path, &mut episode).unwrap();
        all.push((path.probability(), episode));
        assert!(all.len() <= 1_000_000, "too many episodes to count");
        if !path.turn() {
            return all;
        }
    }
}

/// What stands at a step, to be compared; that of a class is its number.
fn key(steps: &Steps, step: usize) -> Vec<u64> {
    match steps {
        Steps::Classes(classes) => vec![u64::from(classes[step])],
        Steps::Values { width, values } => {
            values[step * width..][..*width].iter().map(|value| value.to_bits()).collect()
        }
    }
}

/// How often each target came.
#[derive(Default)]
struct Counts(BTreeMap<Vec<u64>, f64>);

impl Counts {
    fn all(&self) -> f64 {
        self.0.values().sum()
    }

    /// As a distribution over so many classes.
    fn distribution(&self, classes: usize) -> Vec<f64> {
        let mut distribution = vec![0.0; classes];
        self.0.iter().for_each(|(target, probability)| distribution[target[0] as usize] += probability / self.all());
        distribution
    }

    /// The mean variance of the numbers that are asked for.
    fn variance(&self) -> f64 {
        let width = self.0.keys().next().map_or(0, Vec::len);
        let moment = |number: usize, power| {
            let of =
                |(target, probability): (&Vec<u64>, &f64)| probability * f64::from_bits(target[number]).powi(power);
            self.0.iter().map(of).sum::<f64>() / self.all()
        };
        (0..width).map(|number| moment(number, 2) - moment(number, 1).powi(2)).sum::<f64>() / width as f64
    }
}

fn entropy(all: &[f64]) -> f64 {
    all.iter().filter(|&&p| p > 0.0).map(|p| -p * p.ln()).sum()
}

fn variance(all: &[f64]) -> f64 {
    let moment = |power| all.iter().enumerate().map(|(class, p)| p * (class as f64).powi(power)).sum::<f64>();
    moment(2) - moment(1).powi(2)
}

/// Holds what a task says of floor and chance to all episodes that it can draw, to 1e-12.
pub(super) fn check(task: &dyn Task) {
    let all = all(task);
    let classes = match task.shape().targets {
        Kind::Classes(classes) => Some(classes),
        Kind::Values(_) | Kind::Bits(_) => None,
    };
    let whole: f64 = all.iter().map(|(probability, _)| probability).sum();
    assert!((whole - 1.0).abs() < 1e-12, "{task:?}: probabilities add up to {whole}");
    let (mut of_time, mut of_past) = (BTreeMap::<usize, Counts>::new(), BTreeMap::<Vec<Vec<u64>>, Counts>::new());
    let mut longest = 0;
    for (probability, episode) in &all {
        longest = longest.max(episode.len());
        let mut past = Vec::new();
        for step in 0..episode.len() {
            past.push(key(episode.inputs(), step));
            if episode.is_scored(step) {
                let target = key(episode.targets(), step);
                *of_time.entry(step).or_default().0.entry(target.clone()).or_default() += probability;
                *of_past.entry(past.clone()).or_default().0.entry(target).or_default() += probability;
            }
        }
    }
    assert_eq!(task.form(), Form::Episodes(longest), "{task:?}");
    let asked: f64 = of_time.values().map(Counts::all).sum();
    let mean = |counts: &mut dyn Iterator<Item = &Counts>, least: &dyn Fn(&Counts) -> f64| {
        counts.map(|counts| counts.all() * least(counts)).sum::<f64>() / asked
    };
    let close = |what: &str, told: f64, counted: f64| {
        assert!((told - counted).abs() < 1e-12, "{what} of {task:?}: {told} is told, {counted} is counted");
    };
    let Some(classes) = classes else {
        close("chance", task.chance(&|_| f64::NAN).unwrap(), mean(&mut of_time.values(), &Counts::variance));
        close("floor", 0.0, mean(&mut of_past.values(), &Counts::variance));
        assert_eq!(task.certainty(), Certainty::Certain, "{task:?}");
        return;
    };
    close("targets of an episode", unread(task).iter().map(|(targets, _)| targets).sum(), asked);
    let most = |counts: &Counts| counts.distribution(classes).into_iter().fold(0.0, f64::max);
    close("chance's accuracy", task.chance_accuracy().unwrap(), mean(&mut of_time.values(), &most));
    for (name, least) in [("entropy", &entropy as &dyn Fn(&[f64]) -> f64), ("variance", &variance)] {
        let of = |counts: &Counts| least(&counts.distribution(classes));
        close(&format!("{name} of chance"), task.chance(least).unwrap(), mean(&mut of_time.values(), &of));
        if task.certainty() == Certainty::Certain {
            close(&format!("{name} of the floor"), 0.0, mean(&mut of_past.values(), &of));
        }
    }
    if task.certainty() == Certainty::Distributed {
        for (_, episode) in &all {
            let mut foreseen = 0;
            task.foresee(episode, &mut |step, distribution| {
                let past: Vec<_> = (0..=step).map(|step| key(episode.inputs(), step)).collect();
                let counted = of_past[&past].distribution(classes);
                assert_eq!(distribution.len(), classes, "{task:?}");
                distribution.iter().zip(counted).for_each(|(told, counted)| close("what is foreseen", *told, counted));
                foreseen += 1;
            });
            assert_eq!(foreseen, (0..episode.len()).filter(|&step| episode.is_scored(step)).count(), "{task:?}");
        }
    }
}

/// Mean and variance of each number of a long series, with their standard errors: those of a hundred stretches of so many steps, which
/// hardly depend on each other.
pub(super) fn measured<const N: usize>(stretch: u64, mut next: impl FnMut() -> [f64; N]) -> [[[f64; 2]; 2]; N] {
    const STRETCHES: usize = 100;
    let mut moments = vec![[[0.0; 2]; N]; STRETCHES];
    for stretches in &mut moments {
        for _ in 0..stretch {
            for ([sum, squares], number) in stretches.iter_mut().zip(next()) {
                *sum += number / stretch as f64;
                *squares += number * number / stretch as f64;
            }
        }
    }
    let with_error = |numbers: &[f64]| {
        let mean = numbers.iter().sum::<f64>() / STRETCHES as f64;
        let variance = numbers.iter().map(|number| (number - mean).powi(2)).sum::<f64>() / STRETCHES as f64;
        [mean, (variance / STRETCHES as f64).sqrt()]
    };
    std::array::from_fn(|number| {
        let means: Vec<f64> = moments.iter().map(|stretch| stretch[number][0]).collect();
        let mean = with_error(&means);
        // About the mean of all: about its own a stretch varies less.
        let about = |[own, squares]: [f64; 2]| squares - 2.0 * own * mean[0] + mean[0] * mean[0];
        let variances: Vec<f64> = moments.iter().map(|stretch| about(stretch[number])).collect();
        [mean, with_error(&variances)]
    })
}

/// Holds chance to the variance that the numbers of many episodes have at each time, within five of its deviations.
pub(super) fn check_variance(task: &dyn Task) {
    const EPISODES: u64 = 20_000;
    let width = task.shape().targets.size();
    let mut of_time = BTreeMap::<usize, Vec<Vec<f64>>>::new();
    for number in 0..EPISODES {
        let mut episode = Sequence::new(task.shape());
        task.fill(5, Split::Train, number, &mut episode).unwrap();
        for step in (0..episode.len()).filter(|&step| episode.is_scored(step)) {
            of_time.entry(step).or_default().push(episode.targets().values()[step * width..][..width].to_vec());
        }
    }
    let asked: usize = of_time.values().map(Vec::len).sum();
    // Targets of an episode can depend on each other, so each time has a deviation of its own, and these are added.
    let (mut chance, mut deviation) = (0.0, 0.0);
    for targets in of_time.values() {
        let count = targets.len() as f64;
        let mean: Vec<f64> =
            (0..width).map(|number| targets.iter().map(|target| target[number]).sum::<f64>() / count).collect();
        let square = |target: &Vec<f64>| {
            target.iter().zip(&mean).map(|(target, mean)| (target - mean).powi(2)).sum::<f64>() / width as f64
        };
        let variance = targets.iter().map(square).sum::<f64>() / count;
        let of_squares = targets.iter().map(|target| (square(target) - variance).powi(2)).sum::<f64>() / count;
        chance += count / asked as f64 * variance;
        deviation += count / asked as f64 * (of_squares / count).sqrt();
    }
    let told = task.chance(&|_| f64::NAN).unwrap();
    assert!(
        (told - chance).abs() < 5.0 * deviation + 1e-12,
        "{task:?}: {told} is told, {chance} ± {deviation} was drawn"
    );
    assert_eq!(task.certainty(), Certainty::Certain, "{task:?}");
}
