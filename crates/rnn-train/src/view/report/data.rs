//! What the scripts draw, as JSON in the page.
//!
//! A column of many numbers is one text with commas between its cells, in which a cell that is as the one above it is
//! empty, and one without a number is `-`. Whole numbers are written as the difference to the one above, so that counters
//! are almost nothing but commas.

use super::facts::Facts;
use super::steps::{MEASURES, Range, Track};
use crate::outputs::rows::EpochRow;
use crate::outputs::snapshot::Snapshot;
use crate::outputs::status::State;
use crate::view::lanes::{Lane, Scale, lanes};
use maud::{Markup, PreEscaped, html};
use serde_json::{Map, Value, json};

/// No more starts of epochs are marked than this.
const MOST_EPOCHS: usize = 2000;

/// The element that holds it.
pub(super) fn script(facts: &Facts<'_>) -> Markup {
    let mut floors = facts.floors.clone().unwrap_or_default();
    floors.retain(|floor| *floor > 0.0);
    floors.sort_by(|a, b| b.total_cmp(a));
    floors.dedup();
    let snapshots: Vec<_> = facts.recording.snapshots.iter().map(|snapshot| of_snapshot(facts, snapshot)).collect();
    let validation = facts.recording.validation();
    let valid: Vec<_> = validation.losses().iter().map(|bucket| (bucket.first, bucket.mean)).collect();
    let data = json!({
        "known": track(&facts.steps.known),
        "guessed": track(&facts.steps.guessed),
        "floors": floors,
        "valid": valid,
        "jumps": facts.steps.jumps.marked(),
        "epochs": epoch_starts(&facts.recording.epochs, facts.done()),
        "snapshots": snapshots,
    });
    html! { script #data type="application/json" { (PreEscaped(embedded(&data))) } }
}

/// JSON as it can stand within an element: what would end that stands within texts alone, and is escaped there.
fn embedded(data: &Value) -> String {
    data.to_string().replace('<', "\\u003c")
}

fn track(track: &Track) -> Value {
    let mut columns = Map::new();
    for (index, name) in ["epoch", "batch", "step"].into_iter().enumerate() {
        columns.insert(name.to_owned(), counters(track.buckets.iter().map(|bucket| bucket.place[index])).into());
    }
    if track.width > 1 {
        columns.insert("last".to_owned(), counters(track.buckets.iter().map(|bucket| bucket.last)).into());
    }
    for (index, name) in MEASURES.into_iter().enumerate() {
        let mut put = |name: String, of: fn(Range) -> String| {
            let cells = track.buckets.iter().map(|bucket| bucket.ranges[index].map_or_else(|| "-".to_owned(), of));
            columns.insert(name, column(cells).into());
        };
        if track.width > 1 {
            put(format!("{name}_low"), |range| exact(range.low));
            put(format!("{name}_high"), |range| exact(range.high));
            // As many digits as are shown, and some.
            put(name.to_owned(), |range| format!("{:.6e}", range.mean));
        } else {
            put(name.to_owned(), |range| exact(range.mean));
        }
    }
    json!({ "rows": track.rows, "width": track.width, "count": track.buckets.len(), "columns": columns })
}

/// As many digits as reading the same number back needs.
fn exact(value: f64) -> String {
    let text = format!("{value:?}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

fn counters(numbers: impl Iterator<Item = usize>) -> String {
    let mut above = 0;
    column(numbers.map(|number| {
        let difference = number as i128 - above;
        above = number as i128;
        difference.to_string()
    }))
}

fn column(cells: impl Iterator<Item = String>) -> String {
    let (mut text, mut above) = (String::new(), String::new());
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            text.push(',');
        }
        if cell != above {
            text += &cell;
            above = cell;
        }
    }
    text
}

/// The training steps at which epochs begin, of every `every`-th one, given how many steps are done.
fn epoch_starts(epochs: &[EpochRow], done: usize) -> Value {
    let mut every = 1;
    while epochs.len() / every > MOST_EPOCHS {
        every *= 10;
    }
    let mut step = 0_usize;
    let mut starts = Vec::new();
    for (epoch, row) in epochs.iter().enumerate() {
        if epoch.is_multiple_of(every) {
            starts.push(step);
        }
        step = step.saturating_add(row.windows);
    }
    // One that was begun has no row yet.
    if epochs.len().is_multiple_of(every) && step < done {
        starts.push(step);
    }
    json!({ "every": every, "starts": starts })
}

fn of_snapshot(facts: &Facts<'_>, snapshot: &Snapshot) -> Value {
    let settings = facts.settings();
    let Snapshot { epoch, batch, step, first_time, ref rows } = *snapshot;
    let row = facts.steps.of_snapshots.get(&step);
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            let lanes: Vec<_> = lanes(settings, snapshot, row).iter().map(of_lane).collect();
            let scored: Vec<_> = (0..row.times()).map(|time| u8::from(row.has_target(time))).collect();
            let scored = settings.has_episodes().then_some(scored);
            json!({ "lanes": lanes, "scored": scored })
        })
        .collect();
    json!({
        "epoch": epoch,
        "batch": batch,
        "step": step,
        "first_time": first_time,
        "unknown": settings.unknown_times(batch),
        "counted": settings.scored_times(batch).start,
        "ends": step >= facts.done() && facts.recording.status.status != State::Running,
        "loss": row.map(|row| row.loss),
        "accuracy": row.and_then(|row| row.accuracy),
        "rows": rows,
    })
}

/// A lane's name, its tracks, and for lines the numbers at its ends, for bars that of the greatest class.
fn of_lane(lane: &Lane<'_>) -> Value {
    let tracks: Map<_, _> =
        lane.tracks.iter().map(|(part, track)| (part.name().to_owned(), json!(of_track(track)))).collect();
    match lane.scale {
        Scale::Bars { .. } if lane.letters.is_some() => json!({ "tracks": tracks, "letters": lane.letters }),
        Scale::Bars { greatest } => json!({ "tracks": tracks, "greatest": greatest as u64 }),
        Scale::Lines { low, high } => json!({ "tracks": tracks, "ends": [low, high] }),
    }
}

/// Its numbers, whole ones without a point.
fn of_track(track: &[Option<f64>]) -> Vec<Value> {
    let number =
        |value: f64| if value.fract() == 0.0 && value.abs() < 1e15 { json!(value as i64) } else { json!(value) };
    track.iter().map(|value| value.map_or(Value::Null, number)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::columns::Extra;

    #[test]
    fn columns_are_short_and_exact() {
        assert_eq!(counters([0, 1, 2, 3, 0, 1].into_iter()), "0,1,,,-3,1");
        assert_eq!(column([0.3, 0.3, 1e-7, 1.0].into_iter().map(exact)), "0.3,,1e-7,1");
        assert_eq!(column(std::iter::empty()), "");
        for value in [0.1 + 0.2, 1e300, 5e-324, 0.700_619_76, 123_456_789.0] {
            assert_eq!(exact(value).parse(), Ok(value));
        }
    }

    #[test]
    fn no_text_ends_the_element() {
        let data = json!({ "</script>": "<!-- <script> & \"quoted\"" });
        let text = embedded(&data);
        assert!(!text.contains('<'), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), data);
    }

    #[test]
    fn starts_of_epochs_are_few() {
        let row = |windows| EpochRow {
            epoch: 0,
            windows,
            loss: 1.0,
            first_window_loss: Some(1.0),
            known_loss: None,
            accuracy: Some(1.0),
            known_accuracy: None,
            floor: None,
            valid_loss: Extra::NoColumn,
            valid_accuracy: Extra::NoColumn,
        };
        assert_eq!(epoch_starts(&[row(3), row(4)], 8), json!({ "every": 1, "starts": [0, 3, 7] }));
        // Behind the last step there is no epoch.
        assert_eq!(epoch_starts(&[row(3), row(4)], 7), json!({ "every": 1, "starts": [0, 3] }));
        let many = epoch_starts(&vec![row(2); 50_000], 100_000);
        assert_eq!((&many["every"], &many["starts"][3]), (&json!(100), &json!(600)));
    }
}
