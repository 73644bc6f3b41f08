//! The pictures of reports and benchmarks, as SVG.
//!
//! [`paint`] has what all share: colours, texts, numbers; [`scale`] where a number stands between two ends. On them
//! stand [`heatmap`], [`curves`], [`parallel`] and [`bars`] of a sweep's report, and [`mod@sizes`] of a benchmark.

pub(crate) mod bars;
pub(crate) mod curves;
pub(crate) mod heatmap;
pub(crate) mod paint;
pub(crate) mod parallel;
pub(crate) mod scale;
mod sizes;

pub(crate) use sizes::{Line, sizes};
