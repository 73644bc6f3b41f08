//! The names of the files that a run leaves.

/// The settings as resolved.
pub const CONFIG: &str = "config.toml";
/// A row for each training step that is logged.
pub const METRICS: &str = "metrics.csv";
/// A row for each epoch.
pub const EPOCHS: &str = "epochs.csv";
/// What the net answered now and then: a row for each time step of each row of a snapshot.
pub const SNAPSHOTS: &str = "snapshots.csv";
/// The weights at the end.
pub const MODEL: &str = "model.safetensors";
/// What is known of data that the run reads, such as the alphabet of a text.
pub const DATA: &str = "data.toml";
/// How the run ended.
pub const STATUS: &str = "status.toml";
/// The figure of the run as SVG: its loss curve, and the rows of its last window.
pub const FIGURE_SVG: &str = "figure.svg";
/// The same as PNG.
pub const FIGURE_PNG: &str = "figure.png";
/// What the hidden units do before training and at the end, as SVG.
pub const UNITS_SVG: &str = "units.svg";
/// The same as PNG.
pub const UNITS_PNG: &str = "units.png";
/// The weights before training and at the end, as SVG.
pub const WEIGHTS_SVG: &str = "weights.svg";
/// The same as PNG.
pub const WEIGHTS_PNG: &str = "weights.png";

/// All pictures that a run draws.
pub const PICTURES: [&str; 6] = [FIGURE_SVG, FIGURE_PNG, UNITS_SVG, UNITS_PNG, WEIGHTS_SVG, WEIGHTS_PNG];

/// The run as an animation, which is drawn of its files when somebody asks for it.
pub const ANIMATION: &str = "animation.gif";
/// A page about the run, which is written when somebody asks for it.
pub const REPORT: &str = "report.html";
/// What is made of a run's files when somebody asks for it.
pub const ON_REQUEST: [&str; 2] = [ANIMATION, REPORT];

/// Where the run is, to continue from there. At the end of a run that is done: before its last step.
pub const CHECKPOINT: &str = "checkpoint.safetensors";
/// The settings of a run that is about to replace the one in the folder: it has not taken that one's files away yet.
pub const NEXT_CONFIG: &str = "config.next.toml";

/// All that a run may leave.
pub const ALL: [&str; 17] = [
    CONFIG,
    DATA,
    NEXT_CONFIG,
    METRICS,
    EPOCHS,
    SNAPSHOTS,
    MODEL,
    STATUS,
    FIGURE_SVG,
    FIGURE_PNG,
    UNITS_SVG,
    UNITS_PNG,
    WEIGHTS_SVG,
    WEIGHTS_PNG,
    ANIMATION,
    REPORT,
    CHECKPOINT,
];
