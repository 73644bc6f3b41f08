//! `cargo xtask suite`: several sweeps, and a page that has what is published beside them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use std::path::Path;
use support::{columns, refused, succeed};

const XTASK: &str = env!("CARGO_BIN_EXE_xtask");

#[test]
fn a_sweep_of_the_suite_stands_beside_what_is_published() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("suite");
    let suite = ["suite", "cogscale-small", "--quick", "--out", out.to_str().unwrap()];
    let told = succeed(XTASK, suite);
    assert!(told.trim_end().ends_with("report.html"), "{told}");
    let page = std::fs::read_to_string(out.join("report.html")).unwrap();
    // A row a task, a column a cell.
    for task in ["discrete_adding", "bracket_matching", "simple_copy", "sines"] {
        assert!(page.contains(&format!("<th class=\"t\">{task}, ")), "{task}");
    }
    let head = page.split("<table class=\"matrix\">").nth(1).unwrap().split("</thead>").next().unwrap();
    assert!(head.contains(">gru<") && head.contains(">lstm<"), "{head}");
    assert!(page.contains("CogScale's GRU, learning rate 0.01: test error 0.081 ± 0.053"), "{page}");
    assert!(page.contains(" agree: they are no further from it than 2 standard errors"));
    // Its own report has the same table, and the tables what it is made of.
    let report = std::fs::read_to_string(out.join("cogscale-small/report.html")).unwrap();
    assert!(report.contains("Questions and learners") && report.contains("cogscale"));
    assert!(report.contains("a panel for each question, with axes of its own, and a line for each learner"));
    // What losses of different tasks would say beside each other.
    for compared in ["The best", "Which parameter mattered", "in parallel coordinates", "Solve rate and"] {
        assert!(!report.contains(compared), "{compared}");
    }
    let groups = columns(&out.join("cogscale-small/groups.csv"));
    let errors: Vec<f64> = groups["mean_test_accuracy"].iter().filter_map(|cell| cell.parse().ok()).collect();
    assert!(errors.iter().all(|accuracy| (0.0..=1.0).contains(accuracy)) && !errors.is_empty());
    // Of sines nobody knows chance.
    let skills = groups["mean_test_skill"].iter().zip(&groups["task"]).filter(|(_, task)| *task != "sines");
    assert!(skills.into_iter().all(|(cell, _)| cell.parse::<f64>().is_ok_and(|skill| skill < 1.0)));
    // What is there is not run again.
    let summary = std::fs::read(out.join("cogscale-small/summary.csv")).unwrap();
    succeed(XTASK, suite);
    assert!(std::fs::read(out.join("cogscale-small/summary.csv")).unwrap() == summary);
    // What was run before, as another one, stays on the page.
    copy_folder(&out.join("cogscale-small"), &out.join("horizon"));
    succeed(XTASK, suite);
    let page = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("A taste of the memory suite"));
    assert!(["cogscale-small", "horizon"].iter().all(|name| page.contains(&format!("<section id=\"{name}\">"))));
    // Nobody's files are replaced.
    let refused_in = |place: &Path| refused(XTASK, ["suite", "horizon", "--quick", "--out", place.to_str().unwrap()]);
    let message = refused_in(&out.join("horizon"));
    assert!(message.contains("this is the folder of a sweep: the suite has one of its own"), "{message}");
    let own = folder.path().join("own");
    std::fs::create_dir(&own).unwrap();
    for mine in ["mine", "<!DOCTYPE html><html><body>mine</body></html>"] {
        std::fs::write(own.join("report.html"), mine).unwrap();
        let message = refused_in(&own);
        assert!(
            message.contains("a file is there that is not a page of this program: it is not replaced"),
            "{message}"
        );
    }
    // All folders are looked at before the first sweep runs.
    let full = folder.path().join("full");
    std::fs::create_dir_all(full.join("horizon")).unwrap();
    std::fs::write(full.join("horizon/notes.txt"), "mine").unwrap();
    let message = refused(XTASK, ["suite", "chaos", "horizon", "--quick", "--out", full.to_str().unwrap()]);
    assert!(message.contains("there is a notes.txt, but no sweep.lock"), "{message}");
    assert!(!full.join("chaos").exists());
    // A sweep that was run with another spec of this name is not mixed with this one.
    std::fs::remove_dir_all(out.join("horizon")).unwrap();
    copy_folder(&out.join("cogscale-small"), &out.join("horizon"));
    let message = refused_in(&out);
    assert!(message.contains("no part of it; choose another folder with --out, or begin again with"), "{message}");
}

/// Trials of different tasks are not compared with each other.
#[test]
fn what_compares_trials_is_refused_where_their_tasks_differ() {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("spec.toml");
    let two = "[sweep]\nname = 'two'\n[base]\nnum_epochs = 1\nepisodes = 8\n[grid]\ntask = ['parity', 'adding']\n";
    std::fs::write(&spec, two).unwrap();
    let message = refused(XTASK, ["sweep", spec.to_str().unwrap(), "--keep", "best"]);
    assert!(message.contains("trials of different tasks are not compared: it must be all or none"), "{message}");
    for section in ["[early_stopping]\nmethod = 'median'", "[objective]\nmetric = 'best_loss'"] {
        std::fs::write(&spec, format!("{two}{section}\n")).unwrap();
        let message = refused(XTASK, ["sweep", spec.to_str().unwrap()]);
        assert!(
            message.contains("those of different tasks are not compared: leave it out, or sweep each"),
            "{message}"
        );
    }
    assert!(!folder.path().join("sweeps").exists());
}

/// Specs can be planned, from wherever the program is started.
#[test]
fn specs_are_known_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    for name in ["suite/quick/hs97", "suite/quick/horizon", "cells"] {
        let told = succeed(XTASK, ["sweep", name, "--dry-run", "--out", out.to_str().unwrap()]);
        assert!(told.contains(" trials"), "{name}: {told}");
    }
    let message = refused(XTASK, ["sweep", "suite/hs98"]);
    assert!(
        message.contains("suite/hs98 is no file, and no spec has this name: there are batch-size, cells, "),
        "{message}"
    );
    let message = refused(XTASK, ["suite", "hs98", "--out", out.to_str().unwrap()]);
    assert!(message.contains("the suite has no sweep hs98: there are adding-copy, chaos, "), "{message}");
    assert!(!out.exists());
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let copy = to.join(path.file_name().unwrap());
        if path.is_dir() { copy_folder(&path, &copy) } else { assert!(std::fs::copy(&path, &copy).is_ok()) }
    }
}
