//! Scores a net on data, without training.

use super::answering::Answering;
use super::data::CHANCE;
use super::errors::Errors;
use super::means::Means;
use super::nets::of_net;
use super::source::Source;
use super::whole::WholeSequences;
use super::window::Window;
use crate::error::Error;
use crate::settings::net::is_one;
use crate::settings::table::Settings;
use echo_data::{Baseline, Criterion, Kind};
use rnn_core::{ClassLoss, Network, Scalar, State, Tape, Truncation};

/// The scores of a net on some data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scores {
    pub(crate) loss: f64,
    /// The share of right answers; nothing for numbers.
    pub(crate) accuracy: Option<f64>,
    /// The share of episodes that are right as a whole.
    pub(crate) sequence_accuracy: Option<f64>,
    /// The least mean loss that any net can have, where that is known.
    pub(crate) floor: Option<f64>,
}

/// What scoring needs, allocated once.
pub(crate) struct Scorer<T: Scalar, A> {
    answering: A,
    truncation: Truncation,
    first_known_window: usize,
    window: Window<T>,
    tape: Tape<T>,
    state: State<T>,
    /// How far off each number was that was answered with, the last time.
    pub(super) errors: Vec<Errors>,
    /// How often each class was asked for, the last time.
    classes: Vec<usize>,
    /// The answer that ignores the inputs, and the loss of classes.
    guess: Vec<f64>,
    loss: ClassLoss,
    /// When a sequence is right as a whole, where sequences are short.
    criterion: Option<Criterion>,
    /// The share of those that were, the last time.
    pub(super) sequence_accuracy: Option<f64>,
}

impl<T: Scalar, A: Answering<T>> Scorer<T, A> {
    /// For nets of these settings.
    pub(crate) fn new(
        settings: &Settings,
        answering: A,
        network: &Network<T>,
        source: &Source,
        threads: usize,
    ) -> Result<Self, Error> {
        let truncation = settings.truncation()?;
        let sized = |error| of_net(settings, error);
        let tape = network.tape(truncation.window(), settings.batch_size).map_err(sized)?;
        Ok(Self {
            answering,
            truncation,
            first_known_window: settings.first_known_window(),
            window: Window::new(source.first_layout(), source.is_masked(), settings)?,
            tape: tape.with_threads(threads),
            state: network.zero_state(settings.batch_size).map_err(sized)?,
            errors: match settings.shape().targets {
                Kind::Classes(_) => Vec::new(),
                Kind::Values(numbers) | Kind::Bits(numbers) => vec![Errors::default(); numbers],
            },
            classes: vec![0; if let Kind::Classes(classes) = settings.shape().targets { classes } else { 0 }],
            guess: settings.task().guess().to_vec(),
            loss: settings.loss,
            criterion: settings.has_episodes().then(|| settings.criterion_of_sequences()),
            sequence_accuracy: None,
        })
    }

    /// The scores over the source's current data.
    pub(super) fn scores(&mut self, network: &Network<T>, source: &mut Source) -> Result<Scores, Error> {
        let means = self.score(network, source)?;
        let (loss, accuracy) = means.scores();
        Ok(Scores { loss, accuracy, sequence_accuracy: self.sequence_accuracy, floor: means.floor() })
    }

    /// How good the answer that ignores the inputs is on the data that were scored last: the shares of the classes, or the means of the
    /// numbers, in the training part. Nothing where these are not known, or where a class came that has no share there.
    pub(super) fn guessed(&self) -> Option<Baseline> {
        if self.guess.is_empty() {
            return None;
        }
        let asked: usize = self.classes.iter().sum();
        let baseline = if asked > 0 {
            let shares: Vec<f64> = self.classes.iter().map(|&count| count as f64 / asked as f64).collect();
            let likeliest = (0..self.guess.len())
                .reduce(|best, class| if self.guess[class] > self.guess[best] { class } else { best })?;
            let accuracy = shares.get(likeliest).copied();
            Baseline { name: CHANCE, loss: self.loss.guessed(&self.guess, &shares), accuracy }
        } else if !self.errors.is_empty() && self.loss.has_logits() {
            // Of each bit the share of ones, and what the training part says of it.
            let bits = self.errors.iter().zip(&self.guess).map(|(errors, &guess)| {
                let ones = errors.mean_target();
                let loss = self.loss.guessed(&[1.0 - guess, guess], &[1.0 - ones, ones]);
                [loss, if is_one(guess) { ones } else { 1.0 - ones }]
            });
            let [loss, accuracy] = bits.fold([0.0; 2], |[loss, right], [more, also]| [loss + more, right + also]);
            let bits = self.guess.len() as f64;
            Baseline { name: CHANCE, loss: loss / bits, accuracy: Some(accuracy / bits) }
        } else {
            let squares = self.errors.iter().zip(&self.guess).map(|(errors, &guess)| errors.squares_of(guess));
            let (count, sum) = squares.fold((0, 0.0), |(count, sum), (more, squares)| (count + more, sum + squares));
            Baseline { name: "mean", loss: sum / count as f64, accuracy: None }
        };
        Some(baseline).filter(|baseline| baseline.loss.is_finite())
    }

    /// The means over all windows of the source's current data.
    pub(crate) fn score(&mut self, network: &Network<T>, source: &mut Source) -> Result<Means, Error> {
        let Self { answering, truncation, window: data, tape, state, errors, classes, criterion, .. } = self;
        errors.fill(Errors::default());
        classes.fill(0);
        let (mut whole, mut right, mut sequences) = (WholeSequences::default(), 0_usize, 0_usize);
        let mut end = |whole: &mut WholeSequences| {
            for is_right in whole.end() {
                sequences += 1;
                right += usize::from(is_right);
            }
        };
        let mut means = Means::new(self.first_known_window);
        for window in 0..source.windows_now() {
            if source.begins(window) {
                state.set_zero();
                end(&mut whole);
            }
            source.read(window, data)?;
            let scored = truncation.scored(state.is_at_start());
            let targets = A::targets_in(data, &data.all());
            let loss = network.loss(&data.inputs, targets, scored.clone(), state, answering, tape)?;
            let came_to = data.scored(*answering, loss, &tape.scored_outputs(), &scored)?;
            data.count_classes(&scored, classes);
            data.errors(*answering, &tape.scored_outputs(), &scored, errors);
            if let Some(criterion) = criterion {
                data.rights(*answering, criterion, &tape.scored_outputs(), &scored, &mut whole);
            }
            network.copy_state(tape, truncation.stride(), state)?;
            means.add(window, came_to, source.floor(window));
        }
        end(&mut whole);
        self.sequence_accuracy = (sequences > 0).then(|| right as f64 / sequences as f64);
        Ok(means)
    }
}
