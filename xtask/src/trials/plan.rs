//! The list of trials, all checked before any runs, and written before the first one starts.
//!
//! A plan follows from its spec alone: combination by combination, the last setting varying fastest, and the replicates of
//! a combination one after the other. Replicate r has the same seed in every combination, so that combinations are compared
//! on the same series. A trial is known by the hash of its settings, which stays the same when others are added to the spec.

use super::spec::{Combination, Spec};
use super::values::text;
use crate::error::Error;
use rnn_train::folder::write_whole_with;
use rnn_train::shown::count;
use rnn_train::{Settings, run};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use toml::Value;

/// The file that holds the plan.
pub(crate) const PLAN: &str = "plan.csv";

/// The columns before those of the varied settings, and the one behind.
pub(crate) const BEFORE: [&str; 3] = ["trial", "replicate", "seed"];
pub(crate) const HASH: &str = "hash";

/// What a trial is known by: the first 64 bits of the SHA-256 of all its settings, and of the contents of the files that
/// they name. How often a checkpoint is written does not count, because it changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, std::hash::Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct Hash(u64);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // With a letter before it no spreadsheet takes it for a number.
        write!(f, "x{:016x}", self.0)
    }
}

impl FromStr for Hash {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix('x').filter(|digits| digits.len() == 16);
        let hash = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()).map(Self);
        hash.ok_or_else(|| format!("`{text}` is no hash: it is x and 16 hexadecimal digits"))
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for Hash {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

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
    /// Of each trial.
    hashes: Vec<Hash>,
    /// Combinations that are left out, and why.
    pub(crate) left_out: LeftOut,
}

/// How many combinations are left out.
#[derive(Debug, Default)]
pub(crate) struct LeftOut {
    /// By each of the excludes.
    pub(crate) excluded: Vec<u64>,
    /// Because they are there already.
    pub(crate) twice: u64,
    /// Because they cannot run; and the first of them.
    pub(crate) invalid: u64,
    pub(crate) first_invalid: Option<String>,
}

impl LeftOut {
    /// What is left out, in sentences.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (index, &left) in self.excluded.iter().enumerate() {
            lines.push(match left {
                0 => format!("[[exclude]] number {} leaves nothing out", index + 1),
                left => format!("[[exclude]] number {} leaves out {}", index + 1, count(left as usize, "combination")),
            });
        }
        if self.twice > 0 {
            lines.push(format!(
                "left out, because the same settings are there already: {}",
                count(self.twice as usize, "combination")
            ));
        }
        if let Some(first) = &self.first_invalid {
            lines.push(format!(
                "left out, because they cannot run: {}; the first: {first}",
                count(self.invalid as usize, "combination")
            ));
        }
        lines
    }
}

impl Plan {
    /// Makes the trials of a spec and checks them: every setting, and for one trial of each size and each set of files that
    /// there is memory for it and that the files are right.
    pub(crate) fn new(spec: Spec) -> Result<Self, Error> {
        let count = spec.combinations();
        let mut left_out = LeftOut { excluded: vec![0; spec.excludes.len()], ..LeftOut::default() };
        let (mut combinations, mut hashes, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
        let mut hasher = Hasher::default();
        let mut needs = Needs::default();
        for index in 0..count {
            let combination = spec.combination(index);
            if let Some(exclude) = spec.excluded(&combination.values) {
                left_out.excluded[exclude] += 1;
                continue;
            }
            let number = hashes.len();
            let checked = resolve(&spec, &combination).and_then(|settings| needs.check(&settings).map(|()| settings));
            let settings = match checked {
                Ok(settings) => settings,
                Err(error) => {
                    let error = of_trial(&spec, number, &combination.values, error);
                    if !spec.skip_invalid {
                        return Err(error);
                    }
                    left_out.invalid += 1;
                    left_out.first_invalid.get_or_insert_with(|| error.to_string());
                    continue;
                }
            };
            let of_combination = hasher.of(&settings)?;
            let of_replicates = (0..spec.replicates).map(|replicate| seeded(&of_combination, spec.seed + replicate));
            let before = hashes.len();
            hashes.extend(of_replicates);
            if seen.insert(hashes[before]) {
                combinations.push(index);
            } else {
                hashes.truncate(before);
                left_out.twice += 1;
            }
        }
        if hashes.is_empty() {
            let problem = format!("no trial is left to run: {}", left_out.words().join("; "));
            return Err(Error::Refused { problem });
        }
        Ok(Self { spec, combinations, hashes, left_out })
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
        let replicates = self.spec.replicates as usize;
        (number / replicates, (number % replicates) as u64)
    }

    pub(crate) fn seed(&self, replicate: u64) -> u64 {
        self.spec.seed + replicate
    }

    /// The values of a group's varied settings.
    pub(crate) fn values(&self, group: usize) -> Vec<Value> {
        self.spec.combination(self.combinations[group]).values
    }

    /// The same as they are shown.
    pub(crate) fn texts(&self, group: usize) -> Vec<String> {
        self.values(group).iter().map(text).collect()
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
        let rows = (0..self.groups()).flat_map(move |group| {
            let texts = self.texts(group);
            let first = group * self.spec.replicates as usize;
            (0..self.spec.replicates).map(move |replicate| {
                let number = first + replicate as usize;
                let before = [number.to_string(), replicate.to_string(), self.seed(replicate).to_string()];
                let hash = self.hash(number).to_string();
                before.into_iter().chain(texts.iter().cloned()).chain([hash]).collect()
            })
        });
        std::iter::once(header).chain(rows)
    }

    /// Writes the plan to a sweep's folder.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), Error> {
        Ok(write_whole_with(&folder.join(PLAN), |file| {
            let mut table = csv::Writer::from_writer(file);
            for row in self.rows() {
                table.write_record(row)?;
            }
            table.flush()
        })?)
    }

    /// Makes sure that the plan in a sweep's folder is this one.
    pub(crate) fn verify(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join(PLAN);
        let wrong = |problem: String| Error::Results { path: path.clone(), problem };
        let file = File::open(&path).map_err(|error| wrong(error.to_string()))?;
        let mut table = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file);
        let mut found = csv::StringRecord::new();
        for (index, row) in self.rows().enumerate() {
            let line = index + 1;
            let there = table.read_record(&mut found).map_err(|error| wrong(error.to_string()))?;
            if !there || found.iter().ne(row.iter().map(String::as_str)) {
                let settings = row.len() - 1;
                if there && found.len() == row.len() && found.iter().take(settings).eq(row[..settings].iter()) {
                    return Err(wrong(format!(
                        "line {line}: the settings are as planned and their hash is not, so the contents of files that they name \
                         were changed, or the program; choose another folder with --out, or begin again with --overwrite"
                    )));
                }
                let found = if there {
                    format!("is `{}`", found.iter().collect::<Vec<_>>().join(","))
                } else {
                    "is missing".to_owned()
                };
                return Err(wrong(format!(
                    "line {line} {found}, and was written as `{}`; what is planned is changed in {}, not here: take this file away, \
                     and it is written again",
                    row.join(","),
                    super::spec::SPEC
                )));
            }
        }
        if table.read_record(&mut found).map_err(|error| wrong(error.to_string()))? {
            let line = self.len() + 2;
            return Err(wrong(format!("line {line} is one too many: {} trials are planned", self.len())));
        }
        Ok(())
    }
}

/// The settings of a combination, checked, with the seed of the first replicate.
fn resolve(spec: &Spec, combination: &Combination) -> Result<Settings, rnn_train::Error> {
    let mut settings = combination.layer.resolve()?;
    settings.seed = spec.seed;
    Ok(settings)
}

/// An error in one trial's settings.
fn of_trial(spec: &Spec, number: usize, values: &[Value], source: rnn_train::Error) -> Error {
    let varied = spec.varied();
    let parameters = varied.iter().zip(values).map(|(name, value)| format!("{name} = {}", text(value)));
    Error::Trial { number, parameters: parameters.collect::<Vec<_>>().join(", "), source: Box::new(source) }
}

/// Makes sure of the memory that trials need and of the files that they read.
#[derive(Default)]
struct Needs {
    /// A measure of the largest net that there was memory for.
    largest: f64,
    /// Settings that name files, without those that have nothing to do with them.
    checked: HashSet<String>,
}

impl Needs {
    fn check(&mut self, settings: &Settings) -> Result<(), rnn_train::Error> {
        if settings.series.is_empty() && settings.initial_weights.is_none() {
            let [hidden, layers, window, batch] =
                [settings.state_size, settings.num_layers, settings.truncated_backprop_length, settings.batch_size]
                    .map(|size| size as f64);
            let inputs = settings.num_classes as f64;
            let series = settings.total_series_length.unwrap_or(0) as f64;
            let size = (hidden + inputs) * (layers * hidden + batch * window) * layers + series;
            if size <= self.largest {
                return Ok(());
            }
            run::check(settings)?;
            self.largest = size;
            return Ok(());
        }
        let mut raw = settings.to_raw();
        (raw.seed, raw.learning_rate, raw.num_epochs) = (None, None, None);
        let key = serde_json::to_string(&raw).unwrap_or_default();
        if !self.checked.contains(&key) {
            run::check(settings)?;
            self.checked.insert(key);
        }
        Ok(())
    }
}

/// Hashes settings; each file that they name is read once.
#[derive(Default)]
struct Hasher {
    files: HashMap<PathBuf, PathBuf>,
}

impl Hasher {
    /// The hash so far of settings without their seed.
    fn of(&mut self, settings: &Settings) -> Result<Sha256, Error> {
        let mut raw = settings.to_raw();
        (raw.seed, raw.checkpoint_every) = (None, None);
        for path in raw.series.iter_mut().flatten().chain(&mut raw.initial_weights) {
            *path = self.contents(path)?;
        }
        let mut hasher = Sha256::new();
        // Numbers, names and paths always have a form in JSON.
        hasher.update(serde_json::to_vec(&raw).unwrap_or_default());
        Ok(hasher)
    }

    /// What stands for a file: the hash of its contents, so that a sweep can be moved.
    fn contents(&mut self, path: &Path) -> Result<PathBuf, Error> {
        if let Some(known) = self.files.get(path) {
            return Ok(known.clone());
        }
        let mut hasher = Sha256::new();
        let read = |source| rnn_train::Error::Read { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(read)?;
        std::io::copy(&mut file, &mut Writing(&mut hasher)).map_err(read)?;
        let digest: PathBuf = first_64_bits(hasher).to_string().into();
        self.files.insert(path.to_owned(), digest.clone());
        Ok(digest)
    }
}

/// Hashes what is written to it.
struct Writing<'a>(&'a mut Sha256);

impl Write for Writing<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The hash of a combination's trial with this seed.
fn seeded(of_combination: &Sha256, seed: u64) -> Hash {
    let mut hasher = of_combination.clone();
    hasher.update(format!("\nseed={seed}"));
    first_64_bits(hasher)
}

fn first_64_bits(hasher: Sha256) -> Hash {
    let digest = hasher.finalize();
    Hash(digest.iter().take(8).fold(0, |hash, &byte| hash << 8 | u64::from(byte)))
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
        for of_one in trials.chunks(3) {
            for (replicate, trial) in of_one.iter().enumerate() {
                assert_eq!(trial.settings.seed, 3 + replicate as u64);
                assert_eq!(plan.place(trial.number).1, replicate as u64);
                let mut settings = trial.settings.clone();
                settings.seed = of_one[0].settings.seed;
                assert_eq!(settings, of_one[0].settings);
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
        assert_eq!([0, 1].map(|number| numbers.get(&few.hash(number))), [Some(&2), Some(&4)]);
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
    }

    #[test]
    fn a_plan_knows_itself_and_what_was_changed() {
        let folder = tempfile::tempdir().unwrap();
        let plan = plan("[sweep]\nreplicates = 2\n[grid]\ncell = ['elman', 'gru']\n");
        plan.write(folder.path()).unwrap();
        plan.verify(folder.path()).unwrap();
        let path = folder.path().join(PLAN);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("trial,replicate,seed,cell,hash\n0,0,0,elman,"), "{text}");
        let cases = [
            (text.replacen("gru", "lstm", 1), "line 4 is `2,0,0,lstm,"),
            (text.lines().take(4).collect::<Vec<_>>().join("\n"), "line 5 is missing"),
            (format!("{text}4,2,2,gru,0\n"), "line 6 is one too many: 4 trials"),
            (text.replacen("seed", "sed", 1), "line 1 is `trial,replicate,sed"),
        ];
        for (changed, expected) in cases {
            std::fs::write(&path, changed).unwrap();
            let message = plan.verify(folder.path()).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }
}
