//! The list of trials, all checked before any runs, and written before the first one starts.
//!
//! A plan follows from its spec alone: replicate by replicate, and in each of them combination by combination, the last
//! setting varying fastest. So a sweep that was stopped has tried every combination about as often, but for small nets, which are
//! trained side by side. Replicate r has the same seed in every combination, so that combinations are compared on the same
//! series. A trial is known by the hash of its settings, which stays the same when others are added to the spec.

pub(crate) use super::hashes::Hash;
use super::hashes::{Hasher, seeded};
use super::left_out::LeftOut;
use super::needs::Needs;
use super::objective::Objective;
use super::spec::{Chosen, Combination, MOST_TRIALS, Spec};
use super::values::text;
use crate::error::Error;
use chart_kit::text::thousands;
use rnn_train::outputs::folder::write_whole_with;
use rnn_train::{SettingError, Settings};
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use toml::Value;

/// The file that holds the plan.
pub(crate) const PLAN: &str = "plan.csv";

/// The columns before those of the varied settings, and the one behind.
pub(crate) const BEFORE: [&str; 3] = ["trial", "replicate", "seed"];
pub(crate) const HASH: &str = "hash";

/// One net to train.
#[derive(Debug, Clone)]
pub(crate) struct Trial {
    pub(crate) number: usize,
    pub(crate) hash: Hash,
    pub(crate) settings: Settings,
}

/// The trials of a spec. Only what cannot be made again quickly is kept: a trial's settings are made when they are asked for.
pub(crate) struct Plan {
    pub(crate) spec: Spec,
    /// The combinations of the spec that are planned.
    combinations: Vec<u64>,
    /// The number of parameters of each combination's net; nothing where its data decide.
    parameters: Vec<Option<usize>>,
    /// Of each trial.
    hashes: Vec<Hash>,
    /// Combinations that are left out, and why.
    pub(crate) left_out: LeftOut,
    /// Whether all trials have the same task. The losses of different ones are not compared.
    pub(crate) has_one_task: bool,
    /// Whether the task of any trial can count as solved.
    pub(crate) can_be_solved: bool,
    /// What stands in hashes for the files that the spec names.
    pub(crate) contents: HashMap<PathBuf, PathBuf>,
}

impl Plan {
    /// Something of the task of all trials; nothing where trials have different ones. A plan has a trial, whose settings have been resolved
    /// once.
    fn of_task<T>(&self, of: impl Fn(&Settings) -> Option<T>) -> Option<T> {
        self.trial(0).ok().filter(|_| self.has_one_task).and_then(|trial| of(&trial.settings))
    }

    /// The task of all trials counts as solved where the loss is less than this above its floor, if it is the loss that decides.
    pub(crate) fn solved_within(&self) -> Option<f64> {
        self.of_task(Settings::solved_within)
    }

    /// The task of all trials counts as solved where this is so, in words.
    pub(crate) fn solved_where(&self) -> Option<String> {
        self.of_task(Settings::solved_where)
    }

    /// Makes the trials of a spec and checks them: every setting, and for one trial of each size and each set of files that
    /// there is memory for it and that the files are right.
    pub(crate) fn new(spec: Spec) -> Result<Self, Error> {
        let (mut needs, metric) = (Needs::default(), spec.objective.metric);
        let (mut is_had, mut missing) = (false, None);
        let plan = Self::checked(spec, Hasher::default(), |settings| {
            match metric.held_out(settings) {
                Some((setting, 0.0)) => missing = Some(setting),
                _ => is_had = true,
            }
            needs.check(settings)
        })?;
        let compares = [
            ("early_stopping", plan.spec.early_stopping.is_some()),
            ("objective", plan.spec.objective != Objective::default()),
        ];
        if let Some((section, _)) = compares.iter().find(|(_, is_given)| *is_given && !plan.has_one_task) {
            let problem = format!(
                "[{section}]: it compares trials, and those of different tasks are not compared: leave it out, or sweep each task by itself"
            );
            return Err(Error::Refused { problem });
        }
        let Some(setting) = missing.filter(|_| !is_had) else { return Ok(plan) };
        let problem = format!(
            "[objective]: metric is {}, and no trial has any: {setting} must be above 0, or name data, in [base] or for some trials",
            plan.spec.objective.name()
        );
        Err(Error::Refused { problem })
    }

    /// The plan of a sweep that was begun, whose files had these contents. They are not read again.
    pub(crate) fn of_begun(spec: Spec, contents: HashMap<PathBuf, PathBuf>) -> Result<Self, Error> {
        // What cannot run is left out of the plan, and that is only known after this.
        let there = spec.paths().iter().all(|path| Path::new(path).exists());
        let mut needs = (spec.skip_invalid && there).then(Needs::default);
        Self::checked(spec, Hasher::knowing(contents), |settings| match &mut needs {
            Some(needs) => needs.check(settings),
            None => Ok(()),
        })
    }

    fn checked(
        spec: Spec,
        mut hasher: Hasher,
        mut check: impl FnMut(&Settings) -> Result<(), rnn_train::Error>,
    ) -> Result<Self, Error> {
        let mut left_out = LeftOut::of(&spec);
        let (mut combinations, mut parameters, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
        // Of each combination those of all replicates.
        let mut hashes: Vec<Hash> = Vec::new();
        let (mut tasks, mut can_be_solved) = (HashSet::new(), false);
        let mut visited = 0_u64;
        spec.each(|number, chosen| {
            visited = visited.saturating_add(spec.replicates);
            if visited > MOST_TRIALS {
                return Err(too_many(&spec));
            }
            if let Some(chosen) = Spec::twice(chosen) {
                return Err(given_twice(chosen).into());
            }
            if let Some(exclude) = spec.excluded(chosen) {
                left_out.excluded[exclude] += 1;
                return Ok(());
            }
            let combination = spec.combined(chosen);
            let checked = resolve(&spec, &combination).and_then(|settings| check(&settings).map(|()| settings));
            let settings = match checked {
                Ok(settings) => settings,
                Err(error) => {
                    let error = of_trial(&spec, combinations.len(), &combination.values, error);
                    if !spec.skip_invalid {
                        return Err(error);
                    }
                    left_out.invalid += 1;
                    left_out.first_invalid.get_or_insert_with(|| error.to_string());
                    return Ok(());
                }
            };
            let of_combination = hasher.of(&settings)?;
            let of_replicates = (0..spec.replicates).map(|replicate| seeded(&of_combination, spec.seed + replicate));
            let before = hashes.len();
            hashes.extend(of_replicates);
            if seen.insert(hashes[before]) {
                combinations.push(number);
                tasks.insert(settings.task().name());
                can_be_solved |= settings.can_be_solved();
                parameters.push((!settings.reads_data()).then(|| settings.parameters()));
                left_out.keep(chosen);
            } else {
                hashes.truncate(before);
                left_out.twice += 1;
            }
            Ok(())
        })?;
        if hashes.is_empty() {
            let problem = format!("no trial is left to run: {}", left_out.words().join("; "));
            return Err(Error::Refused { problem });
        }
        let replicates = spec.replicates as usize;
        let by_replicate =
            (0..replicates).flat_map(|replicate| hashes.iter().skip(replicate).step_by(replicates).copied());
        let hashes = by_replicate.collect();
        let (has_one_task, contents) = (tasks.len() == 1, hasher.into_contents());
        Ok(Self { spec, combinations, parameters, hashes, left_out, has_one_task, can_be_solved, contents })
    }

    pub(crate) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// How many different combinations of values there are.
    pub(crate) fn groups(&self) -> usize {
        self.combinations.len()
    }

    pub(crate) fn hash(&self, number: usize) -> Hash {
        self.hashes[number]
    }

    /// The number of each trial.
    pub(crate) fn numbers(&self) -> HashMap<Hash, usize> {
        self.hashes.iter().copied().enumerate().map(|(number, hash)| (hash, number)).collect()
    }

    /// The place of a trial's combination among the groups, and which of its replicates it is.
    pub(crate) fn place(&self, number: usize) -> (usize, u64) {
        (number % self.groups(), (number / self.groups()) as u64)
    }

    /// The numbers of a group's trials.
    pub(crate) fn trials_of(&self, group: usize) -> impl Iterator<Item = usize> + use<> {
        (group..self.len()).step_by(self.groups())
    }

    /// The numbers of all trials, replicate by replicate and in each in the order of their hashes. It depends on which trials
    /// there are, but not on the order in which a spec lists its values.
    pub(crate) fn without_order_of_values(&self) -> Vec<usize> {
        let mut numbers: Vec<usize> = (0..self.len()).collect();
        numbers.sort_by_key(|&number| (self.place(number).1, self.hash(number)));
        numbers
    }

    pub(crate) fn seed(&self, replicate: u64) -> u64 {
        self.spec.seed + replicate
    }

    /// The values of a group's varied settings.
    pub(crate) fn values(&self, group: usize) -> Vec<Option<Value>> {
        self.spec.combination(self.combinations[group]).values
    }

    /// The same as they are shown: nothing for a setting that is not varied there.
    pub(crate) fn texts(&self, group: usize) -> Vec<String> {
        self.values(group).iter().map(|value| value.as_ref().map(text).unwrap_or_default()).collect()
    }

    /// The number of parameters that a group's nets have; nothing where their data decide.
    pub(crate) fn parameters(&self, group: usize) -> Option<usize> {
        self.parameters[group]
    }

    /// One of the trials.
    pub(crate) fn trial(&self, number: usize) -> Result<Trial, Error> {
        let (group, replicate) = self.place(number);
        let combination = self.spec.combination(self.combinations[group]);
        let mut settings = resolve(&self.spec, &combination)?;
        settings.seed = self.seed(replicate);
        Ok(Trial { number, hash: self.hashes[number], settings })
    }

    /// The rows of the file, each as its cells, the header first.
    fn rows(&self) -> impl Iterator<Item = Vec<String>> {
        let header = BEFORE.into_iter().chain(self.spec.varied()).chain([HASH]).map(str::to_owned).collect();
        let rows = (0..self.len()).map(|number| {
            let (group, replicate) = self.place(number);
            let before = [number.to_string(), replicate.to_string(), self.seed(replicate).to_string()];
            before.into_iter().chain(self.texts(group)).chain([self.hash(number).to_string()]).collect()
        });
        std::iter::once(header).chain(rows)
    }

    fn write_to(&self, file: &mut impl Write) -> std::io::Result<()> {
        let mut table = csv::Writer::from_writer(file);
        for row in self.rows() {
            table.write_record(row)?;
        }
        table.flush()
    }

    /// Writes the plan to a sweep's folder, unless it is there. One that is not as it was written, because it was edited or
    /// saved again by a spreadsheet, is replaced: what is planned stands in the spec.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join(PLAN);
        if let Ok(file) = File::open(&path) {
            let mut comparing = Comparing { file, same: true };
            let compared = self.write_to(&mut comparing).is_ok() && comparing.ends_as_it();
            if compared {
                return Ok(());
            }
            tracing::info!("{}: it is not the plan of this sweep, and is written again", path.display());
        }
        Ok(write_whole_with(&path, |file| self.write_to(file))?)
    }
}

/// Compares what is written to it with a file.
struct Comparing {
    file: File,
    same: bool,
}

impl Comparing {
    /// Whether the file has what was written, and ends there.
    fn ends_as_it(mut self) -> bool {
        self.same && matches!(self.file.read(&mut [0]), Ok(0))
    }
}

impl Write for Comparing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut there = vec![0; bytes.len()];
        self.same = self.same && self.file.read_exact(&mut there).is_ok() && there == bytes;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn too_many(spec: &Spec) -> Error {
    let most = thousands(MOST_TRIALS as usize);
    let problem = format!("{}: a sweep has at most {most} trials; these are more", spec.name);
    Error::Refused { problem }
}

/// An error for a setting that two whens vary in the same combination.
fn given_twice(chosen: &Chosen<'_>) -> SettingError {
    let Chosen { name, origin, .. } = chosen;
    let message = format!("{name} is varied by another [[when]] too, in the same trial: only one of them may apply");
    SettingError { origin: Some((*origin).to_owned()), ..SettingError::new(name, message) }
}

/// The settings of a combination, checked, with the seed of the first replicate.
fn resolve(spec: &Spec, combination: &Combination) -> Result<Settings, rnn_train::Error> {
    let mut settings = combination.layer.resolve()?;
    settings.seed = spec.seed;
    Ok(settings)
}

/// An error in one trial's settings.
fn of_trial(spec: &Spec, number: usize, values: &[Option<Value>], source: rnn_train::Error) -> Error {
    let varied = spec.varied();
    let parameters =
        varied.iter().zip(values).filter_map(|(name, value)| Some(format!("{name} = {}", text(value.as_ref()?))));
    Error::Trial { number, parameters: parameters.collect::<Vec<_>>().join(", "), source: Box::new(source) }
}

#[cfg(test)]
mod tests {
    use super::super::reader;
    use super::*;

    fn plan(text: &str) -> Plan {
        Plan::new(reader::parse(text, "spec.toml", Path::new("")).unwrap()).unwrap()
    }

    #[test]
    fn replicates_differ_by_seed_alone() {
        let plan = plan("[sweep]\nseed = 3\nreplicates = 3\n[grid]\necho_step = [1, 2]\nstate_size = [4, 8]\n");
        assert_eq!((plan.len(), plan.groups()), (12, 4));
        let trials: Vec<_> = (0..12).map(|number| plan.trial(number).unwrap()).collect();
        for group in 0..4 {
            for (replicate, number) in plan.trials_of(group).enumerate() {
                let trial = &trials[number];
                assert_eq!(trial.settings.seed, 3 + replicate as u64);
                assert_eq!(plan.place(trial.number), (group, replicate as u64));
                let mut settings = trial.settings.clone();
                settings.seed = trials[group].settings.seed;
                assert_eq!(settings, trials[group].settings);
            }
        }
        let hashes: HashSet<_> = trials.iter().map(|trial| trial.hash).collect();
        assert_eq!(hashes.len(), 12);
    }

    /// A file of results knows trials by their hashes, so these are promises.
    #[test]
    fn hashes_stay_when_others_are_added() {
        let few = plan("[grid]\necho_step = [1, 2]\n");
        let more = plan("[sweep]\nreplicates = 2\n[base]\ncheckpoint_every = 7\n[grid]\necho_step = [5, 1, 2]\n");
        let numbers = more.numbers();
        assert_eq!([0, 1].map(|number| numbers.get(&few.hash(number))), [Some(&1), Some(&2)]);
        // A default that is given is the same setting.
        assert_eq!(plan("[base]\nstate_size = 4\n[grid]\necho_step = [1]\n").hash(0), few.hash(0));
    }

    #[test]
    fn what_is_paired_drawn_and_left_out() {
        let zip = plan("[[zip]]\nstate_size = [4, 8]\nlearning_rate = [0.3, 0.1]\n[grid]\necho_step = [1, 2]\n");
        let rows: Vec<_> = (0..4).map(|group| zip.texts(group).join(" ")).collect();
        assert_eq!(rows, ["4 0.3 1", "4 0.3 2", "8 0.1 1", "8 0.1 2"]);

        let without = plan(
            "[grid]\necho_step = [1, 2, 3]\nstate_size = [4, 8]\n[[exclude]]\necho_step = [1, 3]\nstate_size = 8\n",
        );
        assert_eq!((without.len(), without.left_out.excluded[0]), (4, 2));

        let random = |trials: u64, more: &str| {
            plan(&format!(
                "[random]\ntrials = {trials}\nlearning_rate = {{ log_uniform = [0.01, 1.0] }}\nstate_size = {{ int = [2, 5] }}\n{more}"
            ))
        };
        let (five, nine) = (random(5, ""), random(9, ""));
        assert_eq!((five.len(), nine.len()), (5, 9));
        assert!((0..5).all(|number| five.hash(number) == nine.hash(number)), "more draws shift no other");
        let values = |plan: &Plan, group: usize| plan.values(group);
        let longer = random(5, "batch_size = { choice = [5, 10] }\n");
        assert!(
            (0..5).all(|group| values(&longer, group)[..2] == values(&five, group)[..]),
            "nor does another setting"
        );

        // Of many draws from few values each combination is tried once.
        let twice = plan("[random]\ntrials = 50\nstate_size = { int = [2, 4] }\n");
        assert_eq!((twice.len(), twice.left_out.twice), (3, 47));

        let spec = "[base]\noptimizer = 'sgd'\n[grid]\nnesterov = [true, false]\nmomentum = [0.0, 0.9]\n";
        let refused = Plan::new(reader::parse(spec, "spec.toml", Path::new("")).unwrap()).err().unwrap().to_string();
        assert!(
            refused.starts_with("trial 0 (nesterov = true, momentum = 0.0): spec.toml:4: nesterov is true"),
            "{refused}"
        );
        let skipping = plan(&format!("[sweep]\nskip_invalid = true\n{spec}"));
        assert_eq!((skipping.len(), skipping.left_out.invalid), (3, 1));

        let objective = "[objective]\nmetric = 'valid_loss'\n[grid]\nvalid = ";
        let refused = Plan::new(reader::parse(&format!("{objective}[0.0]\n"), "spec.toml", Path::new("")).unwrap());
        assert!(
            refused.err().unwrap().to_string().starts_with("[objective]: metric is valid_loss, and no trial has any")
        );
        assert_eq!(plan(&format!("{objective}[0.0, 0.5]\n")).len(), 2);
    }

    #[test]
    fn a_plan_that_was_changed_is_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let plan = plan("[sweep]\nreplicates = 2\n[grid]\ncell = ['elman', 'gru']\n");
        let path = folder.path().join(PLAN);
        plan.write(folder.path()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("trial,replicate,seed,cell,hash\n0,0,0,elman,"), "{text}");
        let cells = |line: usize| text.lines().nth(line).unwrap().split(',').take(4).collect::<Vec<_>>().join(",");
        assert_eq!([2, 3, 4].map(cells), ["1,0,0,gru", "2,1,1,elman", "3,1,1,gru"], "replicate by replicate");
        let changes = [
            text.replacen("gru", "lstm", 1),
            text.replace(',', ";").replace('\n', "\r\n"),
            text.lines().take(4).collect::<Vec<_>>().join("\n"),
            format!("{text}4,2,2,gru,0\n"),
            String::new(),
        ];
        for changed in changes {
            std::fs::write(&path, changed).unwrap();
            plan.write(folder.path()).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }
}
