//! A series that somebody else has recorded: what its targets have to do with its inputs is not known.

use super::task::{Task, Words};
use crate::error::{Error, check_num_classes};
use crate::sequences::{Layout, Shape};

/// A recorded series of classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// Classes in it, from 2 to 256.
    pub num_classes: usize,
    /// The time in a row from which on whoever gives the series says that all targets can be known.
    pub known_from: usize,
    /// The setting that says so.
    pub setting: &'static str,
}

impl Recorded {
    /// A series that is recorded where otherwise one of this task is drawn: of as many classes, and known as early.
    #[must_use]
    pub fn in_place_of(task: &dyn Task) -> Self {
        let num_classes = task.shape().targets.size();
        let setting = task.reach().map_or("", |(setting, _)| setting);
        Self { num_classes, known_from: task.known_from(), setting }
    }
}

impl Task for Recorded {
    fn name(&self) -> &'static str {
        "recorded"
    }

    fn about(&self) -> &'static str {
        "A series that somebody else has recorded"
    }

    fn shape(&self) -> Shape {
        Shape::of_classes(self.num_classes)
    }

    fn check(&self) -> Result<(), Error> {
        check_num_classes(self.num_classes)
    }

    fn check_rows(&self, layout: &Layout) -> Result<(), Error> {
        layout.check_longer_than(self.setting, self.known_from)
    }

    fn known_from(&self) -> usize {
        self.known_from
    }

    fn words(&self) -> Words {
        Words {
            title: "Series from files".to_owned(),
            answer: "what the file says".to_owned(),
            rule: "targets as the series has them".to_owned(),
            unknown: format!(
                "Targets that depend on inputs before a row’s beginning cannot be known: {} time step{} at a row’s \
                 beginning, as `{}` says.",
                self.known_from,
                if self.known_from == 1 { "" } else { "s" },
                self.setting
            ),
            ..Words::default()
        }
    }
}
