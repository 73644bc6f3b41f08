//! A Slurm cluster of two nodes on this machine, which a test can break as it likes.
//!
//! Everything it needs is of its own: a folder, free ports and a munged, so that clusters of several tests run side by
//! side and leave nothing behind.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a cluster may take to start, and anything else to happen unless a test says how long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where a program is: in `PATH`, or where Debian keeps the daemons, which need not be in `PATH`.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/sbin".into()])
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

/// Whether this machine has what a cluster needs. The daemons also want to be root's, as jobs of any user start there.
pub fn installed() -> bool {
    ["slurmctld", "slurmd", "munged", "sbatch", "squeue", "scancel", "scontrol", "sinfo"]
        .iter()
        .all(|program| find(program).is_some())
}

/// A running cluster: nodes n1 and n2 with one processor each, in one partition. It ends when dropped.
pub struct Cluster {
    // Dropped in this order: nothing writes into the folder when it goes.
    slurmd: [Option<Daemon>; 2],
    _slurmctld: Daemon,
    _munged: Daemon,
    folder: tempfile::TempDir,
}

impl Cluster {
    /// Starts a cluster and waits until both nodes would take a job, which takes a second or two.
    ///
    /// # Panics
    /// When that takes more than a minute, with the ends of the logs.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        for name in ["state", "n1", "n2"] {
            fs::create_dir(at.join(name)).unwrap();
        }
        // All are bound until all are known, as the same port would otherwise be given out twice.
        let listeners = [0; 3].map(|port| TcpListener::bind(("127.0.0.1", port)).unwrap());
        let ports = listeners.each_ref().map(|listener| listener.local_addr().unwrap().port());
        drop(listeners);
        fs::write(at.join("slurm.conf"), configuration(at, ports)).unwrap();

        let _munged = start_munged(at);
        let _slurmctld = Daemon::start(at, "slurmctld", &["-D"]);
        let mut cluster = Self { slurmd: [None, None], _slurmctld, _munged, folder };
        cluster.start_node(1);
        cluster.start_node(2);
        cluster.wait_for_nodes();
        cluster
    }

    /// The folder of the cluster: `slurm.conf`, the logs, and room for what a test wants to keep.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A command which talks to this cluster.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env("SLURM_CONF", self.folder().join("slurm.conf"));
        command
    }

    /// What a command prints, which must succeed, without the white space at the ends.
    pub fn ask<S: AsRef<OsStr>>(&self, program: &str, arguments: impl IntoIterator<Item = S>) -> String {
        let output = self.command(program).args(arguments).output().unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// The state that Slurm gives a node: `IDLE`, `ALLOCATED`, `DOWN*` (the star: it does not answer).
    pub fn node_state(&self, node: usize) -> String {
        let shown = self.ask("scontrol", ["show", "node", &format!("n{node}")]);
        let state = shown.split_whitespace().find_map(|word| word.strip_prefix("State="));
        state.unwrap_or_else(|| panic!("{shown}")).to_owned()
    }

    /// The process of a node's daemon.
    pub fn slurmd_pid(&self, node: usize) -> u32 {
        self.slurmd[node - 1].as_ref().unwrap_or_else(|| panic!("n{node} does not run")).0.id()
    }

    /// The processes of the jobs which run on a node: first each `slurmstepd`, which looks after one, then the rest.
    /// A job which Slurm has just begun to call running may have none yet.
    pub fn job_pids(&self, node: usize) -> Vec<u32> {
        // As the kernel names it, also where a symbolic link leads to the temporary folder.
        let log = fs::canonicalize(self.folder().join(format!("n{node}.log"))).unwrap_or_default();
        let slurmd = self.slurmd[node - 1].as_ref().map(|slurmd| slurmd.0.id());
        let cluster = [b"SLURM_CONF=", self.folder().join("slurm.conf").as_os_str().as_encoded_bytes()].concat();
        let on_node = format!("SLURMD_NODENAME=n{node}").into_bytes();
        let all = processes();
        let running = || all.iter().map(|&(process, _)| process);
        // Nothing else says a slurmstepd's node than the log, which it and the daemon have open.
        let mut found: Vec<u32> =
            running().filter(|&process| Some(process) != slurmd && has_open(process, &log)).collect();
        let of_job = |&process: &u32| {
            let environment = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
            let has = |wanted: &[u8]| environment.split(|&byte| byte == 0).any(|entry| entry == wanted);
            has(&cluster) && has(&on_node)
        };
        let jobs: Vec<u32> = running().filter(|process| !found.contains(process)).filter(of_job).collect();
        found.extend(jobs);
        // A job may give what it starts another environment; such a process is known by its parent.
        let mut next = 0;
        while let Some(&process) = found.get(next) {
            for &(child, parent) in &all {
                if parent == process && !found.contains(&child) {
                    found.push(child);
                }
            }
            next += 1;
        }
        found
    }

    /// Takes the power from a node: its daemon and all that its jobs run end at once.
    pub fn kill_node(&mut self, node: usize) {
        // The daemon goes first, or it would report the end of the jobs.
        self.kill_slurmd(node);
        self.kill_jobs(node);
    }

    /// Kills a node's daemon; what its jobs run goes on.
    pub fn kill_slurmd(&mut self, node: usize) {
        self.slurmd[node - 1] = None;
    }

    /// Starts a node again which was killed. It takes jobs a moment later: see [`Cluster::wait_for_nodes`].
    pub fn start_node(&mut self, node: usize) {
        assert!(self.slurmd[node - 1].is_none(), "n{node} runs already");
        self.slurmd[node - 1] = Some(Daemon::start(self.folder(), "slurmd", &["-D", "-N", &format!("n{node}")]));
    }

    /// Waits until both nodes would take a job.
    pub fn wait_for_nodes(&self) {
        self.wait_until("both nodes are idle", || {
            // While the controller starts it cannot be asked.
            let output = self.command("sinfo").args(["--noheader", "--Node", "--format=%T"]).output().unwrap();
            String::from_utf8_lossy(&output.stdout).lines().eq(["idle"; 2])
        });
    }

    /// Waits, for at most a minute, until something is so.
    pub fn wait_until(&self, what: &str, is_so: impl FnMut() -> bool) {
        self.wait_while(|| 0, PATIENCE, what, is_so);
    }

    /// Waits until something is so, as long as `progress` changes at least once in the time `limit`: how fast the machine
    /// is does not matter.
    ///
    /// # Panics
    /// When nothing changed for so long, with the state of the cluster.
    pub fn wait_while(
        &self,
        progress: impl Fn() -> usize,
        limit: Duration,
        what: &str,
        mut is_so: impl FnMut() -> bool,
    ) {
        let (mut start, mut last) = (Instant::now(), progress());
        while !is_so() {
            let now = progress();
            if now != last {
                (start, last) = (Instant::now(), now);
            }
            assert!(start.elapsed() < limit, "in {limit:?} it did not happen that {what}\n{}", self.report());
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// For the message of a test that failed: the queue, and the end of each log.
    pub fn report(&self) -> String {
        let arguments = ["--array", "--states=all", "--format=%i %T %N %r"];
        let queue = self.command("squeue").args(arguments).output().unwrap();
        let mut report = String::from_utf8_lossy(&[queue.stdout, queue.stderr].concat()).into_owned();
        // The two daemons print what they log; but what happens before they know the log's place is only printed.
        for file in ["munged.out", "slurmctld.out", "n1.log", "n2.log", "slurmd.out"] {
            let text = fs::read(self.folder().join(file)).unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            let lines: Vec<_> = text.lines().collect();
            report.push_str(&format!("--- {file}\n{}\n", lines[lines.len().saturating_sub(20)..].join("\n")));
        }
        report
    }

    /// Sends a signal, such as `-STOP`, to what the jobs of a node run.
    pub fn signal_jobs(&self, node: usize, signal: &str) {
        let running = self.job_pids(node);
        // Some may have ended by themselves meanwhile, which `kill` reports as an error.
        let running = running.iter().map(u32::to_string);
        drop(Command::new("kill").arg(signal).args(running).stderr(Stdio::null()).status());
    }

    /// Kills what the jobs of a node run. New processes may appear meanwhile, so it looks until there are none.
    fn kill_jobs(&self, node: usize) {
        for _ in 0..100 {
            if self.job_pids(node).is_empty() {
                return;
            }
            self.signal_jobs(node, "-KILL");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Without its nodes the controller cannot start a job again.
        self.kill_slurmd(1);
        self.kill_slurmd(2);
        self.kill_jobs(1);
        self.kill_jobs(2);
    }
}

/// A process of the cluster, which ends when dropped.
struct Daemon(Child);

impl Daemon {
    /// Starts a program in the foreground, so that its process id is known.
    fn start(folder: &Path, program: &str, arguments: &[&str]) -> Self {
        let path = find(program).unwrap_or_else(|| panic!("{program} is not on this machine"));
        let output = OpenOptions::new().create(true).append(true).open(folder.join(format!("{program}.out"))).unwrap();
        let mut command = Command::new(path);
        command.args(arguments).env("SLURM_CONF", folder.join("slurm.conf")).current_dir(folder);
        command.stdin(Stdio::null()).stdout(output.try_clone().unwrap()).stderr(output);
        Self(command.spawn().unwrap())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // The controller's helper process sees its pipe close and ends too.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The processes which have not ended, each with its parent.
fn processes() -> Vec<(u32, u32)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let processes = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    processes.filter_map(|process| Some((process, parent(process)?))).collect()
}

/// The parent of a process which has not ended.
fn parent(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name of the program stands in parentheses and may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let ended = ["Z", "X"].contains(&fields.next()?);
    if ended { None } else { fields.next()?.parse().ok() }
}

fn has_open(process: u32, file: &Path) -> bool {
    let descriptors = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().filter_map(Result::ok);
    descriptors.filter_map(|descriptor| fs::read_link(descriptor.path()).ok()).any(|path| path == file)
}

/// A munged of this cluster's own: that of the machine, if there is one, is neither needed nor disturbed.
fn start_munged(folder: &Path) -> Daemon {
    let mut key = [0; 128];
    File::open("/dev/urandom").unwrap().read_exact(&mut key).unwrap();
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(folder.join("munge.key")).unwrap();
    file.write_all(&key).unwrap();
    let option = |option: &str, file: &str| format!("--{option}={}", folder.join(file).display());
    let arguments = [
        "--foreground",
        // Without it a folder which others cannot enter is refused.
        "--force",
        &option("socket", "munge.socket"),
        &option("key-file", "munge.key"),
        &option("log-file", "munged.log"),
        &option("pid-file", "munged.pid"),
        &option("seed-file", "munged.seed"),
    ];
    let munged = Daemon::start(folder, "munged", &arguments);
    let start = Instant::now();
    while !folder.join("munge.socket").exists() {
        let said = || fs::read_to_string(folder.join("munged.out")).unwrap_or_default();
        assert!(start.elapsed() < PATIENCE, "munged does not start: {}", said());
        thread::sleep(Duration::from_millis(20));
    }
    munged
}

/// The text of `slurm.conf`.
fn configuration(folder: &Path, [controller, n1, n2]: [u16; 3]) -> String {
    let folder = folder.display();
    format!(
        "\
ClusterName=test
SlurmUser=root
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={controller}
StateSaveLocation={folder}/state
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdSpoolDir={folder}/%n
SlurmdPidFile={folder}/%n.pid
SlurmdLogFile={folder}/%n.log
NodeName=n1 NodeHostname=localhost NodeAddr=127.0.0.1 Port={n1} CPUs=1 RealMemory=1000
NodeName=n2 NodeHostname=localhost NodeAddr=127.0.0.1 Port={n2} CPUs=1 RealMemory=1000
PartitionName=debug Nodes=ALL Default=YES MaxTime=INFINITE State=UP
# A job that is started again waits until its old credential has expired, by default two minutes.
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
# No cgroups and no accounting.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
# Everything soon: a silent node is given up, a cancelled job is killed, a waiting job starts.
SlurmdTimeout=5
MessageTimeout=5
TCPTimeout=1
KillWait=3
SchedulerParameters=sched_interval=1,bf_interval=1,sched_min_interval=0
# A node which comes back takes jobs again, and the jobs it lost are started again.
ReturnToService=2
JobRequeue=1
# Jobs which ended are known this many seconds longer.
MinJobAge=300
MaxArraySize=100
"
    )
}
