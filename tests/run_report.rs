//! What a reader of a run's `report.html` relies on: that it shows what stands in the run's files, that it works in a
//! browser, and that nothing is loaded or sent.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod browser;
mod support;

use browser::{CHROMIUM, assert_all_well, browse, browse_all};
use std::collections::HashMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use support::{columns, refused, run, skip_without, succeed};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rnn-train");

/// 120 windows an epoch.
const SHORT: [&str; 4] = ["--num-epochs", "4", "--total-series-length", "9000"];

/// Runs with these arguments in a new folder, whatever comes of it, and writes the report.
fn report_of(arguments: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    run(PROGRAM, ["run", "--out", out.to_str().unwrap()].iter().chain(arguments));
    report(&out);
    (folder, out)
}

fn report(out: &Path) {
    succeed(PROGRAM, ["report", out.to_str().unwrap()]);
}

fn page(out: &Path) -> PathBuf {
    out.join("report.html")
}

fn text(out: &Path) -> String {
    std::fs::read_to_string(page(out)).unwrap()
}

/// What a script said under this name, each time.
fn said<'a>(outcome: &'a str, name: &str) -> Vec<&'a str> {
    let begin = format!("[{name}: ");
    outcome.lines().filter_map(|line| line.strip_prefix(&begin)?.strip_suffix(']')).collect()
}

/// What scripts use the page with. A row is pointed at as a mouse does it, at the place that is found by trying.
const TOOLS: &str = "
const over = document.querySelector('.over');
const box = () => over.getBoundingClientRect();
const send = (type, x, y = box().height - 5, more = {}) => over.dispatchEvent(new PointerEvent(type,
    { clientX: box().left + x, clientY: box().top + y, pointerId: 1, bubbles: true, button: 0, ...more }));
const shown = name => document.querySelector('[data-told=' + name + ']').textContent;
const told = name => shown(name).replace(/,(?=\\d{3})/g, '');
const hover = (x, y) => { send('pointermove', x, y); return Number(told('step').split(' ')[0]); };
const placeOf = step => {
    let [low, high] = [0, box().width];
    for (let time = 0; time < 60; time++) {
        const middle = (low + high) / 2;
        const found = hover(middle);
        if (found === step) return middle;
        if (found < step) low = middle;
        else high = middle;
    }
    return NaN;
};
const range = () => document.getElementById('range').textContent;
const drag = (a, b) => { send('pointerdown', a); send('pointermove', (a + b) / 2); send('pointermove', b); send('pointerup', b); };
const slider = document.getElementById('snapshot');
const place = () => document.getElementById('place').textContent;
const press = (key, more = {}) => over.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
";

/// Asserts that a row was told as it stands in `metrics.csv`.
fn assert_row(metrics: &HashMap<String, Vec<String>>, told: &str) {
    let told: Vec<&str> = told.split(' ').collect();
    let row = metrics["step"].iter().position(|step| step == told[0]).unwrap_or_else(|| panic!("no step {told:?}"));
    let names = ["step", "epoch", "batch", "loss", "accuracy", "gradient_norm", "learning_rate", "floor"];
    for (name, told) in names.into_iter().zip(told) {
        let expected = &metrics[name][row];
        match expected.parse::<f64>() {
            Ok(number) => assert_eq!(told.parse(), Ok(number), "{name} of row {row}"),
            Err(_) => assert_eq!((told, &**expected), ("–", ""), "{name} of row {row}"),
        }
    }
}

const TELL: &str = "
const tell = name => say(name, ['step', 'epoch', 'batch', 'loss', 'accuracy', 'gradient_norm', 'learning_rate', 'floor'].map(told).join(' '));
";

#[test]
fn pointing_tells_the_rows_of_metrics_csv() {
    if skip_without(CHROMIUM) {
        return;
    }
    let more = ["--log-every", "7", "--dtype", "f64", "--schedule", "cosine", "--echo-step", "20"];
    let runs = [&[][..], &more].map(|more| report_of(&[&SHORT, more].concat()));
    let scripts = runs.each_ref().map(|(_, out)| {
        let steps = columns(&out.join("metrics.csv"))["step"].clone();
        // The first and the last, an epoch's first windows and their neighbours, and some.
        let rows = [0, 1, 2, 17, 18, 34, 35, 51, 52, steps.len() / 2, steps.len() - 2, steps.len() - 1];
        let mut script = format!("{TOOLS}{TELL}");
        for row in rows {
            write!(script, "placeOf({}); tell('row');", steps[row]).unwrap();
        }
        // All others by keys, one row further each time; and zoomed in, by a line above the dots.
        write!(script, "placeOf({}); tell('key');", steps[0]).unwrap();
        write!(
            script,
            "for (let row = 1; row < {}; row++) {{ press('ArrowRight', {{ shiftKey: true }}); tell('key'); }}",
            steps.len()
        )
        .unwrap();
        script += "press('Escape');";
        script += "drag(box().width * 0.2, box().width * 0.25); hover(100.5, 3); tell('zoomed'); hover(700.25, 3); tell('zoomed');";
        (rows.map(|row| steps[row].clone()), script)
    });
    let pages = runs.each_ref().map(|(_, out)| page(out));
    let [first, second] = [0, 1].map(|index| (&*pages[index], 1200, &*scripts[index].1));
    for (((_, out), (rows, _)), browsed) in runs.iter().zip(&scripts).zip(browse_all(&[first, second])) {
        assert_all_well(&browsed);
        let metrics = columns(&out.join("metrics.csv"));
        let of = |name: &str| said(&browsed.0, name);
        let begins = |told: &[&str]| -> Vec<String> {
            told.iter().map(|row| row.split(' ').next().unwrap().to_owned()).collect()
        };
        assert_eq!(begins(&of("row")), rows);
        assert_eq!(begins(&of("key")), metrics["step"]);
        assert_eq!(of("zoomed").len(), 2);
        ["row", "key", "zoomed"].iter().flat_map(|name| of(name)).for_each(|told| assert_row(&metrics, told));
    }
}

#[test]
fn dragging_zooms_and_the_whole_run_comes_back() {
    if skip_without(CHROMIUM) {
        return;
    }
    let (_folder, out) = report_of(&SHORT);
    let script = format!(
        "{TOOLS}
        const wheel = (x, deltaY) => over.dispatchEvent(new WheelEvent('wheel', {{ clientX: box().left + x, clientY: box().top + 9, deltaY, bubbles: true, cancelable: true }}));
        say('begin', range());
        const [a, b] = [placeOf(100), placeOf(300)];
        drag(b, a); say('dragged', range());
        drag(box().width / 2, box().width / 2 + 3); say('clicked', range());
        press('ArrowRight'); say('right', range());
        document.getElementById('earlier').click(); say('left', range());
        press('Escape'); say('escape', range());
        drag(a, b); over.dispatchEvent(new MouseEvent('dblclick', {{ bubbles: true }})); say('double', range());
        drag(a, b); document.getElementById('whole').click(); say('button', range());
        press('+'); say('plus', range());
        press('-'); say('minus', range());
        const still = hover(300); wheel(300, -200); say('wheel', range()); say('stays', Math.abs(hover(300) - still));
        say('taken', wheel(300, 9999) + ' ' + wheel(300, 9999)); say('wheeled back', range());
        send('pointerdown', 400, 50); send('pointerdown', 500, 50, {{ pointerId: 2 }});
        send('pointermove', 700, 50, {{ pointerId: 2 }}); say('pinched', range());
        send('pointerup', 400, 50); send('pointerup', 700, 50, {{ pointerId: 2 }}); press('Escape');
        for (let time = 0; time < 50; time++) press('+');
        say('narrowest', range());"
    );
    let browsed = browse(&page(&out), 1200, &script);
    assert_all_well(&browsed);
    let one = |name: &str| said(&browsed.0, name)[0];
    let ends = |name: &str| -> [i64; 2] {
        let mut numbers = one(name).trim_end_matches(", all").split(' ').filter_map(|word| word.parse().ok());
        [numbers.next().unwrap(), numbers.next().unwrap()]
    };
    let near = |name: &str, expected: [i64; 2]| {
        let found = ends(name);
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() <= 2), "{name}: {found:?} for {expected:?}");
    };
    for name in ["begin", "escape", "double", "button", "minus", "wheeled back"] {
        assert_eq!(one(name), "steps 0 to 479, all", "{name}");
    }
    near("dragged", [100, 300]);
    assert_eq!(one("clicked"), one("dragged"), "a click does not zoom");
    near("right", [150, 350]);
    near("left", [100, 300]);
    near("plus", [120, 359]);
    let [begin, end] = ends("wheel");
    assert!(begin > 0 && end < 479 && end - begin > 100, "{begin} {end}");
    assert!(one("stays").parse::<i64>().unwrap() <= 2, "what is pointed at stays: {}", one("stays"));
    // `false` says that the page is not to turn as well.
    assert_eq!(one("taken"), "false true");
    let [begin, end] = ends("pinched");
    assert!(begin > 0 && end < 479, "{begin} {end}");
    let [begin, end] = ends("narrowest");
    assert!((5..=9).contains(&(end - begin)), "{begin} {end}");
}

#[test]
fn the_slider_shows_every_snapshot() {
    if skip_without(CHROMIUM) {
        return;
    }
    // Also with many classes, and with windows that are too long to be shown as a whole.
    let many = ["--num-classes", "256", "--input", "one_hot"];
    let long = ["--truncated-backprop-length", "500", "--echo-step", "400", "--batch-size", "2"];
    for (more, greatest) in [(&[][..], 1), (&many[..], 255), (&long[..], 1)] {
        let (_folder, out) = report_of(&[&SHORT, more].concat());
        let snapshots = columns(&out.join("snapshots.csv"));
        let steps = &snapshots["step"];
        let mut begins: Vec<usize> = (0..steps.len()).filter(|&row| row == 0 || steps[row] != steps[row - 1]).collect();
        begins.push(steps.len());
        let count = begins.len() - 1;
        let places = [0, 1, count / 2, count - 2, count - 1];
        let mut script = format!(
            "{TOOLS}
            const bars = svg => {{
                const classes = Array(svg.viewBox.baseVal.width).fill(0);
                for (const bar of svg.children) classes[Math.floor(bar.getAttribute('x'))] = Math.round(bar.getAttribute('height') * {greatest});
                return classes.join(' ');
            }};
            const all = lane => [...document.querySelectorAll('.row')].map(row => bars(row.querySelector('svg.' + lane))).join(' ');
            const show = () => {{ for (const lane of ['input', 'target', 'prediction']) say(lane, all(lane)); say('place', place()); }};
            say('at first', slider.value + ' of ' + slider.max); show();"
        );
        for place in places {
            write!(script, "slider.value = {place}; slider.dispatchEvent(new Event('input')); show();").unwrap();
        }
        // A click on a curve shows the nearest one, and that is marked there.
        let middle = steps[steps.len() - 1].parse::<i64>().unwrap() / 2;
        write!(script, "const x = placeOf({middle}); send('pointerdown', x); send('pointerup', x); say('clicked', place());
            send('pointerleave', 0); say('marked', told('step'));
            say('mark', Math.abs(parseFloat(document.querySelector('.at-snapshot').style.left) - placeOf(Number(told('step')))) < 4);").unwrap();
        let browsed = browse(&page(&out), 900, &script);
        assert_all_well(&browsed);
        let last = count - 1;
        assert_eq!(said(&browsed.0, "at first"), [format!("{last} of {last}")]);
        for (turn, place) in [last].into_iter().chain(places).enumerate() {
            let rows = begins[place]..begins[place + 1];
            for lane in ["input", "target", "prediction"] {
                let found = said(&browsed.0, lane)[turn];
                assert_eq!(found, snapshots[lane][rows.clone()].join(" "), "{lane} of snapshot {place}");
            }
            let of = |column: &str| &snapshots[column][rows.start];
            let told = said(&browsed.0, "place")[turn];
            let expected = format!("step {}: epoch {}, window {}; ", of("step"), of("epoch"), of("batch"));
            let measured = told.strip_prefix(&expected).unwrap_or_else(|| panic!("{told} for {expected}"));
            let metrics = columns(&out.join("metrics.csv"));
            match metrics["step"].iter().position(|step| step == of("step")) {
                Some(row) => {
                    let (loss, accuracy) = measured.strip_prefix("loss ").unwrap().split_once(", accuracy ").unwrap();
                    assert_eq!(loss.parse::<f64>(), metrics["loss"][row].parse(), "{told}");
                    assert_eq!(accuracy.parse::<f64>(), metrics["accuracy"][row].parse(), "{told}");
                }
                None => assert_eq!(measured, "after the last training step"),
            }
        }
        let nearest = begins[..count]
            .iter()
            .map(|&row| steps[row].parse::<i64>().unwrap())
            .min_by_key(|step| (step - middle).abs());
        let nearest = nearest.unwrap();
        assert!(
            said(&browsed.0, "clicked")[0].starts_with(&format!("step {nearest}: ")),
            "{:?}",
            said(&browsed.0, "clicked")
        );
        if more.is_empty() {
            assert_eq!(said(&browsed.0, "marked"), [nearest.to_string()]);
        }
        assert_eq!(said(&browsed.0, "mark"), ["true"]);
    }
}

/// Also where not all time steps of a window count: what is said to be right is the accuracy of `metrics.csv`.
#[test]
fn the_answers_that_are_right_are_those_of_the_accuracy() {
    if skip_without(CHROMIUM) {
        return;
    }
    let overlapping = report_of(&[&SHORT[..], &["--window-stride", "5"]].concat());
    let last_step = report_of(&[&SHORT[..], &["--readout", "last_step", "--echo-step", "15"]].concat());
    let pages = [&overlapping.1, &last_step.1].map(|out| page(out));
    let script = "
        const slider = document.getElementById('snapshot');
        for (let index = 0; index < slider.max; index++) {
            slider.value = index;
            slider.dispatchEvent(new Event('input'));
            const rights = [...document.querySelectorAll('.right')].map(right => right.textContent.split(' '));
            const [right, asked] = [0, 2].map(word => rights.reduce((sum, words) => sum + Number(words[word]), 0));
            say('accuracy', right / asked + ' ' + document.getElementById('place').textContent.split('accuracy ')[1]);
        }";
    for browsed in browse_all(&[(&pages[0], 1200, script), (&pages[1], 1200, script)]) {
        assert_all_well(&browsed);
        let told = said(&browsed.0, "accuracy");
        assert!(told.len() > 50, "{told:?}");
        for line in told {
            let (right, accuracy) = line.split_once(' ').unwrap();
            let [right, accuracy] = [right, accuracy].map(|number| number.parse::<f64>().unwrap());
            assert!((right - accuracy).abs() < 1e-6, "{line}");
        }
    }
    // The floors are told of the same time steps.
    let floors = pages.map(|page| std::fs::read_to_string(page).unwrap().contains("<td>1 of 1</td>"));
    assert_eq!(floors, [false, true]);
}

#[test]
fn wrong_answers_are_marked_and_what_cannot_be_known_is_hatched() {
    if skip_without(CHROMIUM) {
        return;
    }
    let (_folder, out) = report_of(&SHORT);
    let script = format!(
        "{TOOLS}
        slider.value = 0; slider.dispatchEvent(new Event('input'));
        for (const row of document.querySelectorAll('.row')) {{
            const marks = [...row.querySelectorAll('svg.wrong rect')];
            const times = marks => marks.map(mark => Math.floor(mark.getAttribute('x'))).join(' ');
            const hatch = row.querySelector('svg.prediction + .unknown');
            say('wrong', times(marks.filter(mark => !mark.classList.contains('excused'))) + '/' + times(marks.filter(mark => mark.classList.contains('excused'))));
            say('right', row.querySelector('.right').textContent);
            say('hatched', hatch.hidden + ' ' + hatch.style.width);
        }}
        slider.value = 1; slider.dispatchEvent(new Event('input'));
        say('settled', document.querySelector('.row .unknown').hidden);
        const play = document.getElementById('play');
        slider.value = slider.max - 2; slider.dispatchEvent(new Event('input'));
        play.click(); say('playing', play.textContent + ' ' + play.getAttribute('aria-pressed'));
        setTimeout(() => say('played', slider.value === slider.max && play.textContent), 450);"
    );
    let browsed = browse(&page(&out), 1200, &script);
    assert_all_well(&browsed);
    let snapshots = columns(&out.join("snapshots.csv"));
    let wrong: Vec<bool> =
        snapshots["target"].iter().zip(&snapshots["prediction"]).map(|(target, answer)| target != answer).collect();
    for row in 0..5 {
        // The first window of an epoch: three of its targets cannot be known.
        let of_row = &wrong[row * 15..(row + 1) * 15];
        let times = |times: std::ops::Range<usize>| -> Vec<String> {
            times.filter(|&time| of_row[time]).map(|time| time.to_string()).collect()
        };
        let expected = format!("{}/{}", times(3..15).join(" "), times(0..3).join(" "));
        assert_eq!(said(&browsed.0, "wrong")[row], expected, "row {row}");
        assert_eq!(said(&browsed.0, "right")[row], format!("{} of 15 right", 15 - times(0..15).len()));
        assert_eq!(said(&browsed.0, "hatched")[row], "false 20%");
    }
    assert_eq!(said(&browsed.0, "settled"), ["true"]);
    assert_eq!(said(&browsed.0, "playing"), ["pause true"]);
    assert_eq!(said(&browsed.0, "played"), ["play"]);
}

#[test]
fn settings_epochs_and_the_floor_are_those_of_the_run() {
    if skip_without(CHROMIUM) {
        return;
    }
    let (_folder, out) = report_of(&[&SHORT[..], &["--optimizer", "adam", "--clip-norm", "2"]].concat());
    let script = "
        const cells = name => [...document.querySelectorAll('#' + name + ' tbody tr')].map(row => [...row.cells].map(cell => cell.textContent));
        for (const [name, value, how] of cells('settings')) say('setting', name + ' = ' + value), say(how, name);
        for (const [name, value] of cells('status')) say('status', name + ' = ' + value);
        for (const [epoch] of cells('epochs')) say('epoch', epoch.split(' ')[0]);
        for (const [name] of cells('files')) say('file', name);
        for (const row of document.querySelectorAll('#epochs tbody tr')) say('loss', row.cells[2].dataset.sort);
        document.querySelectorAll('#epochs th button')[2].click();
        say('sorted', document.querySelector('#epochs th:nth-child(3)').getAttribute('aria-sort'));
        say('formula', document.querySelector('.formula').textContent);
        say('picture', [...document.images].map(image => image.complete && image.naturalWidth > 100).join());";
    let browsed = browse(&page(&out), 1200, script);
    assert_all_well(&browsed);
    for (name, file) in [("setting", "config.toml"), ("status", "status.toml")] {
        let lines = std::fs::read_to_string(out.join(file)).unwrap();
        assert_eq!(said(&browsed.0, name), lines.lines().collect::<Vec<_>>());
    }
    assert_eq!(
        said(&browsed.0, "chosen"),
        ["num_epochs", "total_series_length", "optimizer", "clip_norm"],
        "the learning rate is adam's default"
    );
    let epochs = columns(&out.join("epochs.csv"));
    assert_eq!(said(&browsed.0, "epoch"), epochs["epoch"]);
    let losses = |losses: Vec<&str>| losses.iter().map(|loss| loss.parse::<f64>().unwrap()).collect::<Vec<_>>();
    assert_eq!(losses(said(&browsed.0, "loss")), losses(epochs["loss"].iter().map(String::as_str).collect()));
    assert_eq!(said(&browsed.0, "sorted"), ["ascending"]);
    assert_eq!(
        said(&browsed.0, "formula"),
        ["floor = d/T · H(p·(B − 1)/B) = 3/15 · H(0.5·4/5) = 0.2 · 0.673 = 0.1346"]
    );
    let mut files: Vec<_> = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    files.retain(|name| name != "report.html");
    files.sort();
    let mut told = said(&browsed.0, "file");
    told.sort_unstable();
    assert_eq!(told, files);
    assert!(
        said(&browsed.0, "picture")[0].split(',').all(|there| there == "true"),
        "{:?}",
        said(&browsed.0, "picture")
    );
    let page = text(&out);
    let mean = (2..4).map(|epoch| epochs["first_window_loss"][epoch].parse::<f64>().unwrap()).sum::<f64>() / 2.0;
    assert!(page.contains(&format!("over the epochs 2 to 3 is <b>{mean:.4}</b>")), "{mean}");
}

/// In the tutorial's run a settled window's loss jumps at epoch 17, after the step on the first window.
/// A task that knows no floor has none on its page; what was validated and tested is told apart from training.
#[test]
fn a_forecast_has_its_scores_and_its_validation_and_no_floor() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/data/airline.csv");
    let forecast =
        ["--task=forecast", "--data", data.to_str().unwrap(), "--batch-size=1", "--num-epochs=6", "--test=0.2"];
    let [validated, plain] = ["--valid=0.1", "--valid=0"].map(|valid| report_of(&[&forecast[..], &[valid]].concat()));
    let shown = |out: &Path| text(out).split("<script").next().unwrap().to_owned();
    let [page, other] = [&validated.1, &plain.1].map(|out| shown(out));
    for told in [
        "<dt>training loss</dt>",
        "<dt>validation loss</dt>",
        "<dt>test loss</dt>",
        "validation loss, at the end of an epoch",
    ] {
        assert!(page.contains(told), "{told}");
    }
    for told in ["RMSE", "MAE", "R²", "passengers</th>"] {
        assert!(page.contains(told) && other.contains(told), "{told}");
    }
    let body = page.split("</style>").last().unwrap();
    assert!(
        !body.contains("floor") && !body.contains("<dt>loss</dt><dd>") && !other.contains("at the end of an epoch")
    );
    // A point for each epoch, where it ends.
    let epochs = columns(&validated.1.join("epochs.csv"));
    let begin = text(&validated.1).split("\"valid\":").nth(1).unwrap().to_owned();
    let points: Vec<(usize, f64)> = serde_json::Deserializer::from_str(&begin).into_iter().next().unwrap().unwrap();
    let windows: usize = epochs["windows"][0].parse().unwrap();
    let expected = epochs["valid_loss"].iter().enumerate();
    let expected: Vec<_> = expected.map(|(epoch, loss)| (windows * (epoch + 1) - 1, loss.parse().unwrap())).collect();
    assert_eq!(points, expected);
    let figure = |out: &Path| std::fs::read_to_string(out.join("figure.svg")).unwrap();
    let legend = "validation loss at the end of an epoch";
    assert_eq!([&validated.1, &plain.1].map(|out| figure(out).contains(legend)), [true, false]);
}

/// Of episodes of classes it says how many are right as a whole.
#[test]
fn whole_sequences_that_are_right_are_told() {
    let copies =
        ["--task=copy", "--delay=2", "--episodes=60", "--num-epochs=2", "--no-figure", "--valid=0.5", "--test=0.5"];
    let (_folder, out) = report_of(&copies);
    for told in ["validation, whole sequences right", "test, whole sequences right", "training accuracy"] {
        assert!(text(&out).contains(told), "{told}");
    }
}

#[test]
fn windows_that_jump_after_the_first_one_are_listed_and_marked() {
    let (_folder, out) = report_of(&["--num-epochs=18", "--no-figure"]);
    let page = text(&out);
    assert!(page.contains("<td>17</td><td>2</td><td>0.221</td><td>0.2145</td><td>2.187</td>"), "{page}");
    assert!(page.contains(
        "Of the 16 epochs that followed an epoch with a <code>settled_loss</code> below 0.01, <b>4</b> have"
    ));
    assert!(page.contains("\"jumps\":[[11324,0.2210"), "{page}");
    // Where all targets can be known from the first window on, no window comes before the settled ones.
    let (_folder, out) = report_of(&["--num-epochs=3", "--no-figure", "--echo-step=0"]);
    assert!(!text(&out).contains("Jumps right after"));
}

#[test]
fn names_from_files_are_text_and_nothing_gets_out() {
    let folder = tempfile::tempdir().unwrap();
    let series = folder.path().join("a \"quoted\" & 'odd' <script>throw 1<!-- .csv");
    let values: String = (0..600).map(|n: usize| format!("{},{}\n", n * n % 7 % 2, (n + 1) % 2)).collect();
    std::fs::write(&series, format!("input,target\n{values}")).unwrap();
    let (_folder, out) = report_of(&["--series", series.to_str().unwrap(), "--num-epochs", "3"]);
    let page = text(&out);
    assert_eq!(page.matches("<script").count(), 2, "the data and the scripts");
    assert_eq!(page.matches("</script").count(), 2);
    let elsewhere = page.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "");
    assert!(!elsewhere.contains("http"), "{:?}", elsewhere.split("http").nth(1));
    if skip_without(CHROMIUM) {
        return;
    }
    let script = "say('series', document.body.textContent.split('read from files ')[1].split('. How')[0]);";
    let browsed = browse(&self::page(&out), 1200, script);
    assert_all_well(&browsed);
    assert_eq!(said(&browsed.0, "series"), [series.to_str().unwrap()]);
    // A page that tried would not get through, and this test would see it.
    let more = "new Image().src = 'http://127.0.0.1:9/secret'; fetch('http://127.0.0.1:9/other').catch(() => {});";
    let (outcome, error) = browse(&self::page(&out), 1200, more);
    for address in ["secret", "other"] {
        assert!(outcome.contains(&format!("violation http://127.0.0.1:9/{address}")), "{outcome}");
    }
    assert!(error.contains("CONSOLE"), "{error}");
}

/// Changes a file of a run and writes the report again.
fn change(out: &Path, name: &str, change: impl FnOnce(String) -> String) {
    let path = out.join(name);
    std::fs::write(&path, change(std::fs::read_to_string(&path).unwrap())).unwrap();
    report(out);
}

/// Pages, and what each of them says.
#[derive(Default)]
struct Pages {
    folder: Option<tempfile::TempDir>,
    pages: Vec<PathBuf>,
}

impl Pages {
    /// Takes a run's page as it is now, which must say all this.
    fn take(&mut self, out: &Path, says: &[&str]) {
        let text = text(out);
        for part in says {
            assert!(text.contains(part), "no {part:?}");
        }
        let folder = self.folder.get_or_insert_with(|| tempfile::tempdir().unwrap());
        let copy = folder.path().join(format!("page_{}.html", self.pages.len()));
        std::fs::write(&copy, text).unwrap();
        self.pages.push(copy);
    }

    /// Asserts that nothing goes wrong in them, wide or narrow, also when they are used.
    fn assert_all_well(&self) {
        if skip_without(CHROMIUM) {
            return;
        }
        let script = "
            for (const element of document.querySelectorAll('button, details')) element.click();
            const over = document.querySelector('.over');
            for (const type of ['pointermove', 'pointerdown', 'pointerup', 'pointerleave']) {
                over?.dispatchEvent(new PointerEvent(type, { clientX: 200, clientY: over.getBoundingClientRect().top + 20, bubbles: true }));
            }
            for (const key of ['+', 'ArrowLeft', 'ArrowRight', '-', 'Escape']) over?.dispatchEvent(new KeyboardEvent('keydown', { key }));
            // As far in as can be.
            for (let turn = 0; turn < 60; turn++) {
                over?.dispatchEvent(new WheelEvent('wheel', { clientX: 200, clientY: 9, deltaY: -300, bubbles: true, cancelable: true }));
            }
            say('strange', /NaN|undefined|Infinity/.test(document.querySelector('main').innerText));";
        let pages: Vec<_> =
            self.pages.iter().flat_map(|page| [(&**page, 500, script), (&**page, 1400, script)]).collect();
        for (browsed, (page, width, _)) in browse_all(&pages).iter().zip(pages) {
            assert_all_well(browsed);
            assert_eq!(said(&browsed.0, "strange"), ["false"], "{} at {width}", page.display());
        }
    }
}

#[test]
fn runs_of_all_sizes() {
    let mut pages = Pages::default();
    let (_folder, out) = report_of(&["--num-epochs", "1", "--total-series-length", "75"]);
    pages.take(&out, &["The only row of", "Done: not solved in 1 epoch.", "in epoch 0 is <b>"]);
    let (_folder, out) = report_of(&[&SHORT[..], &["--truncated-backprop-length", "1", "--log-every", "100"]].concat());
    pages.take(&out, &["Only every 100th training step was logged.", "an epoch’s first 3 windows", "1 of 1</td>"]);
    let (_folder, out) = report_of(&[&SHORT[..], &["--batch-size", "1"]].concat());
    pages.take(&out, &["There are none: with one row"]);
    let (_folder, out) = report_of(&[&SHORT[..], &["--echo-step", "0", "--readout", "last_step"]].concat());
    pages.take(&out, &["There are none: with an echo_step of 0"]);
    let (_folder, out) = report_of(&[&SHORT[..], &["--loss", "squared_error", "--echo-step", "40"]].concat());
    pages.take(&out, &["the variance of these probabilities", "an epoch’s first 3 windows", "10 of 15</td>", "loss"]);
    // Of many epochs some are listed, with the first, the last, and the one that solved the task.
    let (_folder, out) = report_of(&["--num-epochs", "1001", "--total-series-length", "750"]);
    pages.take(&out, &[">0</td>", ">1,000</td>", " (solved)</td>", "of 1,001 epochs"]);
    pages.assert_all_well();
}

#[test]
fn runs_that_ended_in_all_ways() {
    let mut pages = Pages::default();
    let (_folder, out) = report_of(&[&SHORT[..], &["--optimizer", "sgd", "--learning-rate", "1e38"]].concat());
    pages
        .take(&out, &["Diverged after 2 steps of 480: not solved.", "the loss is", "No epoch was trained to its end."]);

    let (_folder, out) = report_of(&[&SHORT[..], &["--no-figure"]].concat());
    pages.take(&out, &["No snapshots were recorded", "All 480 rows of"]);

    let (_folder, out) = report_of(&SHORT);
    change(&out, "status.toml", |status| status.replace("\"done\"", "\"interrupted\""));
    pages.take(&out, &["Interrupted after 480 steps of 480"]);

    // A run on its way: its files end anywhere, and what is there in part is left out.
    let begun = |status: String| {
        let lines = status.lines().filter(|line| ["version", "unused"].iter().any(|name| line.starts_with(name)));
        let kept: Vec<_> = lines.collect();
        format!("status = \"running\"\nepochs = 0\nsteps = 0\nwall_seconds = 0.0\n{}\n", kept.join("\n"))
    };
    change(&out, "status.toml", begun);
    let cut = |text: String| text[..text.len() * 2 / 3 - 3].to_owned();
    for name in ["metrics.csv", "epochs.csv", "snapshots.csv"] {
        change(&out, name, cut);
    }
    let rows = columns_of_whole_lines(&out.join("metrics.csv"));
    pages.take(
        &out,
        &[&format!("Running, or killed while it ran: {rows} steps of 480"), &format!("All {rows} rows of")],
    );
    pages.assert_all_well();
}

/// How many rows a file has whose last line may be cut.
fn columns_of_whole_lines(path: &Path) -> usize {
    std::fs::read_to_string(path).unwrap().matches('\n').count() - 1
}

#[test]
fn losses_of_all_sizes() {
    let mut pages = Pages::default();
    let (_folder, out) = report_of(&SHORT);
    let mut with = |losses: [&str; 3]| {
        change(&out, "metrics.csv", |text| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            for (index, line) in lines.iter_mut().enumerate().skip(1) {
                let mut cells: Vec<_> = line.split(',').map(str::to_owned).collect();
                (cells[3], cells[5]) = (losses[index % 3].to_owned(), losses[(index + 1) % 3].to_owned());
                *line = cells.join(",");
            }
            lines.join("\n") + "\n"
        });
        pages.take(&out, &[]);
    };
    with(["0.0", "0.0", "0.0"]);
    with(["0.0", "1e300", "5e-324"]);
    with(["1.7976931348623157e308", "1.7976931348623157e308", "1.7976931348623157e308"]);
    pages.assert_all_well();
}

#[test]
fn many_rows_are_put_together_and_spikes_stay() {
    let (_folder, out) = report_of(&SHORT);
    // 120,000 rows: too many to be there one by one.
    let metrics = std::fs::read_to_string(out.join("metrics.csv")).unwrap();
    let header = metrics.lines().next().unwrap();
    let mut text = format!("{header}\n");
    for step in 0..120_000 {
        let (epoch, batch) = (step / 1000, step % 1000);
        let loss = if step == 70_001 { 79.5 } else { 0.25 };
        writeln!(text, "{epoch},{batch},{step},{loss},0.5,1.5,0.3,{}", if batch == 0 { 0.125 } else { 0.0 }).unwrap();
    }
    change(&out, "metrics.csv", |_| text);
    let mut pages = Pages::default();
    pages.take(
        &out,
        &[
            "All 120,000 rows of",
            "more than the 100,000 that are shown one by one",
            "settled windows: 119,880 rows in groups of 6",
            "other windows: 120 rows one by one",
        ],
    );
    pages.assert_all_well();
    if skip_without(CHROMIUM) {
        return;
    }
    let script = format!(
        "{TOOLS}{TELL}
        placeOf(5004); press('ArrowLeft', {{ shiftKey: true }}); tell('spike'); say('thousands', shown('step'));
        const ring = document.querySelector('.ring').style;
        hover(parseFloat(ring.left), parseFloat(ring.top)); tell('spike');
        let step; for (let x = box().width / 2; !(step > 70001); x += 0.01) {{ step = hover(x); if (told('loss').includes('79.5')) break; }}
        say('step', told('step')); say('loss', told('loss'));"
    );
    let browsed = browse(&page(&out), 1200, &script);
    assert_all_well(&browsed);
    assert_eq!(said(&browsed.0, "spike"), ["5000 5 0 0.25 0.5 1.5 0.3 0.125"; 2]);
    assert_eq!(said(&browsed.0, "thousands"), ["5,000"]);
    let ends: Vec<usize> = said(&browsed.0, "step")[0].split(" to ").map(|end| end.parse().unwrap()).collect();
    assert!(ends[0] <= 70_001 && 70_001 <= ends[1], "{ends:?}");
    let mean = (5.0 * 0.25 + 79.5) / 6.0;
    assert_eq!(said(&browsed.0, "loss"), [format!("{mean:.2} (0.25 to 79.5)")]);
}

/// A picture that cannot be read is left out, and the rest is there.
#[test]
fn a_page_is_written_without_a_picture_that_cannot_be_read() {
    let (_folder, out) = report_of(&["--num-epochs", "1", "--total-series-length", "75"]);
    let pictures = |page: &str| page.matches("<figcaption").count();
    assert_eq!(pictures(&text(&out)), 3);
    std::fs::remove_file(out.join("figure.svg")).unwrap();
    std::fs::create_dir(out.join("figure.svg")).unwrap();
    let output = run(PROGRAM, ["report", out.to_str().unwrap()]);
    assert!(output.status.success());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains("WARN") && told.contains("figure.svg: ") && told.contains("the page is without it"),
        "{told}"
    );
    assert_eq!(pictures(&text(&out)), 2);
}

#[test]
fn a_folder_without_a_run_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |out: &Path| refused(PROGRAM, ["report", out.to_str().unwrap()]);
    assert!(refused(&folder.path().join("none")).ends_with("none: there is no such folder"));
    assert!(refused(folder.path()).ends_with(": this is not a run's folder: it has no config.toml"));
    let (_folder, out) = report_of(&[&SHORT[..], &["--no-figure"]].concat());
    let metrics = std::fs::read_to_string(out.join("metrics.csv")).unwrap();
    std::fs::write(out.join("metrics.csv"), format!("{}\n", metrics.lines().next().unwrap())).unwrap();
    assert!(refused(&out).ends_with("metrics.csv: nothing was recorded: the run has just begun"));
    std::fs::write(out.join("metrics.csv"), metrics.replacen("0,1,1,", "0,1,one,", 1)).unwrap();
    let told = refused(&out);
    assert!(told.contains("metrics.csv: line 3, column `step`: `one` is not a finite number"), "{told}");
    std::fs::remove_file(out.join("status.toml")).unwrap();
    assert!(refused(&out).contains("status.toml: "));
}

#[test]
fn colours_are_those_asked_for_and_an_old_report_goes_with_its_run() {
    let (_folder, out) = report_of(&SHORT);
    assert!(text(&out).contains("--input: #0072b2"));
    let before = text(&out);
    report(&out);
    assert_eq!(text(&out), before, "the same of the same run");
    succeed(PROGRAM, ["report", out.to_str().unwrap(), "--colours", "tutorial"]);
    assert!(text(&out).contains("--input: #0000ff"));
    succeed(PROGRAM, ["run", "--overwrite", "--out", out.to_str().unwrap()].iter().chain(&SHORT));
    assert!(!page(&out).exists());
}

#[test]
fn a_page_can_be_written_elsewhere() {
    let (folder, out) = report_of(&[&SHORT[..], &["--no-figure"]].concat());
    let elsewhere = folder.path().join("page.html");
    std::fs::remove_file(page(&out)).unwrap();
    let write = |file: &Path| ["report", out.to_str().unwrap(), "--out", file.to_str().unwrap()].map(str::to_owned);
    succeed(PROGRAM, write(&elsewhere));
    succeed(PROGRAM, write(&elsewhere));
    assert!(!page(&out).exists());
    let text = std::fs::read_to_string(&elsewhere).unwrap();
    assert!(text.contains("metrics.csv") && !text.contains("href=\"metrics.csv\""), "its links lead nowhere");
    let mine = out.join("metrics.csv");
    let message = refused(PROGRAM, write(&mine));
    assert!(message.ends_with("a file is there that is not a page of this program: it is not replaced"), "{message}");
}
