//! Settings that are a number, or off.

/// A number, or `off`, as a setting is given: so that a sweep can vary it and a flag can switch off what a file has switched on.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum OrOff<T> {
    /// It is off, as where it is not given.
    #[default]
    Off,
    /// The number.
    On(T),
}

impl<T> OrOff<T> {
    /// The number, if it is not off.
    pub fn on(self) -> Option<T> {
        match self {
            Self::Off => None,
            Self::On(value) => Some(value),
        }
    }
}
