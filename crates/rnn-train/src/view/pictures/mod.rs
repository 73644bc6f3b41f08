//! The pictures of a run.
//!
//! `draw` is what all pictures are drawn with, `scale` where a number stands between two ends, and `png` makes dots
//! of them; other programs draw their own with these. `axis`, `legend`, `loss` and `rows` are parts, of which
//! `sheet` is put together. `figure` is a sheet of the whole run, `animation` goes through one with sheets, and
//! `units` and `weights` show what is inside the net, in the colours of `heat`. What they show is `shown`; `files` draws all
//! of them, in `threads`.

mod animation;
mod axis;
mod draw;
mod figure;
mod files;
mod gif;
mod heat;
mod legend;
mod loss;
mod png;
mod rows;
mod scale;
mod sheet;
mod shown;
mod threads;
mod units;
mod weights;

pub use animation::animate;
pub use draw::{Drawn, FAINT, FONT, GRID, Root, SMALL, Side, TEXT, svg, widest, width_of, write, write_upwards};
pub(crate) use files::write_all;
pub use heat::{BAR, colour_bar, ink};
pub use png::png;
pub use scale::Scale;
pub(crate) use shown::Shown;
