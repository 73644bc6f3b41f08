//! What has become of trials: a line for each that begins and each that ends, in JSON, in one file per worker.
//!
//! A line is written in one piece, and that of an end is brought to the disk before the trial counts as ended. What a kill or a
//! full disk can leave is a last line that is cut short; it is taken away when its file is opened to go on with.

use super::plan::Hash;
use crate::error::Error;
use rnn_train::outputs::folder::sync_all;
use rnn_train::outputs::lock::{Held, Lock, holder_of};
use rnn_train::outputs::rows::EpochRow;
use rnn_train::outputs::status::State;
use rnn_train::{Named, named};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::HashSet;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The folder of the workers' files.
pub(crate) const RESULTS: &str = "results";

named! {
    /// What has become of a trial. Of several attempts at it the greatest counts.
    #[derive(PartialOrd, Ord, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case", try_from = "String")]
    pub(crate) enum TrialStatus {
        /// It has not begun.
        Pending = "pending", "It has not begun";
        /// It has begun, or was killed.
        Running = "running", "It has begun, or was killed";
        /// Stopped before its end, by a signal or with the sweep.
        Interrupted = "interrupted", "Stopped by a signal, or with the sweep";
        /// Stopped by an error.
        Failed = "failed", "Stopped by an error";
        /// Stopped because its time was up.
        TimedOut = "timed_out", "Stopped because its time was up";
        /// The loss or its gradient became NaN or infinite.
        Diverged = "diverged", "The loss or its gradient became NaN or infinite";
        /// Stopped as hopeless beside the others.
        Pruned = "pruned", "Stopped as hopeless beside the others";
        /// Trained to its end.
        Done = "done", "Trained to its end";
    }
}

/// All of them, in the order in which they are counted for people.
pub(crate) const LISTED: [TrialStatus; 8] = [
    TrialStatus::Pending,
    TrialStatus::Running,
    TrialStatus::Done,
    TrialStatus::Diverged,
    TrialStatus::Pruned,
    TrialStatus::Failed,
    TrialStatus::TimedOut,
    TrialStatus::Interrupted,
];

impl TryFrom<String> for TrialStatus {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::named(&name).ok_or_else(|| format!("`{name}` is not the status of a trial"))
    }
}

impl TrialStatus {
    /// Whether the trial is at its end, and need not run again.
    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Diverged | Self::Pruned)
    }

    /// Whether it went wrong, and runs again only when it is asked to.
    pub(crate) fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::TimedOut)
    }

    /// Whether it does not run again by itself.
    pub(crate) fn has_ended(self) -> bool {
        self.is_final() || self.is_failure()
    }
}

impl From<State> for TrialStatus {
    fn from(state: State) -> Self {
        match state {
            State::Running => Self::Running,
            State::Done => Self::Done,
            State::Diverged => Self::Diverged,
            State::Interrupted => Self::Interrupted,
            State::Pruned => Self::Pruned,
            State::Failed => Self::Failed,
        }
    }
}

/// A line of a worker's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) hash: Hash,
    /// Which attempt at the trial it is, counted from 1.
    pub(crate) attempt: u32,
    pub(crate) status: TrialStatus,
    /// Why it failed, where it diverged, why it was pruned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// The last lines of the standard error of one that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stderr: Option<String>,
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
}

/// What is known of a trial, if anything: in a box, because of a million trials most may not have begun.
pub(crate) type Known = Option<Box<Record>>;

/// The status of a trial, of which this is known. What runs where nobody works was interrupted.
pub(crate) fn status_of(record: Option<&Record>, running: bool) -> TrialStatus {
    match record.map_or(TrialStatus::Pending, |record| record.status) {
        TrialStatus::Running if !running => TrialStatus::Interrupted,
        status => status,
    }
}

/// What a trial has come to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Outcome {
    pub(crate) epochs: usize,
    pub(crate) steps: usize,
    /// The number of parameters of its net, which its data can decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parameters: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) final_loss: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) best_loss: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) accuracy: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) solved_epoch: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) solved_steps: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) solved_sequences: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) best_epoch: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) valid_loss: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) valid_accuracy: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) test_loss: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) test_accuracy: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) test_sequence_accuracy: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) test_skill: Option<f64>,
    /// From its beginning to its end: its share of its process's time.
    pub(crate) wall_seconds: f64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) losses: Vec<Measured>,
}

/// What was measured of an epoch. In a line it is a list: `[epoch, known_loss, loss, known_accuracy]`; older versions wrote
/// the first two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measured {
    pub(crate) epoch: usize,
    pub(crate) known_loss: Option<f64>,
    pub(crate) loss: Option<f64>,
    pub(crate) known_accuracy: Option<f64>,
}

impl From<&EpochRow> for Measured {
    fn from(row: &EpochRow) -> Self {
        let &EpochRow { epoch, known_loss, loss, known_accuracy, .. } = row;
        Self { epoch, known_loss, loss: Some(loss), known_accuracy }
    }
}

impl Serialize for Measured {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.epoch, self.known_loss, self.loss, self.known_accuracy).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Measured {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Measured;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of an epoch and what was measured of it")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Measured, A::Error> {
                let epoch = list.next_element()?.ok_or_else(|| serde::de::Error::invalid_length(0, &self))?;
                let mut next = || list.next_element::<Option<f64>>().map(Option::flatten);
                Ok(Measured { epoch, known_loss: next()?, loss: next()?, known_accuracy: next()? })
            }
        }
        deserializer.deserialize_seq(List)
    }
}

impl Record {
    /// The line of a trial that begins.
    pub(crate) fn begun(hash: Hash, attempt: u32) -> Self {
        let outcome = Outcome::default();
        Self { hash, attempt, status: TrialStatus::Running, error: None, stderr: None, outcome }
    }

    /// The line without the losses of the epochs, which take most of the memory.
    pub(crate) fn without_losses(&self) -> Self {
        let outcome = Outcome { losses: Vec::new(), ..self.outcome.clone() };
        Self { outcome, error: self.error.clone(), stderr: self.stderr.clone(), ..*self }
    }

    /// Whether this line says more of its trial than an earlier or another worker's line: an end counts before anything else,
    /// then the later attempt, and of one attempt how it ended. Two ends of an attempt are the same but for the time; the first
    /// one counts.
    pub(crate) fn supersedes(&self, other: &Self) -> bool {
        let rank = |record: &Self| match record.status {
            status if status.has_ended() => 2,
            TrialStatus::Interrupted => 1,
            _ => 0,
        };
        let order = |record: &Self| (record.status.is_final(), record.attempt, rank(record));
        order(self) > order(other)
    }
}

/// A worker's file.
fn path_of(folder: &Path, worker: &str) -> PathBuf {
    folder.join(RESULTS).join(format!("{worker}.jsonl"))
}

/// The file that who writes to a worker's file locks. On Windows nobody could read a file that is locked itself.
fn lock_of(path: &Path) -> PathBuf {
    path.with_extension("lock")
}

/// A worker's file, which it alone writes to.
pub(crate) struct ResultsFile {
    path: PathBuf,
    file: File,
    _lock: Lock,
}

impl ResultsFile {
    /// Opens a worker's file, or makes it, and takes away a last line that was cut short. `None` if another process
    /// writes to it.
    pub(crate) fn open(folder: &Path, worker: &str) -> Result<Option<Self>, Error> {
        let path = path_of(folder, worker);
        let folder = folder.join(RESULTS);
        let failed = |source| rnn_train::Error::Write { path: path.clone(), source };
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let Some(lock) = Lock::of_file(&lock_of(&path), Held::Alone)? else { return Ok(None) };
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(&path).map_err(failed)?;
        let whole = whole_lines(&mut file).map_err(failed)?;
        if whole < file.metadata().map_err(failed)?.len() {
            // Windows cuts no file that is open for appending alone.
            let cut = OpenOptions::new().write(true).open(&path).and_then(|file| file.set_len(whole));
            cut.map_err(failed)?;
        }
        if whole == 0 {
            // A file that is new has to outlast a crash of the machine as its lines do.
            sync_all(&folder)?;
        }
        Ok(Some(Self { path, file, _lock: lock }))
    }

    /// Who holds a worker's file where the file system has no locks, as [`holder_of`] says it.
    pub(crate) fn holder(folder: &Path, worker: &str) -> Option<String> {
        holder_of(&lock_of(&path_of(folder, worker)))
    }

    /// The trials whose ends are in this file, well or not.
    pub(crate) fn ended(&self) -> Result<HashSet<Hash>, Error> {
        let mut ended = HashSet::new();
        read_file(&self.path, &mut |record: Record, _| {
            if record.status.has_ended() {
                ended.insert(record.hash);
            }
        })?;
        Ok(ended)
    }

    /// Appends a line.
    pub(crate) fn push(&mut self, record: &Record) -> Result<(), Error> {
        let failed = |source| rnn_train::Error::Write { path: self.path.clone(), source };
        let mut line = serde_json::to_vec(record).map_err(|error| failed(error.into()))?;
        line.push(b'\n');
        Ok(self.file.write_all(&line).map_err(failed)?)
    }

    /// Brings all lines to the disk.
    pub(crate) fn sync(&self) -> Result<(), Error> {
        let failed = |source| rnn_train::Error::Write { path: self.path.clone(), source };
        Ok(self.file.sync_data().map_err(failed)?)
    }
}

/// Up to which byte a file's lines are whole.
pub(crate) fn whole_lines(file: &mut File) -> std::io::Result<u64> {
    const PIECE: u64 = 4096;
    let mut end = file.metadata()?.len();
    while end > 0 {
        let begin = end.saturating_sub(PIECE);
        let mut piece = vec![0; (end - begin) as usize];
        file.seek(SeekFrom::Start(begin))?;
        file.read_exact(&mut piece)?;
        if let Some(place) = piece.iter().rposition(|&byte| byte == b'\n') {
            return Ok(begin + place as u64 + 1);
        }
        end = begin;
    }
    Ok(0)
}

/// Whether a path is that of a worker's file.
pub(crate) fn is_results_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "jsonl")
}

/// The files of a sweep's workers, in the order of their names.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let folder = folder.join(RESULTS);
    let wrong = |error: std::io::Error| Error::Results { path: folder.clone(), problem: error.to_string() };
    let entries = match std::fs::read_dir(&folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(wrong)?,
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(wrong)?.path();
        if is_results_file(&path) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Hands every line of every worker's file to `visit`, file by file in the order of their names. A last line that is cut
/// short is told of and left out.
pub(crate) fn read(folder: &Path, mut visit: impl FnMut(Record)) -> Result<(), Error> {
    files(folder)?.iter().try_for_each(|path| read_file(path, &mut |record, _| visit(record)))
}

/// Hands every line of one file to `visit`, and the byte that it begins at.
pub(crate) fn read_file(path: &Path, visit: &mut impl FnMut(Record, u64)) -> Result<(), Error> {
    let wrong = |problem: String| Error::Results { path: path.to_owned(), problem };
    let mut lines = BufReader::new(File::open(path).map_err(|error| wrong(error.to_string()))?);
    let (mut line, mut number, mut begin) = (Vec::new(), 0, 0);
    loop {
        line.clear();
        let length = lines.read_until(b'\n', &mut line).map_err(|error| wrong(error.to_string()))?;
        number += 1;
        if length == 0 {
            return Ok(());
        }
        match serde_json::from_slice(&line) {
            _ if line.last() != Some(&b'\n') => {
                tracing::warn!("{}: line {number}, the last one, is cut short: its trial has not ended", path.display())
            }
            Ok(record) => visit(record, begin),
            Err(error) => {
                return Err(wrong(format!("line {number} is not a result: {error}; without it, its trial runs again")));
            }
        }
        begin += length as u64;
    }
}

/// The line of a file that begins at this byte.
pub(crate) fn read_at(path: &Path, begin: u64) -> std::io::Result<Record> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(begin))?;
    let mut line = Vec::new();
    BufReader::new(file).read_until(b'\n', &mut line)?;
    Ok(serde_json::from_slice(&line)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use TrialStatus::{Done, Failed, Interrupted, Pruned, Running};

    /// Of each pair the first says more, in whichever order they are read.
    #[test]
    fn what_counts_of_a_trial() {
        let hash: Hash = "x0123456789abcdef".parse().unwrap();
        let record = |(status, attempt)| Record { status, ..Record::begun(hash, attempt) };
        let pairs = [
            ((Interrupted, 1), (Running, 1)),
            ((Failed, 1), (Running, 1)),
            // One that runs again is what it is now, and a stop of the sweep is no failure.
            ((Running, 2), (Failed, 1)),
            ((Interrupted, 2), (Failed, 1)),
            ((Failed, 2), (Failed, 1)),
            ((Done, 1), (Interrupted, 2)),
            ((Done, 2), (Pruned, 1)),
        ];
        for (more, less) in pairs {
            assert!(record(more).supersedes(&record(less)), "{more:?} {less:?}");
            assert!(!record(less).supersedes(&record(more)), "{more:?} {less:?}");
        }
        assert!(!record((Done, 1)).supersedes(&record((Done, 1))), "the first of two equal ends counts");
    }

    #[test]
    fn what_older_versions_wrote_is_read() {
        let read = |text: &str| serde_json::from_str::<Measured>(text).unwrap();
        let (epoch, known_loss) = (3, Some(0.5));
        assert_eq!(read("[3,0.5]"), Measured { epoch, known_loss, loss: None, known_accuracy: None });
        let whole = Measured { epoch, known_loss: None, loss: Some(1.5), known_accuracy: Some(1.0) };
        let text = serde_json::to_string(&whole).unwrap();
        assert_eq!((text.as_str(), read(&text)), ("[3,null,1.5,1.0]", whole));
    }
}
