//! Episodes from a CSV file: rows with the same value in the column `episode` are one.

use super::episode_part::{EpisodeRows, Part, Parts, is_bit};
use crate::error::Error;
use crate::files::{Rows, missing_column};
use crate::sequences::{Keeper, Stores};
use crate::words::Shown;
use std::collections::HashSet;
use std::io::Read;

/// The column that says which rows are an episode.
const EPISODE: &str = "episode";
/// The column that says which steps are scored, if there is one.
const MASK: &str = "mask";
/// Columns that count steps, and are read only where they are named.
const COUNTERS: [&str; 3] = ["step", "time", "t"];

/// Whether a column of this name holds targets, where none are named.
fn is_target(name: &str) -> bool {
    ["target", "y"]
        .iter()
        .any(|stem| name.strip_prefix(stem).is_some_and(|rest| rest.is_empty() || rest.starts_with('_')))
}

/// The columns that are read, and those that are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) inputs: Vec<String>,
    pub(super) targets: Vec<String>,
}

impl Columns {
    /// Those of a file with this header, where not all are named.
    fn in_header(&self, header: &[String], line: u64) -> Result<Self, Error> {
        let named = |names: &[String], what: &'static str, is: &dyn Fn(&str) -> bool| {
            if let Some(missing) = names.iter().find(|name| !header.contains(name)) {
                return Err(missing_column(missing, header, line));
            }
            let found: Vec<String> = if names.is_empty() {
                header.iter().filter(|name| is(name)).cloned().collect()
            } else {
                names.to_vec()
            };
            if found.is_empty() {
                let problem = format!("no column holds {what}: name one, the header is `{}`", Shown(&header.join(",")));
                return Err(Error::Malformed { line, problem });
            }
            Ok(found)
        };
        let targets = named(&self.targets, "targets, as `target`, `y` or `y_0` would", &is_target)?;
        let is_other =
            |name: &str| [EPISODE, MASK].iter().any(|own| name.eq_ignore_ascii_case(own)) || COUNTERS.contains(&name);
        let inputs =
            named(&self.inputs, "inputs", &|name| !is_other(name) && !targets.iter().any(|target| target == name))?;
        Ok(Self { inputs, targets })
    }
}

/// Reads the episodes of a file, and which columns they are of.
pub(super) fn parts(reader: &mut impl Read, columns: &Columns, stores: Stores<'_>) -> Result<(Parts, Columns), Error> {
    let mut rows = Rows::of_all(reader)?;
    let header: Vec<String> = rows.names().map(str::to_owned).collect();
    let own = |name: &str| header.iter().position(|own| own.eq_ignore_ascii_case(name));
    let episode = own(EPISODE).ok_or_else(|| missing_column(EPISODE, &header, rows.line()))?;
    let columns = columns.in_header(&header, rows.line())?;
    let place = |name: &String| header.iter().position(|own| own == name);
    let places_of = |names: &[String]| names.iter().filter_map(place).collect::<Vec<_>>();
    let (read, asked, of_mask) = (places_of(&columns.inputs), places_of(&columns.targets), own(MASK));
    let (mut x, mut y) = (Keeper::new(stores)?, Keeper::new(stores)?);
    let mut mask = of_mask.map(|_| Keeper::new(stores)).transpose()?;
    let (mut starts, mut names, mut count) = (Vec::<(String, usize)>::new(), HashSet::new(), 0);
    while rows.next_row()? {
        let line = rows.line();
        let name = rows.numeral(episode)?.into_owned();
        if starts.last().is_none_or(|(last, _)| *last != name) {
            let wrong = |problem: String| Err(Error::Malformed { line, problem });
            if name.is_empty() {
                return wrong(format!("column `{EPISODE}`: the cell is empty: it must name the row's episode"));
            }
            if !names.insert(name.clone()) {
                return wrong(format!("episode `{}` goes on here: its rows must follow each other", Shown(&name)));
            }
            starts.push((name, count));
        }
        for &column in &read {
            x.push(rows.number(column)?)?;
        }
        let mut missing = None;
        for (place, &column) in asked.iter().enumerate() {
            let target = rows.optional_number(column)?;
            if place > 0 && missing != Some(target.is_none()) {
                let problem = "some of the row's targets are missing: a step is scored whole or not at all".to_owned();
                return Err(Error::Malformed { line, problem });
            }
            missing = Some(target.is_none());
            y.push(target.unwrap_or(f64::NAN))?;
        }
        if let (Some(mask), Some(column)) = (&mut mask, of_mask) {
            let value = rows.number(column)?;
            if !is_bit(value) {
                return Err(Error::Malformed { line, problem: format!("`{MASK}` is {value}: it must be 0 or 1") });
            }
            mask.push(value)?;
        }
        count += 1;
    }
    if count == 0 {
        return Err(Error::NoValues);
    }
    starts.push((String::new(), count));
    let part = Part {
        x_name: columns.inputs.join(","),
        y_name: columns.targets.join(","),
        widths: [read.len(), asked.len()],
        is_flat: asked.len() == 1,
        x: x.finish()?,
        y: y.finish()?,
        mask: mask.map(Keeper::finish).transpose()?,
        rows: EpisodeRows::Named(starts),
    };
    Ok((Parts { train: part, valid: None, test: None }, columns))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequences::{Kind, in_memory};

    fn read(text: &str, columns: &Columns) -> Result<(Vec<Vec<f64>>, Kind), String> {
        let read = || {
            let (Parts { train, .. }, _) = parts(&mut text.as_bytes(), columns, &in_memory)?;
            let (inputs, targets) = train.known()?;
            let episodes = train.episodes(inputs, targets)?;
            let of = |episode: &super::super::episode_part::Episode| {
                crate::sequences::Stretches::whole(episode).map(|whole| whole.inputs().values().to_vec())
            };
            Ok((episodes.iter().map(of).collect::<Result<Vec<_>, Error>>()?, targets))
        };
        read().map_err(|error: Error| error.to_string())
    }

    #[test]
    fn rows_of_one_name_are_an_episode() {
        let text = "step,Episode,x_0,x_1,target\n0,a,1,2,\n1,a,3,4,2\n0,b,5,6,\n1,b,7,8,0\n2,b,9,9,\n0,c,0,0,\n";
        let (inputs, targets) = read(text, &Columns::default()).unwrap();
        // An episode ends with its last scored step; one without any is left out.
        assert_eq!((inputs, targets), (vec![vec![1.0, 2.0, 3.0, 4.0], vec![5.0, 6.0, 7.0, 8.0]], Kind::Classes(3)));
        let named = Columns { inputs: vec!["x_1".into()], targets: vec!["x_0".into(), "step".into()] };
        assert_eq!(read(text, &named).unwrap().1, Kind::Values(2));
        // Columns are those of exactly their names; a target can be any number.
        let letters = "episode,X,x,T,y\na,1,2,3,-100\na,4,5,6,0.5\n";
        assert_eq!(
            read(letters, &Columns::default()).unwrap(),
            (vec![vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]], Kind::Values(1))
        );
        let masked = "episode,x,y,mask\n1,0.5,1,0\n1,0.25,3,1\n";
        assert_eq!(read(masked, &Columns::default()).unwrap(), (vec![vec![0.5, 0.25]], Kind::Classes(4)));
    }

    #[test]
    fn what_is_no_episode_is_told_with_its_line() {
        let named = |name: &str| Columns { inputs: vec![name.into()], ..Columns::default() };
        for (text, columns, told) in [
            (
                "x,y\n1,2\n",
                Columns::default(),
                "line 1: there is no column `episode`; the header must name `episode`, it is `x,y`",
            ),
            (
                "episode,x\na,1\n",
                Columns::default(),
                "line 1: no column holds targets, as `target`, `y` or `y_0` would: name one, the header is `episode,x`",
            ),
            (
                "episode,y\na,1\n",
                Columns::default(),
                "line 1: no column holds inputs: name one, the header is `episode,y`",
            ),
            (
                "episode,x,y\na,1,1\n",
                named("z"),
                "line 1: there is no column `z`; the header must name `z`, it is `episode,x,y`",
            ),
            (
                "episode,x,y\na,1,1\nb,1,1\na,1,1\n",
                Columns::default(),
                "line 4: episode `a` goes on here: its rows must follow each other",
            ),
            (
                "episode,x,y\na,1,1\n,1,1\n",
                Columns::default(),
                "line 3: column `episode`: the cell is empty: it must name the row's episode",
            ),
            ("episode,x,y\na,,1\n", Columns::default(), "line 2, column `x`: the cell is empty: it must be a number"),
            (
                "episode,x,y_0,y_1\na,1,1,\n",
                Columns::default(),
                "line 2: some of the row's targets are missing: a step is scored whole or not at all",
            ),
            ("episode,x,y\na,1,\n", Columns::default(), "column `y`: no step of it is scored"),
            (
                "episode,x,y\na,1,2\nb,1,-1\n",
                Columns::default(),
                "column `y`: episode `b`, step 0 is -1: it must be a class from 0 to 2",
            ),
            ("episode,x,y\n", Columns::default(), "there is no row of values below the header"),
            ("episode,x,y,mask\na,1,2,2\n", Columns::default(), "line 2: `mask` is 2: it must be 0 or 1"),
        ] {
            assert_eq!(read(text, &columns).unwrap_err(), told, "{text}");
        }
    }
}
