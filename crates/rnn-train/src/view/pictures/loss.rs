//! The loss curve: a line of means within a band of the lowest and highest losses, and the windows with targets that cannot be known, which are
//! its spikes, as dots above their floor. Where there was validation, its losses are a line of their own.

use super::axis::{Losses, Steps};
use crate::outputs::curve::Bucket;
use crate::settings::table::Settings;
use crate::view::palette::Palette;
use chart_kit::draw::{Area, BAND, Drawn, GRID, NORMAL, Root, Side, TEXT, dashes, width_of, write, write_upwards};
use chart_kit::legend::{Entry, Mark};
use chart_kit::text::{count, number, thousands};
use plotters::prelude::*;

/// More validations are a line without dots.
const MOST_DOTS: usize = 40;

/// A loss curve and its axes.
pub(crate) struct Loss<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) palette: Palette,
    /// Of all the run.
    pub(crate) known: &'a [Bucket],
    pub(crate) guessed: &'a [Bucket],
    /// Of the validations.
    pub(crate) validated: &'a [Bucket],
    /// The least mean loss of an epoch's first window, where it is known and not 0.
    pub(crate) floor: Option<f64>,
    pub(crate) steps: Steps,
    pub(crate) losses: Losses,
    /// The step up to which it is drawn, if that is not the last one.
    pub(crate) until: Option<usize>,
}

impl Loss<'_> {
    /// Draws it with its axes in and around `area`.
    pub(crate) fn draw(&self, root: &Root<'_>, area: Area) -> Drawn {
        self.draw_axes(root, area)?;
        let until = self.until.unwrap_or(usize::MAX);
        let [known, guessed, validated] = [self.known, self.guessed, self.validated]
            .map(|buckets| &buckets[..buckets.partition_point(|bucket| bucket.first <= until)]);
        if let Some(step) = self.until {
            let x = area.x(self.steps.place(step));
            root.draw(&PathElement::new([(x, area.top), (x, area.bottom)], TEXT.mix(0.4)))?;
        }
        let point = |bucket: &Bucket, loss| (area.x(self.steps.place(bucket.first)), area.y(self.losses.place(loss)));
        let edge = |of: fn(&Bucket) -> f64| known.iter().map(move |bucket| point(bucket, of(bucket)));
        let [loss, spike] = [self.palette.loss, self.palette.guessed].map(RGBColor::from);
        let means: Vec<_> = edge(|bucket| bucket.mean).collect();
        if let [only] = means[..] {
            root.draw(&Circle::new(only, 3, loss.filled()))?;
        } else if !means.is_empty() {
            let band: Vec<_> = edge(|bucket| bucket.high).chain(edge(|bucket| bucket.low).rev()).collect();
            root.draw(&Polygon::new(band, loss.mix(BAND)))?;
            root.draw(&PathElement::new(means, loss.stroke_width(2)))?;
        }
        for bucket in guessed {
            let (low, high) = (point(bucket, bucket.low), point(bucket, bucket.high));
            if low != high {
                root.draw(&PathElement::new([low, high], spike.mix(0.5)))?;
            }
            root.draw(&Circle::new(point(bucket, bucket.mean), 2, spike.filled()))?;
        }
        let validation = RGBColor::from(self.palette.validation);
        let points: Vec<_> = validated.iter().map(|bucket| point(bucket, bucket.mean)).collect();
        if points.len() <= MOST_DOTS {
            points.iter().try_for_each(|&place| root.draw(&Circle::new(place, 3, validation.filled())))?;
        }
        if points.len() > 1 {
            root.draw(&PathElement::new(points, validation.stroke_width(2)))?;
        }
        let floor = self.floor.map(|floor| area.y(self.losses.place(floor)));
        floor.map_or(Ok(()), |y| dashes(root, (area.left, area.right), y, spike))
    }

    fn draw_axes(&self, root: &Root<'_>, area: Area) -> Drawn {
        for (loss, label) in self.losses.ticks() {
            let y = area.y(self.losses.place(loss));
            root.draw(&PathElement::new([(area.left, y), (area.right, y)], GRID))?;
            write(root, &label, (area.left - 7, y), Side::Right, NORMAL, TEXT)?;
        }
        let mut free = i32::MIN;
        for step in self.steps.ticks() {
            let (x, label) = (area.x(self.steps.place(step)), thousands(step));
            root.draw(&PathElement::new([(x, area.top), (x, area.bottom)], GRID))?;
            let half = width_of(&label, NORMAL) / 2;
            if x - half > free {
                write(root, &label, (x, area.bottom + 15), Side::Middle, NORMAL, TEXT)?;
                free = x + half;
            }
        }
        area.axes(root)?;
        let unit = format!("loss: {}", self.settings.loss.unit());
        let middle = ((area.left + area.right) / 2, (area.top + area.bottom) / 2);
        write(root, "training step", (middle.0, area.bottom + 36), Side::Middle, NORMAL, TEXT)?;
        write_upwards(root, &unit, (area.left - 66, middle.1), Side::Middle, NORMAL)
    }

    /// What its marks mean.
    pub(crate) fn legend(&self) -> Vec<Entry> {
        let settings = self.settings;
        let mut entries = Vec::new();
        if !self.known.is_empty() {
            let text = "mean, lowest and highest loss of neighbouring windows";
            entries.push(Entry::new(Mark::Band(self.palette.loss), text));
        }
        if !self.validated.is_empty() {
            let mark = if self.validated.len() > MOST_DOTS { Mark::Line } else { Mark::LineOfDots };
            entries.push(Entry::new(mark(self.palette.validation), "validation loss at the end of an epoch"));
        }
        let windows = match settings.first_known_window() {
            0 => return entries,
            1 => "an epoch's first window".to_owned(),
            several => format!("an epoch's first {several} windows"),
        };
        let why = match settings.unknown_times(0) {
            0 => ", which starts from a zero state".to_owned(),
            unknown if unknown == settings.truncated_backprop_length => ": targets that cannot be known".to_owned(),
            unknown => format!(": {} that cannot be known", count(unknown, "step")),
        };
        entries.push(Entry::new(Mark::Dot(self.palette.guessed), format!("{windows}{why}")));
        let floor = self.floor.map(|floor| format!("floor of an epoch's first window: {}", number(floor, 4)));
        entries.extend(floor.map(|text| Entry::new(Mark::Dashes(self.palette.guessed), text)));
        entries
    }
}
