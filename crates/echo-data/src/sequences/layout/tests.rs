//! Series and episodes, cut.

use super::*;
use proptest::prelude::*;

#[test]
fn the_tutorials_picture() {
    // Its example: 36 values, 3 rows, windows of 3. The second window shows steps 4-6, 16-18, 28-30, counted from 1.
    let values: Vec<u8> = (1..=36).collect();
    let layout = Layout::new(36, 3, 3, 3).unwrap();
    assert_eq!((layout.windows(), layout.unused()), (4, 0));
    let mut window = [0; 9];
    layout.copy_window(&values, 1, &mut window, |v| v).unwrap();
    assert_eq!(window, [4, 16, 28, 5, 17, 29, 6, 18, 30]);
}

#[test]
fn several_numbers_a_step_are_copied_together() {
    let values: Vec<i32> = (0..24).collect();
    let layout = Layout::new(12, 2, 3, 3).unwrap();
    let mut window = [0; 12];
    layout.copy_numbers(&values, 2, 1, &mut window, |v| v).unwrap();
    assert_eq!(window, [6, 7, 18, 19, 8, 9, 20, 21, 10, 11, 22, 23]);
    assert!(matches!(layout.copy_numbers(&values, 3, 1, &mut window, |v| v), Err(Error::Length { .. })));
}

#[test]
fn what_cannot_be_cut_is_refused() {
    assert_eq!(Layout::new(0, 5, 15, 15), Err(Error::Zero { name: "total_series_length" }));
    assert_eq!(Layout::new(50, 0, 15, 15), Err(Error::Zero { name: "batch_size" }));
    assert_eq!(Layout::new(50, 5, 0, 0), Err(Error::Zero { name: "truncated_backprop_length" }));
    assert_eq!(Layout::new(4, 5, 1, 1), Err(Error::BatchTooLarge { batch_size: 5, total_series_length: 4 }));
    assert!(matches!(Layout::new(50, 5, 11, 11), Err(Error::WindowTooLong { row_length: 10, .. })));
    for window_stride in [0, 11] {
        assert!(matches!(Layout::new(500, 5, 10, window_stride), Err(Error::WindowStride { .. })));
    }
}

#[test]
fn what_is_not_of_the_layout_is_refused() {
    let layout = Layout::new(10, 2, 2, 2).unwrap();
    let gather = |values, window, places| layout.copy_window(&vec![1; values], window, &mut vec![0; places], |v| v);
    assert_eq!(gather(10, 1, 4), Ok(()));
    assert_eq!(gather(10, 2, 4), Err(Error::Window { window: 2, windows: 2 }));
    for (values, places) in [(9, 4), (0, 4), (11, 4), (10, 3), (10, 0)] {
        assert!(matches!(gather(values, 1, places), Err(Error::Length { .. })));
    }
}

proptest! {
    /// Marks every time step that a window scores, one by one, and compares.
    #[test]
    fn windows_score_every_step_once(
        length in 1_usize..300, batch_size in 1_usize..8, h in 1_usize..20, stride in 1_usize..20, time in 0_usize..40,
    ) {
        prop_assume!(stride <= h && h <= length / batch_size);
        let layout = Layout::new(length, batch_size, h, stride).unwrap();
        let mut scored = vec![0; layout.row_length()];
        let (mut from_new, mut from_last) = (Vec::new(), Vec::new());
        for window in 0..layout.windows() {
            let first = if window == 0 { 0 } else { h - stride };
            let steps = window * stride + first..window * stride + h;
            from_new.push(steps.start >= time);
            from_last.push(steps.end > time);
            scored[steps].iter_mut().for_each(|n| *n += 1);
        }
        let used = scored.iter().position(|&n| n == 0).unwrap_or(layout.row_length());
        prop_assert!(scored[..used].iter().all(|&n| n == 1), "{scored:?}");
        prop_assert!(layout.row_length() - used < stride);
        prop_assert_eq!(layout.unused(), length - batch_size * used);
        for (lies_there, first, others) in [(from_new, 0..h, h - stride..h), (from_last, h - 1..h, h - 1..h)] {
            let before = lies_there.iter().take_while(|&&there| !there).count();
            prop_assert_eq!(layout.first_window_from(time, &Scored { first, others }), before);
            prop_assert!(lies_there.is_sorted());
        }
    }
}

#[test]
fn episodes_stand_side_by_side() {
    // Five episodes of at most 7 steps, two rows, windows of 3.
    let layout = Layout::of_episodes(5, 7, 2, 3, 3).unwrap();
    assert_eq!((layout.batches(), layout.windows_of_batch(), layout.windows(), layout.unused()), (3, 3, 9, 0));
    assert_eq!((layout.place(5), layout.times(5)), ((1, 2), 6..9));
    assert_eq!([0, 1, 2].map(|batch| layout.episodes_of(batch)), [0..2, 2..4, 4..5]);
    let episodes: [&[i32]; 2] = [&[1, 2, 3, 4, 5, 6, 7], &[11, 12, 13, 14]];
    let mut window = [0; 6];
    for (number, expected) in [(3, [1, 11, 2, 12, 3, 13]), (4, [4, 14, 5, -1, 6, -1]), (5, [7, -1, -1, -1, -1, -1])] {
        let rows = [0, 1].map(|row| episodes[row].get(layout.stretch(number, row).start..).unwrap_or_default());
        layout.copy_rows(&rows, 1, &mut window, (|value| value, -1)).unwrap();
        assert_eq!(window, expected, "{number}");
    }
    // A batch with an empty row, and two numbers a step.
    let mut window = [0.0; 12];
    layout.copy_rows(&[&[1.0, 2.0, 3.0, 4.0]], 2, &mut window, (|value| value, 0.0)).unwrap();
    assert_eq!(window, [1.0, 2.0, 0.0, 0.0, 3.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let refused =
        |rows: &[&[i32]], places| layout.copy_rows(rows, 1, &mut vec![0; places], (|value| value, 0)).unwrap_err();
    assert!(matches!(refused(&[&[][..]; 3], 6), Error::Length { expected: 2, found: 3, .. }));
    assert!(matches!(refused(&[], 7), Error::Length { expected: 6, found: 7, .. }));
}

#[test]
fn rows_of_a_series_are_its_parts() {
    let values: Vec<u8> = (1..=36).collect();
    let layout = Layout::new(36, 3, 3, 3).unwrap();
    let rows = [0, 1, 2].map(|row| &values[layout.stretch(1, row)]);
    let [mut window, mut whole] = [[0; 9]; 2];
    layout.copy_rows(&rows, 1, &mut window, (|value| value, 0)).unwrap();
    layout.copy_window(&values, 1, &mut whole, |value| value).unwrap();
    assert_eq!(window, whole);
}

#[test]
fn episodes_that_cannot_be_cut_are_refused() {
    assert_eq!(Layout::of_episodes(0, 7, 2, 3, 3), Err(Error::Zero { name: "episodes" }));
    assert!(matches!(Layout::of_episodes(5, 7, 2, 3, 4), Err(Error::WindowStride { .. })));
    assert!(matches!(Layout::of_episodes(5, usize::MAX, 2, 3, 3), Err(Error::LongEpisode { .. })));
    // A window longer than all episodes: one holds them.
    let layout = Layout::of_episodes(1, 2, 4, 9, 1).unwrap();
    assert_eq!((layout.windows(), layout.times(0)), (1, 0..9));
}

proptest! {
    /// Every step of every episode is scored once, whatever windows.
    #[test]
    fn windows_score_every_step_of_an_episode_once(
        episodes in 1_usize..20, longest in 1_usize..30, batch_size in 1_usize..8, h in 1_usize..20, stride in 1_usize..20,
    ) {
        prop_assume!(stride <= h);
        let layout = Layout::of_episodes(episodes, longest, batch_size, h, stride).unwrap();
        let mut scored = vec![vec![0; longest + h]; episodes];
        for window in 0..layout.windows() {
            let (batch, of_batch) = layout.place(window);
            let first = if of_batch == 0 { 0 } else { h - stride };
            for episode in layout.episodes_of(batch) {
                layout.times(window).skip(first).for_each(|time| scored[episode][time] += 1);
            }
        }
        prop_assert!(scored.iter().all(|steps| steps[..longest].iter().all(|&n| n == 1)), "{scored:?}");
    }
}
