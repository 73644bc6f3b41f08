//! Horizontal bars of shares from 0 to 1.

use super::paint::{colour, shortened};
use chart_kit::Error;
use chart_kit::draw::{GRID, SMALL, Side, TEXT, svg, widest, write};
use chart_kit::text::number;
use plotters::prelude::*;

/// A bar's name and length; one without a length has no bar.
pub(crate) type Bar = (String, Option<f64>);

const LENGTH: i32 = 520;
const ROW: i32 = 30;

pub(crate) fn draw(bars: &[Bar], title: &str) -> Result<String, Error> {
    let names: Vec<String> = bars.iter().map(|(name, _)| shortened(name, 40)).collect();
    let left = 20 + widest(names.iter().map(String::as_str), SMALL);
    let bottom = 8 + ROW * bars.len() as i32;
    let x = |share: f64| left + (share * f64::from(LENGTH)).round() as i32;
    svg(((left + LENGTH + 76) as u32, (bottom + 54) as u32), |root| {
        for tick in 0..=5 {
            let share = f64::from(tick) / 5.0;
            root.draw(&PathElement::new([(x(share), 4), (x(share), bottom)], GRID))?;
            write(root, &number(share, 2), (x(share), bottom + 14), Side::Middle, SMALL, TEXT)?;
        }
        for (row, (name, (_, length))) in names.iter().zip(bars).enumerate() {
            let (top, middle) = (8 + ROW * row as i32, 8 + ROW * row as i32 + ROW / 2);
            write(root, name, (left - 8, middle), Side::Right, SMALL, TEXT)?;
            let Some(length) = length else {
                write(root, "not known", (left + 8, middle), Side::Left, SMALL, TEXT)?;
                continue;
            };
            root.draw(&Rectangle::new([(left, top + 5), (x(*length), top + ROW - 5)], colour(0.25).filled()))?;
            write(root, &number(*length, 2), (x(*length) + 8, middle), Side::Left, SMALL, TEXT)?;
        }
        root.draw(&PathElement::new([(left, 4), (left, bottom)], TEXT))?;
        write(root, title, (left + LENGTH / 2, bottom + 38), Side::Middle, SMALL, TEXT)
    })
}
