//! The lanes of a snapshot's row, one below the other: bars for classes, lines for numbers.

use crate::outputs::snapshot::{Answered, Snapshot};
use crate::settings::net::is_one;
use crate::settings::table::Settings;
use echo_data::Kind;

/// What a track of a lane shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Input,
    Target,
    Prediction,
}

impl Part {
    /// How it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Target => "target",
            Self::Prediction => "prediction",
        }
    }
}

/// How what stands in a lane is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Scale {
    /// Bars, of which that of the greatest class is the highest.
    Bars {
        /// Its number.
        greatest: f64,
    },
    /// Lines between two numbers.
    Lines {
        /// That at the lane's lower end.
        low: f64,
        /// That at its upper end.
        high: f64,
    },
}

/// A lane: what is read, what should be answered, what is answered, or the last two in one where they are numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lane<'a> {
    pub(crate) name: String,
    /// A number for each time step; nothing where there is none.
    pub(crate) tracks: Vec<(Part, &'a [Option<f64>])>,
    pub(crate) scale: Scale,
    /// The symbols that its classes stand for, one for each time step, where they stand for some.
    pub(crate) letters: Option<Vec<String>>,
}

impl Scale {
    /// How high a number stands in its lane, from 0 to 1.
    pub(crate) fn share(self, number: f64) -> f64 {
        match self {
            Self::Bars { greatest } => number / greatest,
            Self::Lines { low, high } => ((number - low) / (high - low)).clamp(0.0, 1.0),
        }
    }

    pub(crate) fn is_of_bars(self) -> bool {
        matches!(self, Self::Bars { .. })
    }

    /// That of classes, or of these numbers.
    fn of<'a>(kind: Kind, greatest: f64, numbers: impl Iterator<Item = &'a [Option<f64>]>) -> Self {
        match kind {
            Kind::Classes(_) => return Self::Bars { greatest },
            Kind::Bits(_) => return Self::Lines { low: 0.0, high: 1.0 },
            Kind::Values(_) => {}
        }
        let finite = numbers.flatten().flatten().copied().filter(|number| number.is_finite());
        let ends = finite.fold(None, |ends: Option<[f64; 2]>, number| {
            let [low, high] = ends.unwrap_or([number; 2]);
            Some([low.min(number), high.max(number)])
        });
        let [low, high] = ends.unwrap_or([0.0, 1.0]);
        // A line that is level stands in the middle.
        let (low, high) = if low < high { (low, high) } else { (low - 0.5, high + 0.5) };
        Self::Lines { low, high }
    }
}

/// A symbol of more characters does not fit below a time step.
const LONGEST_LETTER: usize = 2;

/// The greatest class that is read or asked for, so that a class has the same height in all lanes.
pub(crate) fn greatest_class(settings: &Settings) -> f64 {
    let greatest = |kind: Kind| match kind {
        Kind::Classes(classes) => classes.saturating_sub(1),
        Kind::Values(_) | Kind::Bits(_) => 0,
    };
    let shape = settings.shape();
    greatest(shape.inputs).max(greatest(shape.targets)).max(1) as f64
}

/// The lanes of a row of a snapshot of a run with these settings.
pub(crate) fn lanes<'a>(settings: &Settings, snapshot: &'a Snapshot, row: &'a Answered) -> Vec<Lane<'a>> {
    let (shape, words) = (settings.shape(), settings.task().words());
    let (mut lanes, greatest) = (Vec::new(), greatest_class(settings));
    let task = settings.task();
    let letters = |track: &[Option<f64>]| {
        let symbols = task.symbols()?;
        let letter = |class: &Option<f64>| class.and_then(|class| symbols.shown(class as usize)).unwrap_or_default();
        let letters: Vec<String> = track.iter().map(letter).collect();
        // Names are too long to stand side by side.
        letters.iter().all(|letter| letter.chars().count() <= LONGEST_LETTER).then_some(letters)
    };
    for (index, lane) in row.inputs.iter().enumerate() {
        let of_rows = snapshot.rows.iter().filter_map(|row| row.inputs.get(index)).map(Vec::as_slice);
        let name = words.inputs.get(index).cloned().unwrap_or_else(|| Part::Input.name().to_owned());
        let scale = Scale::of(shape.inputs, greatest, of_rows);
        lanes.push(Lane { name, tracks: vec![(Part::Input, lane)], scale, letters: letters(lane) });
    }
    for (index, (target, prediction)) in row.targets.iter().zip(&row.predictions).enumerate() {
        let of_rows = snapshot.rows.iter().filter_map(|row| row.targets.get(index)).map(Vec::as_slice);
        let scale = Scale::of(shape.targets, greatest, of_rows);
        let tracks = [(Part::Target, target.as_slice()), (Part::Prediction, prediction)];
        if scale.is_of_bars() {
            let lane = |(part, track): (Part, _)| Lane {
                name: part.name().to_owned(),
                tracks: vec![(part, track)],
                scale,
                letters: letters(track),
            };
            lanes.extend(tracks.map(lane));
        } else {
            let name = words.targets.get(index).cloned().unwrap_or_else(|| Part::Target.name().to_owned());
            lanes.push(Lane { name, tracks: tracks.to_vec(), scale, letters: None });
        }
    }
    lanes
}

/// What should be answered at a time step, and what is, number by number.
fn pairs(row: &Answered, time: usize) -> impl Iterator<Item = (f64, f64)> + Clone {
    let pairs = row.targets.iter().zip(&row.predictions);
    pairs.filter_map(move |(target, prediction)| Some((target[time]?, prediction[time]?)))
}

/// How good the answers shown are that count, in words: how many are right, or how far off they are.
pub(crate) fn score(settings: &Settings, snapshot: &Snapshot) -> String {
    let counted = snapshot.places(settings.scored_times(snapshot.batch));
    let scored = snapshot
        .rows
        .iter()
        .flat_map(|row| counted.clone().filter(|&time| row.has_target(time)).map(move |time| (row, time)));
    let counts = match settings.shape().targets {
        Kind::Classes(_) => {
            Some([scored.clone().count(), scored.clone().filter(|(row, time)| row.is_right(*time)).count()])
        }
        Kind::Bits(_) => {
            let pairs = scored.clone().flat_map(|(row, time)| pairs(row, time));
            Some([
                pairs.clone().count(),
                pairs.filter(|(target, probability)| is_one(*target) == is_one(*probability)).count(),
            ])
        }
        Kind::Values(_) => None,
    };
    if let Some([asked, right]) = counts {
        // Rounded down, so that only all are a hundred.
        let percent = right * 100 / asked.max(1);
        let (right, asked) = (chart_kit::text::thousands(right), chart_kit::text::count(asked, "answer"));
        return format!("{right} of {asked} right ({percent} %)");
    }
    let errors = scored.flat_map(|(row, time)| pairs(row, time)).map(|(target, answer)| (target - answer).powi(2));
    // Moved, not summed up, so that no finite errors overflow it.
    let (mean, count) =
        errors.fold((0.0, 0_u32), |(mean, count), error| (mean + (error - mean) / f64::from(count + 1), count + 1));
    match count {
        0 => "no answer is scored".to_owned(),
        count => {
            let answers = chart_kit::text::count(count as usize, "answer");
            format!("{answers} off by {} (root mean square)", chart_kit::text::number(mean.sqrt(), 3))
        }
    }
}
