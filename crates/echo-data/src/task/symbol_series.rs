//! Series of symbols from files: texts, or columns of labels. Symbols are numbered in the order in which they first occur. The alphabet
//! is made at the end, from those in the training part.

use super::alphabet::{Alphabet, MOST, Unit};
use super::own_data::{Files, InFile, LEAD_IN, Series, Source};
use crate::error::Error;
use crate::files::{Missing, NumberRows, Rows, for_each_character, is_npy, missing_column, read_some};
use crate::sequences::{Keeper, Kept, Sequence, Shape, Step, Stores, Stretches, within};
use crate::words::Shown;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// The symbols of all files, one behind the other.
#[derive(Debug)]
pub(super) struct SymbolSeries {
    kept: Kept<u16>,
    pub(super) series: Vec<Series>,
    /// The bytes of each symbol, by its number.
    symbols: Vec<Vec<u8>>,
    /// For each file the first occurrence of each symbol there, in order.
    first: Vec<Vec<Occurrence>>,
    unit: Unit,
    /// The column that was read; empty for texts.
    pub(super) column: String,
    /// Which files are arrays, whose rows are counted, and not lines.
    are_arrays: Vec<bool>,
}

/// Where a symbol stands for the first time in a file.
#[derive(Debug, Clone, Copy)]
struct Occurrence {
    symbol: u16,
    line: u64,
    /// Its place in the line.
    place: usize,
}

/// Symbols that are being read.
struct Reading {
    keeper: Keeper<u16>,
    symbols: Vec<Vec<u8>>,
    /// The numbers of characters and bytes, and 1; 0 for those that have none.
    by_code: Vec<u32>,
    by_name: HashMap<Vec<u8>, u16>,
    /// For each symbol whether it has occurred in the current file.
    has_occurred: Vec<bool>,
    first: Vec<Occurrence>,
    unit: Unit,
    /// The column of labels.
    column: String,
    line: u64,
    place: usize,
}

impl SymbolSeries {
    /// Reads texts, or the column of this name.
    pub(super) fn read(
        sources: Vec<Source<'_>>,
        unit: Unit,
        column: &str,
        files: Files,
        stores: Stores<'_>,
    ) -> Result<Self, InFile> {
        let mut reading = Reading::new(unit, stores).map_err(InFile::all)?;
        let (mut series, mut first, mut are_arrays) = (Vec::new(), Vec::new(), Vec::new());
        for (file, source) in sources.into_iter().enumerate() {
            let (wrong, from) = (InFile::at(file), reading.keeper.len());
            are_arrays.push(reading.read_file(source, column).map_err(wrong)?);
            let to = reading.keeper.len();
            if to == from {
                let empty = Error::Malformed { line: 1, problem: "the text is empty".to_owned() };
                return Err(wrong(if unit == Unit::Label { Error::NoValues } else { empty }));
            }
            files.add(&mut series, file, from..to);
            first.push(reading.end_file());
        }
        let Reading { keeper, symbols, column, .. } = reading;
        let kept = keeper.finish().map_err(InFile::all)?;
        Ok(Self { kept, series, symbols, first, unit, column, are_arrays })
    }

    /// The alphabet of these places, and how often each of its symbols stands there, as a share.
    pub(super) fn learned(&self, trained: &[Range<usize>]) -> Result<(Alphabet, Vec<f64>), Error> {
        let mut counts = vec![0.0; self.symbols.len()];
        for places in trained {
            let count = &mut |stretch: &[u16]| {
                stretch.iter().for_each(|&symbol| counts[usize::from(symbol)] += 1.0);
                Ok(())
            };
            self.kept.for_each_stretch(places.clone(), 1, count)?;
        }
        let there = self.symbols.iter().zip(&counts).filter(|(_, count)| **count > 0.0);
        let alphabet = Alphabet::of(self.unit, there.map(|(symbol, _)| symbol.clone()).collect())?;
        let mut frequencies = vec![0.0; alphabet.len()];
        for (symbol, count) in self.symbols.iter().zip(&counts) {
            if let Some(class) = alphabet.class(symbol) {
                frequencies[usize::from(class)] = *count;
            }
        }
        let all: f64 = frequencies.iter().sum();
        frequencies.iter_mut().for_each(|count| *count /= all);
        Ok((alphabet, frequencies))
    }

    /// The class of each symbol.
    pub(super) fn classes(&self, alphabet: &Alphabet) -> Result<Arc<[u16]>, InFile> {
        let classes: Vec<Option<u16>> = self.symbols.iter().map(|symbol| alphabet.class(symbol)).collect();
        for (file, first) in self.first.iter().enumerate() {
            let Some(unknown) = first.iter().find(|first| classes[usize::from(first.symbol)].is_none()) else {
                continue;
            };
            let (problem, line) = (alphabet.unknown(&self.symbols[usize::from(unknown.symbol)]), unknown.line);
            let error = match self.unit {
                Unit::Label if self.are_arrays[file] => {
                    Error::Array { name: None, problem: format!("row {line}: {problem}") }
                }
                Unit::Label => {
                    Error::Malformed { line, problem: format!("column `{}`: {problem}", Shown(&self.column)) }
                }
                Unit::Character | Unit::Byte => {
                    let problem = format!("{} {}: {problem}", self.unit.name(), unknown.place);
                    Error::Malformed { line, problem }
                }
            };
            return Err(InFile { file: Some(file), error });
        }
        Ok(classes.into_iter().map(Option::unwrap_or_default).collect())
    }

    /// The symbols at these places of a series as what is asked for, with those before as what is read and a lead-in; nothing where no
    /// symbol is asked for.
    pub(super) fn following(
        &self,
        series: &Range<usize>,
        places: &Range<usize>,
        classes: &Arc<[u16]>,
    ) -> Option<Following> {
        // Nothing comes before the first one.
        let scored = places.start.max(series.start + 1) - 1;
        let first =
            if places.start == series.start { scored } else { scored.saturating_sub(LEAD_IN).max(series.start) };
        let len = places.end.saturating_sub(1).saturating_sub(first);
        let (kept, classes) = (self.kept.clone(), Arc::clone(classes));
        (places.end > scored + 1).then_some(Following { kept, classes, first, len, scored_from: scored - first })
    }
}

impl Reading {
    fn new(unit: Unit, stores: Stores<'_>) -> Result<Self, Error> {
        let codes = match unit {
            Unit::Character => char::MAX as usize + 1,
            Unit::Byte => 256,
            Unit::Label => 0,
        };
        Ok(Self {
            keeper: Keeper::new(stores)?,
            symbols: Vec::new(),
            by_code: vec![0; codes],
            by_name: HashMap::new(),
            has_occurred: Vec::new(),
            first: Vec::new(),
            unit,
            column: String::new(),
            line: 1,
            place: 0,
        })
    }

    /// Reads a file, and returns whether it is an array.
    fn read_file(&mut self, mut source: Source<'_>, column: &str) -> Result<bool, Error> {
        match self.unit {
            Unit::Character => {
                for_each_character(source, &mut |character| self.add_code(u32::from(character)))?;
                Ok(false)
            }
            Unit::Byte => {
                let mut block = vec![0; 1 << 16];
                loop {
                    let count = read_some(&mut source, &mut block).map_err(|error| Error::unread(&error))?;
                    block[..count].iter().try_for_each(|&byte| self.add_code(u32::from(byte)))?;
                    if count == 0 {
                        return Ok(false);
                    }
                }
            }
            Unit::Label => self.read_labels(source, column),
        }
    }

    /// Reads a column of a CSV file, or an array of whole numbers.
    fn read_labels(&mut self, source: Source<'_>, column: &str) -> Result<bool, Error> {
        let (is_npy, whole) = is_npy(source)?;
        if is_npy {
            let mut rows = NumberRows::new(whole, None)?;
            let place = place_of(column, rows.names(), 1)?;
            self.column.clone_from(&rows.names()[place]);
            while rows.next_row(Missing::Refuse)? {
                let value = rows.values()[place].unwrap_or_default();
                if value.fract() != 0.0 {
                    let problem = format!("row {} is {value}: a class must be a whole number", rows.line());
                    return Err(Error::Array { name: None, problem });
                }
                self.line = rows.line();
                self.add_name(value.to_string().as_bytes())?;
            }
            return Ok(true);
        }
        let mut rows = Rows::of_all(whole)?;
        let names: Vec<String> = rows.names().map(str::to_owned).collect();
        let place = place_of(column, &names, rows.line())?;
        self.column.clone_from(&names[place]);
        while rows.next_row()? {
            self.line = rows.line();
            let label = rows.numeral(place)?;
            if label.is_empty() {
                let problem = format!("column `{}`: the cell is empty: it must be a label", Shown(&names[place]));
                return Err(Error::Malformed { line: self.line, problem });
            }
            self.add_name(label.as_bytes())?;
        }
        Ok(false)
    }

    fn add_code(&mut self, code: u32) -> Result<(), Error> {
        self.place += 1;
        let known = self.by_code[code as usize];
        let symbol = if known > 0 {
            (known - 1) as u16
        } else {
            let bytes = match char::from_u32(code).filter(|_| self.unit == Unit::Character) {
                Some(character) => character.to_string().into_bytes(),
                None => vec![code as u8],
            };
            let symbol = self.new_symbol(bytes)?;
            self.by_code[code as usize] = u32::from(symbol) + 1;
            symbol
        };
        self.add(symbol)?;
        if code == u32::from('\n') {
            (self.line, self.place) = (self.line + 1, 0);
        }
        Ok(())
    }

    fn add_name(&mut self, name: &[u8]) -> Result<(), Error> {
        let symbol = match self.by_name.get(name) {
            Some(&symbol) => symbol,
            None => {
                let symbol = self.new_symbol(name.to_vec())?;
                self.by_name.insert(name.to_vec(), symbol);
                symbol
            }
        };
        self.add(symbol)
    }

    fn new_symbol(&mut self, bytes: Vec<u8>) -> Result<u16, Error> {
        let found = self.symbols.len() + 1;
        if found > MOST {
            return Err(Error::Symbols { unit: self.unit.name(), found, most: MOST });
        }
        self.symbols.push(bytes);
        self.has_occurred.push(false);
        Ok((found - 1) as u16)
    }

    fn add(&mut self, symbol: u16) -> Result<(), Error> {
        if !std::mem::replace(&mut self.has_occurred[usize::from(symbol)], true) {
            self.first.push(Occurrence { symbol, line: self.line, place: self.place });
        }
        self.keeper.push(symbol)
    }

    /// What has occurred in a file, which is at its end.
    fn end_file(&mut self) -> Vec<Occurrence> {
        self.has_occurred.fill(false);
        (self.line, self.place) = (1, 0);
        std::mem::take(&mut self.first)
    }
}

/// The place of a column; of the only one, where none is named.
fn place_of(column: &str, names: &[String], line: u64) -> Result<usize, Error> {
    if let ([_], "") = (names, column) {
        return Ok(0);
    }
    let place = names.iter().position(|name| name == column).filter(|_| !column.is_empty());
    place.ok_or_else(|| {
        if column.is_empty() {
            let problem =
                format!("there are the columns {}: `inputs` must name the one to read", Shown(&names.join(", ")));
            Error::Malformed { line, problem }
        } else {
            missing_column(column, names, line)
        }
    })
}

/// Symbols, of which each is asked for where the one before it is read.
#[derive(Debug)]
pub(super) struct Following {
    kept: Kept<u16>,
    /// The class of each symbol.
    classes: Arc<[u16]>,
    /// The symbol that is read first, and how many are.
    first: usize,
    len: usize,
    scored_from: usize,
}

impl Stretches for Following {
    fn none(&self) -> Sequence {
        Sequence::new(Shape::of_classes(0))
    }

    fn len(&self) -> usize {
        self.len
    }

    fn read(&self, steps: Range<usize>, to: &mut Sequence) -> Result<(), Error> {
        let steps = within(&steps, self.len);
        if steps.is_empty() {
            return Ok(());
        }
        let mut symbols = Vec::new();
        self.kept.read(self.first + steps.start..self.first + steps.end + 1, &mut symbols)?;
        let class = |symbol: u16| Step::Class(self.classes[usize::from(symbol)]);
        for (pair, step) in symbols.windows(2).zip(steps) {
            to.push(class(pair[0]), (step >= self.scored_from).then(|| class(pair[1])))?;
        }
        Ok(())
    }

    fn furthest(&self) -> f64 {
        0.0
    }
}
