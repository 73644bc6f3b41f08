//! Episodes from the arrays of an NPZ.

use super::episode_part::{EpisodeRows, Part, Parts, is_bit};
use crate::error::Error;
use crate::files::{Npz, read_some};
use crate::sequences::{Keeper, Kept, Store, Stores};
use std::io::{BufReader, Read, Seek, SeekFrom};

/// A small file can hold very many zeros.
pub(super) const MOST_VALUES: usize = 1 << 28;

/// The parts of a file, and how the names of their arrays end.
const TRAIN: &[&str] = &["train"];
const VALID: &[&str] = &["valid", "val"];
const TEST: &[&str] = &["test"];

/// A file of arrays, which is read where it is kept.
type Arrays = Npz<BufReader<Box<dyn Store>>>;

/// The parts of an NPZ.
pub(super) fn parts(reader: &mut impl Read, stores: Stores<'_>) -> Result<Parts, Error> {
    // An NPZ is read from its end.
    let no_room = |error: std::io::Error| Error::NoRoom { problem: error.to_string() };
    let mut store = stores().map_err(no_room)?;
    let mut block = vec![0; 1 << 16];
    loop {
        let count = read_some(reader, &mut block).map_err(|error| Error::unread(&error))?;
        if count == 0 {
            break;
        }
        store.write_all(&block[..count]).map_err(no_room)?;
    }
    store.seek(SeekFrom::Start(0)).map_err(no_room)?;
    let npz = Npz::new(BufReader::new(store))?.with_most_values(MOST_VALUES);
    let train = part(&npz, TRAIN, stores)?.ok_or_else(|| missing(&npz, "x_train"))?;
    Ok(Parts { train, valid: part(&npz, VALID, stores)?, test: part(&npz, TEST, stores)? })
}

fn wrong(name: &str, problem: String) -> Error {
    Error::Array { name: Some(name.to_owned()), problem }
}

fn missing(npz: &Arrays, name: &str) -> Error {
    let names: Vec<_> = npz.names().collect();
    let names = if names.is_empty() { "no arrays".to_owned() } else { names.join(", ") };
    wrong(name, format!("it is not there: the file has {names}"))
}

/// A shape, as Python writes it.
fn shown(shape: &[usize]) -> String {
    format!("[{}]", shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", "))
}

/// The numbers of an array in a place, and its shape.
fn kept(npz: &Arrays, name: &str, stores: Stores<'_>) -> Result<(Kept<f64>, Vec<usize>), Error> {
    let (mut keeper, mut failed) = (Keeper::new(stores)?, Ok(()));
    let shape = npz.for_each_block(name, &mut |block| {
        if failed.is_ok() {
            failed = block.iter().try_for_each(|&number| keeper.push(number));
        }
    })?;
    failed?;
    Ok((keeper.finish()?, shape))
}

/// Reads a part, if it is there.
fn part(npz: &Arrays, endings: &[&str], stores: Stores<'_>) -> Result<Option<Part>, Error> {
    let find = |what: &str| {
        let is = |name: &&str| endings.iter().any(|ending| name.eq_ignore_ascii_case(&format!("{what}_{ending}")));
        let found: Vec<String> = npz.names().filter(is).map(str::to_owned).collect();
        match &found[..] {
            [] => Ok(None),
            [one] => Ok(Some(one.clone())),
            [one, other, ..] => Err(wrong(one, format!("`{other}` is there too: which one is meant must be clear"))),
        }
    };
    let (x, y, mask) = (find("x")?, find("y")?, find("mask")?);
    let (x_name, y_name) = match (x, y) {
        (None, None) => return Ok(None),
        (Some(x), Some(y)) => (x, y),
        (None, _) => return Err(missing(npz, &format!("x_{}", endings[0]))),
        (_, None) => return Err(missing(npz, &format!("y_{}", endings[0]))),
    };
    let ((x, x_shape), (y, y_shape)) = (kept(npz, &x_name, stores)?, kept(npz, &y_name, stores)?);
    let mask = mask.map(|name| Ok::<_, Error>((kept(npz, &name, stores)?, name))).transpose()?;
    let ranks = |name: &str, shape: &[usize]| match shape.len() {
        2 | 3 => Ok(()),
        _ => Err(wrong(name, format!("its shape is {}: it must be [N, T] or [N, T, values]", shown(shape)))),
    };
    ranks(&x_name, &x_shape)?;
    ranks(&y_name, &y_shape)?;
    let sizes = [x_shape[0], x_shape[1]];
    let like_x = |name: &str, shape: &[usize]| {
        let problem = || {
            format!("its shape is {}, that of `{x_name}` {}: N and T must be the same", shown(shape), shown(&x_shape))
        };
        if shape[..2] == sizes { Ok(()) } else { Err(wrong(name, problem())) }
    };
    like_x(&y_name, &y_shape)?;
    let rows = EpisodeRows::Even(sizes);
    if let Some(((mask, shape), name)) = &mask {
        if shape.len() != 2 {
            return Err(wrong(name, format!("its shape is {}: it must be [N, T]", shown(shape))));
        }
        like_x(name, shape)?;
        if let Some((place, value)) = first(mask, &|value| !is_bit(value))? {
            return Err(wrong(name, format!("{} is {value}: it must be 0 or 1", rows.place(place))));
        }
    }
    for (name, shape) in [(&x_name, &x_shape), (&y_name, &y_shape)] {
        if shape.contains(&0) {
            return Err(wrong(name, format!("its shape is {}: there must be something in it", shown(shape))));
        }
    }
    let widths = [&x_shape, &y_shape].map(|shape| shape.get(2).copied().unwrap_or(1));
    let (mask, is_flat) = (mask.map(|((mask, _), _)| mask), y_shape.len() == 2);
    Ok(Some(Part { x_name, y_name, x, y, mask, widths, is_flat, rows }))
}

/// The place and the value of the first number that is as asked for.
fn first(all: &Kept<f64>, is: &dyn Fn(f64) -> bool) -> Result<Option<(usize, f64)>, Error> {
    let (mut found, mut place) = (None, 0);
    all.for_each_stretch(0..all.len(), 1, &mut |stretch| {
        for &value in stretch {
            if found.is_none() && is(value) {
                found = Some((place, value));
            }
            place += 1;
        }
        Ok(())
    })?;
    Ok(found)
}
