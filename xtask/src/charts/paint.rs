//! What these pictures share beside what all do: their colours, and how long texts and numbers are shown.

use chart_kit::scale::Scale;
use chart_kit::text::number;
use plotters::prelude::*;

/// The size of titles.
pub(crate) const NORMAL: i32 = 16;

/// Colours from low to high that colour-blind readers can order (viridis, without its palest end).
const SCALE: [RGBColor; 5] = [
    RGBColor(0x44, 0x01, 0x54),
    RGBColor(0x3b, 0x52, 0x8b),
    RGBColor(0x21, 0x91, 0x8c),
    RGBColor(0x5e, 0xc9, 0x62),
    RGBColor(0xd8, 0xc8, 0x1c),
];

/// The colour at a share from 0 to 1 of the way along the scale.
pub(crate) fn colour(share: f64) -> RGBColor {
    let place = share.clamp(0.0, 1.0) * (SCALE.len() - 1) as f64;
    let index = (place as usize).min(SCALE.len() - 2);
    let (low, high, part) = (SCALE[index], SCALE[index + 1], place - index as f64);
    let mix = |low: u8, high: u8| (f64::from(low) + (f64::from(high) - f64::from(low)) * part).round() as u8;
    RGBColor(mix(low.0, high.0), mix(low.1, high.1), mix(low.2, high.2))
}

/// The end of a text that is too long to stand beside others; of a path, its end tells most.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    match text.chars().count().checked_sub(most) {
        Some(cut @ 1..) => format!("…{}", text.chars().skip(cut + 1).collect::<String>()),
        _ => text.to_owned(),
    }
}

/// A scale's ticks as labels of a bar.
pub(crate) fn labels_of(scale: &Scale, about: usize) -> Vec<(f64, String)> {
    scale.ticks(about).into_iter().map(|tick| (scale.place(tick), number(tick, 3))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_keep_their_ends() {
        assert_eq!(shortened("data/series-1.csv", 8), "…s-1.csv");
        assert_eq!(shortened("short", 5), "short");
    }
}
