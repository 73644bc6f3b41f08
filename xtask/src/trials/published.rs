//! What has been published of the trials of a sweep: results of others, to stand beside ours.
//!
//! `xtask/published/NAME.csv` belongs to the sweep NAME. A row is a result. The columns before `method` are settings: a row belongs to all
//! trials that have the values in its cells, whatever their other settings are. The columns from there on:
//!
//! ```text
//! method      whose result it is, such as `LSTM`
//! measure     what was measured: see `Measure`
//! low, value, high     the result, or the two numbers that it lies between; with `low` alone, it is more than that
//! deviation, n         the standard deviation over so many trials, where that was published
//! ```

use crate::error::Error;
use rnn_train::{Named, SettingError, Settings, named};
use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;
use toml::Value;

named! {
    /// What was measured.
    pub(crate) enum Measure {
        SolveRate = "solve_rate", "Share of the trials that solved the task";
        SolvedSequences = "solved_sequences", "Sequences until the task was solved";
        TestError = "test_error", "Share of wrong answers on the test data";
        TestLoss = "test_loss", "Loss on the test data";
    }
}

/// A published result.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Published {
    /// The settings that trials must have to be beside it.
    settings: Vec<(String, String)>,
    pub(crate) method: String,
    pub(crate) measure: Measure,
    pub(crate) low: Option<f64>,
    pub(crate) value: Option<f64>,
    pub(crate) high: Option<f64>,
    pub(crate) deviation: Option<f64>,
    pub(crate) n: Option<usize>,
}

/// The columns that are no settings.
#[derive(Deserialize)]
struct Columns {
    method: String,
    measure: String,
    low: Option<f64>,
    value: Option<f64>,
    high: Option<f64>,
    deviation: Option<f64>,
    n: Option<usize>,
}

const FIRST: &str = "method";

/// What has been published of the sweep of this name; nothing where there is no such file.
pub(crate) fn of_sweep(name: &str) -> Result<Vec<Published>, Error> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("published").join(name).with_extension("csv");
    if !path.exists() {
        return Ok(Vec::new());
    }
    read(&rnn_train::read_text(&path)?, &path.display().to_string())
}

fn read(text: &str, origin: &str) -> Result<Vec<Published>, Error> {
    let wrong = |line: u64, problem: String| SettingError::new("", format!("{origin}: line {line}: {problem}"));
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let header = table.headers().map_err(|error| wrong(1, error.to_string()))?.clone();
    let settings: Vec<&str> = header.iter().take_while(|name| *name != FIRST).collect();
    for name in &settings {
        Settings::row(name).map_err(|error| wrong(1, error.to_string()))?;
    }
    let mut all = Vec::new();
    for record in table.records() {
        let record =
            record.map_err(|error| wrong(error.position().map_or(1, csv::Position::line), error.to_string()))?;
        let line = record.position().map_or(1, csv::Position::line);
        let row: Columns = record.deserialize(Some(&header)).map_err(|error| wrong(line, error.to_string()))?;
        let measure = Measure::named(&row.measure).ok_or_else(|| {
            let known: Vec<_> = Measure::ALL.iter().map(|measure| measure.name()).collect();
            wrong(line, format!("measure is {}: it must be {}", row.measure, known.join(" or ")))
        })?;
        let given = settings.iter().zip(&record).filter(|(_, value)| !value.is_empty());
        let settings = given.map(|(name, value)| ((*name).to_owned(), value.to_owned())).collect();
        let Columns { method, low, value, high, deviation, n, .. } = row;
        all.push(Published { settings, method, measure, low, value, high, deviation, n });
    }
    Ok(all)
}

impl Published {
    /// Whether it belongs to trials with these settings.
    pub(crate) fn is_beside(&self, settings: &HashMap<String, String>) -> bool {
        self.settings.iter().all(|(name, value)| settings.get(name) == Some(value))
    }

    /// Whether it says anything of such a setting.
    pub(crate) fn says(&self, of: impl Fn(&str) -> bool) -> bool {
        self.settings.iter().any(|(name, _)| of(name))
    }
}

/// Settings as the cells of a file have them, with those that are left out of settings files where they are the usual ones.
pub(crate) fn cells(settings: &Settings) -> HashMap<String, String> {
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let written = settings.to_table().into_iter().map(|(name, value)| (name, text(value)));
    [("learning".to_owned(), settings.learning.to_string())].into_iter().chain(written).collect()
}

#[cfg(test)]
mod tests {
    use super::super::plan::Plan;
    use super::super::reader;
    use super::*;

    #[test]
    fn a_result_is_beside_trials_with_its_settings() {
        let text = "task,cell,method,measure,low,value,high,deviation,n\n\
                    reber,lstm,LSTM,solved_sequences,8440,,39740,,\n\
                    reber,,RTRL,solve_rate,,0.5,,0.1,10\n";
        let all = read(text, "file").unwrap();
        let beside = |cell: &str| {
            let settings = format!("task = 'reber'\ncell = '{cell}'").parse().unwrap();
            all.iter().map(|one| one.is_beside(&cells(&settings))).collect::<Vec<_>>()
        };
        assert_eq!((beside("lstm"), beside("gru")), (vec![true, true], vec![false, true]));
        assert_eq!(
            (all[0].low, all[0].high, all[1].deviation, all[1].n),
            (Some(8440.0), Some(39740.0), Some(0.1), Some(10))
        );
        assert!(all[0].says(|name| name == "cell") && !all[1].says(|name| name == "cell"));
    }

    #[test]
    fn what_is_wrong_in_a_file_is_told_with_its_line() {
        let header = "task,method,measure,low,value,high,deviation,n\n";
        for (text, told) in [
            (format!("{header}reber,LSTM,loss,,1,,,\n"), "file: line 2: measure is loss: it must be solve_rate or"),
            (format!("{header}reber,LSTM,test_loss,,x,,,\n"), "file: line 2: "),
            (format!("{header}reber,LSTM\n"), "file: line 2: "),
            ("tusk,method\n".to_owned(), "file: line 1: unknown setting `tusk`: did you mean `task`?"),
        ] {
            let error = read(&text, "file").unwrap_err().to_string();
            assert!(error.starts_with(told), "{error}");
        }
    }

    /// Of those that come with the workbench.
    #[test]
    fn each_published_result_has_trials_to_stand_beside() {
        for name in ["hs97", "hs97-long", "cogscale-small", "cogscale-medium", "adding-copy"] {
            let plan = Plan::new(reader::read_own(&Path::new("suite").join(name)).unwrap()).unwrap();
            let trials: Vec<_> = (0..plan.groups()).map(|group| cells(&plan.trial(group).unwrap().settings)).collect();
            let published = of_sweep(name).unwrap();
            assert!(!published.is_empty(), "{name}");
            for one in published {
                assert!(trials.iter().any(|trial| one.is_beside(trial)), "{name}: {one:?}");
            }
        }
        assert!(of_sweep("lag-window").unwrap().is_empty());
    }
}
