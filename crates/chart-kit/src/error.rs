//! What can go wrong in drawing.

/// A picture that cannot be drawn, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("figure: {0}")]
pub struct Error(pub String);
