//! Locks: a folder or a file of results is held by one process alone, or by several together.
//!
//! Where the system can lock a file, it does, and frees the lock when the process ends, however it ends. Some file systems
//! cannot, such as Lustre mounted without `flock`. There a lock is a file that its holder makes and takes away: no two
//! processes can make the same one. It says who its holder is. So one that was left by a process that was killed is
//! recognised on the same machine, and taken over; on another machine nobody can know, and the lock counts as held.

use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A lock that is held for as long as this value is there.
#[derive(Debug)]
pub struct Lock {
    _system: Option<File>,
    /// A file to take away at the end.
    made: Option<PathBuf>,
}

/// Whether a lock is held by one process alone, or by any number that all hold it together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// By one.
    Alone,
    /// By any number.
    Together,
}

impl Lock {
    /// Locks a run's folder, which is there.
    pub(crate) fn take(out: &Path) -> Result<Self, Error> {
        let busy = |held: Option<Self>, of: &Path| {
            held.ok_or_else(|| Error::Busy { path: out.to_owned(), hint: holder_of(of).unwrap_or_default() })
        };
        // Windows opens no folder: there a file beside it is locked.
        let Ok(folder) = File::open(out) else {
            let path = beside(out, ".lock");
            let mut lock = busy(Self::of_file(&path, Held::Alone)?, &path)?;
            lock.made.get_or_insert(path);
            return Ok(lock);
        };
        match folder.try_lock() {
            Ok(()) => Ok(Self { _system: Some(folder), made: None }),
            Err(TryLockError::WouldBlock) => busy(None, out),
            Err(TryLockError::Error(_)) => busy(Self::make(out, Held::Alone)?, out),
        }
    }

    /// Locks a file, which is made if it is not there; `None` if another process holds it.
    ///
    /// # Errors
    /// [`Error::Write`] for a file that cannot be opened.
    pub fn of_file(path: &Path, held: Held) -> Result<Option<Self>, Error> {
        let file = OpenOptions::new().create(true).append(true).read(true).open(path);
        let file = file.map_err(|source| Error::write(path, source))?;
        let locked = match held {
            Held::Alone => file.try_lock(),
            Held::Together => file.try_lock_shared(),
        };
        match locked {
            Ok(()) => Ok(Some(Self { _system: Some(file), made: None })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(_)) => Self::make(path, held),
        }
    }

    /// The same where the file system has no locks.
    fn make(path: &Path, held: Held) -> Result<Option<Self>, Error> {
        let own = match held {
            Held::Alone => of_one(path),
            Held::Together => of_several(path, &format!("{}-{}", host(), std::process::id())),
        };
        if !make_file(&own).map_err(|source| Error::write(&own, source))? {
            return Ok(None);
        }
        let lock = Self { _system: None, made: Some(own) };
        // First made, then looked: of two who do both, at least one sees the other.
        let others = match held {
            Held::Alone => all_of_several(path),
            Held::Together => vec![of_one(path)],
        };
        Ok((!others.iter().any(|other| is_held_by_file(other))).then_some(lock))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // One that cannot be taken away is recognised as left.
        self.made.iter().for_each(|path| drop(std::fs::remove_file(path)));
    }
}

/// Whether another process writes to a run's folder right now.
#[must_use]
pub fn is_held(out: &Path) -> bool {
    matches!(Lock::take(out), Err(Error::Busy { .. }))
}

/// Who holds a lock on a file or folder where the file system has no locks, and what to do if that is not so any more.
#[must_use]
pub fn holder_of(path: &Path) -> Option<String> {
    let file = std::iter::once(of_one(path)).chain(all_of_several(path)).find(|file| is_held_by_file(file))?;
    let who = Holder::read(&file)
        .map_or("another process".to_owned(), |Holder { host, process, .. }| format!("process {process} on {host}"));
    Some(format!(
        ". This file system has no locks: {} says that {who} is at work; remove it if that is not so any more",
        file.display()
    ))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    // A path such as `.` has no name.
    let whole = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut name = OsString::from(whole);
    name.push(suffix);
    name.into()
}

const HELD: &str = ".held";

fn of_one(path: &Path) -> PathBuf {
    beside(path, HELD)
}

fn of_several(path: &Path, who: &str) -> PathBuf {
    beside(path, &format!("{HELD}-{who}"))
}

fn all_of_several(path: &Path) -> Vec<PathBuf> {
    let start = of_several(path, "");
    let folder = start.parent().and_then(|folder| std::fs::read_dir(folder).ok());
    let is_one = |file: &PathBuf| file.as_os_str().as_encoded_bytes().starts_with(start.as_os_str().as_encoded_bytes());
    folder.into_iter().flatten().flatten().map(|entry| entry.path()).filter(is_one).collect()
}

/// Who holds a lock, as its file says.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Holder {
    host: String,
    process: u32,
    /// When the process began, in the system's own count: another one may have its number later.
    began: String,
    /// What tells this start of this machine, and this container's processes, from others; empty where it is not known.
    machine: String,
}

impl Holder {
    /// This process.
    fn own() -> Self {
        let process = std::process::id();
        Self { host: host(), process, began: began(process).unwrap_or_default(), machine: machine() }
    }

    fn read(file: &Path) -> Option<Self> {
        toml::from_str(&std::fs::read_to_string(file).ok()?).ok()
    }

    /// Whether the process has ended for sure.
    fn has_ended(&self) -> bool {
        let is_here = !self.machine.is_empty() && self.machine == machine();
        is_here && began(self.process).is_none_or(|began| began != self.began)
    }
}

/// Whether a file is there whose holder may be at work.
fn is_held_by_file(file: &Path) -> bool {
    file.exists() && !Holder::read(file).is_some_and(|holder| holder.has_ended())
}

/// Makes a file for this process, or takes one over that was left; `false` if it is held.
fn make_file(file: &Path) -> std::io::Result<bool> {
    let text = toml::to_string(&Holder::own()).map_err(std::io::Error::other)?;
    let create = |path: &Path| match File::create_new(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        made => made.and_then(|mut made| made.write_all(text.as_bytes())).map(|()| true),
    };
    if create(file)? {
        return Ok(true);
    }
    // One takes over what was left, or nobody: so there is a lock on that too.
    let taking_over = beside(file, "-over");
    if is_held_by_file(file) || !create(&taking_over)? {
        return Ok(false);
    }
    let taken = if is_held_by_file(file) { Ok(false) } else { std::fs::remove_file(file).and_then(|()| create(file)) };
    std::fs::remove_file(&taking_over)?;
    taken
}

fn host() -> String {
    let read = std::fs::read_to_string("/proc/sys/kernel/hostname").map(|name| name.trim().to_owned());
    let named = || std::env::var("HOSTNAME").or_else(|_| std::env::var("COMPUTERNAME"));
    let name = read.or_else(|_| named()).unwrap_or_default();
    name.chars().map(|c| if c.is_ascii_alphanumeric() || "-.".contains(c) { c } else { '_' }).collect()
}

/// When a process began, as Linux counts; `None` for one that is not there, or where that is not known.
fn began(process: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name of the program, in brackets, can hold anything. The state follows it; a zombie has ended.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    fields.nth(18).filter(|_| state != "Z").map(str::to_owned)
}

fn machine() -> String {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    let processes = std::fs::read_link("/proc/self/ns/pid");
    match (boot, processes) {
        (Ok(boot), Ok(processes)) => format!("{} {}", boot.trim(), processes.display()),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_locks_of_the_system_one_holds_alone_or_several_together() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sweep.lock");
        std::fs::write(&path, "").unwrap();
        let make = |held| Lock::make(&path, held).unwrap();
        let alone = make(Held::Alone).unwrap();
        assert!(make(Held::Alone).is_none() && make(Held::Together).is_none());
        let said = holder_of(&path).unwrap();
        assert!(
            said.contains(&format!("process {} on ", std::process::id())) && said.contains("sweep.lock.held"),
            "{said}"
        );
        drop(alone);
        assert_eq!(holder_of(&path), None);
        let together = make(Held::Together).unwrap();
        // Another process on another machine.
        let other = of_several(&path, "n2-7");
        let holder = Holder { host: "n2".to_owned(), process: 7, began: "1".to_owned(), machine: "other".to_owned() };
        std::fs::write(&other, toml::to_string(&holder).unwrap()).unwrap();
        assert!(make(Held::Alone).is_none());
        drop(together);
        assert!(make(Held::Alone).is_none(), "nobody can know whether that one has ended");
        std::fs::remove_file(&other).unwrap();
        assert!(make(Held::Alone).is_some());
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["sweep.lock"]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_a_killed_process_left_is_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sweep.lock");
        std::fs::write(&path, "").unwrap();
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let process = child.id();
        let holder = Holder { host: host(), process, began: began(process).unwrap(), machine: machine() };
        std::fs::write(of_one(&path), toml::to_string(&holder).unwrap()).unwrap();
        assert!(Lock::make(&path, Held::Alone).unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(Lock::make(&path, Held::Alone).unwrap().is_some());
        // Another process has its number now.
        let holder = Holder { process: std::process::id(), began: "0".to_owned(), ..holder };
        std::fs::write(of_one(&path), toml::to_string(&holder).unwrap()).unwrap();
        assert!(Lock::make(&path, Held::Alone).unwrap().is_some());
        // One that is being made says nothing yet.
        std::fs::write(of_one(&path), "").unwrap();
        assert!(Lock::make(&path, Held::Alone).unwrap().is_none());
    }
}
