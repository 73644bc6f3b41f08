//! The pictures of a run.
//!
//! `axis`, `loss` and `rows` are parts, of which `sheet` is put together. `figure` is a sheet of the whole run, `animation`
//! goes through one with sheets, and `units` and `weights` show what is inside the net. What they show is `shown`; `files` draws
//! all of them, in `threads`. All are drawn with the crate `chart-kit`.

mod animation;
mod axis;
mod figure;
mod files;
mod gif;
mod loss;
mod rows;
mod sheet;
mod shown;
mod threads;
mod units;
mod weights;

pub use animation::animate;
pub(crate) use files::write_all;
