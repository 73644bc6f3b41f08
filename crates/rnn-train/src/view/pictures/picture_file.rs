//! A picture in a file where the user says: an SVG or a PNG, as the file is called.

use crate::error::Error;
use crate::outputs::folder::write_whole_among_others;
use crate::outputs::replaceable::check_replaceable;
use chart_kit::{draw, png};
use std::path::Path;

/// A file that a picture can be written to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PictureFile<'a> {
    path: &'a Path,
    is_png: bool,
}

impl<'a> PictureFile<'a> {
    /// The file of this name.
    ///
    /// # Errors
    /// [`Error::Out`] for a name with another ending, and where something else is there.
    pub(crate) fn new(path: &'a Path) -> Result<Self, Error> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        let is_png = match ending.as_deref() {
            Some("svg") => false,
            Some("png") => true,
            _ => {
                let problem = "a picture's name must end in .svg or .png".to_owned();
                return Err(Error::Out { path: path.to_owned(), problem });
            }
        };
        let (begin, kind) = if is_png { (png::BEGIN, "picture (PNG)") } else { (draw::BEGIN, "picture (SVG)") };
        check_replaceable(path, begin, kind)?;
        Ok(Self { path, is_png })
    }

    /// Writes a picture that was drawn as SVG.
    ///
    /// # Errors
    /// [`Error::Drawing`], [`Error::Write`].
    pub(crate) fn write(self, svg: &str) -> Result<(), Error> {
        match self.is_png {
            false => write_whole_among_others(self.path, svg.as_bytes()),
            true => write_whole_among_others(self.path, &png::png(svg)?),
        }
    }
}
