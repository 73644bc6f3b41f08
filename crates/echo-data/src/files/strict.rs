//! Quotes and line ends as RFC 4180 has them, or not at all: what a lenient reader would repair in silence is refused.

use super::fault::{Fault, fault};
use std::collections::VecDeque;
use std::io::{Error as IoError, Read};

/// Passes CSV text on as long as it is strict. Line ends become `\n`, rows before a fault are handed out whole.
#[derive(Debug)]
pub(super) struct Strict<R> {
    inner: R,
    separator: u8,
    place: Place,
    /// The line that is being read, counted from 1, and the one that its row begins in.
    line: u64,
    row_line: u64,
    /// The line that a quote opened in.
    quote_line: u64,
    /// The first of the empty lines just passed, which may only stand at the end.
    empty_line: Option<u64>,
    /// The first lines of rows that have been passed to their end and not been asked for.
    rows: VecDeque<u64>,
    /// Checked bytes, of which so many have been handed out.
    ready: Vec<u8>,
    handed: usize,
    fault: Option<Fault>,
}

/// Where in a row a byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    RowStart,
    CellStart,
    Unquoted,
    Quoted,
    /// Behind a quote that closes a cell, or is the first of two.
    QuoteEnd,
    /// Behind `\r` outside of quotes, at the start of a row or not.
    Return {
        empty: bool,
    },
    End,
}

impl<R: Read> Strict<R> {
    /// `line` is the line that `inner` begins with.
    pub(super) fn new(inner: R, separator: u8, line: u64) -> Self {
        Self {
            inner,
            separator,
            place: Place::RowStart,
            line,
            row_line: line,
            quote_line: line,
            empty_line: None,
            rows: VecDeque::new(),
            ready: Vec::new(),
            handed: 0,
            fault: None,
        }
    }

    /// The first line of the next row that was parsed.
    pub(super) fn next_row_line(&mut self) -> u64 {
        self.rows.pop_front().unwrap_or(self.row_line)
    }

    /// The line that was read last.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Takes in a byte.
    fn check(&mut self, byte: u8) -> Result<(), (u64, &'static str)> {
        use Place::{CellStart, End, QuoteEnd, Quoted, Return, RowStart, Unquoted};
        if byte == 0 {
            return Err((self.line, "there is a NUL byte, which no text has"));
        }
        let is_end = matches!(byte, b'\n' | b'\r');
        if self.place == RowStart && !is_end {
            if let Some(empty) = self.empty_line {
                return Err((empty, "the line is empty, and rows follow: every row must have its cells"));
            }
            self.row_line = self.line;
        }
        self.place = match (self.place, byte) {
            (Quoted, b'"') => QuoteEnd,
            (Quoted, _) => {
                self.line += u64::from(byte == b'\n');
                Quoted
            }
            (QuoteEnd, b'"') => Quoted,
            (RowStart | CellStart, b'"') => {
                self.quote_line = self.line;
                Quoted
            }
            (Return { .. }, b'\n') | (RowStart | CellStart | Unquoted | QuoteEnd, b'\n') => {
                if matches!(self.place, RowStart | Return { empty: true }) {
                    self.empty_line.get_or_insert(self.line);
                } else {
                    self.rows.push_back(self.row_line);
                }
                self.line += 1;
                RowStart
            }
            (Return { .. }, _) => {
                return Err((
                    self.line,
                    "a line ends with a carriage return alone: it must be followed by a line feed",
                ));
            }
            (place, b'\r') => {
                self.place = Return { empty: place == RowStart };
                return Ok(());
            }
            (QuoteEnd, byte) if byte != self.separator => {
                return Err((
                    self.line,
                    "text follows a closing quote: a quoted cell must end there, and a quote in it must be doubled",
                ));
            }
            (Unquoted, b'"') => {
                return Err((
                    self.line,
                    "a quote stands within an unquoted cell: the whole cell must be quoted, and the quote doubled",
                ));
            }
            (_, byte) if byte == self.separator => CellStart,
            (RowStart | CellStart | Unquoted | QuoteEnd | End, _) => Unquoted,
        };
        self.ready.push(byte);
        Ok(())
    }

    /// Takes in the end of the file.
    fn end(&mut self) -> Result<(), (u64, &'static str)> {
        match self.place {
            Place::Quoted => return Err((self.quote_line, "a quote opens here that never closes")),
            Place::Return { .. } => {
                return Err((self.line, "the file ends with a carriage return alone: a line feed must follow"));
            }
            Place::RowStart | Place::End => {}
            Place::CellStart | Place::Unquoted | Place::QuoteEnd => self.rows.push_back(self.row_line),
        }
        self.place = Place::End;
        Ok(())
    }

    /// Reads and checks what comes; after a fault, what stood before its row.
    fn fill(&mut self) {
        let mut block = [0; 8192];
        let count = match self.inner.read(&mut block) {
            Ok(count) => count,
            Err(error) => {
                self.fault = Some(fault(&error, self.line));
                return;
            }
        };
        let mut whole = 0;
        let mut checked = if count == 0 { self.end() } else { Ok(()) };
        for &byte in &block[..count] {
            checked = self.check(byte);
            if checked.is_err() {
                break;
            }
            if self.place == Place::RowStart {
                whole = self.ready.len();
            }
        }
        if let Err((line, problem)) = checked {
            self.ready.truncate(whole);
            self.fault = Some(Fault { line, problem: problem.to_owned() });
        }
    }
}

impl<R: Read> Read for Strict<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, IoError> {
        while self.handed == self.ready.len() && self.place != Place::End {
            if let Some(fault) = &self.fault {
                return Err(fault.clone().into_io());
            }
            self.ready.clear();
            self.handed = 0;
            self.fill();
        }
        let count = (&self.ready[self.handed..]).read(buffer)?;
        self.handed += count;
        Ok(count)
    }
}
