//! Reads a spec, and says of what is wrong in it where it stands and what would be right.

use super::early_stopping::EarlyStopping;
use super::places::Places;
use super::spec::{Column, Dimension, Draw, Exclude, GOALS, METRICS, Metric, Objective, Spec, TRIALS};
use super::values::{Distribution, listed};
use crate::error::Error;
use rnn_train::layers::{nearest, not_toml};
use rnn_train::{Layer, SettingError};
use std::collections::HashSet;
use std::path::Path;
use toml::{Table, Value};

/// The sweep that runs when none is named.
const BUILT_IN: &str = include_str!("../../sweeps/lag-window.toml");

/// More would be a typing error: a year's work at three seconds a trial.
const MOST_TRIALS: u64 = 10_000_000;

const SECTIONS: [&str; 8] = ["sweep", "base", "grid", "zip", "random", "exclude", "objective", "early_stopping"];
const SWEEP_KEYS: [&str; 6] = ["name", "method", "seed", "replicates", "trial_seconds", "skip_invalid"];
const OBJECTIVE_KEYS: [&str; 2] = ["metric", "goal"];
const METHODS: [&str; 2] = ["grid", "random"];

pub(crate) fn built_in() -> Result<Spec, Error> {
    Ok(parse(BUILT_IN, "built-in lag-window.toml", Path::new(""))?)
}

pub(crate) fn read(path: &Path) -> Result<Spec, Error> {
    let text = rnn_train::read_text(path)?;
    Ok(parse(&text, &path.display().to_string(), path.parent().unwrap_or(Path::new("")))?)
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
    let spec = Spec {
        name,
        seed,
        replicates,
        trial_seconds: reader.seconds(&sweep, "trial_seconds")?,
        skip_invalid: reader.flag(&sweep, "skip_invalid")?,
        objective: reader.objective()?,
        early_stopping: reader.early_stopping()?,
        base: reader.base()?,
        dimensions: reader.dimensions()?,
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
        let names = METRICS.map(|(_, name, _)| name);
        let name = self.word(&table, "objective", "metric", &names)?.unwrap_or(names[0]);
        let (metric, more) =
            METRICS.iter().find(|metric| metric.1 == name).map_or((Metric::FinalLoss, false), |m| (m.0, m.2));
        let goal = self.word(&table, "objective", "goal", &GOALS)?;
        Ok(Objective { metric, maximize: goal.map_or(more, |goal| goal == GOALS[1]) })
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

    /// What is varied, section by section in the order of the file.
    fn dimensions(&self) -> Result<Vec<Dimension>, SettingError> {
        let mut dimensions = Vec::new();
        for section in self.file.keys() {
            match section.as_str() {
                "grid" => {
                    for (key, value) in self.section(section, &[])? {
                        dimensions.push(self.paired(section, &[(key, value)])?);
                    }
                }
                "zip" => {
                    for (place, table) in self.sections(section)? {
                        let columns: Vec<_> = table.into_iter().collect();
                        if columns.len() < 2 {
                            let message = "a [[zip]] pairs at least two settings; one alone belongs under [grid]";
                            return Err(self.places.error(&place, "", message.to_owned()));
                        }
                        dimensions.push(self.paired(&place, &columns)?);
                    }
                }
                "random" => dimensions.push(self.random()?),
                _ => {}
            }
        }
        Ok(dimensions)
    }

    /// Settings with lists of values, the nth of all at a time.
    fn paired(&self, section: &str, columns: &[(String, Value)]) -> Result<Dimension, SettingError> {
        let mut listed_columns: Vec<Column> = Vec::new();
        for (key, value) in columns {
            self.check_free(key, section)?;
            let values = listed(key, value).map_err(|message| self.places.error(section, key, message))?;
            if let Some(Column { name: first, values: of_first, .. }) = listed_columns.first()
                && values.len() != of_first.len()
            {
                let (many, of_first) = (values.len(), of_first.len());
                let message = format!("{key} has {many} values and {first} has {of_first}: paired ones are as many");
                return Err(self.places.error(section, key, message));
            }
            let values = self.checked(section, key, values)?;
            listed_columns.push(Column { name: key.clone(), origin: self.places.of_key(section, key), values });
        }
        let (mut seen, first) = (HashSet::new(), &columns[0].0);
        for index in 0..listed_columns[0].values.len() {
            let values: Vec<_> = listed_columns.iter().map(|column| column.values[index].to_string()).collect();
            let shown = values.join(", ");
            if seen.contains(&shown) {
                let message = match values.as_slice() {
                    [value] => format!("{first} has the value {value} twice"),
                    _ => format!("the values {shown} are there twice"),
                };
                return Err(self.places.error(section, first, message));
            }
            seen.insert(shown);
        }
        Ok(Dimension::Listed(listed_columns))
    }

    /// Values that a setting can have, their paths made absolute. Of numbers one of each kind shows the type of all.
    fn checked(&self, section: &str, key: &str, values: Vec<Value>) -> Result<Vec<Value>, SettingError> {
        let mut kinds = HashSet::new();
        let check = |value: Value| {
            let is_number = matches!(value, Value::Integer(_) | Value::Float(_));
            if is_number && !kinds.insert(value.type_str()) {
                return Ok(value);
            }
            let mut alone = Layer::default();
            alone.insert(key, value.clone(), Some(self.places.of_key(section, key)), self.folder)?;
            Ok(alone.values().get(key).cloned().unwrap_or(value))
        };
        values.into_iter().map(check).collect()
    }

    fn random(&self) -> Result<Dimension, SettingError> {
        let table = self.section("random", &[])?;
        if !table.contains_key(TRIALS) {
            let near = table.keys().find(|key| nearest(key, [TRIALS]).is_some());
            let near = near.map(|near| format!(" (`{near}` is no setting)")).unwrap_or_default();
            let message =
                format!("{TRIALS} is not given{near}: how many combinations to draw, for instance {TRIALS} = 50");
            return Err(self.places.error("random", TRIALS, message));
        }
        let draws = self.whole(&table, "random", TRIALS, 1, 1)?;
        let mut settings = Vec::new();
        for (key, value) in table.iter().filter(|(key, _)| *key != TRIALS) {
            self.check_free(key, "random")?;
            let mut from =
                Distribution::parse(key, value).map_err(|message| self.places.error("random", key, message))?;
            let checked = self.checked("random", key, from.examples())?;
            if let Distribution::Choice(values) = &mut from {
                *values = checked;
            }
            settings.push(Draw { name: key.clone(), origin: self.places.of_key("random", key), from });
        }
        if settings.is_empty() {
            let message = "no setting is drawn: for instance learning_rate = { log_uniform = [0.001, 1.0] }";
            return Err(self.places.error("random", "", message.to_owned()));
        }
        Ok(Dimension::Random { draws, settings })
    }

    fn excludes(&self) -> Result<Vec<Exclude>, SettingError> {
        let mut excludes = Vec::new();
        for (place, table) in self.sections("exclude")? {
            let mut exclude = Vec::new();
            for (key, value) in table {
                let values = match value {
                    Value::Array(_) | Value::Table(_) => {
                        listed(&key, &value).map_err(|message| self.places.error(&place, &key, message))?
                    }
                    single => vec![single],
                };
                let checked = self.checked(&place, &key, values)?;
                exclude.push((key, checked));
            }
            if exclude.is_empty() {
                return Err(self.places.error(
                    &place,
                    "",
                    "an [[exclude]] names at least one varied setting".to_owned(),
                ));
            }
            excludes.push(exclude);
        }
        Ok(excludes)
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
                    let other = other.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
                    let kind = if other == "base" { "either fixed or varied" } else { "varied in one way" };
                    let message = format!("{name} is in [{other}] too: it is {kind}");
                    return Err(self.places.error(&section, name, message));
                }
                sections.push((section.clone(), name.to_owned()));
            }
        }
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
            let message =
                format!("all combinations and {} replicates make more than {MOST_TRIALS} trials", spec.replicates);
            return Err(self.places.error("sweep", "replicates", message));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        parse(text, "spec.toml", Path::new("")).unwrap_err().to_string()
    }

    #[test]
    fn the_built_in_spec_is_right() {
        assert_eq!(built_in().unwrap().name, "lag-window");
    }

    #[test]
    fn the_grid_keeps_its_order_and_the_rest_its_defaults() {
        let spec = parse("[grid]\nstate_size = [4, 2]\nbatch_size = [1]\n", "spec.toml", Path::new("")).unwrap();
        assert_eq!(spec.varied(), ["state_size", "batch_size"]);
        let first = |index| spec.combination(index).values[0].clone();
        assert_eq!([0, 1].map(first), [4, 2].map(Value::Integer));
        assert_eq!((spec.name.as_str(), spec.seed, spec.replicates), ("sweep", 0, 1));
    }

    /// What is written to a sweep's folder is the same spec.
    #[test]
    fn a_spec_survives_its_file() {
        let text = "
            [sweep]
            name = 'all'
            seed = 4
            trial_seconds = 3
            skip_invalid = true
            [objective]
            metric = 'accuracy'
            [early_stopping]
            method = 'halving'
            min_epochs = 2
            [base]
            num_epochs = 7
            [[zip]]
            echo_step = [1, 2]
            state_size = [4, 8]
            [random]
            trials = 3
            learning_rate = { log_uniform = [0.01, 1] }
            cell = { choice = ['gru', 'lstm'] }
            [grid]
            batch_size = { from = 2, to = 6, step = 2 }
            dropout = [0.0]
            [[zip]]
            num_classes = [2, 3]
            truncated_backprop_length = [5, 6]
            [[exclude]]
            batch_size = 4
            cell = ['gru']
        ";
        let spec = parse(text, "spec.toml", Path::new("")).unwrap();
        assert_eq!(
            spec.varied().join(" "),
            "echo_step state_size num_classes truncated_backprop_length learning_rate cell batch_size dropout"
        );
        assert_eq!(spec.combinations(), 2 * 2 * 3 * 3);
        let file = spec.to_toml().to_string();
        let again = parse(&file, "sweep.toml", Path::new("")).unwrap();
        assert_eq!(spec.differences(&again), Vec::<String>::new());
        assert_eq!(again.to_toml().to_string(), file);
        for index in 0..spec.combinations() {
            assert_eq!(spec.combination(index).values, again.combination(index).values);
        }
        let changed =
            parse(&file.replace("seed = 4", "seed = 5").replace("[2, 4, 6]", "[2, 6, 8]"), "sweep.toml", Path::new(""))
                .unwrap();
        assert_eq!(spec.differences(&changed), ["grid.batch_size: new: 8; gone: 4", "sweep.seed: 4 before, 5 now"]);
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
                "[sweep]\nreplicates = 5000001\n[grid]\necho_step = [1, 2]\n",
                "spec.toml:2: all combinations and 5000001 replicates make more than 10000000 trials",
            ),
            ("[base]\necho_stap = 1\n", "spec.toml:2: unknown setting `echo_stap`: did you mean `echo_step`?"),
            ("[base]\nseed = 1\n", "spec.toml:2: seed belongs under [sweep], with replicates: each trial gets its own"),
            (
                "[grid]\nseed = [1]\n",
                "spec.toml:2: seed belongs under [sweep], with replicates: each trial gets its own",
            ),
            ("[grid]\necho_step = 3\n", "spec.toml:2: echo_step must be a list or a range: echo_step = [3]"),
            ("[grid]\necho_step = []\n", "spec.toml:2: echo_step has no value: echo_step = [1, 2]"),
            ("[grid]\necho_step = [1, 2, 1]\n", "spec.toml:2: echo_step has the value 1 twice"),
            ("[grid]\n\ncell = [\"elman\", 3]\n", "spec.toml:3: cell is 3: "),
            (
                "[base]\nbatch_size = 2\n[grid]\nbatch_size = [1]\n",
                "spec.toml:4: batch_size is in [base] too: it is either fixed or varied",
            ),
            ("[grid]\necho_step = [1\n", "spec.toml:2: "),
            ("[grid]\necho_step = { from = 4, to = 1 }\n", "spec.toml:2: echo_step goes from 4 to 1 in steps of 1: "),
            (
                "[grid]\necho_step = { from = 4, till = 9 }\n",
                "spec.toml:2: echo_step has `till`: a range is echo_step = { from = 1",
            ),
            ("[zip]\necho_step = [1]\n", "spec.toml:1: zip must be written with two brackets: [[zip]]"),
            ("[[zip]]\necho_step = [1]\n", "spec.toml:1: a [[zip]] pairs at least two settings"),
            (
                "[[zip]]\necho_step = [1, 2]\nbatch_size = [5]\n",
                "spec.toml:3: batch_size has 1 values and echo_step has 2: paired ones are as many",
            ),
            ("[[zip]]\necho_step = [1, 1]\nbatch_size = [5, 5]\n", "spec.toml:2: the values 1, 5 are there twice"),
            (
                "[grid]\necho_step = [1]\n[[zip]]\nbatch_size = [5]\necho_step = [2]\n",
                "spec.toml:5: echo_step is in [grid] too: it is varied in one way",
            ),
            (
                "[random]\ndropout = { uniform = [0, 1] }\n",
                "spec.toml:1: trials is not given: how many combinations to draw",
            ),
            ("[random]\ntrials = 3\n", "spec.toml:1: no setting is drawn: "),
            (
                "[random]\ntrials = 3\nbatch_size = [1, 2]\n",
                "spec.toml:3: batch_size is [1, 2]: it must be a distribution, ",
            ),
            (
                "[random]\ntrials = 3\nlearning_rate = { log_uniform = [0, 1] }\n",
                "spec.toml:3: learning_rate has log_uniform from 0: it must be greater than 0",
            ),
            ("[random]\ntrials = 3\nbatch_size = { uniform = [1, 2] }\n", "spec.toml:3: batch_size is 1.0: "),
            (
                "[random]\ntrials = 3\nbatch_siz = { int = [1, 2] }\n",
                "spec.toml:3: unknown setting `batch_siz`: did you mean `batch_size`?",
            ),
            ("[sweep]\nmethod = 'random'\n", "spec.toml:2: method is \"random\": it needs a section [random]"),
            (
                "[sweep]\nmethod = 'rondom'\n",
                "spec.toml:2: method is \"rondom\": it must be one of grid, random (did you mean `random`?)",
            ),
            (
                "[[exclude]]\necho_step = 1\n",
                "spec.toml:2: echo_step is not varied: an [[exclude]] names settings that are",
            ),
            (
                "[objective]\nmetric = 'loss'\n",
                "spec.toml:2: metric is \"loss\": it must be one of final_loss, best_loss",
            ),
            ("[sweep]\ntrial_seconds = 0\n", "spec.toml:2: trial_seconds is 0: it must be seconds, more than 0"),
            ("[early_stopping]\n", "spec.toml:1: method is not given: it must be one of median, halving"),
            (
                "[early_stopping]\nmethod = 'median'\nmin_epochs = 2\n",
                "spec.toml:3: min_epochs has no meaning for the method median",
            ),
        ];
        for (text, expected) in cases {
            let message = message(text);
            assert!(message.starts_with(expected), "{text:?}: {message}");
        }
    }
}
