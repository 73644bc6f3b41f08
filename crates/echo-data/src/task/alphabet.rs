//! An alphabet: the symbols that a text, or a column of labels, is made of.

use super::names::{of_lines, to_lines};
use super::task::Symbols;
use crate::error::Error;
use crate::words::Shown;
use std::cmp::Ordering;

/// What a symbol is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Character,
    Byte,
    /// What stands in a cell of a column.
    Label,
}

/// The symbols that are known, in their order: a symbol's class is its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alphabet {
    unit: Unit,
    /// The bytes of each.
    symbols: Vec<Vec<u8>>,
}

/// A class is stored in 16 bits.
pub(super) const MOST: usize = 1 << 16;

impl Unit {
    /// How it is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Character => "character",
            Self::Byte => "byte",
            Self::Label => "label",
        }
    }

    /// A symbol as it is shown: what cannot be seen is named.
    pub(super) fn shown(self, symbol: &[u8]) -> String {
        match (self, symbol) {
            (Self::Label, _) => Shown(&String::from_utf8_lossy(symbol)).to_string(),
            (_, b" ") => "␣".to_owned(),
            (_, b"\n") => "↵".to_owned(),
            (Self::Character, b"\t") => "→".to_owned(),
            (Self::Character, _) => {
                let text = String::from_utf8_lossy(symbol);
                let control = text.chars().find(|character| character.is_control());
                control.map_or_else(|| text.to_string(), |control| format!("{:02x}", u32::from(control)))
            }
            (Self::Byte, [byte]) if byte.is_ascii_graphic() => char::from(*byte).to_string(),
            (Self::Byte, _) => symbol.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }

    /// The symbols of a text.
    fn symbols(self, text: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
        match self {
            Self::Character => {
                let problem = || Error::Malformed { line: 1, problem: "it is not UTF-8".to_owned() };
                let text = std::str::from_utf8(text).map_err(|_| problem())?;
                Ok(text.chars().map(|character| character.to_string().into_bytes()).collect())
            }
            Self::Byte => Ok(text.iter().map(|&byte| vec![byte]).collect()),
            Self::Label => {
                let labels = text.split(|byte| matches!(byte, b',' | b'\n')).map(<[u8]>::trim_ascii);
                Ok(labels.filter(|label| !label.is_empty()).map(<[u8]>::to_vec).collect())
            }
        }
    }

    /// The order of two symbols: that of numbers, where both are.
    fn order(self, one: &[u8], other: &[u8]) -> Ordering {
        let number = |symbol: &[u8]| std::str::from_utf8(symbol).ok()?.parse::<f64>().ok();
        match (self, number(one), number(other)) {
            (Self::Label, Some(a), Some(b)) => a.total_cmp(&b).then_with(|| one.cmp(other)),
            // Numbers stand before names.
            (Self::Label, Some(_), None) => Ordering::Less,
            (Self::Label, None, Some(_)) => Ordering::Greater,
            _ => one.cmp(other),
        }
    }
}

impl Alphabet {
    /// That of these symbols.
    pub(super) fn of(unit: Unit, mut symbols: Vec<Vec<u8>>) -> Result<Self, Error> {
        symbols.sort_by(|one, other| unit.order(one, other));
        symbols.dedup();
        if !(2..=MOST).contains(&symbols.len()) {
            return Err(Error::Symbols { unit: unit.name(), found: symbols.len(), most: MOST });
        }
        Ok(Self { unit, symbols })
    }

    /// What its symbols are.
    pub(super) fn unit(&self) -> Unit {
        self.unit
    }

    /// How many symbols it has.
    pub(super) fn len(&self) -> usize {
        self.symbols.len()
    }

    /// The class of a symbol, if it is known.
    pub(super) fn class(&self, symbol: &[u8]) -> Option<u16> {
        let place = self.symbols.binary_search_by(|own| self.unit.order(own, symbol));
        place.ok().map(|place| place as u16)
    }

    /// What is said of a symbol that is not known.
    pub(super) fn unknown(&self, symbol: &[u8]) -> String {
        let (unit, symbol) = (self.unit.name(), self.unit.shown(symbol));
        format!("`{}` is not one of the {} {unit}s that the net was trained on", Shown(&symbol), self.len())
    }

    /// It as a text, from which it can be [read](Self::from_text) again.
    pub(super) fn to_text(&self) -> String {
        let texts = self.symbols.iter().map(|symbol| String::from_utf8_lossy(symbol).into_owned());
        match self.unit {
            Unit::Character => texts.collect(),
            Unit::Byte => self.symbols.iter().flatten().map(u8::to_string).collect::<Vec<_>>().join(","),
            Unit::Label => to_lines(self.symbols.iter().map(Vec::as_slice)),
        }
    }

    pub(super) fn from_text(unit: Unit, text: &str) -> Option<Self> {
        let symbols: Vec<Vec<u8>> = match unit {
            Unit::Character => unit.symbols(text.as_bytes()).ok()?,
            Unit::Byte => text.split(',').map(|byte| Some(vec![byte.parse().ok()?])).collect::<Option<_>>()?,
            Unit::Label => of_lines(text)?.into_iter().map(String::into_bytes).collect(),
        };
        let alphabet = Self::of(unit, symbols.clone()).ok()?;
        (alphabet.symbols == symbols).then_some(alphabet)
    }
}

impl Symbols for Alphabet {
    fn unit(&self) -> &'static str {
        self.unit.name()
    }

    fn shown(&self, class: usize) -> Option<String> {
        self.symbols.get(class).map(|symbol| self.unit.shown(symbol))
    }

    /// A label stands in a line of its own.
    fn bytes(&self, class: usize) -> Vec<u8> {
        let mut bytes = self.symbols.get(class).cloned().unwrap_or_default();
        bytes.extend((self.unit == Unit::Label).then_some(b'\n'));
        bytes
    }

    fn in_cell(&self, class: usize) -> Option<String> {
        let symbol = self.symbols.get(class)?;
        let is_label = self.unit == Unit::Label;
        Some(if is_label { String::from_utf8_lossy(symbol).into_owned() } else { self.unit.shown(symbol) })
    }

    fn of_cell(&self, cell: &str) -> Result<u16, Error> {
        let shown =
            || (0..self.len()).find(|&class| self.in_cell(class).as_deref() == Some(cell)).map(|class| class as u16);
        let class = self.class(cell.as_bytes()).or_else(shown);
        class.ok_or_else(|| Error::Symbol { problem: self.unknown(cell.as_bytes()) })
    }

    fn classes(&self, text: &[u8]) -> Result<Vec<u16>, Error> {
        let (mut line, mut column) = (1, 0);
        let classes = self.unit.symbols(text)?.into_iter().map(|symbol| {
            column += 1;
            let class = self.class(&symbol).ok_or_else(|| {
                let problem = format!("{} {column}: {}", self.unit.name(), self.unknown(&symbol));
                Error::Malformed { line, problem }
            });
            if symbol == b"\n" {
                (line, column) = (line + 1, 0);
            }
            class
        });
        classes.collect()
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
            let alphabet = Alphabet::of(unit, unit.symbols(text.as_bytes()).unwrap()).unwrap();
            let found = alphabet.classes(text.as_bytes()).unwrap();
            assert_eq!(found, classes);
            let bytes: Vec<u8> = found.iter().flat_map(|&class| alphabet.bytes(class.into())).collect();
            assert_eq!(bytes, text.as_bytes());
            let names: Vec<_> = (0..alphabet.len()).map(|class| alphabet.shown(class).unwrap()).collect();
            // In a table they stand as they are shown.
            let again = names.iter().map(|name| alphabet.of_cell(name).unwrap()).collect::<Vec<_>>();
            assert!(again.into_iter().eq(0..alphabet.len() as u16));
            assert_eq!(names, shown);
            assert_eq!(Alphabet::from_text(unit, &alphabet.to_text()), Some(alphabet));
        }
    }

    #[test]
    fn a_byte_order_mark_within_a_text_is_a_symbol() {
        let alphabet =
            Alphabet::of(Unit::Character, Unit::Character.symbols("🦀\u{feff}".as_bytes()).unwrap()).unwrap();
        assert_eq!(Alphabet::from_text(Unit::Character, &alphabet.to_text()), Some(alphabet));
    }

    #[test]
    fn a_prompt_is_a_text_however_it_begins() {
        let prompt = b"ARROW1";
        let alphabet = Alphabet::of(Unit::Character, Unit::Character.symbols(prompt).unwrap()).unwrap();
        assert_eq!(alphabet.classes(prompt).unwrap().len(), 6);
    }

    #[test]
    fn labels_are_numbered_as_numbers_where_they_are() {
        let labels = ["10", "9", "rest", "-1", "run"].map(|label| label.as_bytes().to_vec());
        let alphabet = Alphabet::of(Unit::Label, labels.to_vec()).unwrap();
        assert_eq!(alphabet.to_text(), "-1\n9\n10\nrest\nrun");
        assert_eq!(alphabet.classes(b"run, 9\n10"), Ok(vec![4, 1, 2]));
        assert_eq!(alphabet.bytes(3), b"rest\n");
        assert_eq!((alphabet.of_cell("9"), alphabet.in_cell(1).as_deref()), (Ok(1), Some("9")));
        assert_eq!(
            alphabet.of_cell("no").unwrap_err().to_string(),
            "`no` is not one of the 5 labels that the net was trained on"
        );
        assert_eq!(
            alphabet.classes(b"run,walk").unwrap_err().to_string(),
            "line 1: label 2: `walk` is not one of the 5 labels that the net was trained on"
        );
        assert_eq!(Alphabet::from_text(Unit::Label, &alphabet.to_text()), Some(alphabet));
    }

    #[test]
    fn what_is_not_known_is_told_with_its_place() {
        let alphabet = Alphabet::of(Unit::Character, Unit::Character.symbols(b"ab\n").unwrap()).unwrap();
        let refused = |text: &str| alphabet.classes(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(
            refused("ab\nbax"),
            "line 2: character 3: `x` is not one of the 3 characters that the net was trained on"
        );
        assert_eq!(refused(" "), "line 1: character 1: `␣` is not one of the 3 characters that the net was trained on");
        assert_eq!(
            Alphabet::of(Unit::Byte, vec![vec![7], vec![7]]).unwrap_err().to_string(),
            "there is 1 byte in it: it must have from 2 to 65536 different ones"
        );
        for text in ["", "a", "ba", "aa"] {
            assert_eq!(Alphabet::from_text(Unit::Character, text), None, "{text:?}");
        }
        assert_eq!(Alphabet::from_text(Unit::Byte, "1,2,256"), None);
    }
}
