//! The list of losses for targets that are classes: a line for each.

use super::loss::Loss;
use super::of_classes::{Facts, OfClasses};
use super::row_loss::KnownLoss;
use super::targets::Targets;
use crate::error::Error;
use crate::kernels::Scalar;
use crate::named::Named;
use nalgebra::{DMatrixView, DMatrixViewMut};
use std::fmt;

/// Declares the enum of all losses for classes.
macro_rules! losses {
    ($($file:ident::$type:ident $(<$target:ty>)? as $loss:ident;)*) => {
        $(pub use super::$file::$type;)*

        /// A loss for targets that are classes, whichever one is chosen while a program runs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ClassLoss {
            $(#[doc = concat!("That of [`", stringify!($type), "`](crate::", stringify!($type), ").")] $loss,)*
        }

        impl ClassLoss {
            const LIST: &'static [Self] = &[$(Self::$loss,)*];

            /// What there is to say of it.
            fn facts(self) -> &'static Facts {
                match self {
                    $(Self::$loss => &<$type $(<$target>)?>::FACTS,)*
                }
            }

            /// The class, below `classes`, that each row of `outputs` answers with.
            #[must_use]
            pub fn answers<T: Scalar>(self, outputs: &DMatrixView<T>, classes: usize) -> Vec<u32> {
                match self {
                    $(Self::$loss => <$type $(<$target>)?>::answers(outputs, classes),)*
                }
            }

            /// The share of the scored rows of `outputs` that answer with the class of `targets [rows]`.
            ///
            /// # Errors
            /// [`Error::Length`] for another number of targets; [`Error::Class`] for one that no output stands for.
            pub fn accuracy<'a, T: Scalar>(
                self,
                outputs: &DMatrixView<T>,
                targets: impl Into<Targets<'a, u32>>,
                classes: usize,
            ) -> Result<f64, Error> {
                let targets = targets.into();
                match self {
                    $(Self::$loss => <$type $(<$target>)?>::accuracy(outputs, targets, classes),)*
                }
            }
        }

        impl<T: Scalar> Loss<T> for ClassLoss {
            type Target = u32;

            fn targets(&self, _outputs: usize) -> usize {
                1
            }

            fn evaluate(
                &self,
                outputs: &DMatrixView<T>,
                targets: Targets<'_, u32>,
                d_outputs: &mut DMatrixViewMut<T>,
            ) -> Result<f64, Error> {
                match self {
                    $(Self::$loss => $type $(::<$target>)?::default().evaluate(outputs, targets, d_outputs),)*
                }
            }

            fn known(&self) -> Option<KnownLoss<T, u32>> {
                match self {
                    $(Self::$loss => $type $(::<$target>)?::default().known(),)*
                }
            }
        }
    };
}

losses! {
    cross_entropy::SoftmaxCrossEntropy as CrossEntropy;
    squared_error::SquaredError<u32> as SquaredError;
}

impl Named for ClassLoss {
    const ALL: &'static [Self] = Self::LIST;

    fn name(self) -> &'static str {
        self.facts().name
    }

    fn about(self) -> &'static str {
        self.facts().about
    }
}

impl ClassLoss {
    /// What stands beside an axis of it, such as `squared error`.
    #[must_use]
    pub fn unit(self) -> &'static str {
        self.facts().unit
    }

    /// Whether outputs are logits, which [`softmax`](crate::softmax) makes probabilities.
    #[must_use]
    pub fn has_logits(self) -> bool {
        self.facts().has_logits
    }

    /// How many outputs a net needs to answer with one of so many classes.
    #[must_use]
    pub fn outputs(self, classes: usize) -> usize {
        (self.facts().outputs)(classes)
    }

    /// The least expected loss of one answer to targets of this distribution, which has a probability for each class.
    #[must_use]
    pub fn least(self, distribution: &[f64]) -> f64 {
        self.guessed(distribution, distribution)
    }

    /// The expected loss of the answer that is best for the distribution `guess`, to targets of the distribution `targets`: infinite
    /// where a target can come to which the guess gives no probability. Both have a probability for each class.
    #[must_use]
    pub fn guessed(self, guess: &[f64], targets: &[f64]) -> f64 {
        (self.facts().guessed)(guess, targets)
    }

    /// What [`least`](Self::least) is of a distribution, in words, such as `the variance`.
    #[must_use]
    pub fn least_in_words(self) -> &'static str {
        self.facts().least_in_words
    }
}

/// The name in settings and files.
impl fmt::Display for ClassLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LN_2: f64 = std::f64::consts::LN_2;

    #[test]
    fn entropies_and_variances_by_hand() {
        let entropy = |distribution: &[f64]| ClassLoss::CrossEntropy.least(distribution);
        let variance = |distribution: &[f64]| ClassLoss::SquaredError.least(distribution);
        for (distribution, nats, square) in [
            (&[0.5, 0.5][..], LN_2, 0.25),
            (&[0.25, 0.5, 0.25], 1.5 * LN_2, 0.5),
            (&[0.5, 0.0, 0.5], LN_2, 1.0),
            (&[1.0, 0.0], 0.0, 0.0),
            (&[0.0, 0.0, 1.0], 0.0, 0.0),
            (&[], 0.0, 0.0),
        ] {
            assert!((entropy(distribution) - nats).abs() < 1e-15, "{distribution:?}");
            assert!((variance(distribution) - square).abs() < 1e-15, "{distribution:?}");
            assert!(entropy(distribution).is_sign_positive() && variance(distribution).is_sign_positive());
        }
        // Two neighbours far from 0, of which one is rare: the square of the mean is 10¹⁵ times the variance.
        let mut rare = [0.0; 256];
        (rare[254], rare[255]) = (1e-10, 1.0 - 1e-10);
        assert!((variance(&rare) / (1e-10 * (1.0 - 1e-10)) - 1.0).abs() < 1e-6, "{}", variance(&rare));
    }
}
