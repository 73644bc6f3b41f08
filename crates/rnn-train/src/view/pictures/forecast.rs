//! The picture of a forecast: a panel for each number, with the last rows of its past, what is expected, how far off that may be,
//! and what came, where that is known.

use super::file_rows::FileRows;
use crate::training::forecast::{SeriesForecast, TargetForecast};
use crate::view::palette::Palette;
use chart_kit::Colour;
use chart_kit::draw::{Area, BAND, Drawn, FAINT, GRID, HEADLINE, NORMAL, Root, Side, TEXT, cut, svg, width_of, write};
use chart_kit::legend::{Entry, LINE, Mark};
use chart_kit::scale::Scale;
use chart_kit::text::{count, number};
use plotters::prelude::*;

const WIDTH: i32 = 960;
const LEFT: i32 = 92;
const RIGHT: i32 = 930;
/// Where the first panel begins.
const TOP: i32 = 76;
/// The height of what stands above a panel, and of the axis below the last one.
const HEADING: i32 = 30;
const AXIS: i32 = 54;
/// About how far the numbers beside a panel are apart.
const TICK: i32 = 35;
/// More numbers than these are not drawn.
const MOST_PANELS: usize = 12;
/// Rows of the past that are drawn for each step ahead, at least so many, and at most.
const PAST: usize = 4;
const LEAST_PAST: usize = 50;
const MOST_PAST: usize = 400;
/// Most characters of a name.
const MOST_CHARACTERS: usize = 40;

/// Draws it.
pub(crate) fn forecast(forecast: &SeriesForecast, palette: Palette) -> Result<String, chart_kit::Error> {
    let SeriesForecast { targets, known, steps, .. } = forecast;
    let past = (PAST * steps).clamp(LEAST_PAST, MOST_PAST).max(*steps);
    let first = known.saturating_sub(past);
    let rows = FileRows::new(forecast, first);
    let shown = &targets[..targets.len().min(MOST_PANELS)];
    let high = match shown.len() {
        1 => 320,
        2 => 190,
        _ => 140,
    };
    let bottom = TOP + (HEADING + high) * shown.len() as i32 + AXIS + 12;
    svg((WIDTH as u32, (bottom + LINE) as u32), |root| {
        write(root, &title(targets), (20, 24), Side::Left, HEADLINE, TEXT)?;
        write(root, &place(forecast, shown.len()), (20, 51), Side::Left, NORMAL, FAINT)?;
        for (number, target) in shown.iter().enumerate() {
            let top = TOP + (HEADING + high) * number as i32 + HEADING;
            let area = Area { left: LEFT, top, right: RIGHT, bottom: top + high };
            let panel = Panel { target, rows: &rows, first, palette, area };
            panel.draw(root)?;
            if number + 1 == shown.len() {
                draw_rows(root, &rows, area)?;
            }
        }
        let mut left = LEFT;
        for entry in legend(shown, palette) {
            entry.draw(root, (left, bottom))?;
            left += entry.width();
        }
        Ok(())
    })
}

/// What is forecast.
fn title(targets: &[TargetForecast]) -> String {
    let names: Vec<_> = targets.iter().map(|target| cut(&target.name, MOST_CHARACTERS)).collect();
    let title = format!("Forecast of {}", names.join(", "));
    if width_of(&title, HEADLINE) < WIDTH { title } else { format!("Forecast of {}", count(names.len(), "number")) }
}

/// Which rows are forecast, and what of them is shown.
fn place(forecast: &SeriesForecast, shown: usize) -> String {
    let SeriesForecast { targets, known, steps, labels, .. } = forecast;
    let last = labels.as_ref().and_then(|labels| labels.of_row(known - 1));
    let last = last.map_or_else(|| format!("row {known}"), |label| cut(&label, MOST_CHARACTERS));
    let left_out = if shown < targets.len() { format!("; the first {shown} numbers") } else { String::new() };
    let held_out = match targets.iter().map(|target| target.truth.len()).max() {
        None | Some(0) => String::new(),
        Some(all) if all == *steps => ", held out".to_owned(),
        Some(some) => format!(", {some} of them held out"),
    };
    format!("{} after {last}{held_out}{left_out}", count(*steps, "row"))
}

/// What the lines mean.
fn legend(targets: &[TargetForecast], palette: Palette) -> Vec<Entry> {
    let any = |has: fn(&TargetForecast) -> bool| targets.iter().any(has);
    let mut entries = vec![Entry::new(Mark::Line(palette.input), "past")];
    if any(|target| !target.truth.is_empty()) {
        entries.push(Entry::new(Mark::Line(palette.target), "truth"));
    }
    entries.push(if any(|target| target.interval(0).is_some()) {
        Entry::new(Mark::Band(palette.prediction), "forecast, and the interval of nine of ten errors")
    } else {
        Entry::new(Mark::Line(palette.prediction), "forecast")
    });
    entries
}

/// The axis of rows below the last panel.
fn draw_rows(root: &Root<'_>, rows: &FileRows<'_>, area: Area) -> Drawn {
    let mut free = i32::MIN;
    for (share, text) in rows.ticks(area.right - area.left) {
        let half = width_of(&text, NORMAL) / 2;
        let x = area.x(share).clamp(half, WIDTH - half);
        if x - half > free {
            write(root, &text, (x, area.bottom + 15), Side::Middle, NORMAL, TEXT)?;
            free = x + half;
        }
    }
    write(root, &rows.name(), ((area.left + area.right) / 2, area.bottom + 36), Side::Middle, NORMAL, TEXT)
}

/// The forecast of one number.
struct Panel<'a> {
    target: &'a TargetForecast,
    rows: &'a FileRows<'a>,
    /// The first row of the past that is shown.
    first: usize,
    palette: Palette,
    area: Area,
}

impl Panel<'_> {
    fn draw(&self, root: &Root<'_>) -> Drawn {
        let Self { target, area, palette, .. } = *self;
        let TargetForecast { past, prediction, truth, .. } = target;
        let intervals: Vec<[f64; 2]> = (0..prediction.len()).map_while(|step| target.interval(step)).collect();
        let values = [&past[self.first..], prediction, truth].into_iter().flatten().copied();
        let scale = Scale::of(values.chain(intervals.iter().flatten().copied()), false).wider(0.05);
        self.draw_ground(root, scale)?;
        let point = |row: usize, value: f64| (area.x(self.rows.place(row)), area.y(scale.place(value)));
        let known = past.len();
        let last: Vec<_> = past.last().map(|value| point(known - 1, *value)).into_iter().collect();
        // What comes goes on from the last row that is known.
        let later = |values: &mut dyn Iterator<Item = f64>| -> Vec<(i32, i32)> {
            let points = values.enumerate().map(|(step, value)| point(known + step, value));
            last.iter().copied().chain(points).collect()
        };
        if !intervals.is_empty() {
            let [low, high] = [0, 1].map(|end| later(&mut intervals.iter().map(|ends| ends[end])));
            let band: Vec<_> = high.into_iter().chain(low.into_iter().rev()).collect();
            root.draw(&Polygon::new(band, RGBColor::from(palette.prediction).mix(BAND)))?;
        }
        let before = (self.first..known).map(|row| point(row, past[row])).collect();
        line(root, before, palette.input)?;
        if !truth.is_empty() {
            line(root, later(&mut truth.iter().copied()), palette.target)?;
        }
        line(root, later(&mut prediction.iter().copied()), palette.prediction)
    }

    /// The grid and the numbers beside it, what stands above, and where the past ends.
    fn draw_ground(&self, root: &Root<'_>, scale: Scale) -> Drawn {
        let Self { target, rows, area, .. } = *self;
        for value in scale.ticks(((area.bottom - area.top) / TICK) as usize) {
            let y = area.y(scale.place(value));
            root.draw(&PathElement::new([(area.left, y), (area.right, y)], GRID))?;
            write(root, &number(value, 4), (area.left - 7, y), Side::Right, NORMAL, TEXT)?;
        }
        let upright = |share: f64| [(area.x(share), area.top), (area.x(share), area.bottom)];
        for (share, _) in rows.ticks(area.right - area.left) {
            root.draw(&PathElement::new(upright(share), GRID))?;
        }
        root.draw(&PathElement::new(upright(rows.place(target.past.len() - 1)), TEXT.mix(0.4)))?;
        area.axes(root)?;
        write(root, &self.heading(), (area.left, area.top - 14), Side::Left, NORMAL, TEXT)
    }

    /// What the number is called, and how far off its forecast was, beside the simple rules.
    fn heading(&self) -> String {
        let name = cut(&self.target.name, MOST_CHARACTERS);
        let [own, rules @ ..] = &self.target.scores[..] else { return name };
        let rules: Vec<_> = rules.iter().map(|rule| format!("{} {}", rule.of, number(rule.rmse, 3))).collect();
        format!("{name}: RMSE {}; {}", number(own.rmse, 3), rules.join(", "))
    }
}

/// A line, or the dot that it is of one point.
fn line(root: &Root<'_>, points: Vec<(i32, i32)>, colour: Colour) -> Drawn {
    let colour = RGBColor::from(colour);
    match points[..] {
        [only] => root.draw(&Circle::new(only, 3, colour.filled())),
        _ => root.draw(&PathElement::new(points, colour.stroke_width(2))),
    }
}
