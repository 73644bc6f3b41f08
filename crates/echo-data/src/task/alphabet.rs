//! An alphabet: the symbols that a text, or a column of labels, is made of.

use super::task::Symbols;
use crate::error::{Error, Shown};
use crate::files::decode;
use std::collections::BTreeSet;

/// What a symbol is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Character,
    Byte,
}

/// The symbols that are known, in their order: a symbol's class is its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alphabet {
    unit: Unit,
    /// Code points, or bytes.
    symbols: Vec<u32>,
}

/// A class is stored in 16 bits.
const MOST: usize = 1 << 16;

impl Unit {
    /// How it is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Character => "character",
            Self::Byte => "byte",
        }
    }

    /// The symbols of a file.
    pub(super) fn symbols(self, bytes: &[u8]) -> Result<Vec<u32>, Error> {
        match self {
            Self::Character => Ok(decode(bytes)?.chars().map(u32::from).collect()),
            Self::Byte => Ok(bytes.iter().copied().map(u32::from).collect()),
        }
    }

    /// A symbol as it is shown: what cannot be seen is named.
    fn shown(self, symbol: u32) -> String {
        match (self, char::from_u32(symbol)) {
            (Self::Character, Some(' ')) => "␣".to_owned(),
            (Self::Character, Some('\n')) => "↵".to_owned(),
            (Self::Character, Some('\t')) => "→".to_owned(),
            (Self::Character, Some(character)) if !character.is_control() => character.to_string(),
            (Self::Byte, Some(character)) if character.is_ascii_graphic() => character.to_string(),
            (Self::Byte, Some(' ')) => "␣".to_owned(),
            (Self::Byte, Some('\n')) => "↵".to_owned(),
            _ => format!("{symbol:02x}"),
        }
    }
}

impl Alphabet {
    /// That of these symbols.
    pub(super) fn of(unit: Unit, symbols: impl IntoIterator<Item = u32>) -> Result<Self, Error> {
        let symbols: Vec<u32> = symbols.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        if !(2..=MOST).contains(&symbols.len()) {
            return Err(Error::Symbols { unit: unit.name(), found: symbols.len(), most: MOST });
        }
        Ok(Self { unit, symbols })
    }

    /// How many symbols it has.
    pub(super) fn len(&self) -> usize {
        self.symbols.len()
    }

    /// The class of a symbol, if it is known.
    pub(super) fn class(&self, symbol: u32) -> Option<u16> {
        self.symbols.binary_search(&symbol).ok().map(|place| place as u16)
    }

    /// The classes of a file's symbols.
    ///
    /// # Errors
    /// [`Error::Malformed`] for one that is not known, with its line and its place there.
    pub(super) fn numbered(&self, symbols: &[u32]) -> Result<Vec<u16>, Error> {
        let (mut line, mut column) = (1, 0);
        let classes = symbols.iter().map(|&symbol| {
            column += 1;
            let class = self.class(symbol).ok_or_else(|| {
                let (unit, symbol) = (self.unit.name(), self.unit.shown(symbol));
                let problem = format!(
                    "{unit} {column}: `{}` is not one of the {} {unit}s that the net was trained on",
                    Shown(&symbol),
                    self.len()
                );
                Error::Malformed { line, problem }
            });
            if symbol == u32::from('\n') {
                (line, column) = (line + 1, 0);
            }
            class
        });
        classes.collect()
    }

    /// It as a text, from which it can be [read](Self::from_text) again.
    pub(super) fn to_text(&self) -> String {
        match self.unit {
            Unit::Character => self.symbols.iter().filter_map(|&symbol| char::from_u32(symbol)).collect(),
            Unit::Byte => self.symbols.iter().map(u32::to_string).collect::<Vec<_>>().join(","),
        }
    }

    pub(super) fn from_text(unit: Unit, text: &str) -> Option<Self> {
        let symbols = match unit {
            Unit::Character => text.chars().map(u32::from).collect(),
            Unit::Byte => {
                text.split(',').map(|byte| byte.parse::<u8>().ok().map(u32::from)).collect::<Option<Vec<_>>>()?
            }
        };
        let alphabet = Self::of(unit, symbols.iter().copied()).ok()?;
        (alphabet.symbols == symbols).then_some(alphabet)
    }
}

impl Symbols for Alphabet {
    fn unit(&self) -> &'static str {
        self.unit.name()
    }

    fn shown(&self, class: usize) -> Option<String> {
        self.symbols.get(class).map(|&symbol| self.unit.shown(symbol))
    }

    fn bytes(&self, class: usize) -> Vec<u8> {
        match (self.unit, self.symbols.get(class)) {
            (Unit::Character, Some(&symbol)) => {
                char::from_u32(symbol).map(String::from).unwrap_or_default().into_bytes()
            }
            (Unit::Byte, Some(&symbol)) => vec![symbol as u8],
            (_, None) => Vec::new(),
        }
    }

    fn classes(&self, text: &[u8]) -> Result<Vec<u16>, Error> {
        self.numbered(&self.unit.symbols(text)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_numbered_in_their_order_and_come_back() {
        let text = "hé\nllo";
        for (unit, classes, shown) in [
            (Unit::Character, vec![1, 4, 0, 2, 2, 3], vec!["↵", "h", "l", "o", "é"]),
            (Unit::Byte, vec![1, 5, 4, 0, 2, 2, 3], vec!["↵", "h", "l", "o", "a9", "c3"]),
        ] {
            let symbols = unit.symbols(text.as_bytes()).unwrap();
            let alphabet = Alphabet::of(unit, symbols.iter().copied()).unwrap();
            let found = alphabet.classes(text.as_bytes()).unwrap();
            assert_eq!(found, classes);
            let bytes: Vec<u8> = found.iter().flat_map(|&class| alphabet.bytes(class.into())).collect();
            assert_eq!(bytes, text.as_bytes());
            let names: Vec<_> = (0..alphabet.len()).map(|class| alphabet.shown(class).unwrap()).collect();
            assert_eq!(names, shown);
            assert_eq!(Alphabet::from_text(unit, &alphabet.to_text()), Some(alphabet));
        }
    }

    #[test]
    fn what_is_not_known_is_told_with_its_place() {
        let alphabet = Alphabet::of(Unit::Character, "ab\n".chars().map(u32::from)).unwrap();
        let refused = |text: &str| alphabet.classes(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(
            refused("ab\nbax"),
            "line 2: character 3: `x` is not one of the 3 characters that the net was trained on"
        );
        assert_eq!(refused(" "), "line 1: character 1: `␣` is not one of the 3 characters that the net was trained on");
        assert_eq!(
            Alphabet::of(Unit::Byte, [7, 7]).unwrap_err().to_string(),
            "there is 1 byte in it: it must have from 2 to 65536 different ones"
        );
        for text in ["", "a", "ba", "aa"] {
            assert_eq!(Alphabet::from_text(Unit::Character, text), None, "{text:?}");
        }
        assert_eq!(Alphabet::from_text(Unit::Byte, "1,2,256"), None);
    }
}
