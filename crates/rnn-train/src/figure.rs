//! The picture of a run, in the tutorial's layout of two rows and three columns: the loss curve, then the first five
//! rows of the last window with their input, target and prediction.

use crate::files::{FIGURE_PNG, FIGURE_SVG};
use crate::folder::write_whole;
use crate::train::Window;
use crate::{Error, LossKind, Settings};
use plotters::coord::Shift;
use plotters::coord::ranged1d::{Ranged, ValueFormatter};
use plotters::prelude::*;
use resvg::{tiny_skia, usvg};
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;

/// The typeface of all pictures; the PNG is drawn with the one in the program, so it needs none on the machine.
pub const FONT: &str = "DejaVu Sans, Verdana, sans-serif";

const INPUT: RGBColor = RGBColor(0x3b, 0x6f, 0xd4);
const TARGET: RGBColor = RGBColor(0xd4, 0x3b, 0x3b);
const PREDICTION: RGBColor = RGBColor(0x2e, 0x9e, 0x4f);
const GRID: RGBColor = RGBColor(0xe6, 0xe6, 0xe6);
const TEXT: RGBColor = RGBColor(0x33, 0x33, 0x33);

/// What each kind of bar stands for, its colour, and the height of the greatest class, as in the tutorial.
const BARS: [(&str, RGBColor, f64); 3] =
    [("input", INPUT, 1.0), ("target", TARGET, 0.5), ("prediction", PREDICTION, 0.3)];

/// The last time steps of a window that are drawn: as many as have bars of more than a dot.
const MOST_STEPS: usize = 180;

/// A loss curve of any length in bounded memory: neighbouring steps share a bucket, of which the lowest and the highest
/// loss are kept. When there are too many buckets, pairs of them become one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LossCurve {
    /// Lowest and highest loss.
    buckets: Vec<(f64, f64)>,
    /// Steps in every bucket but the last.
    width: usize,
    steps: usize,
}

/// Losses beyond this are drawn as this one: with the greatest numbers there are, an axis would have no end.
pub const GREATEST_LOSS: f64 = 1e300;

/// More than the picture's dots across the curve.
const MOST_BUCKETS: usize = 1024;

impl Default for LossCurve {
    fn default() -> Self {
        Self { buckets: Vec::new(), width: 1, steps: 0 }
    }
}

impl LossCurve {
    /// Takes in the next step's loss.
    pub fn push(&mut self, loss: f64) {
        let loss = loss.min(GREATEST_LOSS);
        if self.steps.is_multiple_of(self.width) {
            if self.buckets.len() == MOST_BUCKETS {
                let wider = self.buckets.chunks(2).map(|pair| (pair[0].0.min(pair[1].0), pair[0].1.max(pair[1].1)));
                self.buckets = wider.collect();
                self.width *= 2;
            }
            self.buckets.push((loss, loss));
        } else if let Some((low, high)) = self.buckets.last_mut() {
            *low = low.min(loss);
            *high = high.max(loss);
        }
        self.steps += 1;
    }

    /// Whether it is one that this many steps have made.
    pub(crate) fn is_of(&self, steps: usize) -> bool {
        let Self { ref buckets, width, steps: own } = *self;
        own == steps && width > 0 && buckets.len() == steps.div_ceil(width) && buckets.len() <= MOST_BUCKETS
    }

    /// A line through all buckets: points of step and loss.
    fn points(&self) -> impl Iterator<Item = (usize, f64)> {
        self.buckets.iter().enumerate().flat_map(|(index, &(low, high))| {
            let step = index * self.width;
            [(step, high), (step + self.width - 1, low)]
        })
    }

    fn highest(&self) -> f64 {
        self.buckets.iter().map(|&(_, high)| high).fold(0.0, f64::max)
    }
}

/// All that the picture shows.
pub(crate) struct Figure<'a, T> {
    settings: &'a Settings,
    curve: &'a LossCurve,
    window: &'a Window<T>,
    predictions: &'a [u32],
}

impl<'a, T> Figure<'a, T> {
    pub(crate) fn new(
        settings: &'a Settings,
        curve: &'a LossCurve,
        window: &'a Window<T>,
        predictions: &'a [u32],
    ) -> Self {
        Self { settings, curve, window, predictions }
    }

    /// Writes it to a folder as SVG and PNG.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), Error> {
        let svg = svg((1200, 680), |root| self.draw(root))?;
        write_whole(&folder.join(FIGURE_SVG), svg.as_bytes())?;
        write_whole(&folder.join(FIGURE_PNG), &png(&svg)?)
    }

    fn draw(&self, root: &DrawingArea<SVGBackend<'_>, Shift>) -> Drawn {
        let (title, body) = root.split_vertically(46);
        self.draw_title(&title)?;
        let panels = body.margin(0, 6, 6, 12).split_evenly((2, 3));
        self.draw_curve(&panels[0])?;
        for (row, panel) in panels[1..].iter().enumerate().take(self.settings.batch_size) {
            self.draw_row(row, panel)?;
        }
        Ok(())
    }

    fn draw_title(&self, area: &DrawingArea<SVGBackend<'_>, Shift>) -> Drawn {
        let Settings { echo_step, truncated_backprop_length, state_size, num_layers, cell, .. } = self.settings;
        let layers = if *num_layers == 1 { String::new() } else { format!("{num_layers} layers of ") };
        let title = format!(
            "Echo after {echo_step} steps, window of {truncated_backprop_length}, {cell} net of {layers}{state_size} \
             hidden units"
        );
        area.draw(&Text::new(title, (20, 18), (FONT, 17).into_font().color(&TEXT)))?;
        let mut x = 740;
        for (name, colour, _) in BARS {
            area.draw(&Rectangle::new([(x, 20), (x + 13, 33)], colour.filled()))?;
            area.draw(&Text::new(name, (x + 19, 20), (FONT, 14).into_font().color(&TEXT)))?;
            x += 44 + 8 * name.len() as i32;
        }
        Ok(())
    }

    fn draw_curve(&self, area: &DrawingArea<SVGBackend<'_>, Shift>) -> Drawn {
        let last = self.curve.steps.saturating_sub(1).max(1);
        let highest = if self.curve.highest() > 0.0 { self.curve.highest() * 1.05 } else { 1.0 };
        let unit = match self.settings.loss {
            LossKind::CrossEntropy => "cross-entropy (nats)",
            LossKind::SquaredError => "squared error",
        };
        let mut chart = panel(area, "Loss").build_cartesian_2d(0..last, 0.0..highest)?;
        let mut style = chart.configure_mesh();
        mesh(style.x_desc("training step").y_desc(unit).x_labels(5).y_label_formatter(&short_label))?;
        line(&mut chart, self.curve.points().collect(), INPUT.stroke_width(1))
    }

    fn draw_row(&self, row: usize, area: &DrawingArea<SVGBackend<'_>, Shift>) -> Drawn {
        let (batch, steps) = (self.settings.batch_size, self.settings.truncated_backprop_length);
        let of_row = move |t: usize| t * batch + row;
        let first = steps.saturating_sub(MOST_STEPS);
        let greatest_class = (self.settings.num_classes - 1) as f64;
        let mut chart = panel(area, &format!("Row {row}")).build_cartesian_2d(first..steps, 0.0..2.0)?;
        let mut style = chart.configure_mesh();
        style.x_desc("time step in the window").x_labels(8);
        mesh(style.y_desc(if greatest_class > 1.0 { "share of the greatest class" } else { "class" }).y_labels(5))?;
        for (kind, (_, colour, height)) in BARS.into_iter().enumerate() {
            let bars = (first..steps).filter_map(|t| {
                let class = match kind {
                    0 => f64::from(self.window.classes[of_row(t)]),
                    1 => f64::from(self.window.targets[of_row(t)]),
                    _ => f64::from(self.predictions[of_row(t)]),
                };
                let top = class / greatest_class * height;
                (class > 0.0).then(|| Rectangle::new([(t, 0.0), (t + 1, top)], colour.filled()))
            });
            chart.draw_series(bars)?;
        }
        Ok(())
    }
}

/// The result of drawing on an SVG.
pub type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// Draws a picture of this size and returns its SVG text.
///
/// # Errors
/// [`Error::Figure`].
pub fn svg(size: (u32, u32), draw: impl FnOnce(&DrawingArea<SVGBackend<'_>, Shift>) -> Drawn) -> Result<String, Error> {
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
        root.fill(&WHITE).and_then(|()| draw(&root)).and_then(|()| root.present()).map_err(figure_error)?;
    }
    Ok(text)
}

/// A chart with the title, margins and label areas that all charts have.
pub fn panel<'a, 'b>(
    area: &'a DrawingArea<SVGBackend<'b>, Shift>,
    title: &str,
) -> ChartBuilder<'a, 'b, SVGBackend<'b>> {
    let mut chart = ChartBuilder::on(area);
    chart.margin(8).caption(title, (FONT, 15).into_font().color(&TEXT)).x_label_area_size(42).y_label_area_size(56);
    chart
}

/// A number beside an axis, which has room for few digits.
fn short_label(number: &f64) -> String {
    if number.abs() < 1e4 { format!("{}", (number * 1e4).round() / 1e4) } else { format!("{number:.1e}") }
}

/// Draws a chart's axes and grid in the style that all charts have.
///
/// # Errors
/// What the drawing says.
pub fn mesh<X, Y>(style: &mut plotters::chart::MeshStyle<'_, '_, X, Y, SVGBackend<'_>>) -> Drawn
where
    X: Ranged + ValueFormatter<X::ValueType>,
    Y: Ranged + ValueFormatter<Y::ValueType>,
{
    style
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(TEXT)
        .label_style((FONT, 12).into_font().color(&TEXT))
        .axis_desc_style((FONT, 13).into_font().color(&TEXT))
        .draw()
}

/// Draws a line through points, or a dot where they are all one, of which a line would show nothing.
///
/// # Errors
/// What the drawing says.
pub fn line<X, Y>(
    chart: &mut ChartContext<'_, SVGBackend<'_>, Cartesian2d<X, Y>>,
    points: Vec<(X::ValueType, Y::ValueType)>,
    style: ShapeStyle,
) -> Drawn
where
    X: Ranged<ValueType: Clone + PartialEq + 'static>,
    Y: Ranged<ValueType: Clone + PartialEq + 'static>,
{
    match &points[..] {
        [point, others @ ..] if others.iter().all(|other| other == point) => {
            chart.plotting_area().draw(&Circle::new(point.clone(), 3, style.filled()))
        }
        _ => chart.draw_series(LineSeries::new(points, style)).map(drop),
    }
}

/// Draws SVG text as a PNG, two dots for each of its units.
///
/// # Errors
/// [`Error::Figure`].
pub fn png(svg: &str) -> Result<Vec<u8>, Error> {
    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    let options = usvg::Options { fontdb: Arc::new(fonts), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(svg, &options).map_err(figure_error)?;
    let size = tree.size().to_int_size().scale_by(2.0);
    let mut pixels = size.and_then(|size| tiny_skia::Pixmap::new(size.width(), size.height())).ok_or_else(too_large)?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(2.0, 2.0), &mut pixels.as_mut());
    pixels.encode_png().map_err(figure_error)
}

fn figure_error(error: impl Display) -> Error {
    Error::Figure(error.to_string())
}

fn too_large() -> Error {
    Error::Figure("the picture is too large".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However long the curve, its buckets cover it without a gap and keep its extremes.
    #[test]
    fn a_long_curve_keeps_its_spikes() {
        let mut curve = LossCurve::default();
        let spikes = [0, 77_777, 99_999];
        for step in 0..100_000 {
            curve.push(if spikes.contains(&step) { 5.0 + step as f64 } else { 1.0 });
        }
        assert!(curve.buckets.len() <= MOST_BUCKETS);
        assert_eq!(curve.buckets.len(), 100_000_usize.div_ceil(curve.width));
        for spike in spikes {
            assert_eq!(curve.buckets[spike / curve.width].1, 5.0 + spike as f64);
        }
        assert_eq!(curve.buckets.iter().filter(|bucket| bucket.1 > 1.0).count(), 3);
        assert!(curve.buckets.iter().all(|bucket| bucket.0 == 1.0));

        assert!(curve.is_of(100_000) && LossCurve::default().is_of(0));
        let other = |change: &dyn Fn(&mut LossCurve)| {
            let mut changed = curve.clone();
            change(&mut changed);
            changed
        };
        assert!(!curve.is_of(99_999));
        assert!(!other(&|curve| curve.width = 0).is_of(100_000));
        assert!(!other(&|curve| curve.width = usize::MAX).is_of(100_000));
        assert!(!other(&|curve| curve.buckets.truncate(9)).is_of(100_000));
    }
}
