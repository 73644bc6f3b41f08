//! What a sweep varies: a TOML file of fixed settings, a grid, and replicates.
//!
//! ```toml
//! [sweep]
//! name = "lags"        # the default output folder is sweeps/NAME
//! seed = 0             # replicate r of every combination has the seed `seed + r`
//! replicates = 3
//!
//! [base]               # any setting of rnn-train, for all trials
//! num_epochs = 20
//!
//! [grid]               # every combination of these is tried
//! echo_step = [1, 2, 4]
//! ```

use crate::error::Error;
use rnn_train::layers::{line_of, nearest, not_toml};
use rnn_train::{Layer, SettingError};
use std::collections::HashMap;
use std::path::Path;
use toml::de::DeTable;
use toml::{Table, Value};

/// A sweep as it was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(crate) name: String,
    pub(crate) seed: u64,
    pub(crate) replicates: u64,
    /// The fixed settings.
    pub(crate) base: Layer,
    /// The varied settings, in the order of the file, and their values.
    pub(crate) grid: Vec<(String, Vec<Value>)>,
}

/// The file in a sweep's folder that holds its spec.
pub(crate) const SPEC: &str = "sweep.toml";

/// The sweep that runs when none is named.
const BUILT_IN: &str = include_str!("../sweeps/lag-window.toml");

/// More would be a typing error: a year's work at ten seconds a trial.
const MOST_TRIALS: u64 = 1_000_000;

const SECTIONS: [&str; 3] = ["sweep", "base", "grid"];
const SWEEP_KEYS: [&str; 3] = ["name", "seed", "replicates"];

impl Spec {
    pub(crate) fn built_in() -> Result<Self, Error> {
        Ok(Self::parse(BUILT_IN, "built-in lag-window.toml", Path::new(""))?)
    }

    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let read = |source| rnn_train::Error::Read { path: path.to_owned(), source };
        let text = std::fs::read_to_string(path).map_err(read)?;
        Ok(Self::parse(&text, &path.display().to_string(), path.parent().unwrap_or(Path::new("")))?)
    }

    /// Reads a spec; `origin` stands for it in errors, and paths in it count from `folder`.
    fn parse(text: &str, origin: &str, folder: &Path) -> Result<Self, SettingError> {
        let file: Table = text.parse().map_err(|error| not_toml(&error, text, origin))?;
        let places = Places::of(text, origin);
        for section in file.keys() {
            known(section, &SECTIONS, "section").map_err(|message| places.error(section, "", message))?;
        }
        let section = |name: &str| match file.get(name) {
            None => Ok(Table::new()),
            Some(Value::Table(table)) => Ok(table.clone()),
            Some(_) => Err(places.error(name, "", format!("{name} must be a section: [{name}]"))),
        };

        let sweep = section("sweep")?;
        for key in sweep.keys() {
            known(key, &SWEEP_KEYS, "key of [sweep]").map_err(|message| places.error("sweep", key, message))?;
        }
        let whole = |key: &str, least: i64, default: i64| {
            let value = sweep.get(key).cloned().unwrap_or(Value::Integer(default));
            let number = value.as_integer().filter(|&number| number >= least);
            let message = || format!("{key} is {value}: it must be a whole number of at least {least}");
            number.map(|number| number as u64).ok_or_else(|| places.error("sweep", key, message()))
        };
        let (seed, replicates) = (whole("seed", 0, 0)?, whole("replicates", 1, 1)?);
        if seed.checked_add(replicates - 1).is_none_or(|last| last > i64::MAX as u64) {
            let message = format!("seed is {seed}: {replicates} replicates count it up beyond {}", i64::MAX);
            return Err(places.error("sweep", "seed", message));
        }
        let name = sweep.get("name").cloned().unwrap_or_else(|| Value::from("sweep"));
        let name = name.as_str().filter(|name| is_folder_name(name)).map(str::to_owned).ok_or_else(|| {
            places.error("sweep", "name", format!("name is {name}: it must be letters, digits, - and _ in quotes"))
        })?;

        let mut base = Layer::default();
        for (key, value) in section("base")? {
            places.check_free(&key, "base")?;
            base.insert(&key, value, Some(places.of_key("base", &key)), folder)?;
        }
        let mut grid = Vec::new();
        for (key, value) in section("grid")? {
            places.check_free(&key, "grid")?;
            if base.values().contains_key(&key) {
                return Err(places.error(
                    "grid",
                    &key,
                    format!("{key} is in [base] too: it is either fixed or varied"),
                ));
            }
            let Value::Array(listed) = value else {
                return Err(places.error("grid", &key, format!("{key} must be a list: {key} = [{value}]")));
            };
            if listed.is_empty() {
                return Err(places.error("grid", &key, format!("{key} has no value: {key} = [1, 2]")));
            }
            let mut values = Vec::new();
            for value in listed {
                let mut alone = Layer::default();
                alone.insert(&key, value, Some(places.of_key("grid", &key)), folder)?;
                let value = alone.values()[&key].clone();
                if values.contains(&value) {
                    return Err(places.error("grid", &key, format!("{key} has the value {value} twice")));
                }
                values.push(value);
            }
            grid.push((key, values));
        }
        let trials = grid.iter().map(|(_, values)| values.len() as u64).try_fold(replicates, u64::checked_mul);
        if trials.is_none_or(|trials| trials > MOST_TRIALS) {
            let message = format!("the grid and {replicates} replicates make more than {MOST_TRIALS} trials");
            return Err(places.error("sweep", "replicates", message));
        }
        Ok(Self { name, seed, replicates, base, grid })
    }

    /// The spec as a file from which the same sweep can be run again, from anywhere.
    pub(crate) fn to_toml(&self) -> String {
        let number = |n: u64| Value::Integer(i64::try_from(n).unwrap_or(i64::MAX));
        let sweep = [
            ("name", Value::from(self.name.as_str())),
            ("seed", number(self.seed)),
            ("replicates", number(self.replicates)),
        ];
        let grid = self.grid.iter().map(|(name, values)| (name.clone(), Value::Array(values.clone())));
        let file = Table::from_iter([
            ("sweep".to_owned(), Value::Table(sweep.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())),
            ("base".to_owned(), Value::Table(self.base.values().clone())),
            ("grid".to_owned(), Value::Table(grid.collect())),
        ]);
        file.to_string()
    }
}

/// A value as it is shown: text without quotes, lists with spaces.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Float(number) => format!("{number:?}"),
        Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

fn is_folder_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// An error unless a word is one of those known.
fn known(word: &str, known: &[&str], kind: &str) -> Result<(), String> {
    if known.contains(&word) {
        return Ok(());
    }
    let hint = match nearest(word, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("there are {}", known.join(", ")),
    };
    Err(format!("unknown {kind} `{word}`: {hint}"))
}

/// Where the sections and keys of a spec stand, for errors.
struct Places {
    origin: String,
    /// The line of each section, under an empty key, and of each key of a section.
    lines: HashMap<(String, String), usize>,
}

impl Places {
    fn of(text: &str, origin: &str) -> Self {
        let mut lines = HashMap::new();
        if let Ok(file) = DeTable::parse(text) {
            for (section, content) in file.get_ref() {
                let name = section.get_ref().to_string();
                for key in content.get_ref().as_table().into_iter().flat_map(|table| table.keys()) {
                    let line = line_of(text, key.span().start);
                    lines.insert((name.clone(), key.get_ref().to_string()), line);
                }
                lines.insert((name, String::new()), line_of(text, section.span().start));
            }
        }
        Self { origin: origin.to_owned(), lines }
    }

    /// File and line of a key, or of the section if the key is not in the file.
    fn of_key(&self, section: &str, key: &str) -> String {
        let line = |key: &str| self.lines.get(&(section.to_owned(), key.to_owned()));
        let line = line(key).or_else(|| line(""));
        line.map_or_else(|| self.origin.clone(), |line| format!("{}:{line}", self.origin))
    }

    fn error(&self, section: &str, key: &str, message: String) -> SettingError {
        SettingError { setting: key.to_owned(), message, origin: Some(self.of_key(section, key)) }
    }

    /// An error for the setting that the sweep itself sets.
    fn check_free(&self, key: &str, section: &str) -> Result<(), SettingError> {
        if key != "seed" {
            return Ok(());
        }
        let message = "seed belongs under [sweep], with replicates: each trial gets its own".to_owned();
        Err(self.error(section, key, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        Spec::parse(text, "spec.toml", Path::new("")).unwrap_err().to_string()
    }

    #[test]
    fn the_built_in_spec_is_right() {
        assert_eq!(Spec::built_in().unwrap().name, "lag-window");
    }

    #[test]
    fn the_grid_keeps_its_order_and_the_rest_its_defaults() {
        let spec = Spec::parse("[grid]\nstate_size = [4, 2]\nbatch_size = [1]\n", "spec.toml", Path::new("")).unwrap();
        let [first, second] = spec.grid.try_into().unwrap();
        assert_eq!(first, ("state_size".to_owned(), vec![Value::Integer(4), Value::Integer(2)]));
        assert_eq!(second.0, "batch_size");
        assert_eq!((spec.name.as_str(), spec.seed, spec.replicates), ("sweep", 0, 1));
    }

    #[test]
    fn errors_name_line_and_key() {
        let cases = [
            ("[sweeps]\n", "spec.toml:1: unknown section `sweeps`: did you mean `sweep`?"),
            ("grid = 3\n", "spec.toml:1: grid must be a section: [grid]"),
            ("[sweep]\nreplicas = 3\n", "spec.toml:2: unknown key of [sweep] `replicas`: did you mean `replicates`?"),
            ("[sweep]\nreplicates = 0\n", "spec.toml:2: replicates is 0: it must be a whole number of at least 1"),
            ("[sweep]\nseed = 1.5\n", "spec.toml:2: seed is 1.5: it must be a whole number of at least 0"),
            (
                "[sweep]\nname = \"../up\"\n",
                "spec.toml:2: name is \"../up\": it must be letters, digits, - and _ in quotes",
            ),
            (
                "[sweep]\nreplicates = 3\nseed = 9223372036854775806\n",
                "spec.toml:3: seed is 9223372036854775806: 3 replicates count it up beyond 9223372036854775807",
            ),
            (
                "[sweep]\nreplicates = 500001\n[grid]\necho_step = [1, 2]\n",
                "spec.toml:2: the grid and 500001 replicates make more than 1000000 trials",
            ),
            ("[base]\necho_stap = 1\n", "spec.toml:2: unknown setting `echo_stap`: did you mean `echo_step`?"),
            ("[base]\nseed = 1\n", "spec.toml:2: seed belongs under [sweep], with replicates: each trial gets its own"),
            (
                "[grid]\nseed = [1]\n",
                "spec.toml:2: seed belongs under [sweep], with replicates: each trial gets its own",
            ),
            ("[grid]\necho_step = 3\n", "spec.toml:2: echo_step must be a list: echo_step = [3]"),
            ("[grid]\necho_step = []\n", "spec.toml:2: echo_step has no value: echo_step = [1, 2]"),
            ("[grid]\necho_step = [1, 2, 1]\n", "spec.toml:2: echo_step has the value 1 twice"),
            ("[grid]\n\ncell = [\"elman\", 3]\n", "spec.toml:3: cell is 3: "),
            (
                "[base]\nbatch_size = 2\n[grid]\nbatch_size = [1]\n",
                "spec.toml:4: batch_size is in [base] too: it is either fixed or varied",
            ),
            ("[grid]\necho_step = [1\n", "spec.toml:2: "),
        ];
        for (text, expected) in cases {
            let message = message(text);
            assert!(message.starts_with(expected), "{text:?}: {message}");
        }
    }
}
