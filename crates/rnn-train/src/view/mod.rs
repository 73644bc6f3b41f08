//! What is shown of a run: pictures, page, and the live screen.

pub mod live;
pub mod page;
pub mod palette;
pub mod pictures;
pub mod report;
