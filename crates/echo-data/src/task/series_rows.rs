//! Rows of numbers from files, kept where the caller has room, with missing values filled.

use super::own_data::{Files, InFile, Series, Source};
use crate::error::Error;
use crate::files::{Missing, NumberRows, between, no_numbers};
use crate::sequences::{Keeper, Kept, Stores};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// The rows of all files, one behind the other: of each row as many numbers as there are slots.
#[derive(Debug)]
pub(super) struct SeriesRows {
    pub(super) kept: Kept<f64>,
    /// The names of the slots; nothing for columns that turned out to hold no numbers.
    pub(super) names: Vec<Option<String>>,
    pub(super) series: Vec<Series>,
    /// The lowest and the highest number of each slot.
    pub(super) ends: Vec<[f64; 2]>,
}

/// Rows that are being read.
struct Reading {
    keeper: Keeper<f64>,
    names: Vec<Option<String>>,
    ends: Vec<[f64; 2]>,
    gaps: Vec<Gap>,
    rows: usize,
}

/// The rows of a slot whose values are missing, up to the current row.
#[derive(Debug, Clone, Copy, Default)]
struct Gap {
    /// The row it begins with.
    from: Option<usize>,
    /// The last value that was there.
    last: Option<f64>,
}

impl SeriesRows {
    /// Reads files; of the first one all columns of numbers if none are `wanted`, and of the others the same.
    pub(super) fn read(
        sources: Vec<Source<'_>>,
        wanted: Option<Vec<String>>,
        missing: Missing,
        files: Files,
        stores: Stores<'_>,
    ) -> Result<Self, InFile> {
        let mut reading: Option<Reading> = None;
        let (mut names, mut series) = (wanted, Vec::new());
        for (file, source) in sources.into_iter().enumerate() {
            let wrong = InFile::at(file);
            let mut rows = NumberRows::new(source, names.as_deref()).map_err(wrong)?;
            let reading = match &mut reading {
                Some(reading) => reading,
                None => reading.insert(Reading::new(&rows, names.as_deref(), stores).map_err(InFile::all)?),
            };
            let (from, columns) = (reading.rows, reading.columns(rows.names()));
            while rows.next_row(missing).map_err(wrong)? {
                reading.add(rows.values(), &columns).map_err(wrong)?;
            }
            if reading.rows == from {
                return Err(wrong(Error::NoValues));
            }
            rows.check_wanted(names.as_deref().unwrap_or_default()).map_err(wrong)?;
            if names.is_none() {
                let numeric: Vec<String> = rows.numeric().iter().map(|&column| rows.names()[column].clone()).collect();
                if numeric.is_empty() {
                    return Err(wrong(no_numbers()));
                }
                reading.forget_all_but(&numeric);
                names = Some(numeric);
            }
            files.add(&mut series, file, from..reading.rows);
            if files == Files::Separate {
                reading.end_series().map_err(wrong)?;
            }
        }
        let Some(mut reading) = reading else { return Err(InFile::all(Error::NoValues)) };
        reading.end_series().map_err(InFile::all)?;
        let Reading { keeper, names, ends, .. } = reading;
        Ok(Self { kept: keeper.finish().map_err(InFile::all)?, names, series, ends })
    }

    /// Numbers a row.
    pub(super) fn width(&self) -> usize {
        self.names.len()
    }

    /// The slot of a column.
    pub(super) fn slot(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|own| own.as_deref() == Some(name))
    }

    /// Hands out the rows of some ranges, one by one.
    pub(super) fn for_each_row(&self, ranges: &[Range<usize>], take: &mut dyn FnMut(&[f64])) -> Result<(), Error> {
        let width = self.width();
        for rows in ranges {
            let numbers = rows.start * width..rows.end * width;
            self.kept.for_each_stretch(numbers, width, &mut |stretch| {
                stretch.chunks_exact(width).for_each(&mut *take);
                Ok(())
            })?;
        }
        Ok(())
    }
}

impl Reading {
    /// Slots for what is wanted, or for all columns that begin with numbers.
    fn new(rows: &NumberRows<Source<'_>>, wanted: Option<&[String]>, stores: Stores<'_>) -> Result<Self, Error> {
        let all = rows.names().iter().enumerate().filter(|(column, _)| rows.is_numeric(*column) == Some(true));
        let candidates = wanted.map_or_else(|| all.map(|(_, name)| name.clone()).collect(), <[String]>::to_vec);
        // A column can be read and asked for.
        let mut there = HashSet::new();
        let names: Vec<_> = candidates.into_iter().filter(|name| there.insert(name.clone())).map(Some).collect();
        let ends = vec![[f64::INFINITY, f64::NEG_INFINITY]; names.len()];
        let gaps = vec![Gap::default(); names.len()];
        Ok(Self { keeper: Keeper::new(stores)?, names, ends, gaps, rows: 0 })
    }

    /// Slots of other columns hold nothing of use.
    fn forget_all_but(&mut self, names: &[String]) {
        let names: HashSet<&String> = names.iter().collect();
        let is_other = |slot: &&mut Option<String>| slot.as_ref().is_some_and(|name| !names.contains(name));
        self.names.iter_mut().filter(is_other).for_each(|slot| *slot = None);
    }

    /// The column of each slot in a file of these columns.
    fn columns(&self, header: &[String]) -> Vec<Option<usize>> {
        let places: HashMap<&String, usize> = header.iter().enumerate().map(|(place, name)| (name, place)).collect();
        let column = |name: &String| places.get(name).copied();
        self.names.iter().map(|name| name.as_ref().and_then(column)).collect()
    }

    /// Adds a row, of which each slot has this column.
    fn add(&mut self, values: &[Option<f64>], columns: &[Option<usize>]) -> Result<(), Error> {
        let Self { keeper, names, ends, gaps, rows: row, .. } = self;
        let width = names.len();
        for (slot, column) in columns.iter().enumerate() {
            let value = column.and_then(|column| values[column]);
            keeper.push(value.unwrap_or(f64::NAN))?;
            let (gap, [low, high]) = (&mut gaps[slot], &mut ends[slot]);
            let Some(value) = value else {
                gap.from.get_or_insert(*row);
                continue;
            };
            (*low, *high) = (low.min(value), high.max(value));
            let (from, last) = (gap.from.take(), gap.last.replace(value));
            let Some(from) = from else { continue };
            // On the line from the last value, which stands in the row before the gap.
            let filled = |missing: usize| match last {
                Some(last) => between((from - 1, last), (*row, value), missing),
                None => value,
            };
            keeper.set(from * width + slot, width, (from..*row).map(filled))?;
        }
        *row += 1;
        Ok(())
    }

    /// Fills what is missing at a series' end with the value before.
    fn end_series(&mut self) -> Result<(), Error> {
        let width = self.names.len();
        for (slot, gap) in self.gaps.iter_mut().enumerate() {
            if let Some((from, last)) = gap.from.zip(gap.last) {
                self.keeper.set(from * width + slot, width, (from..self.rows).map(|_| last))?;
            }
            *gap = Gap::default();
        }
        Ok(())
    }
}
