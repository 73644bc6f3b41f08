//! What a sweep keeps to whatever is done around it: files saved again by spreadsheets, moved folders, other orders of the spec.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use support::{columns, ends, refused, run, spec, succeed, tables};

const XTASK: &str = env!("CARGO_BIN_EXE_xtask");

fn sweep(spec: &str, out: &Path, more: &[&str]) -> String {
    succeed(XTASK, ["sweep", spec, "--out", out.to_str().unwrap()].iter().chain(more))
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

/// As spreadsheets of other languages save them, sorted, cut, or as text in UTF-16.
#[test]
fn outputs_that_were_saved_again_are_made_again() {
    let (_folder, path, out) = spec(FEW);
    sweep(&path, &out, &[]);
    let whole = tables(&out);
    let utf16 = |text: &str| [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    type Form<'a> = &'a dyn Fn(&str) -> Vec<u8>;
    let forms: [Form<'_>; 5] = [
        &|text| text.replace(',', ";").replace('\n', "\r\n").into_bytes(),
        &|text| format!("\u{feff}{}", text.replace(',', "\t")).into_bytes(),
        &utf16,
        &|text| text.lines().rev().collect::<Vec<_>>().join("\n").into_bytes(),
        &|_| Vec::new(),
    ];
    let outputs = ["plan.csv", "summary.csv", "groups.csv", "curves.csv", "report.html", "history.csv"];
    for form in forms {
        for name in outputs {
            let text = std::fs::read_to_string(out.join(name)).unwrap();
            std::fs::write(out.join(name), form(&text)).unwrap();
        }
        succeed(XTASK, ["report", out.to_str().unwrap()]);
        sweep(&path, &out, &[]);
        assert_eq!(tables(&out), whole);
        assert!(std::fs::read_to_string(out.join("history.csv")).unwrap().starts_with("time,version,engine"));
    }
    // Nothing of a history that was saved again is lost.
    assert!(std::fs::read_to_string(out.join("history.1.csv")).unwrap().contains("time;version;engine"));
    assert!(ends(&out).values().all(|&times| times == 1));
}

/// The same trials are pruned in whichever order a spec lists its values, and pruned ones are unknown.
#[test]
fn early_stopping_does_not_depend_on_the_order_of_values() {
    let text = |cells: &str, lags: &str| {
        format!(
            "[sweep]\nreplicates = 6\n[base]\nnum_epochs = 8\ntotal_series_length = 5000\n\
             [early_stopping]\nmethod = 'median'\nat_once = 4\n[grid]\ncell = [{cells}]\necho_step = [{lags}]\n"
        )
    };
    let mut seen = Vec::new();
    for (cells, lags) in [("'elman', 'gru'", "1, 3"), ("'gru', 'elman'", "3, 1")] {
        let (_folder, path, out) = spec(&text(cells, lags));
        let printed = sweep(&path, &out, &[]);
        assert!(printed.contains("it is unknown, because they were pruned before"), "{printed}");
        let (summary, groups) = (columns(&out.join("summary.csv")), columns(&out.join("groups.csv")));
        let statuses = summary["hash"].iter().cloned().zip(summary["status"].iter().cloned());
        let statuses: BTreeMap<String, String> = statuses.collect();
        assert!(statuses.values().filter(|status| *status == "pruned").count() > 3, "{statuses:?}");
        let number = |name: &str, row: usize| groups[name][row].parse::<f64>().unwrap_or(f64::NAN);
        for row in 0..4 {
            assert_eq!(number("n", row) + number("unknown", row), 6.0);
            let (low, high) = (number("solve_rate_low", row), number("solve_rate_high", row));
            let unknown = number("unknown", row);
            assert!(unknown == 0.0 || high - low >= unknown / 6.0, "what is unknown widens the interval: {groups:?}");
        }
        let page = std::fs::read_to_string(out.join("report.html")).unwrap();
        assert!(page.contains("What was pruned before it had solved the task is unknown"));
        seen.push(statuses);
    }
    assert_eq!(seen[0], seen[1]);
}

/// What only one optimizer has is varied for that one alone, and all files know it.
#[test]
fn settings_can_be_varied_beside_certain_values() {
    let text = "
[sweep]
[base]
num_epochs = 1
total_series_length = 3000
[grid]
optimizer = ['sgd', 'adam']
clip_norm = [1.0, 'off']
[[when]]
optimizer = 'sgd'
grid.momentum = [0.0, 0.9]
[[when]]
momentum = 0.9
grid.nesterov = [true, false]
[[when]]
optimizer = ['adam']
grid.beta1 = [0.5]
";
    let (folder, path, out) = spec(text);
    sweep(&path, &out, &[]);
    let summary = columns(&out.join("summary.csv"));
    let row = |trial: usize| {
        ["optimizer", "clip_norm", "momentum", "nesterov", "beta1"].map(|name| summary[name][trial].as_str()).join(" ")
    };
    let expected = [
        "sgd 1.0 0.0  ",
        "sgd 1.0 0.9 true ",
        "sgd 1.0 0.9 false ",
        "sgd off 0.0  ",
        "sgd off 0.9 true ",
        "sgd off 0.9 false ",
        "adam 1.0   0.5",
        "adam off   0.5",
    ];
    assert_eq!((0..summary["trial"].len()).map(row).collect::<Vec<_>>(), expected);
    assert_eq!(summary["status"], ["done"; 8]);
    assert_eq!(columns(&out.join("groups.csv"))["beta1"], ["", "", "", "", "", "", "0.5", "0.5"]);
    // It is the same sweep from its own file.
    let again = folder.path().join("again");
    sweep(out.join("sweep.toml").to_str().unwrap(), &again, &[]);
    assert_eq!(tables(&out), tables(&again));

    let wrong = [
        (
            "[[when]]\noptimizer = 'sgd'\n",
            ":3: a [[when]] has what is varied there, for instance grid.momentum = [0.0, 0.9]",
        ),
        (
            "[[when]]\ngrid.momentum = [0.1]\n",
            ":3: a [[when]] says beside which values, for instance optimizer = \"sgd\"",
        ),
        (
            "[[when]]\ncell = 'gru'\ngrid.momentum = [0.1]\n",
            ":4: cell is not varied before: a [[when]] names settings that are",
        ),
        (
            "[[when]]\noptimizer = 'sgd'\ngrid.optimizer = ['adam']\n",
            ":5: optimizer is in [grid] too: it is varied in one way",
        ),
        (
            "[[when]]\noptimizer = 'sgd'\ngrid.momentum = [0.1]\n[[when]]\noptimizer = 'sgd'\ngrid.momentum = [0.2]\n",
            ":8: momentum is varied by another [[when]] too, in the same trial: only one of them may apply",
        ),
        (
            "[[when]]\noptimizer = 'sgd'\ngrid.momentun = [0.1]\n",
            ":5: unknown setting `momentun`: did you mean `momentum`?",
        ),
    ];
    for (text, expected) in wrong {
        let (_folder, path, out) = spec(&format!("[grid]\noptimizer = ['sgd', 'adam']\n{text}"));
        let message = refused(XTASK, ["sweep", &path, "--out", out.to_str().unwrap()]);
        assert!(message.contains(expected), "{message}");
    }
}

/// Folder and data are moved together: the sweep goes on, and its tables are made without the data too.
#[test]
fn a_sweep_and_its_data_can_be_moved() {
    let text = "[base]\nnum_epochs = 2\nseries = ['data/a.csv']\n[grid]\nstate_size = [2, 3]\n";
    let (folder, path, _) = spec(text);
    let place = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(place("one/data")).unwrap();
    let rows = (0..900).map(|step| format!("{},{}\n", step % 3 % 2, (step + 2) % 3 % 2));
    std::fs::write(place("one/data/a.csv"), format!("input,target\n{}", rows.collect::<String>())).unwrap();
    std::fs::rename(&path, place("one/spec.toml")).unwrap();
    let text_of = |path: &Path| path.to_str().unwrap().to_owned();
    sweep(&text_of(&place("one/spec.toml")), &place("one/out"), &[]);
    let whole = tables(&place("one/out"));

    std::fs::rename(place("one"), place("two")).unwrap();
    let out = place("two/out");
    for spec in ["two/spec.toml", "two/out/sweep.toml"] {
        let ended = run(XTASK, ["sweep", &text_of(&place(spec)), "--out", &text_of(&out)]);
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success() && said.contains("2 done; 0 to run") && !said.contains("was changed"), "{said}");
    }
    assert!(ends(&out).values().all(|&times| times == 1));
    // More trials find the file where it is now.
    let more = std::fs::read_to_string(out.join("sweep.toml")).unwrap().replace("[2, 3]", "[2, 3, 4]");
    std::fs::write(out.join("sweep.toml"), more).unwrap();
    sweep(&text_of(&out.join("sweep.toml")), &out, &[]);
    assert_eq!(columns(&out.join("summary.csv"))["status"], ["done"; 3]);

    std::fs::write(out.join("sweep.toml"), "").unwrap();
    std::fs::remove_dir_all(place("two/data")).unwrap();
    succeed(XTASK, ["report", &text_of(&out)]);
    assert_eq!(columns(&out.join("summary.csv"))["status"], ["done"; 3]);
    assert_eq!(whole[1]["hash"][..], columns(&out.join("summary.csv"))["hash"][..2]);
}

#[test]
fn a_report_can_be_written_elsewhere() {
    let (folder, path, out) = spec(FEW);
    sweep(&path, &out, &["--keep", "none"]);
    let (folder, out) = (folder.path(), out.to_str().unwrap());
    let at = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let before = std::fs::read_dir(out).unwrap().count();
    succeed(XTASK, ["report", out, "--out", &at("page.html")]);
    succeed(XTASK, ["report", out, "--out", &at("page.html")]);
    let page = std::fs::read_to_string(at("page.html")).unwrap();
    assert!(page.contains("Combinations") && !page.contains("href=\"figures/"), "its links lead nowhere");
    assert_eq!(std::fs::read_dir(out).unwrap().count(), before);
    std::fs::write(at("mine.csv"), "a,b\n").unwrap();
    let message = refused(XTASK, ["report", out, "--out", &at("mine.csv")]);
    assert!(message.ends_with("a file is there that is not a page of this program: it is not replaced"), "{message}");

    // A run's folder is for another command.
    std::fs::create_dir(at("run")).unwrap();
    std::fs::write(at("run/config.toml"), "").unwrap();
    let message = refused(XTASK, ["report", &at("run")]);
    assert!(message.contains("this is the folder of a run, not of a sweep: `rnn-train report "), "{message}");
}

/// Large sweeps are refused before they take time or memory.
#[test]
fn a_spec_of_few_bytes_takes_little_memory() {
    let lists: String = ["state_size", "echo_step", "batch_size", "num_layers", "log_every", "num_epochs"]
        .map(|name| format!("{name} = {{ from = 1, to = 10000 }}\n"))
        .concat();
    let cases = [
        ("[grid]\nstate_size = { from = 1, to = 1e9 }\n".to_owned(), "a range has at most 10,000 values"),
        (format!("[grid]\n{lists}"), "make more than 1,000,000 trials"),
        (
            "[random]\ntrials = 1000000000000\ndropout = { uniform = [0, 1] }\n".to_owned(),
            "make more than 1,000,000 trials",
        ),
        ("[sweep]\nreplicates = 9000000000000000000\n".to_owned(), "make more than 1,000,000 trials"),
        (
            format!("[grid]\noptimizer = ['sgd']\n[[when]]\noptimizer = 'sgd'\n[when.grid]\n{lists}"),
            "make more than 1,000,000 trials",
        ),
    ];
    for (text, expected) in cases {
        let (_folder, path, _) = spec(&text);
        let script = format!("ulimit -v 600000; exec {XTASK} sweep {path} --dry-run");
        let message = refused("sh", ["-c", &script]);
        assert!(message.contains(expected), "{text}: {message}");
    }
}

/// A trial whose folder another process still holds waits for it.
#[cfg(unix)]
#[test]
fn a_trial_waits_for_a_folder_that_is_held() {
    let (_folder, path, out) = spec("[base]\nnum_epochs = 1\ntotal_series_length = 3000\n");
    succeed(XTASK, ["sweep", &path, "--out", out.to_str().unwrap()]);
    let folder = support::trial_folders(&out)[0].clone();
    std::fs::remove_dir_all(out.join("results")).unwrap();
    std::fs::remove_file(out.join("results.toml")).unwrap();
    let held = std::fs::File::open(folder).unwrap();
    held.lock().unwrap();
    let mut child = std::process::Command::new(XTASK)
        .args(["sweep", &path, "--out", out.to_str().unwrap()])
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    // To the end of its lines, if it does not wait.
    let waits = lines.find(|line| line.contains("trial 0 waits: another process still writes to its folder"));
    drop(held);
    let rest: Vec<_> = lines.collect();
    assert!(child.wait().unwrap().success() && waits.is_some(), "{rest:?}");
    assert_eq!(columns(&out.join("summary.csv"))["status"], ["done"]);
}
