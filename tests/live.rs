//! What somebody who watches a run in a terminal relies on: the screen, the keys, and a terminal that is left as it was.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use support::{refused, run, skip_without, succeed};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rnn-train");
const TMUX: &str = "tmux";

/// Three epochs of 120 windows.
const SHORT: &str = "--num-epochs 3 --total-series-length 9000";

/// A terminal with a shell in it.
struct Terminal {
    socket: String,
}

impl Terminal {
    fn new([width, height]: [u16; 2], environment: &[(&str, &str)]) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let terminal = Self { socket: format!("rnn-train-{}-{number}", std::process::id()) };
        let mut command = terminal.command();
        for name in ["NO_COLOR", "COLORTERM", "RUST_LOG", "TMUX"] {
            command.env_remove(name);
        }
        // Letters beyond ASCII are shown whatever the machine's language is.
        command.arg("-u").args(["new-session", "-d", "-x", &width.to_string(), "-y", &height.to_string()]);
        command.envs(environment.iter().copied()).arg("sh");
        let started = command.output().unwrap();
        assert!(started.status.success(), "{}", String::from_utf8_lossy(&started.stderr));
        // Some shells set their prompt themselves; in two parts, so that it is not what was typed that is waited for.
        terminal.enter("PS1='rea''dy$ '");
        terminal.wait_for(|screen| screen.contains("ready$"));
        terminal
    }

    fn command(&self) -> Command {
        let mut command = Command::new(TMUX);
        command.args(["-L", &self.socket, "-f", "/dev/null"]);
        command
    }

    fn tmux(&self, arguments: &[&str]) -> String {
        let output: Output = self.command().args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What stands on it.
    fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p"])
    }

    /// Presses a key, which has a name or is itself.
    fn press(&self, key: &str) {
        self.tmux(&["send-keys", key]);
    }

    /// Types a line into the shell.
    fn enter(&self, line: &str) {
        self.tmux(&["send-keys", "-l", line]);
        self.press("Enter");
    }

    /// Waits until the screen is as it should be, and returns it.
    fn wait_for(&self, is_so: impl Fn(&str) -> bool) -> String {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let screen = self.screen();
            if is_so(&screen) {
                return screen;
            }
            assert!(Instant::now() < until, "waited in vain, at:\n{screen}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Runs the program in the shell; its number goes to the file `pid`, and how it ended to the file `code`.
    fn start(&self, folder: &Path, arguments: &str) {
        std::fs::write(folder.join("before"), "").unwrap();
        let folder = folder.display();
        self.enter(&format!(
            "cd {folder}; rm -f code pid; stty -a > before; sh -c 'echo $$ > pid; exec {PROGRAM} {arguments}'; echo $? \
             > code; stty -a > after"
        ));
    }

    /// Waits until the program has ended, and checks that it has left the terminal as it was; returns the exit code, and
    /// what is on the terminal.
    fn end(&self, folder: &Path) -> (String, String) {
        self.wait_for(|_| std::fs::read_to_string(folder.join("after")).is_ok_and(|text| text.contains("echo")));
        let screen = self.wait_for(|screen| screen.trim_end().ends_with("ready$"));
        assert_eq!(self.tmux(&["display-message", "-p", "#{alternate_on} #{cursor_flag}"]).trim(), "0 1");
        let [before, after] = ["before", "after"].map(|name| std::fs::read_to_string(folder.join(name)).unwrap());
        assert_eq!(before, after, "the terminal's settings are as before");
        std::fs::remove_file(folder.join("after")).unwrap();
        (std::fs::read_to_string(folder.join("code")).unwrap().trim().to_owned(), screen)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let socket = self.command().args(["display-message", "-p", "#{socket_path}"]).output().unwrap();
        drop(self.command().arg("kill-server").output());
        // It stays behind otherwise.
        drop(std::fs::remove_file(String::from_utf8_lossy(&socket.stdout).trim()));
    }
}

/// The training steps that a screen says are done.
fn steps(screen: &str) -> usize {
    let line = screen.lines().find_map(|line| line.strip_prefix("step ").filter(|line| line.contains(" of "))).unwrap();
    line.split(" of ").next().unwrap().replace(',', "").parse().unwrap()
}

fn assert_same_run(found: &Path, expected: &Path) {
    for name in ["config.toml", "metrics.csv", "epochs.csv", "snapshots.csv", "model.safetensors", "figure.svg"] {
        let [found, expected] = [found, expected].map(|folder| std::fs::read(folder.join(name)).unwrap());
        assert!(found == expected, "{name} differs");
    }
}

/// A run that was stopped where it was watched goes on, and ends as one that nobody has watched or stopped.
fn assert_stopped_well(out: &Path) {
    let status = std::fs::read_to_string(out.join("status.toml")).unwrap();
    assert!(status.contains("status = \"interrupted\""), "{status}");
    assert!(out.join("checkpoint.safetensors").exists());
    let whole = out.with_extension("whole");
    succeed(PROGRAM, ["resume", out.to_str().unwrap()]);
    succeed(PROGRAM, ["run", "--out", whole.to_str().unwrap()].into_iter().chain(SHORT.split(' ')));
    assert_same_run(out, &whole);
}

#[test]
fn a_run_is_watched_paused_stepped_through_and_left() {
    if skip_without(TMUX) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let terminal = Terminal::new([100, 30], &[]);
    terminal.start(folder.path(), &format!("run --out run --live --pace 20 {SHORT}"));
    let screen = terminal.wait_for(|screen| screen.contains("learning") && screen.contains("windows a second ·"));
    for part in [
        "Echo after 3 steps: elman net of 4 hidden units, windows of 15",
        "target = input 3 steps ago",
        "0.1346",
        "● an epoch's first window: the first 3 of its 15 targets cannot be known",
        "of 360",
        "epoch 0 of 0–2",
        "of 0–119",
        "pace 20 windows a second",
        "space pause",
        "▇",
        "×",
    ] {
        assert!(screen.contains(part), "no {part:?} in\n{screen}");
    }
    // The line of diagnostics that says so much stands before the screen, not in it.
    assert!(!screen.contains("INFO"), "{screen}");

    terminal.press("Space");
    let paused = steps(&terminal.wait_for(|screen| screen.contains("paused")));
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(steps(&terminal.screen()), paused);
    for (step, key) in ["s", "Right"].into_iter().enumerate() {
        terminal.press(key);
        let done = paused + step + 1;
        terminal
            .wait_for(|screen| steps(screen) == done && screen.contains(&format!("Window {} of epoch 0", done - 1)));
    }
    terminal.press("+");
    terminal.wait_for(|screen| screen.contains("pace 40 windows a second"));
    terminal.press("-");
    terminal.wait_for(|screen| screen.contains("pace 20 windows a second"));
    // A paused run fits itself to another size too.
    terminal.tmux(&["resize-window", "-x", "72", "-y", "20"]);
    let small = terminal.wait_for(|screen| screen.lines().next().is_some_and(|line| line.ends_with("paused")));
    assert!(small.lines().all(|line| line.chars().count() <= 72) && small.contains("q stop"), "{small}");
    assert_eq!(steps(&small), paused + 2);
    terminal.tmux(&["resize-window", "-x", "100", "-y", "30"]);
    terminal.press("e");
    terminal.wait_for(|screen| screen.contains("Window 0 of epoch 1") && screen.contains("unknowable ? ? ?"));
    assert_eq!(steps(&terminal.wait_for(|screen| screen.contains("paused"))), 121);
    terminal.press("q");
    let (code, screen) = terminal.end(folder.path());
    assert_eq!(code, "130");
    assert!(screen.contains("WARN stopped after 121 steps: `rnn-train resume run` continues"), "{screen}");
    assert_stopped_well(&folder.path().join("run"));
}

#[test]
fn a_run_that_ends_stays_on_the_screen_and_one_that_goes_on_has_its_curve() {
    if skip_without(TMUX) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let terminal = Terminal::new([80, 24], &[]);
    terminal.start(folder.path(), &format!("run --out run --live --pace 20 {SHORT}"));
    terminal.wait_for(|screen| screen.contains("of 360") && steps(screen) >= 3);
    terminal.press("C-c");
    assert_eq!(terminal.end(folder.path()).0, "130");
    let out = folder.path().join("run");
    let status = std::fs::read_to_string(out.join("status.toml")).unwrap();
    assert!(status.contains("\"interrupted\"") && out.join("checkpoint.safetensors").exists(), "{status}");

    // The spike of the first window is there from the beginning.
    terminal.start(folder.path(), "resume run --live --pace 0.001");
    terminal.wait_for(|screen| screen.contains("learning") && screen.contains('●'));
    let screen = terminal.wait_for(|screen| {
        // From epoch to epoch, and to the end.
        terminal.press("e");
        screen.contains("done:")
    });
    assert_eq!(steps(&screen), 360);
    assert!(screen.contains("Window 119 of epoch 2") && screen.contains("q leave"), "{screen}");
    // All is written by then.
    let status = std::fs::read_to_string(out.join("status.toml")).unwrap();
    assert!(status.contains("status = \"done\"") && out.join("figure.png").exists(), "{status}");
    terminal.press("q");
    let (code, screen) = terminal.end(folder.path());
    assert_eq!(code, "0");
    assert!(screen.contains("INFO done: run"), "{screen}");
}

#[test]
fn diagnostics_wait_until_the_screen_is_left() {
    if skip_without(TMUX) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let terminal = Terminal::new([100, 30], &[]);
    terminal.start(folder.path(), "run --out run --live --pace max --num-epochs 3");
    let screen = terminal.wait_for(|screen| screen.contains("done: solved in epoch 1"));
    let told = |screen: &str| screen.lines().filter(|line| line.trim().starts_with("INFO solved in epoch 1:")).count();
    let lines: Vec<_> = screen.lines().collect();
    assert_eq!((told(&screen), told(lines[28]), steps(&screen)), (1, 1, 1998), "{screen}");
    terminal.press("q");
    let (code, screen) = terminal.end(folder.path());
    assert_eq!((code.as_str(), told(&screen)), ("0", 1), "{screen}");
}

#[test]
fn signals_from_outside_stop_a_run_as_the_key_does() {
    if skip_without(TMUX) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let terminal = Terminal::new([80, 24], &[]);
    for signals in [&["-TERM"][..], &["-HUP"], &["-TERM", "-INT"]] {
        let out = signals.concat();
        terminal.start(folder.path(), &format!("run --out run{out} --live --pace 20 {SHORT}"));
        terminal.wait_for(|screen| screen.contains("of 360") && steps(screen) >= 3);
        let pid = std::fs::read_to_string(folder.path().join("pid")).unwrap();
        // A second one comes before the first has been answered to: then there is no time but for leaving the terminal.
        let kill = signals.iter().map(|signal| format!("kill {signal} {}; ", pid.trim())).collect::<String>();
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        let (code, screen) = terminal.end(folder.path());
        assert_eq!(code, "130", "{screen}");
        if let [_] = signals {
            assert!(screen.contains("WARN stopped after"), "{screen}");
            assert_stopped_well(&folder.path().join(format!("run{out}")));
        }
    }
}

/// The numbers of a screen's sequences that set colours.
fn colours(screen: &str) -> Vec<u32> {
    let sequences = screen.split("\x1b[").skip(1).filter_map(|part| part.split_once('m'));
    let numbers = sequences.flat_map(|(numbers, _)| numbers.split(';').filter_map(|number| number.parse().ok()));
    numbers.filter(|number| matches!(number, 30..=38 | 40..=48 | 90..=107)).collect()
}

#[test]
fn no_color_means_no_colours() {
    if skip_without(TMUX) {
        return;
    }
    for (environment, has_colours) in [(&[("NO_COLOR", "1")][..], false), (&[("NO_COLOR", "")], true)] {
        let folder = tempfile::tempdir().unwrap();
        let terminal = Terminal::new([100, 30], environment);
        terminal.start(folder.path(), &format!("run --out run --live --pace 20 {SHORT}"));
        terminal.wait_for(|screen| screen.contains("of 360") && steps(screen) >= 3);
        let found = colours(&terminal.tmux(&["capture-pane", "-p", "-e"]));
        assert_eq!(!found.is_empty(), has_colours, "{found:?}");
        terminal.press("q");
        assert_eq!(terminal.end(folder.path()).0, "130");
    }
}

#[test]
fn a_run_is_replayed_forth_and_back() {
    if skip_without(TMUX) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    succeed(PROGRAM, ["run", "--out", out.to_str().unwrap()].into_iter().chain(SHORT.split(' ')));
    let terminal = Terminal::new([100, 30], &[]);
    terminal.start(folder.path(), "replay run --pace 0.001");
    terminal.wait_for(|screen| screen.contains("replay") && screen.contains("snapshot 1 of "));
    terminal.press("s");
    terminal.wait_for(|screen| screen.contains("paused"));
    terminal.press("s");
    let second = terminal.wait_for(|screen| screen.contains("snapshot 2 of "));
    assert!(second.contains("Window 1 of epoch 0") && steps(&second) == 2, "{second}");
    let row = support::numbers(&out.join("metrics.csv"), "loss")[1];
    assert!(second.contains(&format!("loss {row:.4}")), "{second}");
    terminal.press("b");
    terminal.wait_for(|screen| screen.contains("snapshot 1 of "));
    terminal.press("e");
    let epoch = terminal.wait_for(|screen| screen.contains("Window 0 of epoch 1"));
    assert_eq!(steps(&epoch), 121);
    terminal.press("e");
    terminal.wait_for(|screen| screen.contains("Window 0 of epoch 2"));
    terminal.press("e");
    // Behind the last one there is no epoch, but an end, which stays.
    let end = terminal.wait_for(|screen| screen.contains("Window 119 of epoch 2"));
    assert_eq!(steps(&end), 360);
    terminal.press("q");
    assert_eq!(terminal.end(folder.path()).0, "0");
}

#[test]
fn where_there_is_no_terminal_a_run_is_told_in_lines_and_a_replay_refused() {
    let folder = tempfile::tempdir().unwrap();
    let [out, other] = ["run", "other"].map(|name| folder.path().join(name));
    let of = |out: &Path| ["run", "--out", out.to_str().unwrap()].map(str::to_owned).to_vec();
    let settings: Vec<_> = SHORT.split(' ').map(str::to_owned).collect();
    let output = run(PROGRAM, [of(&out), settings.clone(), vec!["--live".to_owned()]].concat());
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), succeed(PROGRAM, [of(&other), settings].concat()));
    let told = String::from_utf8(output.stderr).unwrap();
    let line = "WARN standard output is not a terminal: progress is printed line by line instead";
    assert_eq!(told.lines().filter(|told| told.trim() == line).count(), 1, "{told}");
    assert_same_run(&out, &other);

    let refusal = refused(PROGRAM, ["replay", out.to_str().unwrap()]);
    assert!(refusal.contains("a replay needs a terminal; `rnn-train animate` writes a GIF"), "{refusal}");
    let refusal = refused(PROGRAM, ["run", "--out", "nowhere", "--pace", "5"]);
    assert!(refusal.contains("--live"), "{refusal}");
    for pace in ["0", "-1", "nan", "fast"] {
        let refusal = refused(PROGRAM, ["run", "--out", "nowhere", "--live", "--pace", pace]);
        assert!(refusal.contains("a pace is a number above 0, or max"), "{refusal}");
    }
}

/// A run that is watched in this process, while another thread of it panics; to be run in a terminal.
#[test]
#[ignore = "another test runs it in a terminal"]
fn a_panic_while_a_run_is_watched() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let panics = std::thread::spawn({
        let out = out.clone();
        move || {
            while std::fs::read_to_string(out.join("status.toml")).is_err() {
                std::thread::sleep(Duration::from_millis(10));
            }
            std::thread::sleep(Duration::from_millis(500));
            panic!("this was to be");
        }
    });
    let arguments = ["rnn-train", "run", "--live", "--pace", "20", "--out", out.to_str().unwrap()];
    rnn_train::view::commands::main(arguments.map(Into::into));
    assert!(panics.join().is_err());
}

#[test]
fn a_panic_is_told_on_a_terminal_that_is_as_it_was() {
    if skip_without(TMUX) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let terminal = Terminal::new([100, 30], &[]);
    let this = std::env::current_exe().unwrap();
    let test = "--ignored --exact a_panic_while_a_run_is_watched --nocapture";
    terminal.enter(&format!(
        "cd {}; stty -a > before; {} {test}; echo code $?; stty -a > after",
        folder.path().display(),
        this.display()
    ));
    terminal.wait_for(|screen| screen.contains("learning"));
    let screen = terminal.wait_for(|screen| screen.contains("code "));
    assert!(screen.contains("this was to be"), "{screen}");
    assert_eq!(terminal.tmux(&["display-message", "-p", "#{alternate_on} #{cursor_flag}"]).trim(), "0 1");
    terminal.wait_for(|_| std::fs::read_to_string(folder.path().join("after")).is_ok_and(|text| text.contains("echo")));
    let [before, after] = ["before", "after"].map(|name| std::fs::read_to_string(folder.path().join(name)).unwrap());
    assert_eq!(before, after);
}
