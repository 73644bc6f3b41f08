//! A sweep that is killed, stopped or changed goes on, runs nothing twice, and loses nothing.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod running;
mod support;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use running::{Running, children, kill, spawn, wait_until_all_train};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;
use support::{columns, ends, numbers, refused, run, say_skipped, spec, succeed, tables, trial_folders, wait_within};

const XTASK: &str = env!("CARGO_BIN_EXE_xtask");

/// 200 short trials.
const MANY: &str = "
[sweep]
replicates = 10
[base]
total_series_length = 3000
log_every = 10
[grid]
num_epochs = [1, 4, 20, 40]
echo_step = [1, 2, 3, 4, 5]
";

fn sweep(spec: &str, out: &Path, more: &[&str]) -> Output {
    run(XTASK, ["sweep", spec, "--out", out.to_str().unwrap()].iter().chain(more))
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// SIGKILL at 20 random moments: to the sweep, to trials, to both.
#[test]
fn a_sweep_killed_twenty_times_is_the_sweep_that_never_was() {
    let (folder, path, out) = spec(MANY);
    let whole = folder.path().join("whole");
    let begun = Instant::now();
    assert!(sweep(&path, &whole, &[]).status.success());
    let duration = begun.elapsed();
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let (mut kills, mut sessions) = (0, 0);
    while kills < 20 {
        let mut child = spawn(&path, &out, &[]);
        sessions += 1;
        // Some three kills for each session, so that the twenty are spread over the sweep.
        loop {
            std::thread::sleep(duration.mul_f64(random.random_range(0.02..0.09)));
            if child.child().try_wait().unwrap().is_some() {
                break;
            }
            let (of_sweep, of_trials) = (random.random_range(0..3) == 0, random.random_range(0..3) > 0);
            if of_sweep {
                child.child().kill().unwrap();
            }
            if of_trials {
                for pid in children(child.id()) {
                    // It may have ended by itself.
                    kill("-KILL", pid);
                }
            }
            kills += usize::from(of_sweep || of_trials);
            if of_sweep || kills == 20 {
                break;
            }
        }
        child.wait();
        if sessions > 60 {
            // On a machine so fast that nothing is left to kill.
            break;
        }
    }
    let ended = sweep(&path, &out, &[]);
    assert!(ended.status.success(), "{}", said(&ended));
    assert!(tables(&out) == tables(&whole), "after {kills} kills and {sessions} sessions");
    let ends = ends(&out);
    assert_eq!(ends.len(), 200);
    assert!(ends.values().all(|&times| times == 1), "{ends:?}");
    for (folder, expected) in trial_folders(&out).iter().zip(trial_folders(&whole)).step_by(17) {
        for name in ["metrics.csv", "epochs.csv", "model.safetensors"] {
            assert!(std::fs::read(folder.join(name)).unwrap() == std::fs::read(expected.join(name)).unwrap(), "{name}");
        }
    }
}

/// Early stopping compares trials with others, and yet does not depend on when the sweep was killed.
#[test]
fn a_sweep_with_early_stopping_goes_on_as_it_would_have() {
    let (folder, path, out) = spec(&format!("[early_stopping]\nmethod = 'median'\nat_once = 5\n{MANY}"));
    let whole = folder.path().join("whole");
    assert!(sweep(&path, &whole, &[]).status.success());
    assert!(columns(&whole.join("summary.csv"))["status"].iter().filter(|status| *status == "pruned").count() > 20);
    for enough in [20, 60, 110] {
        let mut child = spawn(&path, &out, &[]);
        wait_within(60, "trials end", || out.join("results").exists() && ends(&out).len() >= enough);
        child.kill();
    }
    assert!(sweep(&path, &out, &[]).status.success());
    assert!(tables(&out) == tables(&whole));
}

/// A sweep of two trials that would take hours, once both are training.
fn long_sweep() -> (tempfile::TempDir, String, PathBuf, Running) {
    let (folder, path, out) = spec("[sweep]\nreplicates = 2\n[base]\nnum_epochs = 10000000\nlog_every = 1000\n");
    let child = spawn(&path, &out, &["--jobs", "2"]);
    wait_until_all_train(&out);
    (folder, path, out, child)
}

#[test]
fn a_signal_stops_a_sweep_and_its_trials_cleanly() {
    let (_folder, path, out, mut child) = long_sweep();
    let second = refused(XTASK, ["sweep", &path, "--out", out.to_str().unwrap()]);
    let expected = "another sweep, or tasks of a Slurm job, are at work in this folder right now";
    assert_eq!(second, format!("{}: {expected}", out.display()));
    kill("-INT", child.id());
    assert_eq!(child.wait(), Some(130));
    let summary = columns(&out.join("summary.csv"));
    assert_eq!(summary["status"], ["interrupted", "interrupted"]);
    assert!(out.join("report.html").exists());
    let epochs = |folder: &Path| numbers(&folder.join("epochs.csv"), "settled_loss");
    for (trial, folder) in trial_folders(&out).iter().enumerate() {
        assert_eq!(epochs(folder).last(), summary["final_loss"][trial].parse().ok().as_ref());
    }
    // They go on from where they stopped.
    let before = epochs(&trial_folders(&out)[0]);
    let mut child = spawn(&path, &out, &["--jobs", "2"]);
    wait_within(60, "it trains on", || epochs_of(&trial_folders(&out)[0]) > before.len() + 2);
    // A terminal that is closed: the tables are written all the same.
    std::fs::remove_file(out.join("summary.csv")).unwrap();
    std::fs::remove_file(out.join("report.html")).unwrap();
    kill("-HUP", child.id());
    assert_eq!(child.wait(), Some(130));
    assert_eq!(columns(&out.join("summary.csv"))["status"], ["interrupted", "interrupted"]);
    assert!(out.join("report.html").exists());
    assert_eq!(epochs(&trial_folders(&out)[0])[..before.len()], before);
}

fn epochs_of(folder: &Path) -> usize {
    std::fs::read_to_string(folder.join("epochs.csv")).unwrap_or_default().lines().count().saturating_sub(1)
}

#[test]
fn a_trial_that_is_killed_runs_again_and_fails_the_third_time() {
    let (_folder, _, out, child) = long_sweep();
    let mut victims = children(child.id());
    let stays = victims.pop().unwrap();
    for _ in 0..3 {
        let mut victim = Vec::new();
        wait_within(60, "another attempt", || {
            victim = children(child.id()).into_iter().filter(|&pid| pid != stays).collect();
            !victim.is_empty()
        });
        assert!(kill("-KILL", victim[0]));
        wait_within(60, "it is gone", || !children(child.id()).contains(&victim[0]));
    }
    wait_within(60, "the loss is known", || {
        let results = std::fs::read_dir(out.join("results")).unwrap().map(|entry| entry.unwrap().path());
        results.map(|path| std::fs::read_to_string(path).unwrap()).any(|text| text.contains("\"failed\""))
    });
    assert_eq!(children(child.id()), [stays]);
    kill("-TERM", child.id());
    let ended = child.output();
    assert_eq!(ended.status.code(), Some(130));
    assert_eq!(said(&ended).matches("was killed (signal: 9 (SIGKILL)); it runs again").count(), 2, "{}", said(&ended));
    let mut statuses = columns(&out.join("summary.csv")).remove("status").unwrap();
    statuses.sort();
    assert_eq!(statuses, ["failed", "interrupted"]);
    let errors = columns(&out.join("summary.csv")).remove("error").unwrap();
    assert!(errors.iter().any(|error| error == "signal: 9 (SIGKILL), 3 times"), "{errors:?}");
}

#[test]
fn a_sweep_that_is_killed_leaves_no_process_behind() {
    let (_folder, _, out, mut child) = long_sweep();
    child.kill();
    for folder in trial_folders(&out) {
        wait_within(60, "the trial stops", || {
            std::fs::read_to_string(folder.join("status.toml")).is_ok_and(|text| text.contains("interrupted"))
        });
    }
}

const FEW: &str = "
[sweep]
replicates = 2
[base]
num_epochs = 2
total_series_length = 3000
[grid]
echo_step = [1, 3]
";

#[test]
fn more_replicates_and_values_keep_what_is_done() {
    let (folder, path, out) = spec(FEW);
    assert!(sweep(&path, &out, &["--jobs", "1"]).status.success());
    let more = FEW.replace("replicates = 2", "replicates = 3").replace("[1, 3]", "[5, 1, 3]");
    std::fs::write(&path, &more).unwrap();
    let grown = sweep(&path, &out, &["--jobs", "1"]);
    assert!(grown.status.success());
    let lines = [
        "the spec was changed: grid.echo_step: new: 5",
        "the spec was changed: sweep.replicates: 2 before, 3 now",
        "4 trials that have ended stay",
        "of 9 trials 5 pending, 4 done; 5 to run, by 1 worker",
    ];
    assert!(lines.iter().all(|line| said(&grown).contains(line)), "{}", said(&grown));
    assert!(ends(&out).values().all(|&times| times == 1));
    let fresh = folder.path().join("fresh");
    assert!(sweep(&path, &fresh, &[]).status.success());
    assert!(tables(&out) == tables(&fresh), "a sweep that has grown is the sweep that was larger at once");

    // What would lose results is refused, and everything stays.
    let summary = std::fs::read(out.join("summary.csv")).unwrap();
    std::fs::write(&path, FEW.replace("num_epochs = 2", "num_epochs = 3")).unwrap();
    let message = refused(XTASK, ["sweep", &path, "--out", out.to_str().unwrap()]);
    let expected = "the spec was changed (base.num_epochs: 2 before, 3 now; grid.echo_step: gone: 5; sweep.replicates: 3 before, 2 now): \
                    9 finished trials would be no part of it";
    assert!(message.contains(expected), "{message}");
    assert!(std::fs::read(out.join("summary.csv")).unwrap() == summary);
}

#[test]
fn damaged_files_are_told_of_and_kept() {
    let (_folder, path, out) = spec(FEW);
    let sweep_again = || sweep(&path, &out, &["--jobs", "1"]);
    assert!(sweep_again().status.success());
    let whole = tables(&out);
    let (plan, results) = (out.join("plan.csv"), out.join("results/local-0.jsonl"));
    let refused = || refused(XTASK, ["sweep", &path, "--jobs", "1", "--out", out.to_str().unwrap()]);

    // A plan that was edited by hand is no plan: it is written again.
    let text = std::fs::read_to_string(&plan).unwrap();
    std::fs::write(&plan, text.replacen("\n1,0,0,3,", "\n1,0,0,4,", 1)).unwrap();
    assert!(said(&sweep_again()).contains("plan.csv: it is not the plan of this sweep, and is written again"));
    assert_eq!(std::fs::read_to_string(&plan).unwrap(), text);

    // A line of results that is none.
    let lines = std::fs::read_to_string(&results).unwrap();
    std::fs::write(&results, lines.replacen("\"status\":\"done\"", "\"status\":\"gone\"", 1)).unwrap();
    let message = refused();
    let first = lines.lines().position(|line| line.contains("\"done\"")).unwrap() + 1;
    let expected = format!("{}: line {first} is not a result: `gone` is not the status", results.display());
    assert!(message.starts_with(&expected), "{message}");

    // A file of results that has lost its end: how long it was is known.
    let left = &lines[..lines.len() * 2 / 3];
    std::fs::write(&results, left).unwrap();
    let output = sweep_again();
    assert_eq!(output.status.code(), Some(2));
    let message = said(&output);
    let cut = format!("WARN {}: line {}, the last one, is cut short", results.display(), left.lines().count());
    assert!(message.contains(&cut), "{message}");
    let short =
        format!("and had {} when the tables were made from it: results of finished trials are lost", lines.len());
    assert!(message.contains(&short), "{message}");
    assert_eq!(std::fs::read_to_string(&results).unwrap().len(), left.len(), "it stays as it is");
    // Without that file it is what a kill leaves: they run again.
    std::fs::remove_file(out.join("results.toml")).unwrap();
    assert!(sweep_again().status.success());
    assert!(tables(&out) == whole);
    assert!(ends(&out).values().all(|&times| times == 1));

    // A plan that is gone is written again.
    std::fs::remove_file(&plan).unwrap();
    assert!(sweep_again().status.success());
    assert_eq!(std::fs::read_to_string(&plan).unwrap(), text);
}

/// A trial's folder is not the plan: what a removal that was cut short, a hand or a crash of the machine have left there is
/// no result.
#[test]
fn damaged_folders_of_trials_begin_again() {
    let (_folder, path, out) = spec(FEW);
    assert!(sweep(&path, &out, &[]).status.success());
    let whole = tables(&out);
    let folders = trial_folders(&out);
    std::fs::remove_file(folders[0].join("config.toml")).unwrap();
    std::fs::write(folders[1].join("config.toml"), "").unwrap();
    let config = std::fs::read_to_string(folders[2].join("config.toml")).unwrap();
    std::fs::write(folders[2].join("config.toml"), config.replace("num_epochs = 2", "num_epochs = 1")).unwrap();
    let status = std::fs::read_to_string(folders[3].join("status.toml")).unwrap();
    std::fs::write(folders[3].join("status.toml"), status.replace("epochs = 2", "epochs = 1")).unwrap();
    std::fs::remove_dir_all(out.join("results")).unwrap();
    std::fs::remove_file(out.join("results.toml")).unwrap();
    let again = sweep(&path, &out, &[]);
    assert!(again.status.success(), "{}", said(&again));
    assert!(tables(&out) == whole);
}

/// A sweep is gone on with from its folder too, and a spec that was edited there is compared with the one that was planned.
#[test]
fn a_spec_may_be_edited_in_its_folder() {
    let (_folder, path, out) = spec(FEW);
    assert!(sweep(&path, &out, &[]).status.success());
    let own = out.join("sweep.toml");
    let again = run(XTASK, ["sweep", own.to_str().unwrap()]);
    assert!(said(&again).contains("of 4 trials 4 done; 0 to run"), "{}", said(&again));
    let text = std::fs::read_to_string(&own).unwrap();
    std::fs::write(&own, text.replace("[1, 3]", "[1, 9]")).unwrap();
    let message = refused(XTASK, ["sweep", own.to_str().unwrap()]);
    let expected = "the spec was changed (grid.echo_step: new: 9; gone: 3): 2 finished trials would be no part of it";
    assert!(message.contains(expected), "{message}");
    // Nor does a plan that is gone let them go.
    std::fs::remove_file(out.join("plan.csv")).unwrap();
    assert_eq!(refused(XTASK, ["sweep", own.to_str().unwrap()]), message);
    std::fs::write(&own, text.replace("[1, 3]", "[1, 3, 9]")).unwrap();
    assert!(run(XTASK, ["sweep", own.to_str().unwrap()]).status.success());
    assert_eq!(columns(&out.join("summary.csv"))["echo_step"], ["1", "3", "9", "1", "3", "9"]);
}

#[test]
fn files_that_a_spec_names_may_not_change() {
    let (folder, path, out) = spec("[base]\nnum_epochs = 2\nseries = ['a.csv']\n[grid]\nstate_size = [2, 3]\n");
    let series = |period: usize| {
        let rows = (0..900).map(|step| format!("{},{}\n", step % period % 2, (step + period - 1) % period % 2));
        std::fs::write(folder.path().join("a.csv"), format!("input,target\n{}", rows.collect::<String>())).unwrap();
    };
    series(3);
    assert!(sweep(&path, &out, &[]).status.success());
    series(5);
    let message = refused(XTASK, ["sweep", &path, "--out", out.to_str().unwrap()]);
    assert!(message.contains("the contents of files that the spec names were changed: 2 finished trials"), "{message}");
}

/// Killed before it had written its spec.
#[test]
fn a_sweep_that_had_hardly_begun_goes_on() {
    let (_folder, path, out) = spec(FEW);
    std::fs::create_dir(&out).unwrap();
    for name in ["sweep.toml.part", "sweep.lock"] {
        std::fs::write(out.join(name), "").unwrap();
    }
    assert!(sweep(&path, &out, &[]).status.success());
}

/// Runs a shell script that mounts file systems at `disk` in this folder, which only it sees; `false`, said loudly, where that
/// cannot be. The script gets the folder, the program and a spec.
fn with_own_mounts(script: &str, folder: &Path, spec: &str) -> bool {
    std::fs::create_dir(folder.join("disk")).unwrap();
    let run = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]);
        command.args([folder.to_str().unwrap(), XTASK, spec]).env_remove("RUST_LOG").output()
    };
    let mounts = run("mount -t tmpfs -o size=1m none \"$1/disk\"");
    if !mounts.is_ok_and(|output| output.status.success()) {
        say_skipped("a test needs a file system of its own, which unshare and mount do not give here");
        return false;
    }
    run(script).unwrap();
    true
}

/// In a file system of one megabyte, which is made larger after the sweep has stopped, and at last read-only.
#[test]
fn a_full_disk_stops_a_sweep_that_then_goes_on() {
    let (folder, path, _) = spec(&MANY.replace("log_every = 10", "log_every = 1"));
    let script = "
        set -u
        mount -t tmpfs -o size=1m none \"$1/disk\"
        cd \"$1\"
        $2 sweep $3 --out disk/out >full.out 2>full.err; echo $? >full.code
        cp -r disk/out full
        mount -o remount,size=100m disk
        $2 sweep $3 --out disk/out >more.out 2>more.err; echo $? >more.code
        cp -r disk/out more
        mount -o remount,ro disk
        $2 sweep $3 --out disk/out >ro.out 2>ro.err; echo $? >ro.code
        $2 sweep $3 --out disk/new >new.out 2>new.err; echo $? >new.code
    ";
    if !with_own_mounts(script, folder.path(), &path) {
        return;
    }
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let errors = |name: &str| {
        read(name).lines().filter(|line| line.starts_with("error: ")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(read("full.code"), "1\n", "{}", read("full.err"));
    let told = errors("full.err");
    assert!(told.len() == 1 && told[0].contains("No space left on device"), "{told:?}");
    let half = ends(&folder.path().join("full")).len();
    assert!(half > 0 && half < 200, "{half}");

    assert_eq!(read("more.code"), "0\n", "{}", read("more.err"));
    let more = folder.path().join("more");
    let whole = folder.path().join("whole");
    assert!(sweep(&path, &whole, &[]).status.success());
    assert!(tables(&more) == tables(&whole));
    assert!(ends(&more).values().all(|&times| times == 1));

    for name in ["ro", "new"] {
        assert_eq!(read(&format!("{name}.code")), "2\n");
        let told = errors(&format!("{name}.err"));
        assert!(told.len() == 1 && told[0].contains("Read-only file system"), "{told:?}");
    }
}

/// Whichever file is the one that finds no room: sizes, and numbers of files, that each end at another one.
#[test]
fn a_full_disk_fails_no_trial() {
    let (folder, path, _) = spec(&MANY.replace("log_every = 10", "log_every = 1"));
    let script = "
        set -u
        cd \"$1\"
        for limit in $(seq -f size=%gk 161 26 551) $(seq -f nr_inodes=%g 20 3 62); do
            mount -t tmpfs -o $limit none disk
            $2 sweep $3 --out disk/out >/dev/null 2>err
            echo \"$limit $? $(grep -c '^error: ' err) $(cat disk/out/results/*.jsonl | grep -c '\"failed\"')\" >>told
            umount disk
        done
    ";
    if !with_own_mounts(script, folder.path(), &path) {
        return;
    }
    let told = std::fs::read_to_string(folder.path().join("told")).unwrap();
    assert_eq!(told.lines().count(), 31);
    let other: Vec<_> = told.lines().filter(|line| !line.ends_with(" 1 1 0")).collect();
    assert!(other.is_empty(), "limit, exit code, lines of errors, failed trials: {other:#?}");
}

#[test]
fn reports_beside_a_sweep_do_not_disturb_it() {
    let (_folder, path, out) = spec(&MANY.replace("replicates = 10", "replicates = 5"));
    let mut child = spawn(&path, &out, &[]);
    wait_within(60, "it begins", || out.join("plan.csv").exists());
    while child.child().try_wait().unwrap().is_none() {
        let report = run(XTASK, ["report", out.to_str().unwrap()]);
        assert!(report.status.success(), "{}", said(&report));
    }
    let ended = child.output();
    assert!(ended.status.success(), "{}", said(&ended));
    assert_eq!(columns(&out.join("summary.csv"))["status"], ["done"; 100]);
}

/// A report can be made while a sweep runs, and says what is running.
#[test]
fn a_report_of_a_running_sweep() {
    let (_folder, _, out, mut child) = long_sweep();
    let printed = succeed(XTASK, ["report", out.to_str().unwrap()]);
    assert!(printed.contains("2 running"), "{printed}");
    let status = || succeed(XTASK, ["sweep", "status", out.to_str().unwrap()]);
    assert_eq!(status(), format!("{}: 2 trials: 2 running\nit is being worked on\n", out.display()));
    kill("-INT", child.id());
    child.wait();
    assert!(status().contains("2 trials: 2 interrupted\nnobody is working here"), "{}", status());
}
