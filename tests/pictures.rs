//! The pictures of a run: they show what its files say, whatever was trained, and so does the animation.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use gif::{ColorOutput, DecodeOptions};
use rnn_train::outputs::files::{FIGURE_SVG, PICTURES};
use rnn_train::outputs::snapshot::Lane;
use rnn_train::{Answered, Colours, Recording};
use std::collections::BTreeSet;
use std::path::Path;
use support::{fixture, refused, run, succeed};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rnn-train");
const SHORT: [&str; 2] = ["--num-epochs=4", "--total-series-length=15000"];

/// 12 training steps.
const TINY: [&str; 2] = ["--num-epochs=2", "--total-series-length=450"];

fn train(out: &Path, more: &[&str]) {
    succeed(PROGRAM, ["run", "--out", out.to_str().unwrap()].iter().chain(&SHORT).chain(more));
}

/// The texts of an SVG.
fn texts(svg: &str) -> Vec<String> {
    let texts = svg.split("<text ").skip(1).map(|rest| rest.split_once('>').unwrap().1);
    texts.map(|rest| rest.split_once("</text>").unwrap().0.trim().replace("&apos;", "'")).collect()
}

/// An attribute of an element.
fn attribute<'a>(element: &'a str, name: &str) -> &'a str {
    element.split_once(&format!(" {name}=\"")).unwrap().1.split_once('"').unwrap().0
}

/// The left, upper, right and lower edges of an SVG's rectangles of a colour.
fn rectangles(svg: &str, colour: &str) -> Vec<[i32; 4]> {
    let elements = svg.split("<rect").skip(1).map(|rest| rest.split_once('>').unwrap().0);
    let of_colour = elements.filter(|element| attribute(element, "fill").eq_ignore_ascii_case(colour));
    let edges = of_colour.map(|element| {
        let [x, y, wide, high] = ["x", "y", "width", "height"].map(|name| attribute(element, name).parse().unwrap());
        [x, y, x + wide, y + high]
    });
    edges.collect()
}

/// What was read, asked for and answered at one time step of a row.
struct Seen {
    input: u32,
    target: u32,
    prediction: u32,
}

/// What a run's last snapshot shows, row by row.
fn last_snapshot(out: &Path) -> Vec<Seen> {
    let snapshot = Recording::read(out).unwrap().snapshots.pop().unwrap();
    let class = |lanes: &[Lane], time: usize| lanes[0][time].unwrap() as u32;
    let row = |row: &Answered| -> Vec<Seen> {
        let seen = |time| Seen {
            input: class(&row.inputs, time),
            target: class(&row.targets, time),
            prediction: class(&row.predictions, time),
        };
        (0..row.times()).map(seen).collect()
    };
    snapshot.rows.iter().flat_map(row).collect()
}

#[test]
fn the_figure_shows_the_floor_and_the_last_window() {
    let folder = tempfile::tempdir().unwrap();
    for (name, colours) in [("colour_blind", Colours::ColourBlind), ("tutorial", Colours::Tutorial)] {
        let out = folder.path().join(name);
        let net = ["--num-classes=5", "--cell=gru", "--state-size=12", "--optimizer=adam", "--learning-rate=0.001"];
        train(&out, &[&net[..], &["--colours", name]].concat());
        let svg = std::fs::read_to_string(out.join(FIGURE_SVG)).unwrap();
        let texts = texts(&svg);
        for expected in [
            "Echo after 3 steps: gru net of 12 hidden units, windows of 15",
            "loss: cross-entropy (nats)",
            "training step",
            "time step in the window",
            "row 4",
            "input: what the net reads",
            "target: what it read 3 steps before",
            "prediction: what it answers",
            "wrong answer",
            "cannot be known",
            "an epoch's first window: 3 steps that cannot be known",
        ] {
            assert!(texts.iter().any(|text| text == expected), "{expected}: {texts:?}");
        }
        // docs/math.md: d/T · H, where class 0 has the probability (1 + (B − 1)/5)/B and the others (B − 1)/(5·B).
        let (zero, other) = ((1.0 + 4.0 / 5.0) / 5.0_f64, 4.0 / 25.0_f64);
        let floor = -3.0 / 15.0 * (zero * zero.ln() + 4.0 * other * other.ln());
        let floor = format!("floor of an epoch's first window: {floor:.4}");
        assert!(texts.contains(&floor), "{floor}: {texts:?}");

        let rows = last_snapshot(&out);
        let right = rows.iter().filter(|row| row.target == row.prediction).count();
        assert!((10..75).contains(&right), "it is to have learned some of it: {right}");
        let score = format!(": {right} of 75 answers right ({} %)", right * 100 / 75);
        assert!(texts.iter().any(|text| text.ends_with(&score)), "{score}: {texts:?}");
        let palette = colours.palette();
        let lanes = [palette.input, palette.target, palette.prediction];
        // All lanes are as high, and there are inputs of the greatest class.
        let inputs = rectangles(&svg, &palette.input.to_string());
        let highest = inputs.iter().rev().skip(1).map(|[_, top, _, bottom]| bottom - top).max().unwrap();
        for (lane, colour) in lanes.into_iter().enumerate() {
            let mut bars = rectangles(&svg, &colour.to_string());
            // The last one is the legend's. Bars of a lane end at the same height, rows follow each other downwards.
            bars.pop();
            bars.sort_by_key(|&[left, _, _, bottom]| (bottom, left));
            let class_of = |high: i32| (f64::from(high) * 4.0 / f64::from(highest)).round() as u32;
            let shown: Vec<_> = bars.iter().map(|[_, top, _, bottom]| class_of(bottom - top)).collect();
            let expected: Vec<_> = rows
                .iter()
                .map(|row| [row.input, row.target, row.prediction][lane])
                .filter(|&class| class > 0)
                .collect();
            assert_eq!(shown, expected, "{colour}");
        }
    }
}

#[test]
fn one_step_is_no_steps() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    succeed(PROGRAM, ["run", "--out", out.to_str().unwrap(), "--num-epochs=1", "--total-series-length=75"]);
    let texts = texts(&std::fs::read_to_string(out.join(FIGURE_SVG)).unwrap());
    let place = "after 1 training step; the rows are the last window, number 0 of epoch 0: ";
    assert!(texts.iter().any(|text| text.starts_with(place)), "{texts:?}");
}

/// What is inside the net is drawn under the names that its files have.
#[test]
fn units_and_weights_have_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    train(&out, &["--cell=gru", "--num-layers=2", "--state-size=3", "--optimizer=adam"]);
    let [units, weights] = ["units.svg", "weights.svg"].map(|name| std::fs::read_to_string(out.join(name)).unwrap());
    let units = texts(&units);
    for expected in [
        "Outputs of the hidden units of the top layer",
        "before training: from a zero state",
        "after 800 steps: from the carried state",
        "unit 0",
        "unit 2",
    ] {
        assert!(units.iter().any(|text| text == expected), "{expected}: {units:?}");
    }
    assert!(!units.iter().any(|text| text == "unit 3"), "{units:?}");
    let weights = texts(&weights);
    let bytes = std::fs::read(out.join("model.safetensors")).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    for name in tensors.names() {
        assert!(weights.iter().any(|text| text == name), "{name}: {weights:?}");
    }
    // The readout's bias is written in its cells, which have room.
    let bias = tensors.tensor("head.bias").unwrap();
    for number in bias.data().chunks(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())) {
        let shown = format!("{number:.2}");
        assert!(weights.contains(&shown), "{shown}: {weights:?}");
    }
}

/// Whatever is trained, all pictures are drawn, and are no larger than a page can show.
#[test]
fn all_settings_are_drawn() {
    let series = fixture("series_0.csv");
    let series = format!("--series={}", series.display());
    let cases: [&[&str]; 14] = [
        &["--batch-size=1"],
        &["--batch-size=1", "--truncated-backprop-length=1", "--total-series-length=4"],
        &["--truncated-backprop-length=180", "--total-series-length=1500"],
        &[
            "--truncated-backprop-length=1000",
            "--total-series-length=5000",
            "--cell=elman_relu",
            "--loss=squared_error",
        ],
        &["--num-classes=256", "--input=one_hot"],
        &["--num-classes=256", "--loss=squared_error", "--readout=last_step"],
        &["--total-series-length=75"],
        // Every window holds targets that cannot be known.
        &["--total-series-length=3000", "--echo-step=599", "--truncated-backprop-length=60"],
        &["--echo-step=0"],
        &["--state-size=1", "--num-layers=9", "--cell=lstm", "--total-series-length=375"],
        &["--state-size=256", "--cell=lstm", "--num-layers=2", "--total-series-length=75", "--input=one_hot"],
        &[
            "--state-size=40",
            "--cell=elman_relu",
            "--init=identity",
            "--truncated-backprop-length=200",
            "--total-series-length=1000",
        ],
        // Losses up to the greatest numbers.
        &["--dtype=f64", "--optimizer=sgd", "--learning-rate=1e305"],
        &["--optimizer=sgd", "--learning-rate=1e38", "--total-series-length=1500"],
    ];
    let from_file = [&["--num-epochs=1", "--truncated-backprop-length=300"][..], &[&series]].concat();
    let drawn = cases.map(|case| [&["--num-epochs=2", "--total-series-length=450"][..], case].concat());
    for case in drawn.iter().chain([&from_file]) {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("run");
        // A setting that is given twice is the last one.
        let mut settings: Vec<&str> = Vec::new();
        for setting in case {
            let name = setting.split('=').next().unwrap();
            settings.retain(|other| other.split('=').next() != Some(name));
            settings.push(setting);
        }
        let output = run(PROGRAM, ["run", "--out", out.to_str().unwrap()].iter().chain(&settings));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!([Some(0), Some(3)].contains(&output.status.code()), "{case:?}: {error}");
        for pair in PICTURES.chunks(2) {
            let svg = std::fs::read_to_string(out.join(pair[0])).unwrap();
            assert!(svg.len() < 3_000_000, "{case:?}: {} has {} bytes", pair[0], svg.len());
            let png = std::fs::read(out.join(pair[1])).unwrap();
            assert_eq!(png, chart_kit::png::png(&svg).unwrap(), "{case:?}: {}", pair[1]);
            let size = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
            let [width, height] = ["width", "height"].map(|name| attribute(&svg, name).parse::<u32>().unwrap());
            assert_eq!([size(16), size(20)], [2 * width, 2 * height], "{case:?}: {}", pair[1]);
            // Nothing beyond the edges; texts are wider in browsers than here, so they are looked at.
            let places = svg
                .split("<text ")
                .skip(1)
                .map(|text| ["x", "y"].map(|name| attribute(&format!(" {text}"), name).parse::<u32>().unwrap()));
            let within = |[x, y]: [u32; 2]| x < width && y < height;
            assert!(places.into_iter().all(within), "{case:?}: {}", pair[0]);
        }
        let gif = out.join("animation.gif");
        succeed(PROGRAM, ["animate", out.to_str().unwrap()]);
        assert_eq!(animation(&gif).delays.len(), snapshots(&out), "{case:?}");
    }
}

/// How many snapshots a run has taken.
fn snapshots(out: &Path) -> usize {
    Recording::read(out).unwrap().snapshots.len()
}

/// A GIF as it is shown.
struct Animation {
    first: Vec<[u8; 3]>,
    last: Vec<[u8; 3]>,
    /// The hundredths of a second for which each frame is shown.
    delays: Vec<u16>,
}

fn animation(path: &Path) -> Animation {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    let mut decoder = options.read_info(std::fs::File::open(path).unwrap()).unwrap();
    assert_eq!((usize::from(decoder.width()), usize::from(decoder.height())), SIZE);
    let mut shown = vec![[0; 3]; SIZE.0 * SIZE.1];
    let (mut first, mut delays) = (None, Vec::new());
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        let wide = usize::from(frame.width);
        for (index, dot) in frame.buffer.chunks(4).enumerate().filter(|(_, dot)| dot[3] > 0) {
            let (x, y) = (usize::from(frame.left) + index % wide, usize::from(frame.top) + index / wide);
            shown[y * SIZE.0 + x] = dot[..3].try_into().unwrap();
        }
        delays.push(frame.delay);
        first.get_or_insert_with(|| shown.clone());
    }
    assert_eq!(decoder.repeat(), gif::Repeat::Infinite);
    Animation { first: first.unwrap(), last: shown, delays }
}

/// The width and height of an animation.
const SIZE: (usize, usize) = (960, 540);

/// The bars of a colour in the right half of a frame: line by line, where there is one, which columns it fills.
fn bars(dots: &[[u8; 3]], colour: chart_kit::Colour) -> Vec<Vec<usize>> {
    let colour = [colour.0, colour.1, colour.2];
    let lines = dots.chunks(SIZE.0).take(400);
    let columns = lines.map(|line| (540..SIZE.0).filter(|&x| line[x] == colour).collect::<Vec<_>>());
    let mut columns: Vec<_> = columns.collect();
    columns.dedup();
    columns.retain(|columns| !columns.is_empty());
    columns
}

#[test]
fn the_animation_ends_with_answers_that_are_right() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    succeed(PROGRAM, ["run", "--num-epochs=2", "--total-series-length=15000", "--out", out.to_str().unwrap()]);
    assert!(last_snapshot(&out).iter().all(|row| row.target == row.prediction));
    succeed(PROGRAM, ["animate", out.to_str().unwrap()]);
    let gif = out.join("animation.gif");
    assert!(std::fs::metadata(&gif).unwrap().len() < 3_000_000);
    let Animation { first: begun, last: ended, delays } = animation(&gif);
    assert_eq!(delays.len(), snapshots(&out));
    let (first, last) = (delays[0], *delays.last().unwrap());
    assert!(delays[1..delays.len() - 1].iter().all(|delay| (8..=9).contains(delay)), "{delays:?}");
    assert!((50..=200).contains(&first) && last >= 300, "{delays:?}");

    let palette = Colours::default().palette();
    let [target, prediction] = [palette.target, palette.prediction].map(|colour| bars(&ended, colour));
    assert!(!target.is_empty());
    assert_eq!(target, prediction);
    assert_ne!(bars(&begun, palette.target), bars(&begun, palette.prediction));
    // Every bar is there: a bar has as many columns as all others.
    let wide = 392 / 15 - 1;
    let expected = last_snapshot(&out).iter().filter(|row| row.target > 0).count();
    assert_eq!(target.iter().map(|columns| columns.len() / wide).sum::<usize>(), expected);

    // The same again is the same, elsewhere and in other colours it is what was asked for.
    let again = folder.path().join("again.gif");
    succeed(PROGRAM, ["animate", out.to_str().unwrap(), "--out", again.to_str().unwrap()]);
    assert_eq!(std::fs::read(&gif).unwrap(), std::fs::read(&again).unwrap());
    succeed(PROGRAM, ["animate", out.to_str().unwrap(), "--out", again.to_str().unwrap(), "--colours=tutorial"]);
    let blue = Colours::Tutorial.palette().input;
    let colours: BTreeSet<_> = animation(&again).first.into_iter().collect();
    assert!(colours.contains(&[blue.0, blue.1, blue.2]));
    // Nothing is left aside.
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn what_cannot_be_animated_is_told_in_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let animate = ["animate", out.to_str().unwrap()];
    train(&out, &["--no-figure"]);
    let message = refused(PROGRAM, animate);
    assert!(message.contains("snapshots.csv: nothing was recorded: the run was made with --no-figure"), "{message}");
    train(&out, &["--overwrite"]);
    let path = out.join("snapshots.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    // Its fifth line: row 0 at time 3.
    for (damaged, told) in [
        ("0,0,0,0,7,", "line 5: epoch 0, batch 0, step 0, row 0, time 7 stands where"),
        ("0,0,0,0,x,", "line 5, column `time`: `x` is not a finite number"),
    ] {
        std::fs::write(&path, text.replacen("0,0,0,0,3,", damaged, 1)).unwrap();
        let message = refused(PROGRAM, animate);
        assert!(message.contains("snapshots.csv: ") && message.contains(told), "{message}");
    }
    assert!(!out.join("animation.gif").exists());
    let message = refused(PROGRAM, ["animate", folder.path().join("nowhere").to_str().unwrap()]);
    assert!(message.contains("nowhere"), "{message}");
}

/// What stands where the animation is to go is left alone, unless it is an animation.
#[test]
fn an_animation_replaces_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    succeed(PROGRAM, [&["run", "--out", out.to_str().unwrap()][..], &TINY].concat());
    let animate = |file: &Path| run(PROGRAM, ["animate", out.to_str().unwrap(), "--out", file.to_str().unwrap()]);
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("folder")).unwrap();
    let mut there = vec![out.join("metrics.csv"), out.join("model.safetensors"), path("folder")];
    #[cfg(unix)]
    {
        std::fs::write(path("old.gif"), "GIF89a").unwrap();
        std::os::unix::fs::symlink(path("old.gif"), path("link.gif")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(path("pipe")).status().unwrap().success());
        there.extend([path("link.gif"), path("pipe")]);
    }
    let state = |path: &Path| {
        let there = std::fs::symlink_metadata(path).unwrap();
        (there.file_type(), there.len(), there.modified().unwrap())
    };
    for path in there {
        let before = state(&path);
        let message = refused(PROGRAM, ["animate", out.to_str().unwrap(), "--out", path.to_str().unwrap()]);
        assert!(message.starts_with(&format!("{}: ", path.display())), "{message}");
        assert_eq!(state(&path), before, "{}", path.display());
    }
    for (name, content) in [("empty.gif", &b""[..]), ("animated.gif", b"GIF87a")] {
        std::fs::write(path(name), content).unwrap();
        assert!(animate(&path(name)).status.success(), "{name}");
        assert!(animation(&path(name)).delays.len() > 10, "{name}");
    }
}

/// A run that was killed, or is still going, says nothing of how far it is: its rows do. It is read without its lock.
#[test]
fn a_run_on_its_way_is_drawn_as_far_as_it_has_come() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    succeed(PROGRAM, [&["run", "--out", out.to_str().unwrap()][..], &TINY].concat());
    let gif = || {
        succeed(PROGRAM, ["animate", out.to_str().unwrap()]);
        std::fs::read(out.join("animation.gif")).unwrap()
    };
    let expected = gif();
    let status = std::fs::read_to_string(out.join("status.toml")).unwrap();
    let stale = status.replace("\"done\"", "\"running\"").replace("steps = 12\n", "steps = 0\n");
    assert!(stale.contains("running") && stale.contains("\nsteps = 0\n"), "{status}");
    std::fs::write(out.join("status.toml"), stale).unwrap();
    let lock = std::fs::File::open(&out).unwrap();
    lock.try_lock().unwrap();
    assert_eq!(gif(), expected);
}

/// A spreadsheet can sort the rows by another column. It may also separate columns by semicolons, which changes nothing.
#[test]
fn rows_in_disorder_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    succeed(PROGRAM, [&["run", "--out", out.to_str().unwrap()][..], &TINY].concat());
    let path = out.join("metrics.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines: Vec<_> = text.lines().collect();
    lines.swap(3, 4);
    for (changed, told) in [
        (lines.join("\n") + "\n", "line 5: step 2 stands below step 3: rows must be in the order of their steps"),
        (
            text.replacen("\n0,0,0,", "\n0,0,1,", 1),
            "line 3: step 1 stands below step 1: rows must be in the order of their steps",
        ),
    ] {
        std::fs::write(&path, changed).unwrap();
        for command in ["animate", "report"] {
            let message = refused(PROGRAM, [command, out.to_str().unwrap()]);
            assert_eq!(message, format!("{}: {told}", path.display()));
        }
    }
    // The same rows in another form are the same rows.
    std::fs::write(&path, text.replace(',', ";").replace('\n', "\r\n")).unwrap();
    for command in ["animate", "report"] {
        succeed(PROGRAM, [command, out.to_str().unwrap()]);
    }
}

/// An animation of a run that was stopped is not taken for one of its end.
#[test]
fn what_a_run_goes_on_from_has_no_old_animation() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    succeed(PROGRAM, [&["run", "--out", out.to_str().unwrap()][..], &TINY].concat());
    succeed(PROGRAM, ["animate", out.to_str().unwrap()]);
    train(&out, &["--overwrite"]);
    assert!(!out.join("animation.gif").exists());
}
