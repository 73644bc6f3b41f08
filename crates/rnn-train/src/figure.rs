//! The picture of a run, in the tutorial's layout of two rows and three columns: the loss curve, then the first five
//! rows of the last window with their input, target and prediction.

use crate::curve::LossCurve;
use crate::files::{FIGURE_PNG, FIGURE_SVG};
use crate::folder::write_whole;
use crate::snapshot::Snapshot;
use crate::{Error, LossKind, Settings};
use plotters::coord::Shift;
use plotters::coord::ranged1d::{Ranged, ValueFormatter};
use plotters::prelude::*;
use resvg::{tiny_skia, usvg};
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

/// All that the picture shows.
pub(crate) struct Figure<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) curve: &'a LossCurve,
    pub(crate) snapshot: &'a Snapshot,
}

impl Figure<'_> {
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
        for (row, panel) in panels[1..].iter().enumerate().take(self.snapshot.rows.len()) {
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
        let buckets: Vec<_> = self.curve.settled().iter().chain(self.curve.unsettled()).collect();
        let last = self.curve.steps().saturating_sub(1).max(1);
        let highest = buckets.iter().map(|bucket| bucket.high).fold(0.0, f64::max);
        let highest = if highest > 0.0 { highest * 1.05 } else { 1.0 };
        let unit = match self.settings.loss {
            LossKind::CrossEntropy => "cross-entropy (nats)",
            LossKind::SquaredError => "squared error",
        };
        let mut chart = panel(area, "Loss").build_cartesian_2d(0..last, 0.0..highest)?;
        let mut style = chart.configure_mesh();
        mesh(style.x_desc("training step").y_desc(unit).x_labels(5).y_label_formatter(&short_label))?;
        line(&mut chart, buckets.iter().map(|bucket| (bucket.first, bucket.high)).collect(), INPUT.stroke_width(1))
    }

    fn draw_row(&self, row: usize, area: &DrawingArea<SVGBackend<'_>, Shift>) -> Drawn {
        let (answered, first) = (&self.snapshot.rows[row], self.snapshot.first_time);
        let steps = first + answered.input.len();
        let greatest_class = (self.settings.num_classes - 1) as f64;
        let mut chart = panel(area, &format!("Row {row}")).build_cartesian_2d(first..steps, 0.0..2.0)?;
        let mut style = chart.configure_mesh();
        style.x_desc("time step in the window").x_labels(8);
        mesh(style.y_desc(if greatest_class > 1.0 { "share of the greatest class" } else { "class" }).y_labels(5))?;
        for (kind, (_, colour, height)) in BARS.into_iter().enumerate() {
            let bars = (first..steps).filter_map(|t| {
                let class = match kind {
                    0 => f64::from(answered.input[t - first]),
                    1 => f64::from(answered.target[t - first]),
                    _ => f64::from(answered.prediction[t - first]),
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
