//! What is shown of a run: pictures, a page, and a screen in the terminal (feature `view`).
//!
//! `pictures` draws a run as files, `report` writes a page about it, `live` shows it on a screen, all in the colours of a
//! `palette`; `lanes` says what stands in the rows of a window, and how good the answers are. `drawing` draws a run at its end, whoever watches it. `commands` are what a person asks for. The room knows all
//! others, and no other knows it.

pub mod commands;
pub mod drawing;
mod headline;
mod lanes;
pub(crate) mod live;
pub mod palette;
pub mod pictures;
pub mod report;
