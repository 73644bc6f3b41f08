//! The pictures of reports and benchmarks, as SVG.
//!
//! They are drawn with [`chart_kit`]; [`paint`] has what these share beside that. On it stand [`heatmap`], [`curves`],
//! [`parallel`], [`scatter`] and [`bars`] of a sweep's report, and [`mod@sizes`] of a benchmark.

pub(crate) mod bars;
pub(crate) mod curves;
pub(crate) mod heatmap;
pub(crate) mod paint;
pub(crate) mod parallel;
pub(crate) mod scatter;
mod sizes;

pub(crate) use sizes::{Line, sizes};
