//! The echo: the target is the input some steps earlier.
//!
//! ```text
//! target(i) = input(i − d)    i ≥ d, with the lag d = echo_step
//! target(i) = 0               i < d
//! ```
//!
//! Inputs are classes, drawn independently of each other. At time t of a row of L values the target is the input d steps
//! earlier in the series. For t ≥ d the row has read it, and the best loss is 0. For t < d it stands in a row above, or before
//! the beginning of the series, where it is class 0. Nothing that the row has read tells of it: inputs are independent, and
//! since all rows have the same parameters and begin with the same zero state, a net may know t but not which row it is in.
//! So the best answer at t is one and the same for all rows: the distribution of the target of a random row. With B rows, in z
//! of which the target lies before the beginning, and classes of the probabilities p, that is
//!
//! ```text
//! m(z) = (z · onehot(0) + (B − z) · p) / B        z(t) = min(B, ⌈(d − t)/L⌉)
//! ```
//!
//! The least loss at t is the entropy of m(z(t)), or for squared error its variance, and the floor of a window is the
//! mean over the steps that are scored. As t < L, z has two values at most: with d = q·L + r, r < L,
//!
//! ```text
//! z(t) = min(B, q + 1)    for t < r
//! z(t) = min(B, q)        for t ≥ r; where q = 0, the target has been read
//! ```

use super::classes::Classes;
use super::floor::Floor;
use super::setting::{TaskSetting, TaskValue};
use super::task::{Form, Split, Task, Words};
use crate::error::{Error, check_num_classes};
use crate::generator::generator;
use crate::sequences::{Layout, Scored, Sequence, Shape};

/// The input of some steps ago.
///
/// ```
/// use echo_data::{Echo, Sequence, Split, Task};
/// let echo = Echo { echo_step: 2, ..Echo::default() };
/// let mut series = Sequence::zeros(1000)?;
/// echo.fill(7, Split::Train, 0, &mut series)?;
/// assert_eq!(series.targets().classes()[2..], series.inputs().classes()[..998]);
/// assert_eq!(echo.words().title, "Echo after 2 steps");
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Echo {
    /// Classes in a series, from 2 to 256.
    pub num_classes: usize,
    /// Probability of each class; `None` for all equal.
    pub class_probabilities: Option<Vec<f64>>,
    /// The lag, in time steps.
    pub echo_step: usize,
}

/// The tutorial's.
impl Default for Echo {
    fn default() -> Self {
        Self { num_classes: 2, class_probabilities: None, echo_step: 3 }
    }
}

impl Echo {
    /// The classes and how probable they are.
    ///
    /// # Errors
    /// Those of [`Classes`]; [`Error::NumProbabilities`] where there is not one for each class.
    pub fn classes(&self) -> Result<Classes, Error> {
        let Some(probabilities) = &self.class_probabilities else { return Classes::uniform(self.num_classes) };
        if probabilities.len() != self.num_classes {
            let (given, num_classes) = (probabilities.len(), self.num_classes);
            return Err(Error::NumProbabilities { given, num_classes });
        }
        Classes::with_probabilities(probabilities)
    }

    /// The probabilities of the classes, where they can be.
    fn probabilities(&self) -> Option<Vec<f64>> {
        self.classes().ok().map(|classes| classes.probabilities())
    }

    /// So many steps, in words.
    fn steps(&self) -> String {
        format!("{} step{}", self.echo_step, if self.echo_step == 1 { "" } else { "s" })
    }
}

impl Task for Echo {
    fn name(&self) -> &'static str {
        "echo"
    }

    fn about(&self) -> &'static str {
        "The input of some steps ago"
    }

    fn shape(&self) -> Shape {
        Shape::of_classes(self.num_classes)
    }

    fn form(&self) -> Form {
        Form::Stream
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { num_classes, class_probabilities, echo_step } = self;
        vec![
            TaskSetting {
                name: "num_classes",
                about: "Classes in a series",
                value: TaskValue::Count(num_classes, 1),
                beside: None,
            },
            TaskSetting {
                name: "class_probabilities",
                about: "Probability of each class, separated by commas",
                value: TaskValue::Numbers(class_probabilities, "all equal"),
                beside: Some("num_classes"),
            },
            TaskSetting {
                name: "echo_step",
                about: "Lag: the target is the input this many time steps earlier",
                value: TaskValue::Count(echo_step, 0),
                beside: None,
            },
        ]
    }

    fn check(&self) -> Result<(), Error> {
        check_num_classes(self.num_classes)?;
        self.classes().map(drop)
    }

    fn check_rows(&self, layout: &Layout) -> Result<(), Error> {
        layout.check_longer_than("echo_step", self.echo_step)
    }

    fn fill(&self, seed: u64, split: Split, number: u64, series: &mut Sequence) -> Result<(), Error> {
        let classes = self.classes()?;
        let (input, target) = series.classes_mut();
        classes.fill(input, &mut generator(seed, split.stream(number)));
        let (unknown, echo) = target.split_at_mut(self.echo_step.min(input.len()));
        unknown.fill(0);
        echo.copy_from_slice(&input[..echo.len()]);
        Ok(())
    }

    /// The tutorial gives the class as a number.
    fn reads_one_hot(&self) -> bool {
        false
    }

    fn known_from(&self) -> usize {
        self.echo_step
    }

    fn unknown_targets(&self, rows: usize) -> usize {
        // With one row the answer is known after all: it is always 0.
        if rows == 1 { 0 } else { self.echo_step }
    }

    fn reach(&self) -> Option<(&'static str, usize)> {
        Some(("echo_step", self.echo_step))
    }

    fn floor(&self, layout: Layout, scored: &Scored, least: &dyn Fn(&[f64]) -> f64) -> Option<Floor> {
        let (probabilities, rows) = (self.probabilities()?, layout.batch_size());
        let least = |z: usize| {
            let z = z.min(rows);
            let mut mixture: Vec<f64> = probabilities.iter().map(|p| (rows - z) as f64 * p).collect();
            mixture[0] += z as f64;
            mixture.iter_mut().for_each(|share| *share /= rows as f64);
            least(&mixture)
        };
        let (q, r) = (self.echo_step / layout.row_length(), self.echo_step % layout.row_length());
        let behind = if q == 0 { 0.0 } else { least(q) };
        Some(Floor::new(layout, scored.clone(), self.echo_step, r, [least(q.saturating_add(1)), behind]))
    }

    fn chance(&self, least: &dyn Fn(&[f64]) -> f64) -> Option<f64> {
        self.probabilities().map(|probabilities| least(&probabilities))
    }

    fn chance_accuracy(&self) -> Option<f64> {
        self.probabilities()?.into_iter().reduce(f64::max)
    }

    fn words(&self) -> Words {
        let lag = self.echo_step;
        Words {
            title: format!("Echo after {}", self.steps()),
            answer: if lag == 0 { "what it reads".to_owned() } else { format!("what it read {} before", self.steps()) },
            rule: if lag == 0 { "target = input".to_owned() } else { format!("target = input {} ago", self.steps()) },
            unknown: format!(
                "The first {lag} targets of a row echo what stands before its beginning, which the net has not read, and \
                 nothing that it reads later tells of it."
            ),
            ..Words::default()
        }
    }

    fn why_all_known(&self, rows: usize) -> Option<String> {
        match (self.echo_step, rows) {
            (0, _) => Some("with an echo_step of 0 the target is the input, so all targets can be known.".to_owned()),
            (_, 1) => Some(
                "with one row the first targets, which echo what stands before the beginning of the series, are always \
                 class 0, so they can be known."
                    .to_owned(),
            ),
            _ => None,
        }
    }

    fn floor_in_words(&self, layout: &Layout, shown: &dyn Fn(f64) -> String) -> Option<[String; 2]> {
        let (lag, window, rows) = (self.echo_step, layout.window_length(), layout.batch_size());
        let p = *self.probabilities()?.get(1).filter(|_| self.num_classes == 2 && lag <= window)?;
        let q = p * (rows - 1) as f64 / rows as f64;
        let entropy = -[q, 1.0 - q].into_iter().filter(|&p| p > 0.0).map(|p| p * p.ln()).sum::<f64>();
        let share = lag as f64 / window as f64;
        let (p, q, entropy_shown) = (shown(p), shown(q), shown(entropy));
        Some([
            format!(
                "With the lag d = {lag}, a window of T = {window}, a batch of B = {rows} rows and ones of the probability \
                 p = {p}, a target that cannot be known is a one with the probability p·(B − 1)/B = {q}, since that of the \
                 first row is always 0 and nothing tells a net which row it reads. The entropy of these probabilities is \
                 H({q}) = {entropy_shown} nats, and d of the T targets have it:"
            ),
            format!(
                "floor = d/T · H(p·(B − 1)/B) = {lag}/{window} · H({p}·{}/{rows}) = {} · {entropy_shown}",
                rows - 1,
                shown(share)
            ),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn drawn(echo: &Echo, seed: u64, length: usize) -> Sequence {
        let mut series = Sequence::zeros(length).unwrap();
        echo.fill(seed, Split::Train, 0, &mut series).unwrap();
        series
    }

    /// The series of seed 0 as the first release drew it: a change here breaks everybody's recorded runs.
    #[test]
    fn a_seed_gives_the_same_series_for_ever() {
        let binary = drawn(&Echo::default(), 0, 24);
        assert_eq!(binary.inputs().classes(), [1, 1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0]);
        let many = drawn(&Echo { num_classes: 10, echo_step: 0, ..Echo::default() }, 0, 12);
        assert_eq!(many.inputs().classes(), [7, 8, 2, 6, 6, 2, 4, 0, 7, 7, 4, 2]);
    }

    #[test]
    fn splits_have_nothing_in_common() {
        let streams =
            [(Split::Train, 0), (Split::Train, 1), (Split::Fresh, 0)].map(|(split, number)| split.stream(number));
        assert_eq!(streams, [1, 2, u64::MAX]);
    }

    fn entropy(distribution: &[f64]) -> f64 {
        0.0 - distribution.iter().filter(|&&p| p > 0.0).map(|p| p * p.ln()).sum::<f64>()
    }

    fn variance(distribution: &[f64]) -> f64 {
        let mean: f64 = distribution.iter().enumerate().map(|(class, p)| class as f64 * p).sum();
        distribution.iter().enumerate().map(|(class, p)| p * (class as f64 - mean).powi(2)).sum()
    }

    /// The floor of an echo where every step of a window is scored, or the last one alone.
    fn floor(layout: Layout, echo: Echo, last_alone: bool, least: fn(&[f64]) -> f64) -> Floor {
        let h = layout.window_length();
        let every = Scored { first: 0..h, others: h - layout.window_stride()..h };
        let scored = if last_alone { Scored { first: h - 1..h, others: h - 1..h } } else { every };
        echo.floor(layout, &scored, &least).unwrap()
    }

    fn binary(echo_step: usize) -> Echo {
        Echo { echo_step, ..Echo::default() }
    }

    /// Asserts what the floor of each window is: some, and from there on exactly 0, also behind the last window.
    fn check(layout: Layout, floor: &Floor, first: &[f64]) {
        for window in (0..layout.windows() + 3).chain([usize::MAX]) {
            let expected = first.get(window).copied().unwrap_or(0.0);
            let found = floor.window(window);
            assert!((found - expected).abs() < 1e-15, "window {window}: {found} for {expected}");
            assert!(expected != 0.0 || found.to_bits() == 0, "window {window}: {found}");
        }
    }

    #[test]
    fn a_row_is_longer_than_the_lag() {
        let layout = Layout::new(50, 5, 10, 10).unwrap();
        assert_eq!(binary(9).check_rows(&layout), Ok(()));
        let refused = Error::RowTooShort { setting: "echo_step", values: 10, row_length: 10 };
        assert_eq!(binary(10).check_rows(&layout), Err(refused));
    }

    #[test]
    fn the_tutorials_spike() {
        let layout = Layout::new(50_000, 5, 15, 15).unwrap();
        let spike = floor(layout, binary(3), false, entropy);
        let h = -(0.4 * 0.4_f64.ln() + 0.6 * 0.6_f64.ln());
        assert_eq!(format!("{:.6}", spike.window(0)), "0.134602");
        check(layout, &spike, &[3.0 * h / 15.0]);
        check(layout, &floor(layout, binary(3), false, variance), &[3.0 * (0.4 * 0.6) / 15.0]);
        // The last step of its first window echoes what that window has read.
        check(layout, &floor(layout, binary(3), true, entropy), &[]);
    }

    #[test]
    fn a_lag_longer_than_a_window() {
        // Two rows of 24. An unknown target is a one with probability 1/4.
        let h = -(0.25 * 0.25_f64.ln() + 0.75 * 0.75_f64.ln());
        let apart = Layout::new(48, 2, 4, 4).unwrap();
        check(apart, &floor(apart, binary(10), false, entropy), &[h, h, h / 2.0]);
        check(apart, &floor(apart, binary(10), true, entropy), &[h, h]);
        // Windows score the steps 0..4, 4..6, 6..8, 8..10, 10..12.
        let overlapping = Layout::new(48, 2, 4, 2).unwrap();
        check(overlapping, &floor(overlapping, binary(9), false, entropy), &[h, h, h, h / 2.0]);
        check(overlapping, &floor(overlapping, binary(9), true, entropy), &[h, h, h]);
    }

    #[test]
    fn a_lag_longer_than_a_row() {
        // Four rows of 6. In two of them the target lies before the beginning, from the time 2 on in one.
        let layout = Layout::new(24, 4, 3, 3).unwrap();
        let [two, one] = [[0.75, 0.25], [0.625, 0.375]].map(|mixture| entropy(&mixture));
        check(layout, &floor(layout, binary(8), false, entropy), &[(2.0 * two + one) / 3.0, one]);
        // All targets lie before it.
        for echo_step in [24, 25, usize::MAX] {
            check(layout, &floor(layout, binary(echo_step), false, entropy), &[]);
        }
    }

    #[test]
    fn where_all_can_be_known_it_is_zero() {
        for echo_step in [0, 1, 7, 59, 60, usize::MAX] {
            // A batch of one row begins where the series does.
            let layout = Layout::new(60, 1, 10, 5).unwrap();
            let three = Echo { num_classes: 3, class_probabilities: Some(vec![0.2, 0.3, 0.5]), echo_step };
            check(layout, &floor(layout, three, false, variance), &[]);
        }
        // Rows of one value lie before the beginning as far as can be.
        let layout = Layout::new(3, 3, 1, 1).unwrap();
        let three = Echo { num_classes: 3, class_probabilities: Some(vec![0.2, 0.3, 0.5]), echo_step: usize::MAX };
        check(layout, &floor(layout, three.clone(), false, entropy), &[]);
        let layout = Layout::new(60, 3, 10, 5).unwrap();
        check(layout, &floor(layout, Echo { echo_step: 0, ..three }, false, entropy), &[]);
    }

    proptest! {
        #[test]
        fn the_target_is_the_input_later(length in 1_usize..200, num_classes in 2_usize..=256, echo_step in 0_usize..250) {
            let echo = Echo { num_classes, class_probabilities: None, echo_step };
            let series = drawn(&echo, 3, length);
            let mut redrawn = drawn(&Echo { echo_step: 0, ..echo.clone() }, 4, length);
            echo.fill(3, Split::Train, 0, &mut redrawn).unwrap();
            prop_assert_eq!(&redrawn, &series);
            prop_assert_eq!(series.targets().len(), length);
            for i in 0..length {
                let expected = if i < echo_step { 0 } else { series.inputs().classes()[i - echo_step] };
                prop_assert_eq!(series.targets().classes()[i], expected);
                prop_assert!(usize::from(series.inputs().classes()[i]) < num_classes);
            }
        }
    }
}
