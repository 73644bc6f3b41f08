//! Frames of dots as an animated GIF: one list of colours for all, and of each frame only what has changed.

use crate::error::Error;
use gif::{DisposalMethod, Encoder, EncodingError, Frame, Repeat};
use resvg::tiny_skia::Pixmap;
use std::borrow::Cow;
use std::collections::HashMap;

/// Red, green, blue.
type Rgb = [u8; 3];

/// The colours that a GIF can have beside the one that leaves a dot as it was.
const MOST_COLOURS: usize = 255;

/// The index of the colour that leaves a dot as it was.
const UNCHANGED: u8 = 255;

/// The colours of an animation, and for any colour the nearest of them.
#[derive(Debug, Clone)]
pub(crate) struct ColourTable {
    colours: Vec<Rgb>,
    known: HashMap<Rgb, u8>,
}

impl ColourTable {
    /// Some colours that must be there, and the most frequent ones of some frames.
    pub(crate) fn of(needed: &[Rgb], frames: &[Pixmap]) -> Self {
        let mut counts: HashMap<Rgb, usize> = HashMap::new();
        frames.iter().flat_map(dots_of).for_each(|colour| *counts.entry(colour).or_default() += 1);
        counts.extend(needed.iter().map(|&colour| (colour, usize::MAX)));
        let mut colours: Vec<_> = counts.into_iter().collect();
        // In an order of their own, because that of a hash map changes from process to process.
        colours.sort_unstable_by_key(|&(colour, count)| (std::cmp::Reverse(count), colour));
        colours.truncate(MOST_COLOURS);
        let colours: Vec<Rgb> = colours.into_iter().map(|(colour, _)| colour).collect();
        Self { known: colours.iter().copied().zip(0..).collect(), colours }
    }

    /// A frame's dots as indices of colours.
    pub(crate) fn indices(&mut self, frame: &Pixmap) -> Vec<u8> {
        dots_of(frame).map(|colour| self.nearest(colour)).collect()
    }

    fn nearest(&mut self, colour: Rgb) -> u8 {
        let Self { colours, known } = self;
        *known.entry(colour).or_insert_with(|| {
            let distance = |other: &Rgb| -> u32 {
                let parts = other.iter().zip(colour).map(|(&a, b)| u32::from(a.abs_diff(b)).pow(2));
                parts.sum()
            };
            let nearest = (0..).zip(colours.iter()).min_by_key(|(_, other)| distance(other));
            nearest.map_or(0, |(index, _)| index)
        })
    }
}

/// The colours of a picture's dots, none of which is transparent.
fn dots_of(frame: &Pixmap) -> impl Iterator<Item = Rgb> {
    frame.pixels().iter().map(|dot| [dot.red(), dot.green(), dot.blue()])
}

/// A GIF that is written frame by frame.
pub(crate) struct Animation {
    encoder: Encoder<Vec<u8>>,
    width: usize,
    /// The last frame.
    shown: Vec<u8>,
}

impl Animation {
    /// One of this width and height that begins again when it is over.
    pub(crate) fn new([width, height]: [u16; 2], table: &ColourTable) -> Result<Self, Error> {
        let mut colours = table.colours.concat();
        colours.resize(3 * (MOST_COLOURS + 1), 0);
        let mut encoder = Encoder::new(Vec::new(), width, height, &colours).map_err(cannot)?;
        encoder.set_repeat(Repeat::Infinite).map_err(cannot)?;
        Ok(Self { encoder, width: width.into(), shown: Vec::new() })
    }

    /// Adds a frame that stays for so many hundredths of a second.
    pub(crate) fn push(&mut self, dots: Vec<u8>, delay: u16) -> Result<(), Error> {
        let [left, top, right, bottom] = self.changed(&dots);
        let (width, transparent) = (self.width, (!self.shown.is_empty()).then_some(UNCHANGED));
        let places = (top..bottom).flat_map(|y| y * width + left..y * width + right);
        let differs = |place: usize| self.shown.get(place).is_none_or(|shown| *shown != dots[place]);
        let buffer = places.map(|place| if differs(place) { dots[place] } else { UNCHANGED });
        let buffer = Cow::Owned(buffer.collect());
        // Places within a picture whose sides are `u16`.
        let [left, top, right, bottom] = [left, top, right, bottom].map(|place| place as u16);
        let (width, height, dispose) = (right - left, bottom - top, DisposalMethod::Keep);
        let frame = Frame { delay, dispose, transparent, top, left, width, height, buffer, ..Frame::default() };
        self.encoder.write_frame(&frame).map_err(cannot)?;
        self.shown = dots;
        Ok(())
    }

    /// The rectangle that holds all that is not as in the last frame; where there is nothing, one dot.
    fn changed(&self, dots: &[u8]) -> [usize; 4] {
        let height = dots.len() / self.width;
        if self.shown.is_empty() {
            return [0, 0, self.width, height];
        }
        let mut area = [usize::MAX, usize::MAX, 0, 0];
        let lines = dots.chunks(self.width).zip(self.shown.chunks(self.width));
        for (y, (line, shown)) in lines.enumerate() {
            let differs = |x: &usize| line[*x] != shown[*x];
            if let Some(first) = (0..self.width).find(differs) {
                let last = (0..self.width).rfind(differs).unwrap_or(first);
                area = [area[0].min(first), area[1].min(y), area[2].max(last + 1), y + 1];
            }
        }
        if area[2] == 0 { [0, 0, 1, 1] } else { area }
    }

    /// The bytes of the file.
    pub(crate) fn finish(self) -> Result<Vec<u8>, Error> {
        self.encoder.into_inner().map_err(cannot)
    }
}

fn cannot(error: EncodingError) -> Error {
    Error::Drawing(chart_kit::Error(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use resvg::tiny_skia::Color;

    fn frame(colour: Rgb) -> Pixmap {
        let mut frame = Pixmap::new(4, 3).unwrap();
        let [red, green, blue] = colour;
        frame.fill(Color::from_rgba8(red, green, blue, 255));
        frame
    }

    #[test]
    fn colours_are_the_nearest_there_are() {
        // More colours than there is room for: the greys that are seen least often give way.
        let frames: Vec<_> = (0..=255).chain([7; 9]).map(|grey| frame([grey; 3])).collect();
        let red = [213, 94, 0];
        let mut table = ColourTable::of(&[red], &frames);
        assert_eq!(table.colours.len(), MOST_COLOURS);
        assert_eq!(table.colours[..2], [red, [7; 3]]);
        for colour in [red, [7; 3], [9; 3]] {
            let index = table.nearest(colour);
            assert_eq!(table.colours[usize::from(index)], colour);
            assert_eq!(table.indices(&frame(colour)), [index; 12]);
        }
        let nearest = table.nearest([210, 90, 3]);
        assert_eq!(table.colours[usize::from(nearest)], red);
    }

    #[test]
    fn only_what_has_changed_is_written() {
        let table = ColourTable::of(&[[1, 2, 3], [4, 5, 6]], &[]);
        let mut animation = Animation::new([4, 3], &table).unwrap();
        let mut dots = vec![0; 12];
        animation.push(dots.clone(), 5).unwrap();
        animation.push(dots.clone(), 6).unwrap();
        (dots[5], dots[10]) = (1, 1);
        animation.push(dots, 7).unwrap();
        let bytes = animation.finish().unwrap();
        let mut decoder = gif::DecodeOptions::new().read_info(&bytes[..]).unwrap();
        let mut found = Vec::new();
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            let area = [frame.left, frame.top, frame.width, frame.height];
            found.push((area, frame.delay, frame.buffer.to_vec()));
        }
        let unchanged = UNCHANGED;
        let expected = [
            ([0, 0, 4, 3], 5, vec![0; 12]),
            ([0, 0, 1, 1], 6, vec![unchanged]),
            ([1, 1, 2, 2], 7, vec![1, unchanged, unchanged, 1]),
        ];
        assert_eq!(found, expected);
    }
}
