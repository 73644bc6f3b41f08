//! What a saved net says of the rows to come: as CSV, beside rows that are held out, and as a picture.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use chart_kit::text::number;
use rnn_train::Colours;
use std::path::{Path, PathBuf};
use support::{columns, fixtures, numbers, refused, run, succeed};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rnn-train");

fn data(name: &str) -> PathBuf {
    fixtures("data").join(name)
}

/// A net that has learned a little of a series; returns its file.
fn net(folder: &Path, series: &Path, more: &[&str]) -> String {
    let out = folder.join("run");
    let paths = [out.to_str().unwrap(), series.to_str().unwrap()];
    let run = ["run", "--overwrite", "--no-figure", "--task=forecast", "--cell=gru", "--state-size=8", "--test=0.2"];
    let train = ["--optimizer=adam", "--learning-rate=0.01", "--num-epochs=20", "--batch-size=2"];
    succeed(PROGRAM, [&run[..], &train, &["--out", paths[0], "--data", paths[1]], more].concat());
    out.join("model.safetensors").to_str().unwrap().to_owned()
}

/// What `forecast` writes, as a file, and what it says.
fn forecast(folder: &Path, net: &str, series: &Path, more: &[&str]) -> (PathBuf, String) {
    let output = run(PROGRAM, [&["forecast", net, series.to_str().unwrap()], more].concat());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let path = folder.join("forecast.csv");
    std::fs::write(&path, output.stdout).unwrap();
    (path, said)
}

/// The first lines of a file, as a file of its own.
fn head(folder: &Path, series: &Path, lines: usize) -> PathBuf {
    let path = folder.join("head.csv");
    let text = std::fs::read_to_string(series).unwrap();
    std::fs::write(&path, text.split_inclusive('\n').take(lines).collect::<String>()).unwrap();
    path
}

/// Rows that are held out change nothing of what is expected of them, nor of how far off that may be.
#[test]
fn rows_that_are_held_out_are_forecast_as_if_they_were_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let series = data("sunspots.csv");
    let all = numbers(&series, "sunspots");
    let known = all.len() - 11;
    let before = head(folder, &series, 1 + known);
    for horizon in ["--horizon=1", "--horizon=3"] {
        let net = net(folder, &series, &["--season=11", horizon]);
        let (path, _) = forecast(folder, &net, &before, &["--steps=14"]);
        let expected = columns(&path);
        assert!(!expected.contains_key("truth"));
        for (more, steps) in [(&[][..], 11), (&["--steps=5"], 5), (&["--steps=14"], 14)] {
            let (path, said) = forecast(folder, &net, &series, &[&["--holdout=11"], more].concat());
            let found = columns(&path);
            assert_eq!(found.len(), expected.len() + 1);
            for (name, cells) in &expected {
                assert_eq!(found[name], cells[..steps], "{name} {more:?}");
            }
            assert!(found["low"].iter().all(|cell| !cell.is_empty()));
            let truth: Vec<_> = (0..steps).map(|step| all.get(known + step).map(f64::to_string)).collect();
            assert_eq!(found["truth"], truth.iter().map(|cell| cell.clone().unwrap_or_default()).collect::<Vec<_>>());
            // How far off it was, beside the value before and that of eleven years ago.
            let prediction = numbers(&path, "prediction");
            let scored = steps.min(11);
            let off = |answer: &dyn Fn(usize) -> f64| {
                let errors = || (0..scored).map(|step| answer(step) - all[known + step]);
                let squares: f64 = errors().map(|error| error * error).sum();
                let absolute: f64 = errors().map(f64::abs).sum();
                let scored = scored as f64;
                format!("RMSE {}, MAE {}", number((squares / scored).sqrt(), 3), number(absolute / scored, 3))
            };
            let own = format!("sunspots over {scored} rows held out: {}; ", off(&|step| prediction[step]));
            let last = format!("; last value: {}; ", off(&|_| all[known - 1]));
            let seasonal = format!("; seasonal: {}\n", off(&|step| all[known + step - 11]));
            for told in [own, last, seasonal] {
                assert!(said.contains(&told), "{told}: {said}");
            }
        }
    }
}

/// A series of three numbers with labels that do not go on evenly, or without.
fn three_numbers(folder: &Path, with_labels: bool) -> PathBuf {
    let path = folder.join(if with_labels { "labels.csv" } else { "numbers.csv" });
    let mut text = if with_labels { "day,a,b,c\n" } else { "a,b,c\n" }.to_owned();
    for row in 0..120 {
        let value = f64::from(row);
        let label = if with_labels { format!("{}-day-{row},", ["mo", "tu"][row as usize % 2]) } else { String::new() };
        text += &format!("{label}{:.3},{:.1},{}\n", (value / 4.0).sin(), 1e4 * (value / 7.0).cos(), row % 5);
    }
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn several_numbers_have_columns_and_scores_each() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let series = three_numbers(folder, true);
    let net = net(folder, &series, &[]);
    let (path, said) = forecast(folder, &net, &series, &["--holdout=6"]);
    let header = std::fs::read_to_string(&path).unwrap().lines().next().unwrap().to_owned();
    let of = |name: &str| format!("prediction_{name},low_{name},high_{name},truth_{name}");
    assert_eq!(header, format!("step,day,{},{},{}", of("a"), of("b"), of("c")));
    // The rows that are held out have labels, those behind the file do not.
    assert_eq!(columns(&path)["day"][5], "tu-day-119");
    assert_eq!(numbers(&path, "truth_c"), [4.0, 0.0, 1.0, 2.0, 3.0, 4.0]);
    let sentences: Vec<_> = said.lines().map(|line| line.trim_start().strip_prefix("INFO ").unwrap()).collect();
    assert_eq!(sentences.len(), 3);
    for (name, sentence) in ["a", "b", "c"].iter().zip(sentences) {
        // No season was given.
        assert!(sentence.starts_with(&format!("{name} over 6 rows held out: RMSE ")), "{sentence}");
        assert!(sentence.contains("; last value: RMSE ") && !sentence.contains("seasonal"), "{sentence}");
    }
    let (path, _) = forecast(folder, &net, &series, &["--holdout=6", "--steps=7"]);
    assert!(!columns(&path).contains_key("day"));
    assert_eq!(columns(&path)["truth_a"][6], "");
}

/// The texts of an SVG.
fn texts(svg: &str) -> Vec<String> {
    let texts = svg.split("<text ").skip(1).map(|rest| rest.split_once('>').unwrap().1);
    texts.map(|rest| rest.split_once("</text>").unwrap().0.trim().to_owned()).collect()
}

/// The points of an SVG's lines, or of its areas, of a colour.
fn shapes(svg: &str, element: &str, colour: &str) -> Vec<Vec<[i32; 2]>> {
    let begin = format!("<{element} ");
    let elements = svg.split(&begin).skip(1).map(|rest| rest.split_once("/>").unwrap().0);
    let of_colour = elements.filter(|element| element.contains(&format!("\"{}\"", colour.to_uppercase())));
    let points = |element: &str| -> Vec<[i32; 2]> {
        let points = element.split_once("points=\"").unwrap().1.split_once('"').unwrap().0;
        let point = |point: &str| point.split_once(',').map(|(x, y)| [x, y].map(|place| place.parse().unwrap()));
        points.split_whitespace().map(|text| point(text).unwrap()).collect()
    };
    of_colour.map(points).collect()
}

/// Whether values stand the higher the greater they are.
fn is_drawn_as(points: &[[i32; 2]], values: &[f64]) -> bool {
    let mut ranked: Vec<_> = values.iter().zip(points).collect();
    ranked.sort_by(|a, b| a.0.total_cmp(b.0));
    points.len() == values.len()
        && points.windows(2).all(|pair| pair[0][0] < pair[1][0])
        && ranked.windows(2).all(|pair| pair[0].1[1] >= pair[1].1[1])
}

/// Lines of the past, of the forecast and of the truth, which begin where the past ends, and a band about the forecast.
#[test]
fn the_picture_shows_past_forecast_and_truth() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let svg = folder.join("figure.svg");
    let figure = format!("--figure={}", svg.display());
    let palette = Colours::default().palette();
    let colours = [palette.input, palette.target, palette.prediction].map(|colour| colour.to_string());
    // Of so many steps the last 4 · 22 rows of the past are drawn; of few steps fifty.
    for (name, horizon, more, past, last) in [
        ("sunspots", "--horizon=3", &["--holdout=22"][..], 88, "22 rows after 1986, held out"),
        ("sunspots", "--horizon=1", &["--holdout=4", "--steps=6"], 50, "6 rows after 2004, 4 of them held out"),
        ("airline", "--horizon=1", &["--steps=24"], 96, "24 rows after 1960-12"),
    ] {
        let (series, column) =
            (data(&format!("{name}.csv")), if name == "airline" { "passengers" } else { "sunspots" });
        let net = net(folder, &series, &[horizon]);
        let (plain, _) = forecast(folder, &net, &series, more);
        let plain = std::fs::read(plain).unwrap();
        let (path, said) = forecast(folder, &net, &series, &[more, &[&figure]].concat());
        assert!(std::fs::read(&path).unwrap() == plain && said.contains("drawn: "), "{said}");
        let picture = std::fs::read_to_string(&svg).unwrap();
        let [pasts, truths, forecasts] = colours.each_ref().map(|colour| shapes(&picture, "polyline", colour));

        let all = numbers(&series, column);
        let truth: Vec<f64> = columns(&path).get("truth").into_iter().flatten().flat_map(|cell| cell.parse()).collect();
        let known = all.len() - truth.len();
        let from_last = |values: &[f64]| [&[all[known - 1]], values].concat();
        // Behind the lines of the panel are those of the legend.
        assert!(is_drawn_as(&pasts[0], &all[known - past..known]), "{name} {horizon}");
        assert!(is_drawn_as(&forecasts[0], &from_last(&numbers(&path, "prediction"))), "{name} {horizon}");
        assert_eq!(truths.len(), if truth.is_empty() { 0 } else { 2 });
        assert!(truth.is_empty() || is_drawn_as(&truths[0], &from_last(&truth)), "{name} {horizon}");
        assert_eq!(forecasts[0][0], *pasts[0].last().unwrap());
        let [low, high] = ["low", "high"]
            .map(|end| columns(&path)[end].iter().map_while(|cell| cell.parse().ok()).collect::<Vec<f64>>());
        let band = &shapes(&picture, "polygon", &colours[2])[0];
        let (above, below) = band.split_at(1 + high.len());
        assert!(is_drawn_as(above, &from_last(&high)), "{name} {horizon}");
        assert!(is_drawn_as(&below.iter().rev().copied().collect::<Vec<_>>(), &from_last(&low)), "{name} {horizon}");

        let texts = texts(&picture);
        let has = |text: &str| texts.iter().any(|own| own == text);
        assert!(has(&format!("Forecast of {column}")) && has(last), "{texts:?}");
        assert!(has("past") && has("forecast, and the interval of nine of ten errors"), "{texts:?}");
        assert_eq!(has("truth"), !truth.is_empty(), "{texts:?}");
        let axis = if name == "airline" { ["month", "1954", "1962"] } else { ["year", "1960", "2000"] };
        assert!(axis.iter().all(|text| has(text)), "{texts:?}");
        let heading = texts.iter().find(|text| text.starts_with(&format!("{column}: RMSE ")));
        assert_eq!(heading.is_some_and(|text| text.contains("; last value ")), !truth.is_empty(), "{texts:?}");
    }
    let (series, png) = (data("airline.csv"), folder.join("figure.PNG"));
    let net = net(folder, &series, &[]);
    forecast(folder, &net, &series, &[&figure, "--colours=tutorial"]);
    let picture = std::fs::read_to_string(&svg).unwrap();
    assert!(shapes(&picture, "polyline", &colours[0]).is_empty() && shapes(&picture, "polyline", "#0000ff").len() == 2);
    forecast(folder, &net, &series, &["--figure", png.to_str().unwrap()]);
    assert!(std::fs::read(&png).unwrap().starts_with(b"\x89PNG\r\n\x1a\n"));
}

#[test]
fn several_numbers_have_a_panel_each_and_rows_are_called_as_the_file_does() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let svg = folder.join("figure.svg");
    let figure = format!("--figure={}", svg.display());
    let past = Colours::default().palette().input.to_string();
    for (with_labels, expected) in
        [(true, &["day", "tu-day-119", "tu-day-99", "+10"][..]), (false, &["step", "-40", "0", "10"])]
    {
        let series = three_numbers(folder, with_labels);
        let net = net(folder, &series, &[]);
        forecast(folder, &net, &series, &["--steps=12", &figure]);
        let picture = std::fs::read_to_string(&svg).unwrap();
        let texts = texts(&picture);
        for text in expected.iter().chain(&["Forecast of a, b, c", "a", "b", "c"]) {
            assert!(texts.iter().any(|own| own == text), "{text}: {texts:?}");
        }
        let lines: Vec<_> = shapes(&picture, "polyline", &past).into_iter().filter(|line| line.len() == 50).collect();
        let bottoms: Vec<_> = lines.iter().map(|line| line.iter().map(|point| point[1]).max().unwrap()).collect();
        let tops: Vec<_> = lines.iter().map(|line| line.iter().map(|point| point[1]).min().unwrap()).collect();
        assert!(lines.len() == 3 && bottoms[0] < tops[1] && bottoms[1] < tops[2], "{lines:?}");
    }
    // Of less than two years months are written.
    let months = head(folder, &data("airline.csv"), 13);
    let net = net(folder, &data("airline.csv"), &[]);
    forecast(folder, &net, &months, &["--steps=3", &figure]);
    let texts = texts(&std::fs::read_to_string(&svg).unwrap());
    assert!(["1949-04", "1950-01"].iter().all(|text| texts.iter().any(|own| own == text)), "{texts:?}");
    assert!(texts.iter().any(|text| text == "forecast"), "so few rows have no interval: {texts:?}");
}

#[test]
fn what_cannot_be_forecast_or_drawn_is_refused_in_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let series = data("sunspots.csv");
    let net = net(folder, &series, &["--horizon=3"]);
    let inside = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let [table, drawn, nowhere, other] = ["table.svg", "drawn.svg", "none/drawn.svg", "drawn.pdf"].map(inside);
    std::fs::copy(&series, &table).unwrap();
    let cases: [(&[&str], &str); 12] = [
        (&["--steps=0"], "steps is 0: it must be from 1 to 100000"),
        (&["--steps=-1"], "steps is -1: it must be from 1 to 100000"),
        (&["--steps=100001"], "steps is 100001: it must be from 1 to 100000"),
        (&["--holdout=0"], "holdout is 0: it must be at least 1"),
        (&["--holdout=-2"], "holdout is -2: it must be at least 1"),
        (&["--holdout=309"], "holdout is 309: it must be at most 306, as "),
        (&["--holdout=307", "--figure", &drawn], "holdout is 307: it must be at most 306, as "),
        (&["--colours=tutorial"], "the following required arguments were not provided: --figure <FILE.svg|FILE.png>"),
        (&["--figure", &other], "drawn.pdf: a picture's name must end in .svg or .png"),
        (&["--figure", &inside("run")], "run: a picture's name must end in .svg or .png"),
        (&["--figure", &table], "table.svg: a file is there that is not a picture (SVG): it is not replaced"),
        (&["--figure", &nowhere], "drawn.svg: there is no folder "),
    ];
    for (more, told) in cases {
        let message = refused(PROGRAM, [&["forecast", &net, series.to_str().unwrap()], more].concat());
        assert!(message.contains(told), "{message}");
    }
    let short = head(folder, &series, 3);
    let message = refused(PROGRAM, ["forecast", &net, short.to_str().unwrap(), "--figure", &drawn]);
    assert!(message.ends_with("head.csv: it has 2 rows: it must have at least 3, as the horizon is 3"), "{message}");
    assert!(![drawn.clone(), other, nowhere].iter().any(|path| Path::new(path).exists()));
    assert_eq!(std::fs::read(&table).unwrap(), std::fs::read(&series).unwrap());
    // A picture replaces one of its kind.
    for steps in ["--steps=5", "--steps=6"] {
        forecast(folder, &net, &series, &[steps, "--figure", &drawn]);
    }
    assert!(std::fs::read_to_string(&drawn).unwrap().contains("6 rows after 2008"));
}
