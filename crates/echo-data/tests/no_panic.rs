//! Whatever a caller gives, no public function panics or asks for more memory than there can be: the answer is a value or
//! a typed error of one line.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use echo_data::files::{Array, Npz};
use echo_data::{
    AnyTask, Classes, Echo, Error, Inputs, Kind, Layout, Recorded, Scored, Sequence, Shape, Split, Step, Stretches,
    Task, generator,
};
use proptest::prelude::*;
use proptest::sample::select;

/// A length that no allocation can have.
const HUGE: usize = usize::MAX / 2;

fn sizes() -> impl Strategy<Value = usize> {
    prop_oneof![12 => 0..=40_usize, 1 => select(vec![255, 256, 257, HUGE, usize::MAX - 1, usize::MAX])]
}

fn probabilities() -> impl Strategy<Value = Vec<f64>> {
    let special = vec![0.0, -0.0, 0.25, 0.5, 1.0, -1e-300, f64::NAN, f64::INFINITY, f64::MIN_POSITIVE];
    let probability = prop_oneof![3 => select(special), 1 => any::<f64>()];
    prop_oneof![
        1 => prop::collection::vec(probability, 0..5),
        1 => (0..300_usize).prop_map(|count| vec![1.0 / count as f64; count]),
    ]
}

/// CSV that is nearly right, so that reading gets far into it.
fn texts() -> impl Strategy<Value = Vec<u8>> {
    let pieces =
        ["input", "target", "input,target\n", "\n", "\r\n", ",", "\"", " ", "0", "1", "1,0\n", "255", "256", "-1"];
    let others = ["1e400", "nan", "0.5", "\u{feff}", "\u{1b}[31m", "é", "x"];
    let piece = prop_oneof![
        8 => select([&pieces[..], &others].concat()).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    (any::<bool>(), prop::collection::vec(piece, 0..20)).prop_map(|(header, pieces)| {
        let header: &[u8] = if header { b"input,target\n" } else { b"" };
        [header, &pieces.concat()].concat()
    })
}

/// A NumPy file or an NPZ, changed in a few places and perhaps cut short.
fn numpy_files() -> impl Strategy<Value = Vec<u8>> {
    let fixtures = ["numbers.npz", "compressed.npz", "refused.npz", "none.npz", "fortran.npy"];
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/npz");
    let fixtures = fixtures.map(|name| std::fs::read(folder.join(name)).unwrap());
    let byte = prop_oneof![1 => any::<u8>(), 1 => select(vec![0, 1, 0x7f, 0x80, 0xff]), 1 => select(b"(){}[]',<>|-019".to_vec())];
    // From either end, because a ZIP is read from there.
    let change = (any::<bool>(), prop_oneof![0..200_usize, 0..4000_usize], byte);
    let changes = prop::collection::vec(change, 0..6);
    let mark = select(vec![&b"PK\x03\x04"[..], b"PK\x05\x06", b"\x93NUMPY\x01\0\x20\0{", b""]);
    let any = (mark, prop::collection::vec(any::<u8>(), 0..200)).prop_map(|(mark, bytes)| [mark, &bytes].concat());
    let changed = (select(fixtures.to_vec()), changes, prop_oneof![9 => Just(0), 1 => 0..4000_usize]);
    let changed = changed.prop_map(|(mut bytes, changes, cut)| {
        bytes.truncate(bytes.len().saturating_sub(cut));
        for (from_end, place, byte) in changes {
            let place = if from_end { bytes.len().wrapping_sub(place + 1) } else { place };
            if let Some(changed) = bytes.get_mut(place) {
                *changed = byte;
            }
        }
        bytes
    });
    prop_oneof![8 => changed, 1 => any]
}

/// House rule: an error is one line.
fn checked<T>(answer: Result<T, Error>) -> Option<T> {
    if let Err(error) = &answer {
        let message = error.to_string();
        assert!(!message.is_empty() && !message.contains(char::is_control), "{message:?}");
        assert!(message.len() < 1000, "{} bytes", message.len());
    }
    answer.ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn any_probabilities(probabilities in probabilities(), num_classes in sizes()) {
        let uniform = checked(Classes::uniform(num_classes));
        prop_assert_eq!(uniform.is_some(), (2..=256).contains(&num_classes));
        for classes in uniform.into_iter().chain(checked(Classes::with_probabilities(&probabilities))) {
            let mut values = [0; 50];
            classes.fill(&mut values, &mut generator(1, 2));
            prop_assert!(values.iter().all(|&value| usize::from(value) < classes.num_classes()));
            let probabilities = classes.probabilities();
            prop_assert_eq!(probabilities.len(), classes.num_classes());
            prop_assert!(probabilities.iter().all(|p| (0.0..=1.0).contains(p)));
            prop_assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn any_length_and_echo(length in sizes(), echo_step in sizes(), num_classes in 2..=256_usize) {
        let made = checked(Sequence::zeros(length));
        prop_assert_eq!(made.as_ref().map(Sequence::len), Some(length).filter(|length| (1..HUGE).contains(length)));
        let mut asked = AnyTask::Echo(Echo { num_classes, class_probabilities: None, echo_step });
        prop_assert_eq!(asked.task_mut().settings().len(), 3);
        let recorded = Recorded::in_place_of(asked.task());
        for (mut series, task) in made.iter().cloned().flat_map(|made| [(made.clone(), asked.task()), (made, &recorded)]) {
            prop_assert_eq!(checked(task.fill(1, Split::Fresh, 0, &mut series)).is_some(), task.reach().is_some());
            prop_assert!(series.targets().classes().iter().all(|&class| usize::from(class) < num_classes));
            let _ = (task.words(), task.reach(), task.why_all_known(length), task.chance(&|all| all[0]));
        }
    }

    #[test]
    fn any_layout(
        length in sizes(),
        batch in sizes(),
        window in sizes(),
        stride in sizes(),
        (echo_step, asked, values, places) in (sizes(), sizes(), 0..50_usize, 0..50_usize),
        exact in prop::array::uniform2(prop::bool::weighted(0.8)),
        last_step_alone in any::<bool>(),
    ) {
        if let Some(layout) = checked(Layout::new(length, batch, window, stride)) {
            prop_assert!(layout.windows() >= 1 && layout.unused() < length);
            let first = if last_step_alone { window - 1 } else { 0 };
            let scored = Scored { first: first..window, others: first.max(window - stride)..window };
            prop_assert!(layout.first_window_from(echo_step, &scored) <= layout.windows());
            let echo = Echo { echo_step, ..Echo::default() };
            let _ = (checked(echo.check_rows(&layout)), echo.floor_in_words(&layout, &|number| number.to_string()));
            let entropy = |all: &[f64]| all.iter().filter(|&&p| p > 0.0).map(|p| -p * p.ln()).sum();
            let floor = echo.floor(layout, &scored, &entropy).unwrap();
            for window in [asked, 0, layout.windows() - 1] {
                prop_assert!((0.0..=std::f64::consts::LN_2).contains(&floor.window(window)));
            }
            // More than a test should allocate.
            if length < HUGE {
                let values = if exact[0] { length } else { values };
                let places = if exact[1] { layout.window_values() } else { places };
                let gathered = checked(layout.copy_window(&vec![1; values], asked, &mut vec![0; places], |value| value));
                let right = values == length && places == layout.window_values() && asked < layout.windows();
                prop_assert_eq!(gathered.is_some(), right);
                prop_assert_eq!(checked(layout.window(&vec![1; values], asked, |value| value)).is_some(), values == length && asked < layout.windows());
            }
            let _ = layout.stretch(asked, echo_step);
        }
        if let Some(layout) = checked(Layout::of_episodes(length, echo_step, batch, window, stride)) {
            let _ = (layout.windows(), layout.stretch(asked, batch), layout.times(asked), layout.episodes_of(asked));
            let values = [1; 50];
            let rows = vec![&values[..values.len().min(echo_step)]; values.len().min(batch)];
            let copied = checked(layout.copy_rows(&rows, places, &mut [0; 50], (|value| value, 0)));
            prop_assert_eq!(copied.is_some(), layout.window_values().checked_mul(places) == Some(50));
        }
    }

    #[test]
    fn any_stretch(steps in 0..20_usize, start in sizes(), end in sizes(), width in 0..4_usize) {
        let mut sequence = Sequence::new(Shape { inputs: Kind::Values(width), targets: Kind::Classes(9) });
        for step in 0..steps {
            sequence.push(Step::Values(&[0.5; 4][..width]), (step % 3 > 0).then_some(Step::Class(3))).unwrap();
        }
        let mut to = sequence.none();
        let read = checked(sequence.read(start..end, &mut to));
        prop_assert!(read.is_some() && (width == 0 || to.len() == end.min(steps).saturating_sub(start)));
    }

    #[test]
    fn any_csv(text in texts(), num_classes in sizes()) {
        if let Some(series) = checked(Sequence::from_csv(&text[..], num_classes)) {
            prop_assert_eq!(series.inputs().len(), series.targets().len());
            let below = |values: &[u16]| values.iter().all(|&value| usize::from(value) < num_classes);
            prop_assert!(below(series.inputs().classes()) && below(series.targets().classes()));
        }
        // Every row takes at least a byte, so all of them, and the end, are asked for; also behind one that is refused.
        if let Some(mut inputs) = checked(Inputs::new(&text[..])) {
            for _ in 0..=text.len() {
                prop_assert!(checked(inputs.next_number()).flatten().is_none_or(f64::is_finite));
            }
        }
        if let Some(mut inputs) = checked(Inputs::new(&text[..])) {
            for _ in 0..=text.len() {
                let class = checked(inputs.next_class(num_classes)).flatten();
                prop_assert!(class.is_none_or(|class| usize::from(class) < num_classes && inputs.line() > 1));
            }
        }
    }

    #[test]
    fn any_numpy_file(bytes in numpy_files()) {
        let checked_array = |array: Result<Array, Error>| {
            if let Some(array) = checked(array) {
                assert_eq!(array.values().len(), array.shape().iter().product::<usize>());
                assert!(!array.is_whole() || array.values().iter().all(|value| value.fract() == 0.0));
            }
        };
        checked_array(Array::from_npy(&bytes[..]));
        if let Some(npz) = checked(Npz::new(std::io::Cursor::new(&bytes))) {
            for name in npz.names().chain(["no name"]) {
                checked_array(npz.array(name));
            }
        }
    }
}
