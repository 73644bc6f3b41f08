//! Many small nets trained side by side, one in each lane of the vector instructions.

use super::losses::{KnownKind, Loss, LossOfNets, Targets};
use super::trainer::{Report, Trainer};
use super::truncation::Truncation;
use crate::error::{Error, check_at_least_one};
use crate::kernels::{FUSED, Scalar};
use crate::network::{Architecture, OfNets, SideBySide};
use std::array;
use std::ops::Range;

/// Memory in which many small nets of one architecture make their training steps side by side, one in each lane of the
/// vector instructions: 16 nets of `f32` or 8 of `f64` at a time.
///
/// A net of few units cannot keep a processor busy by itself. Many of them can: those of several seeds, learning rates or
/// series. Each has its own [`Trainer`], with its parameters, data, state, loss, optimizer, clipping and schedule, and
/// after each step it is bit by bit what it would be after [`Trainer::step`]. An ensemble owns no net; so members can come
/// and go between any two steps, be in any order, and make other steps alone.
///
/// Steps that are no faster in lanes are made alone: of large nets, of the few members that are left when the others have
/// filled all lanes, of members of another architecture or with other windows than the ensemble's, and of nets with
/// dropout. So any member is right, but not quick: nets that take turns at every step push each other out of the processor's
/// caches. Where [`is_worth`](Self::is_worth) says no, train one net to its end and then the next. An ensemble works in one thread;
/// several ensembles can be in several threads.
///
/// ```
/// use rnn_core::rand::{SeedableRng, rngs::ChaCha8Rng};
/// use rnn_core::{Adagrad, Architecture, CellKind, Ensemble, Init, Member, Network, SoftmaxCrossEntropy, Trainer, Truncation};
///
/// # fn main() -> Result<(), rnn_core::Error> {
/// let architecture = Architecture::new(CellKind::Elman).hidden_size(4).outputs(2);
/// let trainer = |seed| {
///     let rng = &mut ChaCha8Rng::seed_from_u64(seed);
///     let network = Network::<f32>::drawn(architecture.clone(), Init::PyTorch, rng)?;
///     let learning_rate = 0.01 * (seed + 1) as f64;
///     Trainer::builder(network, SoftmaxCrossEntropy).optimizer(Adagrad::default(), learning_rate).window(4).build()
/// };
/// let mut trainers = (0..20).map(trainer).collect::<Result<Vec<_>, _>>()?;
/// let mut alone = trainers[7].clone();
///
/// let (inputs, targets) = ([1.0, 0.0, 0.0, 1.0], [0, 1, 0, 0]);
/// let member = |trainer| Member { trainer, inputs: &inputs, targets: (&targets).into() };
/// let mut members: Vec<_> = trainers.iter_mut().map(member).collect();
/// let mut ensemble = Ensemble::new(architecture.clone(), Truncation::new(4, 4)?, 1)?;
/// let reports = ensemble.step(&mut members);
/// assert_eq!(reports[7], alone.step(&inputs, &targets));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Ensemble<T> {
    /// Nothing where each net is faster by itself.
    lanes: Option<InLanes<T>>,
    truncation: Truncation,
    batch: usize,
    /// For each member the group that it is in, until its step is made.
    groups: Vec<Option<Group>>,
    reports: Vec<Result<Report, Error>>,
}

/// What is worked on in lanes.
#[derive(Debug)]
struct InLanes<T> {
    nets: SideBySide<T>,
    loss: LossOfNets<T>,
    /// The fewest members for which that is worth it.
    fewest: usize,
}

/// A net in training, and the window of its next step.
#[derive(Debug)]
pub struct Member<'a, T: Scalar, L: Loss<T>> {
    /// The net in training.
    pub trainer: &'a mut Trainer<T, L>,
    /// `[step, row, feature]`, as for [`Trainer::step`].
    pub inputs: &'a [T],
    /// `[step, row, target]`
    pub targets: Targets<'a, L::Target>,
}

/// What members have in common that make their step together: which steps are scored, and by which arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Group {
    at_start: bool,
    loss: Option<KnownKind>,
}

impl<T: Scalar> Ensemble<T> {
    /// How many nets go side by side at most.
    pub const MOST: usize = T::PANEL;

    /// Whether nets of this architecture and so many rows can be trained more quickly side by side than one after the other.
    #[must_use]
    pub fn is_worth(architecture: &Architecture, batch: usize) -> bool {
        fewest::<T>(architecture, batch).is_some()
    }

    /// Memory for nets of this architecture, on windows like these of `batch` rows.
    ///
    /// # Errors
    /// Those of [`Architecture::check`]; [`Error::Zero`]; [`Error::OutOfMemory`].
    pub fn new(architecture: Architecture, truncation: Truncation, batch: usize) -> Result<Self, Error> {
        architecture.check()?;
        check_at_least_one([("batch", batch)])?;
        let lanes = match fewest::<T>(&architecture, batch) {
            Some(fewest) => {
                let loss = LossOfNets::new(architecture.outputs, truncation.window(), batch)?;
                let nets = SideBySide::new(architecture, truncation.window(), batch)?;
                Some(InLanes { nets, loss, fewest })
            }
            None => None,
        };
        Ok(Self { lanes, truncation, batch, groups: Vec::new(), reports: Vec::new() })
    }

    /// A training step of each member, and the report of each: what [`Trainer::step`] does and returns, bit by bit.
    ///
    /// Allocates nothing, unless there are more members than ever before.
    pub fn step<L: Loss<T>>(&mut self, members: &mut [Member<'_, T, L>]) -> &[Result<Report, Error>] {
        let Self { lanes, truncation, batch, groups, reports } = self;
        let none_yet = || Ok(Report { loss: 0.0, gradient_norm: 0.0, learning_rate: 0.0 });
        reports.clear();
        reports.resize_with(members.len(), none_yet);
        groups.clear();
        let group = |member: &Member<'_, T, L>| member.group(lanes.as_ref()?, *truncation, *batch);
        groups.extend(members.iter().map(group));
        for ((member, report), _) in
            members.iter_mut().zip(&mut *reports).zip(&*groups).filter(|(_, group)| group.is_none())
        {
            *report = member.alone();
        }
        let mut first = 0;
        while let Some((next, group)) =
            groups.iter().enumerate().skip(first).find_map(|(i, group)| Some((i, (*group)?)))
            && let Some(lanes) = lanes
        {
            let (mut together, mut count) = ([0; 16], 0);
            for (number, of_member) in groups.iter_mut().enumerate().skip(next) {
                if *of_member == Some(group) {
                    *of_member = None;
                    together[count] = number;
                    count += 1;
                    if count == T::PANEL {
                        break;
                    }
                }
            }
            first = next + 1;
            let together = &together[..count];
            if count < lanes.fewest {
                together.iter().for_each(|&number| reports[number] = members[number].alone());
            } else {
                lanes.step(picked(members, together), truncation, (group, together), reports);
            }
        }
        reports
    }
}

/// The members of these numbers, which ascend.
fn picked<'m, M>(members: &'m mut [M], numbers: &[usize]) -> OfNets<Option<&'m mut M>> {
    let (mut rest, mut start) = (members.iter_mut(), 0);
    array::from_fn(|net| {
        let number = *numbers.get(net)?;
        let member = rest.nth(number - start);
        start = number + 1;
        member
    })
}

/// Something of each net that is read; where nets are fewer than lanes, the last one's stands in those that are left.
fn of_each<'s, M, V>(
    members: &'s OfNets<Option<&mut M>>,
    count: usize,
    of: impl Fn(&'s M) -> V,
    nothing: fn() -> V,
) -> OfNets<V> {
    array::from_fn(|net| members[net.min(count - 1)].as_ref().map_or_else(nothing, |member| of(member)))
}

/// Numbers of each net that are written.
fn of_each_mut<'s, T, M>(
    members: &'s mut OfNets<Option<&mut M>>,
    of: impl Fn(&'s mut M) -> &'s mut [T],
) -> OfNets<&'s mut [T]> {
    members.each_mut().map(|member| member.as_mut().map_or_else(Default::default, |member| of(member)))
}

/// From how many members on lanes are worth it, if they ever are.
///
/// Measured: 16 nets of 4 units take in lanes a quarter of the time that they take one after the other, in large batches less than
/// half; of 8 units a third to a half, of 16 two thirds in small batches. Larger ones fill the lanes by themselves.
fn fewest<T: Scalar>(architecture: &Architecture, batch: usize) -> Option<usize> {
    // What dropout sets to 0 is each net's own.
    if architecture.dropout > 0.0 && architecture.layers.len() > 1 {
        return None;
    }
    let units = architecture.layers.iter().map(|layer| layer.hidden_size).max()?;
    let of_sixteen = match units {
        _ if batch <= 5 && units <= 8 => 4,
        ..=FUSED if batch <= 10 => 5,
        ..=8 => 8,
        ..=16 if batch <= 10 => 12,
        _ => return None,
    };
    Some(of_sixteen * T::PANEL / 16)
}

impl<T: Scalar> InLanes<T> {
    /// A step of members of one group.
    fn step<L: Loss<T>>(
        &mut self,
        mut members: OfNets<Option<&mut Member<'_, T, L>>>,
        truncation: &Truncation,
        (group, numbers): (Group, &[usize]),
        reports: &mut [Result<Report, Error>],
    ) {
        let (nets, scored, count) = (&mut self.nets, truncation.scored(group.at_start), numbers.len());
        nets.set_parameters(&of_each(&members, count, |member| member.trainer.network.parameters(), Default::default));
        let states = of_each(&members, count, |member| member.trainer.state().as_slice(), Default::default);
        nets.forward(&of_each(&members, count, |member| member.inputs, Default::default), &states);
        nets.read_out(scored.clone(), &mut of_each_mut(&mut members, |member| member.trainer.outputs_to_set(&scored)));
        let known = members[0].as_ref().and_then(|member| member.trainer.loss.known());
        let mut losses = [None; 16];
        match known.filter(|_| group.loss.is_some()) {
            Some(known) => {
                let targets =
                    of_each(&members, count, |member| member.scored_targets(&scored), || Targets::from(&[][..]));
                let (y, dy) = nets.outputs(&scored);
                self.loss.evaluate(known, &targets, (&scored, &mut losses), y, dy);
            }
            None => {
                for (member, loss) in members.iter_mut().flatten().zip(&mut losses) {
                    *loss = member.evaluate(&scored).ok();
                }
                let d_outputs =
                    of_each(&members, count, |member| member.trainer.tape.d_outputs.as_slice(), Default::default);
                nets.set_d_outputs(&scored, &d_outputs);
            }
        }
        let mut gradients = of_each_mut(&mut members, |member| member.trainer.gradients_mut());
        // Where targets are wrong, gradients stay as they are.
        for (gradients, _) in gradients.iter_mut().zip(losses).filter(|(_, loss)| loss.is_none()) {
            *gradients = &mut [];
        }
        nets.backward(&mut gradients);
        let mut in_lanes = [false; 16];
        for (net, member) in members.iter_mut().flatten().enumerate() {
            let report = losses[net].map(|loss| member.trainer.descend(loss));
            // Whose targets are wrong gets the error of its own step. And of what is not finite a single net's vectors make
            // something else, because their last lanes can repeat it.
            let is_usual = |report: &Report| report.loss.is_finite() && report.gradient_norm.is_finite();
            in_lanes[net] = matches!(&report, Some(Ok(report)) if is_usual(report));
            reports[numbers[net]] = report.filter(|_| in_lanes[net]).unwrap_or_else(|| member.alone());
        }
        for (member, _) in members.iter_mut().zip(in_lanes).filter(|(_, in_lanes)| !in_lanes) {
            *member = None;
        }
        let states = &mut of_each_mut(&mut members, |member| member.trainer.next_state());
        nets.copy_states(truncation.stride(), states);
    }
}

impl<T: Scalar, L: Loss<T>> Member<'_, T, L> {
    /// A step by itself.
    fn alone(&mut self) -> Result<Report, Error> {
        self.trainer.step(self.inputs, self.targets)
    }

    /// With whom it can make its step, if with anybody.
    fn group(&self, lanes: &InLanes<T>, truncation: Truncation, batch: usize) -> Option<Group> {
        let (architecture, at_start) = (lanes.nets.architecture(), self.trainer.state().is_at_start());
        let (rows, loss) = (truncation.window() * batch, &self.trainer.loss);
        let columns = loss.targets(architecture.outputs);
        let fits = self.trainer.steps_in(architecture, truncation, batch)
            && self.inputs.len() == rows * architecture.input_size
            && self.targets.check(rows, columns).is_ok();
        let is_scored = || {
            let scored = truncation.scored(at_start);
            let mask = self.targets.mask()?.get(scored.start * batch..scored.end * batch)?;
            Some(mask.contains(&true))
        };
        let known = loss.known().filter(|known| known.targets(architecture.outputs) == columns);
        let group = Group { at_start, loss: known.map(|known| known.kind()) };
        (fits && is_scored() != Some(false)).then_some(group)
    }

    /// The targets of the scored steps.
    fn scored_targets(&self, scored: &Range<usize>) -> Targets<'_, L::Target> {
        let (batch, columns) =
            (self.trainer.tape.batch, self.trainer.loss.targets(self.trainer.network.architecture().outputs));
        self.targets.of_rows(scored.start * batch..scored.end * batch, columns)
    }

    /// The loss of the outputs, and the derivatives by them.
    fn evaluate(&mut self, scored: &Range<usize>) -> Result<f64, Error> {
        let targets = self.targets;
        let Trainer { loss, tape, .. } = &mut *self.trainer;
        tape.evaluate(loss, targets, scored.clone())
    }
}
