//! The pictures of a run, and that of a forecast.
//!
//! `axis`, `loss` and `rows` are parts, of which `sheet` is put together. `figure` is a sheet of the whole run, `animation`
//! goes through one with sheets, and `units` and `weights` show what is inside the net. What they show is `shown`; `files` draws
//! all of them, in `threads`. `forecast` shows what a saved net expects of a series, over `file_rows`; it is written as a `picture_file`
//! where the user says. All are drawn with the crate `chart-kit`.

mod animation;
mod axis;
mod figure;
mod file_rows;
mod files;
mod forecast;
mod gif;
mod loss;
mod picture_file;
mod rows;
mod sheet;
mod shown;
mod threads;
mod units;
mod weights;

pub use animation::animate;
pub(crate) use files::write_all;
pub(crate) use forecast::forecast;
pub(crate) use picture_file::PictureFile;
