//! Reads a spec, and says of what is wrong in it where it stands and what would be right. [`varied`] reads what is varied.

mod varied;

#[cfg(test)]
mod tests;

use super::early_stopping::EarlyStopping;
use super::objective::{GOALS, Metric, Objective};
use super::places::Places;
use super::spec::{Dimension, MOST_TRIALS, SPEC, Spec};
use crate::error::Error;
use chart_kit::text::{count, thousands};
use rnn_train::Named;
use rnn_train::settings::layers::not_toml;
use rnn_train::settings::synonyms::nearest;
use rnn_train::{Layer, SettingError};
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The sweep that runs when none is named.
const BUILT_IN: &str = include_str!("../../sweeps/lag-window.toml");

/// How the names of specs' files end.
const SPEC_EXTENSION: &str = "toml";

const GRID: &str = "grid";
const WHEN: &str = "when";
const SECTIONS: [&str; 9] = ["sweep", "base", GRID, "zip", "random", WHEN, "exclude", "objective", "early_stopping"];
const SWEEP_KEYS: [&str; 7] = ["name", "about", "method", "seed", "replicates", "trial_seconds", "skip_invalid"];
const OBJECTIVE_KEYS: [&str; 2] = ["metric", "goal"];
const METHODS: [&str; 2] = ["grid", "random"];

pub(crate) fn built_in() -> Result<Spec, Error> {
    Ok(parse(BUILT_IN, "built-in lag-window.toml", Path::new(""))?)
}

/// The names of the specs in a folder of those that come with the workbench, such as `suite`, in alphabetical order.
pub(crate) fn names_in(folder: &str) -> Result<Vec<String>, Error> {
    let (_, mut names) = own_specs()?;
    names.retain(|name| Path::new(name).parent() == Some(Path::new(folder)));
    Ok(names)
}

/// Reads the spec in a file, or the one of this name that comes with the workbench, such as `suite/hs97`.
pub(crate) fn read(path: &Path) -> Result<Spec, Error> {
    if !path.exists() && path.extension().is_none() {
        return read_own(path);
    }
    if path.is_dir() {
        let spec = path.join(SPEC);
        let hint = if spec.exists() { "what continues the sweep in it is" } else { "a spec is a file, such as" };
        return Err(Error::Refused { problem: format!("{} is a folder: {hint} {}", path.display(), spec.display()) });
    }
    let text = rnn_train::read_text(path)?;
    Ok(parse(&text, &path.display().to_string(), path.parent().unwrap_or(Path::new("")))?)
}

/// Reads the spec of this name that comes with the workbench.
pub(crate) fn read_own(name: &Path) -> Result<Spec, Error> {
    let (own, names) = own_specs()?;
    if names.iter().any(|own| Path::new(own) == name) {
        return read(&own.join(name).with_extension(SPEC_EXTENSION));
    }
    let problem = format!("{} is no file, and no spec has this name: there are {}", name.display(), names.join(", "));
    Err(Error::Refused { problem })
}

/// The folder of the specs that come with the workbench, and their names, in alphabetical order.
fn own_specs() -> Result<(PathBuf, Vec<String>), Error> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("sweeps");
    let (mut folders, mut names) = (vec![own.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        let unread = |source| rnn_train::Error::Read { path: folder.clone(), source };
        for entry in std::fs::read_dir(&folder).map_err(unread)? {
            let path = entry.map_err(unread)?.path();
            let name = path.strip_prefix(&own).unwrap_or(&path).with_extension("");
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == SPEC_EXTENSION) {
                names.push(name.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    names.sort();
    Ok((own, names))
}

/// Reads a spec; `origin` stands for it in errors, and paths in it count from `folder`.
pub(crate) fn parse(text: &str, origin: &str, folder: &Path) -> Result<Spec, SettingError> {
    let file: Table = text.parse().map_err(|error| not_toml(&error, text, origin))?;
    let reader = Reader { places: Places::of(text, origin), file: &file, folder };
    for section in file.keys() {
        known(section, &SECTIONS, "section").map_err(|message| reader.places.error(section, "", message))?;
    }
    let sweep = reader.section("sweep", &SWEEP_KEYS)?;
    let (seed, replicates) =
        (reader.whole(&sweep, "sweep", "seed", 0, 0)?, reader.whole(&sweep, "sweep", "replicates", 1, 1)?);
    if seed.checked_add(replicates - 1).is_none_or(|last| last > i64::MAX as u64) {
        let message = format!("seed is {seed}: {replicates} replicates count it up beyond {}", i64::MAX);
        return Err(reader.places.error("sweep", "seed", message));
    }
    let name = sweep.get("name").cloned().unwrap_or_else(|| Value::from("sweep"));
    let name = name.as_str().filter(|name| is_folder_name(name)).map(str::to_owned).ok_or_else(|| {
        let message = format!("name is {name}: it must be letters, digits, - and _ in quotes");
        reader.places.error("sweep", "name", message)
    })?;
    let about = match sweep.get("about") {
        None => String::new(),
        Some(Value::String(about)) => about.clone(),
        Some(_) => return Err(reader.places.error("sweep", "about", "about must be a text in quotes".to_owned())),
    };
    let spec = Spec {
        name,
        about,
        seed,
        replicates,
        trial_seconds: reader.seconds(&sweep, "trial_seconds")?,
        skip_invalid: reader.flag(&sweep, "skip_invalid")?,
        objective: reader.objective()?,
        early_stopping: reader.early_stopping()?,
        base: reader.base()?,
        dimensions: reader.dimensions()?,
        whens: reader.whens()?,
        excludes: reader.excludes()?,
    };
    reader.check(&spec, &sweep)?;
    Ok(spec)
}

/// Reads the sections of a spec.
struct Reader<'a> {
    places: Places,
    file: &'a Table,
    folder: &'a Path,
}

impl Reader<'_> {
    /// A section, which has only these keys, if any are named.
    fn section(&self, name: &str, keys: &[&str]) -> Result<Table, SettingError> {
        let table = match self.file.get(name) {
            None => Table::new(),
            Some(Value::Table(table)) => table.clone(),
            Some(_) => return Err(self.places.error(name, "", format!("{name} must be a section: [{name}]"))),
        };
        if !keys.is_empty() {
            for key in table.keys() {
                known(key, keys, &format!("key of [{name}]"))
                    .map_err(|message| self.places.error(name, key, message))?;
            }
        }
        Ok(table)
    }

    /// The tables of a section that can be there several times, and the names by which their places are known.
    fn sections(&self, name: &str) -> Result<Vec<(String, Table)>, SettingError> {
        let wrong = || self.places.error(name, "", format!("{name} must be written with two brackets: [[{name}]]"));
        match self.file.get(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(tables)) => tables
                .iter()
                .enumerate()
                .map(|(index, table)| Ok((Places::nth(name, index), table.as_table().cloned().ok_or_else(wrong)?)))
                .collect(),
            Some(_) => Err(wrong()),
        }
    }

    fn whole(&self, table: &Table, section: &str, key: &str, least: i64, default: i64) -> Result<u64, SettingError> {
        let value = table.get(key).cloned().unwrap_or(Value::Integer(default));
        let number = value.as_integer().filter(|&number| number >= least);
        let message = || format!("{key} is {value}: it must be a whole number of at least {least}");
        number.map(|number| number as u64).ok_or_else(|| self.places.error(section, key, message()))
    }

    fn seconds(&self, sweep: &Table, key: &str) -> Result<Option<f64>, SettingError> {
        let Some(value) = sweep.get(key) else { return Ok(None) };
        let seconds = value.as_float().or_else(|| value.as_integer().map(|seconds| seconds as f64));
        match seconds.filter(|&seconds| seconds > 0.0 && seconds < 1e9) {
            Some(seconds) => Ok(Some(seconds)),
            None => Err(self.places.error("sweep", key, format!("{key} is {value}: it must be seconds, more than 0"))),
        }
    }

    fn flag(&self, sweep: &Table, key: &str) -> Result<bool, SettingError> {
        let value = sweep.get(key).unwrap_or(&Value::Boolean(false));
        value
            .as_bool()
            .ok_or_else(|| self.places.error("sweep", key, format!("{key} is {value}: it must be true or false")))
    }

    /// A word that is one of those known, if it is given.
    fn word<'k>(
        &self,
        table: &Table,
        section: &str,
        key: &str,
        known: &[&'k str],
    ) -> Result<Option<&'k str>, SettingError> {
        let Some(value) = table.get(key) else { return Ok(None) };
        let found = known.iter().find(|word| value.as_str() == Some(word)).copied();
        let message = || {
            let near = value.as_str().and_then(|word| nearest(word, known.iter().copied()));
            let near = near.map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
            format!("{key} is {value}: it must be one of {}{near}", known.join(", "))
        };
        found.map(Some).ok_or_else(|| self.places.error(section, key, message()))
    }

    fn objective(&self) -> Result<Objective, SettingError> {
        let table = self.section("objective", &OBJECTIVE_KEYS)?;
        let names: Vec<_> = Metric::ALL.iter().map(|metric| metric.name()).collect();
        let name = self.word(&table, "objective", "metric", &names)?;
        let metric = name.and_then(Metric::named).unwrap_or(Objective::default().metric);
        let goal = self.word(&table, "objective", "goal", &GOALS)?;
        Ok(Objective { metric, maximize: goal.map_or(metric.is_better_greater(), |goal| goal == GOALS[1]) })
    }

    fn early_stopping(&self) -> Result<Option<EarlyStopping>, SettingError> {
        const SECTION: &str = "early_stopping";
        if !self.file.contains_key(SECTION) {
            return Ok(None);
        }
        let table = self.section(SECTION, &EarlyStopping::KEYS)?;
        let Some(method) = self.word(&table, SECTION, "method", &EarlyStopping::METHODS)? else {
            let message = format!("method is not given: it must be one of {}", EarlyStopping::METHODS.join(", "));
            return Err(self.places.error(SECTION, "method", message));
        };
        if let Some(key) = table.keys().find(|key| !EarlyStopping::has_key(method, key)) {
            return Err(self.places.error(SECTION, key, format!("{key} has no meaning for the method {method}")));
        }
        let of = |key: &str, least: i64| self.whole(&table, SECTION, key, least, EarlyStopping::default_of(key));
        Ok(Some(EarlyStopping {
            halving: method == EarlyStopping::METHODS[1],
            startup_trials: of("startup_trials", 1)?,
            warmup_epochs: of("warmup_epochs", 0)?,
            min_epochs: of("min_epochs", 1)?,
            reduction_factor: of("reduction_factor", 2)?,
            at_once: of("at_once", 1)?,
        }))
    }

    fn base(&self) -> Result<Layer, SettingError> {
        let mut base = Layer::default();
        for (key, value) in self.section("base", &[])? {
            self.check_free(&key, "base")?;
            base.insert(&key, value, Some(self.places.of_key("base", &key)), self.folder)?;
        }
        Ok(base)
    }

    /// Checks the parts against each other.
    fn check(&self, spec: &Spec, sweep: &Table) -> Result<(), SettingError> {
        let mut sections: Vec<(String, String)> =
            spec.base.values().keys().map(|key| ("base".to_owned(), key.clone())).collect();
        let mut zips = 0;
        for dimension in &spec.dimensions {
            let section = match dimension {
                Dimension::Random { .. } => "random".to_owned(),
                Dimension::Listed(columns) if columns.len() == 1 => "grid".to_owned(),
                Dimension::Listed(_) => {
                    zips += 1;
                    Places::nth("zip", zips - 1)
                }
            };
            for name in dimension.names() {
                if let Some((other, _)) = sections.iter().find(|(_, known)| known == name) {
                    let other = Places::section(other);
                    let kind = if other == "base" { "either fixed or varied" } else { "varied in one way" };
                    let message = format!("{name} is in [{other}] too: it is {kind}");
                    return Err(self.places.error(&section, name, message));
                }
                sections.push((section.clone(), name.to_owned()));
            }
        }
        self.check_whens(spec, &sections)?;
        let varied = spec.varied();
        for (index, exclude) in spec.excludes.iter().enumerate() {
            if let Some((key, _)) = exclude.iter().find(|(key, _)| !varied.contains(&key.as_str())) {
                let message = format!("{key} is not varied: an [[exclude]] names settings that are");
                return Err(self.places.error(&Places::nth("exclude", index), key, message));
            }
        }
        match self.word(sweep, "sweep", "method", &METHODS)? {
            Some("random") if !spec.is_random() => {
                let message = "method is \"random\": it needs a section [random]";
                return Err(self.places.error("sweep", "method", message.to_owned()));
            }
            Some("grid") if spec.is_random() => {
                let message = "method is \"grid\": beside a section [random] it must be \"random\"";
                return Err(self.places.error("sweep", "method", message.to_owned()));
            }
            _ => {}
        }
        let trials = spec.count().and_then(|combinations| combinations.checked_mul(spec.replicates));
        if trials.is_none_or(|trials| trials > MOST_TRIALS) {
            let message = format!(
                "all combinations and {} make more than {} trials, which is the most that a sweep can have",
                count(spec.replicates as usize, "replicate"),
                thousands(MOST_TRIALS as usize)
            );
            return Err(self.places.error("sweep", "replicates", message));
        }
        Ok(())
    }

    /// Checks each `[[when]]` against what else is varied, which stands in these sections.
    fn check_whens(&self, spec: &Spec, sections: &[(String, String)]) -> Result<(), SettingError> {
        let mut varied: Vec<&str> = spec.dimensions.iter().flat_map(Dimension::names).collect();
        for (index, when) in spec.whens.iter().enumerate() {
            let place = Places::nth(WHEN, index);
            if let Some((key, _)) = when.conditions.iter().find(|(key, _)| !varied.contains(&key.as_str())) {
                let message =
                    format!("{key} is not varied before: a [[when]] names settings that are, and their values");
                return Err(self.places.error(&place, key, message));
            }
            for column in &when.columns {
                let other = sections.iter().find(|(section, name)| *name == column.name && section != "base");
                if let Some((other, _)) = other {
                    let message =
                        format!("{} is in [{}] too: it is varied in one way", column.name, Places::section(other));
                    return Err(self.places.error(&Places::below(&place, GRID), &column.name, message));
                }
            }
            if when.len().is_none_or(|combinations| combinations > MOST_TRIALS) {
                let message =
                    format!("the lists of a [[when]] make more than {} trials", thousands(MOST_TRIALS as usize));
                return Err(self.places.error(&place, GRID, message));
            }
            varied.extend(when.columns.iter().map(|column| column.name.as_str()));
        }
        Ok(())
    }

    /// An error for the setting that the sweep itself sets.
    fn check_free(&self, key: &str, section: &str) -> Result<(), SettingError> {
        if key != "seed" {
            return Ok(());
        }
        let message = "seed belongs under [sweep], with replicates: each trial gets its own".to_owned();
        Err(self.places.error(section, key, message))
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
