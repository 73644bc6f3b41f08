//! Changes of a file: bytes, ranges, words that its readers know, and parts of another file.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt, SeedableRng};

/// No input is longer.
const LONGEST: usize = 1 << 14;

/// Numbers that have broken readers elsewhere.
const NUMBERS: [&str; 16] = [
    "0",
    "-1",
    "1",
    "255",
    "256",
    "65536",
    "4294967296",
    "9223372036854775807",
    "18446744073709551615",
    "1e308",
    "1e-320",
    "1e999",
    "NaN",
    "-inf",
    "0.5",
    "999999999999999999999999",
];

/// Draws the changes of one input.
pub(crate) struct Mutator(ChaCha8Rng);

impl Mutator {
    pub(crate) fn new(seed: u64, number: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(number);
        Self(rng)
    }

    /// One of the seeds, changed in some places; `words` are what their readers know.
    pub(crate) fn changed(mut self, seeds: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
        let mut input = self.one_of(seeds).cloned().unwrap_or_default();
        for _ in 0..1 << self.0.random_range(0..4) {
            self.change(&mut input, seeds, words);
        }
        input.truncate(LONGEST);
        // A safetensors file begins with the length of its header, without which nothing behind it is read.
        if self.0.random_bool(0.5) {
            mend_header(&mut input);
        }
        input
    }

    fn one_of<'a, V>(&mut self, all: &'a [V]) -> Option<&'a V> {
        if all.is_empty() { None } else { all.get(self.0.random_range(0..all.len())) }
    }

    fn place(&mut self, input: &[u8]) -> usize {
        self.0.random_range(0..=input.len())
    }

    fn range(&mut self, input: &[u8]) -> std::ops::Range<usize> {
        let start = self.place(input);
        let longest = (input.len() - start).min(1 << self.0.random_range(0..8));
        start..start + self.0.random_range(0..=longest)
    }

    fn change(&mut self, input: &mut Vec<u8>, seeds: &[Vec<u8>], words: &[&str]) {
        let range = self.range(input);
        match self.0.random_range(0..9) {
            0 => input.get_mut(range.start).into_iter().for_each(|byte| *byte ^= 1 << (self.0.next_u32() % 8)),
            1 => input.get_mut(range.start).into_iter().for_each(|byte| *byte = self.0.next_u32() as u8),
            2 => drop(input.drain(range)),
            3 => {
                let copy = input[range].to_vec();
                self.insert(input, &copy);
            }
            4 => {
                let word = self.one_of(words).copied().unwrap_or_default();
                input.splice(range, word.bytes());
            }
            5 => {
                let word = self.one_of(words).copied().unwrap_or_default();
                self.insert(input, word.as_bytes());
            }
            6 => {
                let other = self.one_of(seeds).cloned().unwrap_or_default();
                let part = self.range(&other);
                self.insert(input, &other[part]);
            }
            7 => self.replace_number(input),
            _ => input.truncate(range.start),
        }
    }

    fn insert(&mut self, input: &mut Vec<u8>, part: &[u8]) {
        let place = self.place(input);
        input.splice(place..place, part.iter().copied());
    }

    /// Puts another number in the place of one.
    fn replace_number(&mut self, input: &mut Vec<u8>) {
        let from = self.place(input);
        let Some(start) = input[from..].iter().position(u8::is_ascii_digit).map(|place| from + place) else { return };
        let length = input[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = self.one_of(&NUMBERS).copied().unwrap_or_default();
        input.splice(start..start + length, number.bytes());
    }
}

/// Writes the length of the header that a file seems to have: up to the bracket that ends it.
fn mend_header(input: &mut [u8]) {
    let Some((length, rest)) = input.split_first_chunk_mut::<8>() else { return };
    if rest.first() != Some(&b'{') {
        return;
    }
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (place, &byte) in rest.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' if !quoted => depth += 1,
            b'}' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    *length = (place as u64 + 1).to_le_bytes();
                    return;
                }
            }
            _ => {}
        }
    }
}
