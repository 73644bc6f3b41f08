//! What settings and files know by a name: cells, initialisers, losses, optimizers.

/// One of a list of things, each of which has a name.
///
/// ```
/// use rnn_core::{CellKind, Named};
/// assert_eq!(CellKind::named("gru"), Some(CellKind::Gru));
/// assert_eq!(CellKind::Gru.about(), "The gated recurrent unit");
/// ```
pub trait Named: Copy + PartialEq + Sized + 'static {
    /// All of them, in the order in which they are listed.
    const ALL: &'static [Self];

    /// The name in settings and files, such as `gru`.
    fn name(self) -> &'static str;

    /// What it is, in a few words.
    fn about(self) -> &'static str;

    /// The one of this name, with its default constants where it has some; `None` for a name that is unknown.
    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.name() == name)
    }
}

/// Declares an enum of named things: for each its variant, its name, and what it is in a few words. That is also the first
/// line of its doc; more can follow.
///
/// A program of one's own can declare further ones:
///
/// ```
/// rnn_core::named! {
///     /// The direction of reading.
///     pub enum Direction {
///         Forward = "forward", "From the first step on";
///         Backward = "backward", "From the last step back";
///     }
/// }
/// assert_eq!(Direction::Backward.to_string(), "backward");
/// ```
#[macro_export]
macro_rules! named {
    ($(#[$meta:meta])* $vis:vis enum $thing:ident {
        $($(#[$of_one:meta])* $variant:ident = $name:literal, $about:literal;)+
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        $vis enum $thing {
            $(#[doc = $about] #[doc = ""] $(#[$of_one])* $variant,)+
        }

        impl $crate::Named for $thing {
            const ALL: &'static [Self] = &[$(Self::$variant,)+];

            fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            fn about(self) -> &'static str {
                match self {
                    $(Self::$variant => $about,)+
                }
            }
        }

        /// The name in settings and files.
        impl std::fmt::Display for $thing {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::Named::name(*self))
            }
        }
    };
}
