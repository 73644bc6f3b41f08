//! Runs that one thread trains side by side, each as it would be trained alone. They go on in turns: each to its next training
//! step or its end; then the steps of those whose nets are alike are made together.

use super::on_its_way::{OnItsWay, Stepped, Together};
use super::run::Begun;
use super::session::Ending;
use super::watch::Watch;
use crate::error::Error;
use crate::outputs::clock::Clock;
use crate::outputs::status::Status;
use crate::settings::choices::{Dtype, Readout};
use crate::settings::table::Settings;
use echo_data::AnyTask;
use rnn_core::{Architecture, Ensemble};
use std::sync::atomic::AtomicBool;

/// How many runs of one kind are worth training side by side at most.
pub const MOST: usize = Ensemble::<f32>::MOST;

/// What runs have in common whose steps can be made together, as far as their settings say it. Seeds, learning rates, optimizers
/// and what else says how a net changes may differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Kind {
    task: &'static str,
    /// Where the data say how many inputs there are: whose data, and how they are read.
    own_data: Option<AnyTask>,
    dtype: Dtype,
    architecture: Architecture,
    windows: [usize; 3],
    readout: Readout,
}

impl Kind {
    /// Of a run with these settings; nothing where it is as well trained alone.
    #[must_use]
    pub fn of(settings: &Settings) -> Option<Self> {
        let architecture = settings.architecture();
        let Settings { dtype, batch_size, truncated_backprop_length, window_stride, readout, .. } = *settings;
        let windows = [batch_size, truncated_backprop_length, window_stride];
        let is_worth = Ensemble::<f32>::is_worth(&architecture, batch_size);
        is_worth.then(|| {
            let own_data = settings.task().own_data().map(|_| settings.task.clone());
            Self { task: settings.task().name(), own_data, dtype, architecture, windows, readout }
        })
    }
}

/// Runs that are trained side by side, each with whoever watches it.
pub struct SideBySide<W> {
    groups: Vec<Group<W>>,
    clock: Clock,
}

/// A run that has ended.
pub struct Ended<W> {
    /// What it was given the name of.
    pub name: usize,
    /// Who has watched it.
    pub watch: W,
    /// What has come of it.
    pub status: Result<Status, Error>,
    /// It was stopped because its time was up.
    pub out_of_time: bool,
    /// Its share of the time since it was to begin, in seconds.
    pub seconds: f64,
}

/// Runs that are alike.
struct Group<W> {
    members: Vec<Member<W>>,
    /// What makes their steps, as soon as there are two.
    together: Option<Box<dyn Together>>,
}

struct Member<W> {
    name: usize,
    run: Box<dyn OnItsWay>,
    watch: W,
    clock: Clock,
    /// That of the step that it has made last.
    report: Option<Stepped>,
    /// How training has ended, if it has.
    trained: Option<Result<Ending, Error>>,
    /// What its clock shows when its time is up.
    limit: Option<f64>,
}

impl<W> Default for SideBySide<W> {
    fn default() -> Self {
        Self { groups: Vec::new(), clock: Clock::default() }
    }
}

/// For a run whose time is up.
static STOP: AtomicBool = AtomicBool::new(true);

impl<W: Watch> SideBySide<W> {
    /// The clock of a run that is to be among them, and begins now.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.clock.of_another()
    }

    /// Whether no run is on its way.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Takes in a run, which may go on until its `clock` shows `limit`, in seconds.
    pub fn join(&mut self, name: usize, begun: Begun, watch: W, clock: Clock, limit: Option<f64>) {
        let mut member = Member { name, run: begun.0, watch, clock, report: None, trained: None, limit };
        member.run.begin(&mut member.watch);
        match self.groups.iter_mut().find_map(|group| group.takes(&*member.run).then_some(&mut group.members)) {
            Some(members) => members.push(member),
            None => self.groups.push(Group { members: vec![member], together: None }),
        }
        self.share();
    }

    /// Makes a training step of each run, unless it ends before or `stop` is set; returns those that have ended.
    pub fn turn(&mut self, stop: &AtomicBool) -> Vec<Ended<W>> {
        let mut ended = Vec::new();
        for group in &mut self.groups {
            for member in &mut group.members {
                member.go_on(stop);
            }
            ended.extend(group.members.extract_if(.., |member| member.trained.is_some()));
            group.step();
        }
        if ended.is_empty() {
            return Vec::new();
        }
        let ended = ended.into_iter().map(Member::end).collect();
        self.groups.retain(|group| !group.members.is_empty());
        self.share();
        ended
    }

    fn share(&self) {
        self.clock.share(self.groups.iter().map(|group| group.members.len()).sum());
    }
}

impl<W: Watch> Member<W> {
    fn is_out_of_time(&self) -> bool {
        self.limit.is_some_and(|limit| limit <= self.clock.seconds())
    }

    fn go_on(&mut self, stop: &AtomicBool) {
        let stop = if self.is_out_of_time() { &STOP } else { stop };
        let Self { run, watch, report, .. } = self;
        let between = run.is_between_epochs();
        let mut go_on = || run.go_on(report.take(), watch, stop).transpose();
        self.trained = if between { self.clock.alone(go_on) } else { go_on() };
    }

    fn end(self) -> Ended<W> {
        let out_of_time = self.is_out_of_time();
        let Self { name, mut run, mut watch, clock, trained, .. } = self;
        let status = clock.alone(|| run.end(trained.unwrap_or(Ok(Ending::Interrupted)), &mut watch));
        Ended { name, watch, status, out_of_time, seconds: clock.seconds() }
    }
}

impl<W> Group<W> {
    /// Whether the steps of a run can be made together with those of the others, for which memory is allocated if it is the
    /// second one.
    fn takes(&mut self, run: &dyn OnItsWay) -> bool {
        if !self.members.first().is_some_and(|member| run.is_like(&*member.run)) {
            return false;
        }
        if self.together.is_none() {
            // Without that memory it goes on alone.
            self.together = run.together().ok();
        }
        self.together.is_some()
    }

    fn step(&mut self) {
        match &mut self.together {
            Some(together) if self.members.len() > 1 => {
                let reports = together.step(&mut self.members.iter_mut().map(|member| &mut *member.run));
                self.members.iter_mut().zip(reports).for_each(|(member, report)| member.report = Some(report));
            }
            _ => self.members.iter_mut().for_each(|member| member.report = Some(member.run.step())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::status::State;
    use crate::training::options::Options;
    use crate::training::run;
    use crate::training::watch::Silent;
    use std::sync::atomic::Ordering;

    fn settings(text: &str) -> Settings {
        let epochs = if text.contains("num_epochs") { "" } else { "num_epochs = 4\n" };
        format!("total_series_length = 3000\n{epochs}{text}").parse().unwrap()
    }

    /// Whoever is beside them, and whenever they come and go.
    #[test]
    fn runs_come_to_what_they_come_to_alone() {
        let texts = [
            "",
            "learning_rate = 1e38\noptimizer = 'sgd'",
            "num_epochs = 2\nseed = 5",
            "state_size = 7",
            "num_layers = 2\ndropout = 0.5",
            "num_layers = 2\ndropout = 0.5\nseed = 3\nvalid = 0.5\npatience = 1",
            "cell = 'gru'\ndtype = 'f64'",
        ];
        let stop = AtomicBool::new(false);
        let mut runs = SideBySide::default();
        let (mut next, mut turns, mut ended) = (0, 0_usize, Vec::new());
        while next < texts.len() || !runs.is_empty() {
            if turns.is_multiple_of(5) && next < texts.len() {
                let clock = runs.clock();
                let begun = run::begin(&settings(texts[next]), None, Options::default(), false, &clock, &stop);
                runs.join(next, begun.unwrap(), Silent, clock, None);
                next += 1;
            }
            ended.extend(runs.turn(&stop));
            turns += 1;
        }
        assert_eq!(ended.len(), texts.len());
        for Ended { name, status, .. } in ended {
            let status = status.unwrap();
            let mut alone = run::train(&settings(texts[name]), 1, &mut Silent, &stop).unwrap();
            alone.wall_seconds = status.wall_seconds;
            assert_eq!(status, alone, "{}", texts[name]);
        }
    }

    #[test]
    fn one_whose_time_is_up_leaves_the_others() {
        let stop = AtomicBool::new(false);
        let mut runs = SideBySide::default();
        for (name, seconds) in [None, Some(0.0), None].into_iter().enumerate() {
            let clock = runs.clock();
            let begun = run::begin(&settings(""), None, Options::default(), false, &clock, &stop).unwrap();
            runs.join(name, begun, Silent, clock, seconds);
        }
        let first = runs.turn(&stop);
        assert_eq!(first.len(), 1);
        let Ended { name, status, out_of_time, .. } = &first[0];
        let State::Interrupted = status.as_ref().unwrap().status else { panic!("{status:?}") };
        assert!((*name, *out_of_time) == (1, true));
        let mut left = 2;
        while !runs.is_empty() {
            left -= runs.turn(&stop).iter().filter(|ended| !ended.out_of_time).count();
        }
        assert_eq!(left, 0);
    }

    /// A run with much data beside one with little, whose limit is far below what drawing and validating takes the other.
    #[test]
    fn what_one_does_between_epochs_is_not_the_others_time() {
        let (stop, mut runs) = (AtomicBool::new(false), SideBySide::default());
        let texts = ["total_series_length = 3000000\nvalid = 1.0", ""];
        for (name, text) in texts.into_iter().enumerate() {
            let (clock, text) = (runs.clock(), format!("num_epochs = 1\n{text}"));
            let settings = if name == 0 { text.parse().unwrap() } else { settings(&text) };
            let begun = clock.alone(|| run::begin(&settings, None, Options::default(), false, &clock, &stop)).unwrap();
            runs.join(name, begun, Silent, clock, None);
        }
        let mut seconds = [0.0; 2];
        for turn in 0.. {
            if runs.is_empty() {
                break;
            }
            stop.store(turn >= 2000, Ordering::Relaxed);
            for ended in runs.turn(&stop) {
                seconds[ended.name] = ended.seconds;
            }
        }
        assert!(0.0 < seconds[1] && seconds[1] < seconds[0] / 2.0, "{seconds:?}");
    }

    #[test]
    fn what_decides_is_what_steps_need_to_be_alike() {
        let kind = |text: &str| Kind::of(&settings(text));
        let first = kind("");
        assert!(first.is_some());
        for same in
            ["seed = 3", "learning_rate = 0.5\noptimizer = 'adam'", "echo_step = 5", "num_epochs = 9\nclip_norm = 1.0"]
        {
            assert_eq!(kind(same), first, "{same}");
        }
        for other in
            ["state_size = 5", "cell = 'gru'", "batch_size = 6", "truncated_backprop_length = 9", "dtype = 'f64'"]
        {
            assert_ne!(kind(other), first, "{other}");
        }
        assert_eq!(kind("state_size = 500"), None);
    }
}
