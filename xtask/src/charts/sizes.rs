//! Times of a training step at several sizes of nets.

use super::paint::colour;
use chart_kit::Error;
use chart_kit::draw::{FONT, GRID, TEXT, svg};
use plotters::prelude::*;

/// A library and its time in µs at some of the sizes, by place.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) points: Vec<(usize, f64)>,
}

/// Times at several sizes, a line a library.
pub(crate) fn sizes(names: &[&str], lines: &[Line]) -> Result<String, Error> {
    let times = || lines.iter().flat_map(|line| &line.points).map(|&(_, time)| time);
    let (lowest, highest) = (times().fold(f64::MAX, f64::min), times().fold(0.0, f64::max));
    svg((900, 480), |root| {
        let (chart_area, legend_area) = root.split_horizontally(740);
        let title = "a training step of a tanh net, one thread";
        // Half a place on both sides, so that names at the ends have room.
        let across = -0.5..names.len() as f64 - 0.5;
        let range = (lowest / 2.0..highest * 2.0).log_scale();
        let text = |size: i32| (FONT, size).into_font().color(&TEXT);
        let mut chart = ChartBuilder::on(&chart_area);
        chart.margin(8).caption(title, text(15)).x_label_area_size(42).y_label_area_size(56);
        let mut chart = chart.build_cartesian_2d(across, range)?;
        let name = |place: &f64| {
            let whole = (place.round() - place).abs() < 1e-6;
            names
                .get(place.round() as usize)
                .filter(|_| whole && *place >= 0.0)
                .map_or_else(String::new, |n| (*n).to_owned())
        };
        let time = |time: &f64| if *time < 1e3 { format!("{time}") } else { format!("{}k", time / 1e3) };
        let mut style = chart.configure_mesh();
        style.x_desc("inputs, hidden units, classes, batch, window").y_desc("µs").x_labels(names.len() + 1).y_labels(8);
        style.x_label_formatter(&name).y_label_formatter(&time).axis_style(TEXT);
        style.light_line_style(TRANSPARENT).bold_line_style(GRID);
        style.label_style(text(12)).axis_desc_style(text(13)).draw()?;
        for (number, Line { name, points }) in lines.iter().enumerate() {
            let colour = colour(number as f64 / (lines.len().max(2) - 1) as f64);
            let points: Vec<_> = points.iter().map(|&(place, time)| (place as f64, time)).collect();
            for &point in &points {
                chart.plotting_area().draw(&Circle::new(point, 4, colour.filled()))?;
            }
            chart.draw_series(LineSeries::new(points, colour.stroke_width(2)))?;
            let y = 60 + 24 * number as i32;
            legend_area.draw(&PathElement::new([(0, y + 6), (20, y + 6)], colour.stroke_width(3)))?;
            legend_area.draw(&Text::new(name.clone(), (26, y), text(13)))?;
        }
        Ok(())
    })
}
