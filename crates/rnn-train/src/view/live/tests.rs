//! The screen as it is drawn, cell by cell.

use super::ink::{Depth, Ink};
use super::pace::{Command, Pace, Player};
use super::scene::{Epochs, Phase, Scene};
use super::screen::{View, draw};
use crate::outputs::curve::LossCurve;
use crate::outputs::rows::MetricsRow;
use crate::outputs::snapshot::{Answered, Snapshot};
use crate::settings::table::Settings;
use crate::view::palette::Colours;
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

const FLOOR: f64 = 0.134_602;

fn ink(depth: Depth) -> Ink {
    Ink::new(Colours::ColourBlind, depth)
}

/// What stands on a screen of this size.
fn drawn_with(scene: &Scene, player: &Player, ink: &Ink, notice: Option<&str>, [width, height]: [u16; 2]) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let view = View { scene, player, ink, notice };
    terminal.draw(|frame| draw(&view, frame.area(), frame.buffer_mut())).unwrap();
    terminal.backend().buffer().clone()
}

fn drawn(scene: &Scene, size: [u16; 2]) -> Vec<String> {
    lines(&drawn_with(scene, &Player::new(Pace::PerSecond(50.0)), &ink(Depth::All), None, size))
}

fn lines(buffer: &Buffer) -> Vec<String> {
    let width = usize::from(buffer.area.width).max(1);
    let cells: Vec<_> = buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect();
    cells.chunks(width).map(|line| line.concat()).collect()
}

/// The tutorial's run after some steps: at first nothing is known, in its second epoch all that can be.
fn tutorial(done: usize) -> Scene {
    let settings = Settings::default();
    let mut curve = LossCurve::default();
    let loss = |step: usize| match (step % 666, step) {
        (0, 1..) => 0.19,
        (_, 0..200) => 0.7,
        _ => 0.002,
    };
    (0..done).for_each(|step| curve.push(step, loss(step), step % 666 != 0));
    let last = done.saturating_sub(1);
    let (epoch, batch) = (last / 666, last % 666);
    let row = MetricsRow {
        epoch,
        batch,
        step: last,
        loss: loss(last),
        accuracy: Some(0.987),
        gradient_norm: Some(0.03),
        learning_rate: 0.3,
        floor: Some(FLOOR),
    };
    let input: Vec<u32> = (0..75).map(|index| index * index / 3 % 2).collect();
    let target: Vec<u32> = (0..75).map(|index| index / 2 % 2).collect();
    // Wrong in the third row at the fifth time step, and nowhere else.
    let prediction: Vec<u32> =
        target.iter().enumerate().map(|(at, &class)| class ^ u32::from(at == 4 * 5 + 2)).collect();
    Scene {
        settings,
        epochs: Epochs::new([666]),
        steps: 66_600,
        done,
        curve,
        floor: Some(FLOOR),
        row: Some(row),
        snapshot: Some(Snapshot::of_classes([epoch, batch, last], 5, [&input, &target, &prediction])),
        solved: None,
        rate: Some(50.0),
        phase: Phase::Training,
    }
}

#[test]
fn the_screen_explains_the_run() {
    let scene = tutorial(1500);
    for size in [[80, 24], [100, 30], [160, 50]] {
        let text = drawn(&scene, size).join("\n");
        for part in [
            "Echo after 3 steps: elman net of 4 hidden units, windows of 15",
            "learning",
            "Window 167 of epoch 2",
            "target = input 3 steps ago",
            "step 1,500 of 66,600",
            "50 windows a second",
            "left",
            "epoch  2 of 0–99",
            "window 167 of 0–665",
            "loss 0.0020",
            "accuracy 98.7 %",
            "gradient norm 0.0300",
            "learning rate 0.3000",
            "q stop and leave",
        ] {
            assert!(text.contains(part), "{size:?}: no {part:?} in\n{text}");
        }
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let legend = "● an epoch's first window: the first 3 of its 15 targets cannot be known ┄ the floor of its loss: \
                      no net's mean loss is below 0.1346";
        assert!(words.contains(legend), "{text}");
    }
}

#[test]
fn the_chart_has_decades_the_floor_the_spikes_and_the_epochs() {
    let lines = drawn(&tutorial(1500), [100, 30]);
    let with = |part: &str| lines.iter().position(|line| line.contains(part)).unwrap();
    let [one, hundredth, thousandth] = ["    1 ┤", " 0.01 ┤", "0.001 ┤"].map(with);
    // Decades are as far from each other.
    assert!((hundredth - one).abs_diff(2 * (thousandth - hundredth)) <= 1, "{one} {hundredth} {thousandth}");
    let floor = with("0.1346");
    assert!(lines[floor].contains("┄┄┄┄┄"));
    // The first windows of the epochs 1 and 2, a little above the floor; the very first one, among the others.
    let dots = |line: usize| lines[line].chars().take(55).filter(|&sign| sign == '●').count();
    assert_eq!((dots(floor) + dots(floor - 1), dots(one) + dots(one + 1)), (2, 1));
    // An epoch's spike stands above its tick, and that above its number.
    let column = |line: usize, sign: char| lines[line].chars().position(|found| found == sign).unwrap();
    let [axis, numbers, steps] = ["└", "epoch  0", " step  0"].map(with);
    assert_eq!((numbers, steps), (axis + 1, axis + 2));
    let ticks: Vec<_> = lines[axis].chars().enumerate().filter(|(_, sign)| *sign == '┴').map(|(at, _)| at).collect();
    assert_eq!(ticks.len(), 3, "{}", lines[axis]);
    assert_eq!([column(numbers, '0'), column(numbers, '1'), column(numbers, '2')][..], ticks[..]);
    let spikes = if dots(floor) == 2 { floor } else { floor - 1 };
    let spikes: Vec<_> = lines[spikes].chars().enumerate().filter(|(_, sign)| *sign == '●').map(|(at, _)| at).collect();
    assert_eq!(spikes[..], ticks[1..]);
    assert!(lines[steps].split_whitespace().any(|label| label == "1,500"), "{}", lines[steps]);
}

#[test]
fn bars_are_the_windows_classes_and_what_is_wrong_is_marked() {
    let mut scene = tutorial(1500);
    let lines = drawn(&scene, [100, 30]);
    let lane = |name: &str, row: usize| {
        let line = lines.iter().filter(|line| line.contains(&format!(" {name}"))).nth(row).unwrap();
        line.split(name).last().unwrap().split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    let snapshot = scene.snapshot.clone().unwrap();
    for (row, Answered { inputs, targets, predictions }) in snapshot.rows.iter().enumerate() {
        for (name, classes) in [("input", &inputs[0]), ("target", &targets[0]), ("prediction", &predictions[0])] {
            // The words above have a `target` and an `input` too.
            let skip = usize::from(name != "prediction");
            let bars: Vec<_> = classes.iter().map(|class| ["·", "▇"][class.unwrap() as usize].to_owned()).collect();
            assert_eq!(lane(name, row + skip), bars, "{name} of row {row}");
        }
        assert_eq!(lane("wrong", row).len(), usize::from(row == 2));
    }
    let marked = lines.iter().find(|line| line.contains('×')).unwrap();
    let [name, mark] = ["wrong", "×"].map(|part| marked.split(part).next().unwrap().chars().count());
    assert_eq!(mark - name, 11 + 2 * 4, "below the fifth time step");
    assert!(!lines.iter().any(|line| line.contains("unknowable")));

    // In an epoch's first window, three targets cannot be known: that is said above them, and they are dim.
    scene.snapshot = Some(Snapshot { batch: 0, ..snapshot });
    let buffer = drawn_with(&scene, &Player::new(Pace::Max), &ink(Depth::None), None, [100, 30]);
    let lines = self::lines(&buffer);
    assert!(lines.iter().any(|line| line.contains("unknowable ? ? ?  ")), "{lines:?}");
    let at = |sign: &str| {
        let cells = (0..30).flat_map(|y| (50..100).map(move |x| (x, y)));
        cells.filter(|&at| buffer[at].symbol() == sign).collect::<Vec<_>>()
    };
    let first_bar = at("▇").iter().map(|(x, _)| *x).min().unwrap();
    let dim = at("▇").into_iter().filter(|&at| buffer[at].modifier.contains(Modifier::DIM)).collect::<Vec<_>>();
    assert!(!dim.is_empty() && dim.iter().all(|&(x, _)| x < first_bar + 6), "{dim:?}");
}

#[test]
fn answers_that_do_not_count_are_dim_and_never_wrong() {
    let mut scene = tutorial(1500);
    scene.settings = "window_stride = 5".parse().unwrap();
    let mut snapshot = scene.snapshot.clone().unwrap();
    let Answered { targets, predictions, .. } = &mut snapshot.rows[0];
    predictions[0] = targets[0].iter().map(|class| class.map(|class| 1.0 - class)).collect();
    let shown = |snapshot: Snapshot, scene: &mut Scene| {
        scene.snapshot = Some(snapshot);
        let buffer = drawn_with(scene, &Player::new(Pace::Max), &ink(Depth::None), None, [100, 30]);
        let lines = self::lines(&buffer);
        let wrong = lines.iter().filter(|line| line.contains("wrong ")).map(|line| line.matches('×').count());
        let y = lines.iter().position(|line| line.contains("prediction")).unwrap() as u16;
        let is_dim =
            |x: &u16| "▇█".contains(buffer[(*x, y)].symbol()) && buffer[(*x, y)].modifier.contains(Modifier::DIM);
        (wrong.sum::<usize>(), (40..100).filter(is_dim).count(), lines.join("\n"))
    };
    let bars = snapshot.rows[0].predictions[0][..10].iter().filter(|class| class.unwrap() > 0.0).count();
    let (wrong, dim, text) = shown(snapshot.clone(), &mut scene);
    assert_eq!((wrong, dim), (5, bars), "{text}");
    assert!(text.contains(&format!("uncounted  {}", "- ".repeat(10))), "{text}");
    // Of an epoch's first window all do.
    let (wrong, dim, text) = shown(Snapshot { batch: 0, ..snapshot }, &mut scene);
    assert_eq!((wrong, dim), (16, 0), "{text}");
    assert!(!text.contains("uncounted"), "{text}");
}

#[test]
fn classes_have_heights_and_lanes_grow_with_the_screen() {
    let mut scene = tutorial(10);
    scene.settings = "num_classes = 8\nbatch_size = 1".parse().unwrap();
    let classes: Vec<u32> = (0..8).collect();
    scene.snapshot = Some(Snapshot::of_classes([0, 9, 9], 1, [&classes, &classes, &[7; 8]]));
    let text = drawn(&scene, [80, 24]).join("\n");
    assert!(text.contains("prediction ▇ ▇ ▇ ▇ ▇ ▇ ▇ ▇") || text.contains("█ █ █ █ █ █ █ █"), "{text}");
    let one_line = drawn(&scene, [80, 16]).join("\n");
    assert!(one_line.contains("input      · ▁ ▂ ▃ ▄ ▅ ▆ ▇"), "{one_line}");
}

#[test]
fn a_long_window_shows_its_last_time_steps_and_says_so() {
    let mut scene = tutorial(10);
    scene.settings = "truncated_backprop_length = 100".parse().unwrap();
    let input: Vec<u32> = (0..500).map(|index| u32::from(index / 5 == 99)).collect();
    scene.snapshot = Some(Snapshot::of_classes([0, 0, 9], 5, [&input; 3]));
    let lines = drawn(&scene, [100, 30]);
    let text = lines.join("\n");
    assert!(text.contains("the last 34 of 100 time steps"), "{text}");
    let last = lines.iter().find(|line| line.contains("prediction")).unwrap();
    assert!(last.trim_end().ends_with("··▇"), "{last}");
}

#[test]
fn without_colours_there_are_none_and_signs_still_tell_things_apart() {
    let scene = tutorial(1500);
    let player = Player::new(Pace::Max);
    let plain = drawn_with(&scene, &player, &ink(Depth::None), Some("INFO something"), [100, 30]);
    assert!(plain.content().iter().all(|cell| (cell.fg, cell.bg) == (Color::Reset, Color::Reset)));
    let coloured = drawn_with(&scene, &player, &ink(Depth::All), Some("INFO something"), [100, 30]);
    assert_eq!(lines(&plain), lines(&coloured));
    let colours = coloured.content().iter().map(|cell| cell.fg).filter(|&colour| colour != Color::Reset);
    let palette = Colours::ColourBlind.palette();
    for colour in [palette.input, palette.target, palette.prediction, palette.guessed] {
        assert!(colours.clone().any(|found| found == Color::Rgb(colour.0, colour.1, colour.2)), "{colour}");
    }
}

#[test]
fn the_state_the_pace_and_the_last_line_of_diagnostics_are_shown() {
    let mut scene = tutorial(1500);
    let mut player = Player::new(Pace::Max);
    let shown = |scene: &Scene, player: &Player| {
        lines(&drawn_with(scene, player, &ink(Depth::All), Some("WARN the last line"), [100, 30]))
    };
    let lines = shown(&scene, &player);
    assert!(lines[0].ends_with("learning") && lines.iter().any(|line| line.contains("pace full speed")));
    assert_eq!(lines[28].trim_end(), "WARN the last line");
    player.take(Command::Pause, None);
    let lines = shown(&scene, &player);
    assert!(lines[0].ends_with("paused") && lines[29].starts_with("space continue"));
    player.take(Command::NextEpoch, None);
    assert!(shown(&scene, &player)[0].ends_with("on to the next epoch"));
    scene.phase = Phase::Replay([12, 160]);
    let lines = shown(&scene, &Player::new(Pace::PerSecond(8.0)));
    assert!(lines[0].ends_with("replay") && lines.iter().any(|line| line.contains("snapshot 12 of 160")));
    assert!(lines.iter().any(|line| line.contains("pace 8 snapshots a second")));
    (scene.phase, scene.solved) = (Phase::Ended("done: solved in epoch 1".to_owned()), Some(1));
    let lines = shown(&scene, &player);
    assert!(lines[0].ends_with("done: solved in epoch 1") && lines[29].starts_with("q leave"));
}

#[test]
fn what_does_not_fit_goes_and_the_numbers_stay() {
    let scene = tutorial(1500);
    let has = |size, part: &str| drawn(&scene, size).join("\n").contains(part);
    assert!(has([40, 40], "prediction") && has([40, 40], "0.1346"), "one below the other");
    assert!(!has([40, 16], "prediction") && has([40, 16], "0.1346"), "the bars go first");
    assert!(!has([40, 10], "┤") && has([40, 10], "loss 0.0020"), "then the chart");
    assert!(has([21, 1], "step 1,500 of 66,600"));
    let rows = |height| drawn(&scene, [100, height]).iter().filter(|line| line.contains("prediction")).count();
    assert_eq!([30, 26, 22, 18].map(rows), [5, 4, 3, 2]);
}

/// Losses of all sizes, also those that no logarithm has.
fn loss() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(1e300), Just(f64::MAX), Just(f64::MIN_POSITIVE), 1e-9..10.0, -1.0..0.0]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn no_size_and_no_run_is_too_much(
        width in prop_oneof![1_u16..30, 30_u16..=200],
        height in prop_oneof![1_u16..12, 12_u16..=60],
        losses in prop::collection::vec((loss(), any::<bool>()), 0..200),
        floor in prop::option::of(loss()),
        [num_classes, batch_size, window, echo_step] in [2_i64..=256, 1..=9, 1..=300, 0..=40],
        windows in prop::collection::vec(0_usize..50, 0..4),
        (first_step, steps) in (prop_oneof![0_usize..100, Just(usize::MAX / 2)], 0_usize..1_000_000),
        (has_snapshot, shown_batch, rate) in (any::<bool>(), 0_usize..3, prop::option::of(loss())),
        series in any::<bool>(),
    ) {
        let mut settings = format!(
            "num_classes = {num_classes}\nbatch_size = {batch_size}\ntruncated_backprop_length = {window}\n\
             echo_step = {echo_step}\n"
        );
        if series {
            settings += "series = ['series.csv']";
        }
        let mut scene = tutorial(0);
        scene.settings = settings.parse().unwrap();
        for (index, &(loss, known)) in losses.iter().enumerate() {
            scene.curve.push(first_step + index, loss, known);
        }
        (scene.done, scene.steps, scene.floor) = (first_step + losses.len(), steps, floor);
        (scene.epochs, scene.rate) = (Epochs::new(windows), rate);
        let values: Vec<u32> = (0..(window * batch_size) as u32).map(|index| index % num_classes as u32).collect();
        let turned: Vec<u32> = values.iter().rev().copied().collect();
        scene.snapshot = has_snapshot.then(|| {
            Snapshot::of_classes([1, shown_batch, 9], batch_size as usize, [&values, &values, &turned])
        });
        if let (Some(row), Some(&(loss, _))) = (&mut scene.row, losses.last()) {
            (row.loss, row.gradient_norm) = (loss, None);
        }
        let player = Player::new(Pace::PerSecond(rate.unwrap_or(1.0)));
        for notice in [None, Some("a line of diagnostics\twith more than it should have")] {
            drawn_with(&scene, &player, &ink(Depth::Sixteen), notice, [width, height]);
        }
    }
}
