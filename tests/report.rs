//! What a reader of a sweep's `report.html` relies on: that all is there, that the page works in a browser, and that
//! nothing is loaded or sent.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod browser;
mod support;

use browser::{CHROMIUM, assert_all_well, browse};
use std::path::{Path, PathBuf};
use support::{skip_without, succeed};

const XTASK: &str = env!("CARGO_BIN_EXE_xtask");

/// A grid of three parameters, of which one rate diverges.
const GRID: &str = "
[sweep]
name = 'grid'
replicates = 2
[base]
num_epochs = 3
total_series_length = 1500
optimizer = 'sgd'
[grid]
learning_rate = [1e38, 0.3]
truncated_backprop_length = [10, 5]
echo_step = [2, 5]
";

const ZIP: &str = "
[sweep]
name = 'zip'
[base]
num_epochs = 3
total_series_length = 1500
[early_stopping]
method = 'median'
startup_trials = 1
at_once = 1
[objective]
metric = 'accuracy'
[[zip]]
state_size = [8, 4, 16, 6]
learning_rate = [0.1, 0.3, 0.001, 0.01]
";

const RANDOM: &str = "
[sweep]
name = 'random'
[base]
num_epochs = 2
total_series_length = 1500
[random]
trials = 20
learning_rate = { log_uniform = [1e-3, 1.0] }
state_size = { int = [2, 20] }
cell = { choice = ['lstm', 'elman'] }
";

/// Runs a sweep in a new folder.
fn sweep(spec: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spec.toml");
    std::fs::write(&path, spec).unwrap();
    let out = folder.path().join("out");
    succeed(XTASK, ["sweep", path.to_str().unwrap(), "--jobs", "1", "--out", out.to_str().unwrap()]);
    (folder, out)
}

fn page(out: &Path) -> String {
    std::fs::read_to_string(out.join("report.html")).unwrap()
}

fn figures(out: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(out.join("figures")).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Whether some text has all of these.
fn assert_has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?}");
    }
}

/// What must be true of every page and its pictures.
fn assert_stands_alone(out: &Path) {
    let page = page(out);
    let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";
    assert!(page.contains(&format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">")));
    let elsewhere = page.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "");
    assert!(!elsewhere.contains("http"), "{:?}", elsewhere.split("http").nth(1));
    for name in figures(out) {
        let svg = std::fs::read_to_string(out.join("figures").join(&name)).unwrap();
        assert!(page.contains(svg.trim_end()), "{name} is on the page");
        assert!(chart_kit::png::png(&svg).is_ok(), "{name} can be drawn");
    }
}

#[test]
fn a_grid_has_maps_of_all_pairs_and_says_what_diverged() {
    let (_folder, out) = sweep(GRID);
    assert_stands_alone(&out);
    let pairs = [
        "learning_rate--echo_step.svg",
        "learning_rate--truncated_backprop_length.svg",
        "truncated_backprop_length--echo_step.svg",
    ];
    let mut expected: Vec<String> = ["importance.svg", "loss-curves.svg", "parallel.svg"].map(str::to_owned).to_vec();
    expected.extend(pairs.iter().flat_map(|pair| [format!("final-loss--{pair}"), format!("solve-rate--{pair}")]));
    expected.sort();
    assert_eq!(figures(&out), expected);

    let page = page(&out);
    assert_has(
        &page,
        &[
            "0 of 16 trials solved the task, 8 diverged",
            "<b>16</b> planned",
            "<b>8</b> done",
            "<b>8</b> diverged",
            "window equal to the reach",
            "Framed: the window is as long as the reach.",
            "Cells pool all values of learning_rate.",
            "the loss is",
            "It sees each parameter alone",
            "lowest <code>final_loss</code>",
            "cargo xtask sweep",
            "--jobs 1",
            "\ndiv.\n",
        ],
    );
    // Numbers ascend, whatever their order in the spec.
    let map =
        std::fs::read_to_string(out.join("figures/solve-rate--truncated_backprop_length--echo_step.svg")).unwrap();
    let [five, ten] = ["\n5\n", "\n10\n"].map(|value| map.find(value).unwrap());
    assert!(five < ten);
    let [first, second] = ["truncated_backprop_length and echo_step", "learning_rate and echo_step"]
        .map(|pair| page.find(&format!("over {pair}")).unwrap());
    assert!(first < second, "the last two are shown first");

    // Pictures of an earlier report go, what others put there stays.
    std::fs::write(out.join("figures/solve-rate--old--pair.svg"), "<svg/>").unwrap();
    std::fs::write(out.join("figures/notes.svg"), "<svg/>").unwrap();
    succeed(XTASK, ["report", out.to_str().unwrap()]);
    std::fs::remove_file(out.join("figures/notes.svg")).unwrap();
    assert_eq!(figures(&out), expected);
    assert_eq!(self::page(&out), page, "the same of the same results");
}

#[test]
fn pairs_early_stopping_and_another_objective() {
    let (_folder, out) = sweep(ZIP);
    assert_stands_alone(&out);
    assert_has(
        &page(&out),
        &[
            "highest <code>accuracy</code>",
            "paired list",
            "startup_trials = 1",
            "pruned",
            "lowest settled loss",
            "Pruned trials were stopped as hopeless",
        ],
    );
    let names = figures(&out);
    assert!(names.contains(&"final-loss--state_size+learning_rate.svg".to_owned()), "{names:?}");
    assert!(!names.contains(&"parallel.svg".to_owned()), "a map shows two parameters better");
}

/// A sweep over data of one's own, whose task nobody can solve.
fn own_data(metric: &str) -> String {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/data/airline.csv");
    format!(
        "[sweep]\nname = 'own'\n[objective]\nmetric = '{metric}'\n[base]\ntask = 'forecast'\ndata = ['{}']\nbatch_size = 2\n\
         num_epochs = 2\nvalid = 0.1\ntest = 0.2\n[grid]\nstate_size = [2, 3]\ncell = ['elman', 'gru']\n",
        data.display()
    )
}

#[test]
fn what_cannot_be_solved_has_maps_of_the_objective_and_scores_of_held_out_data() {
    let (_folder, out) = sweep(&own_data("valid_loss"));
    assert_stands_alone(&out);
    let page = page(&out);
    let body = page.split("</head>").last().unwrap().split("<script").next().unwrap();
    assert_has(
        body,
        &[
            "4 trials done",
            "Objective and final loss",
            "Median valid_loss, over state_size and cell",
            "<dt>validation loss</dt>",
            "<dt>test loss</dt>",
            "<th>validation loss</th>",
            "<th>best epoch</th>",
            "<th>test loss</th>",
            "<th>mean validation loss</th>",
            "<th>mean test loss</th>",
        ],
    );
    // Numbers have no accuracy.
    for absent in ["solve", "<th>n</th>", "test accuracy"] {
        assert!(!body.contains(absent), "{absent}");
    }
    let maps = ["final-loss--state_size--cell.svg", "objective--state_size--cell.svg"];
    assert_eq!(figures(&out), [maps[0], "importance.svg", "loss-curves.svg", maps[1]]);

    // Of the final loss one map is enough.
    let (_folder, out) = sweep(&own_data("final_loss"));
    assert_eq!(figures(&out), [maps[0], "importance.svg", "loss-curves.svg"]);
}

#[test]
fn a_random_sweep_is_binned_and_has_parallel_coordinates() {
    let (_folder, out) = sweep(RANDOM);
    assert_stands_alone(&out);
    assert_has(
        &page(&out),
        &[
            "drawn, log_uniform [0.001, 1.0]",
            "in bins: ",
            "each bin has about as many combinations",
            "of the 8 best combinations by final_loss",
            "A line for each trial",
        ],
    );
    assert!(figures(&out).contains(&"parallel.svg".to_owned()));
    let scatter = std::fs::read_to_string(out.join("figures/drawn-settings.svg")).unwrap();
    assert_has(&scatter, &["learning_rate", "state_size", "final_loss"]);
    let parallel = std::fs::read_to_string(out.join("figures/parallel.svg")).unwrap();
    assert_has(&parallel, &["learning_rate", "state_size", "cell", "lstm", "final_loss", "worst"]);
}

#[test]
fn one_parameter_none_and_trials_without_results() {
    let base = "[base]\nnum_epochs = 2\ntotal_series_length = 1500\n";
    let (_folder, out) = sweep(&format!("[sweep]\nreplicates = 3\n{base}[grid]\necho_step = [1, 2]\n"));
    assert_stands_alone(&out);
    assert_eq!(
        figures(&out),
        ["final-loss--echo_step.svg", "importance.svg", "loss-curves.svg", "solve-rate--echo_step.svg"]
    );
    let (_folder, out) = sweep(base);
    assert_stands_alone(&out);
    assert_eq!(figures(&out), ["loss-curves.svg"]);
    assert_has(&page(&out), &["all others at their defaults", "the median of all trials"]);

    // Of trials that are not known, a report can be written too.
    std::fs::remove_dir_all(out.join("results")).unwrap();
    std::fs::remove_file(out.join("results.toml")).unwrap();
    succeed(XTASK, ["report", out.to_str().unwrap()]);
    assert_stands_alone(&out);
    assert_has(
        &page(&out),
        &["<b>1</b> pending", "No trial has a settled loss.", "There is none: no trial was trained"],
    );
    assert!(figures(&out).is_empty());
}

#[test]
fn failures_are_told_with_what_they_wrote() {
    let (_folder, out) = sweep(GRID);
    let path = out.join("results/local-0.jsonl");
    let mut results = std::fs::read_to_string(&path).unwrap();
    for trial in ["7", "8"] {
        let failed = format!(
            "\"status\":\"failed\",\"error\":\"trial {trial} broke <b>here</b>\",\"stderr\":\"first line\\nlast & line {trial}\""
        );
        results = results.replacen("\"status\":\"done\"", &failed, 1);
    }
    let timed_out = "\"status\":\"timed_out\",\"error\":\"not done after 2 seconds\"";
    results = results.replacen("\"status\":\"done\"", timed_out, 1);
    std::fs::write(&path, results).unwrap();
    std::fs::remove_file(out.join("results.toml")).unwrap();
    succeed(XTASK, ["report", out.to_str().unwrap()]);
    assert_stands_alone(&out);
    assert_has(
        &page(&out),
        &[
            "<b>2</b> failed",
            "<b>1</b> timed out",
            "<b>5</b> done",
            // One row for both, with the numbers of the first.
            "<td>2</td><td class=\"t reason\">trial 7 broke &lt;b&gt;here&lt;/b&gt;</td>",
            "3 of 3 trials that failed or timed out",
            "<pre>first line\nlast &amp; line 7</pre>",
            "<pre>first line\nlast &amp; line 8</pre>",
            "not done after 2 seconds",
        ],
    );
}

/// Uses the page as a reader would, and says what it then shows.
const USE: &str = "
const table = [...document.querySelectorAll('table.sortable')].find(table => table.tHead.textContent.includes('median steps'));
const column = [...table.tHead.rows[0].cells].findIndex(cell => cell.textContent.startsWith('learning_rate'));
const header = () => table.tHead.rows[0].cells[column];
const cells = () => [...table.tBodies[0].rows].map(row => row.cells[column].textContent);
const sorts = () => table.querySelectorAll('th[aria-sort=ascending], th[aria-sort=descending]').length;
say('before', header().getAttribute('aria-sort'));
for (const time of ['once', 'twice']) {
    header().querySelector('button').click();
    say(time, header().getAttribute('aria-sort') + ' ' + cells()[0] + ' ' + cells().at(-1) + ' ' + sorts());
}
const last = table.tHead.rows[0].cells.length - 1;
for (const [row, value] of [...table.tBodies[0].rows].map((row, index) => [row, [2e-5, 0.1, 3, '', 1e-7][index % 5]])) {
    row.cells[last].dataset.sort = value;
}
table.tHead.rows[0].cells[last].querySelector('button').click();
say('numbers', [...new Set([...table.tBodies[0].rows].map(row => row.cells[last].dataset.sort))].join(' '));
const figures = [...document.querySelectorAll('.maps figure')];
const shown = () => figures.filter(figure => !figure.hidden).map(figure => figure.querySelector('[role=img]').ariaLabel).join('; ');
const form = document.querySelector('.maps form');
const choose = (element, change) => {
    change(element);
    element.dispatchEvent(new Event('change', { bubbles: true }));
};
say('form', form.hidden);
say('first', shown());
choose(document.getElementById('one'), select => select.value = 0);
say('chosen', shown());
choose(form.querySelector('[value=loss]'), radio => radio.checked = true);
say('loss', shown());
choose(document.getElementById('other'), select => select.value = 0);
say('same', shown());
const link = figures.find(figure => !figure.hidden).querySelector('a.svg');
link.addEventListener('click', event => event.preventDefault());
link.click();
say('link', link.download + ' ' + decodeURIComponent(link.href).slice(0, 37));
";

#[test]
fn a_browser_sorts_chooses_saves_and_loads_nothing() {
    if skip_without(CHROMIUM) {
        return;
    }
    let (_folder, out) = sweep(GRID);
    for width in [500, 1200] {
        let browsed = browse(&out.join("report.html"), width, USE);
        assert_all_well(&browsed);
        assert_has(
            &browsed.0,
            &[
                "[before: none]",
                "[once: ascending 0.3 1e38 1]",
                "[twice: descending 1e38 0.3 1]",
                // As numbers, not as text, and nothing at the end.
                "[numbers: 1e-7 0.00002 0.1 3 ]",
                "[form: false]",
                "[first: Trials that solved the task, over truncated_backprop_length and echo_step]",
                "[chosen: Trials that solved the task, over learning_rate and echo_step]",
                "[loss: Median final loss, over learning_rate and echo_step]",
                // What was on the other side goes to this one.
                "[same: Median final loss, over learning_rate and echo_step]",
                "[link: final-loss--learning_rate--echo_step.svg data:image/svg+xml;charset=utf-8,<svg]",
            ],
        );
    }
    // A page that tried would not get through, and this test would see it.
    let more = "new Image().src = 'http://127.0.0.1:9/secret'; fetch('http://127.0.0.1:9/other').catch(() => {});";
    let (outcome, error) = browse(&out.join("report.html"), 1200, more);
    assert_has(&outcome, &["violation http://127.0.0.1:9/secret", "violation http://127.0.0.1:9/other"]);
    assert!(error.contains("CONSOLE"), "{error}");
}

#[test]
fn a_page_of_any_sweep_fits_a_narrow_window() {
    if skip_without(CHROMIUM) {
        return;
    }
    let (_folder, out) = sweep(RANDOM);
    assert_all_well(&browse(&out.join("report.html"), 500, USE));
}

/// Its maps are chosen as others are, also where there is one measure alone.
#[test]
fn maps_of_an_objective_can_be_chosen() {
    if skip_without(CHROMIUM) {
        return;
    }
    let choose = "
        const [form, radio] = ['.choice', '[value=loss]'].map(found => document.querySelector(found));
        const shown = () => [...document.querySelectorAll('figure[data-measure]')].filter(figure => !figure.hidden)
            .map(figure => figure.dataset.measure).join();
        say('first', shown());
        if (radio.type === 'radio') radio.click();
        say('then', shown());
    ";
    for (metric, first) in [("valid_loss", "objective"), ("final_loss", "loss")] {
        let (_folder, out) = sweep(&own_data(metric));
        let browsed = browse(&out.join("report.html"), 900, choose);
        assert_all_well(&browsed);
        assert_has(&browsed.0, &[&format!("[first: {first}]"), "[then: loss]"]);
    }
}
