//! What a sweep varies. As a file:
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
//!
//! Grid, each `[[zip]]` and `[random]` are [`Dimension`]s of the sweep, and what is planned is their product.

use super::early_stopping::EarlyStopping;
use super::values::{Distribution, text};
use echo_data::generator;
use rand::Rng;
use rnn_train::Layer;
use std::collections::{BTreeMap, BTreeSet};
use toml::{Table, Value};

/// A sweep as it was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(crate) name: String,
    pub(crate) seed: u64,
    pub(crate) replicates: u64,
    /// Seconds that a trial may take.
    pub(crate) trial_seconds: Option<f64>,
    /// Leave out combinations that cannot run, instead of refusing the sweep.
    pub(crate) skip_invalid: bool,
    pub(crate) objective: Objective,
    pub(crate) early_stopping: Option<EarlyStopping>,
    /// The fixed settings.
    pub(crate) base: Layer,
    /// What is varied, in the order of the file.
    pub(crate) dimensions: Vec<Dimension>,
    /// Combinations to leave out: those that have one of the values of every setting named.
    pub(crate) excludes: Vec<Exclude>,
}

/// Varied settings and some of their values.
pub(crate) type Exclude = Vec<(String, Vec<Value>)>;

/// Settings that are varied together.
#[derive(Debug, Clone)]
pub(crate) enum Dimension {
    /// One setting of the grid, or the paired ones of a zip, and what they can be.
    Listed(Vec<Column>),
    /// Settings that are drawn, for each of so many draws.
    Random { draws: u64, settings: Vec<Draw> },
}

/// A setting, the file and line that vary it, and its values.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) origin: String,
    pub(crate) values: Vec<Value>,
}

/// A setting that is drawn, the file and line that say so, and what it is drawn from.
#[derive(Debug, Clone)]
pub(crate) struct Draw {
    pub(crate) name: String,
    pub(crate) origin: String,
    pub(crate) from: Distribution,
}

impl Dimension {
    fn len(&self) -> u64 {
        match self {
            Self::Listed(columns) => columns.first().map_or(0, |column| column.values.len()) as u64,
            Self::Random { draws, .. } => *draws,
        }
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Self::Listed(columns) => columns.iter().map(|column| column.name.as_str()).collect(),
            Self::Random { settings, .. } => settings.iter().map(|draw| draw.name.as_str()).collect(),
        }
    }
}

/// What a good trial is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Objective {
    pub(crate) metric: Metric,
    pub(crate) maximize: bool,
}

/// What trials can be ranked by: columns of the summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Metric {
    FinalLoss,
    BestLoss,
    Accuracy,
    SolvedSteps,
}

/// The metrics, their names, and whether more is better.
pub(crate) const METRICS: [(Metric, &str, bool); 4] = [
    (Metric::FinalLoss, "final_loss", false),
    (Metric::BestLoss, "best_loss", false),
    (Metric::Accuracy, "accuracy", true),
    (Metric::SolvedSteps, "solved_steps", false),
];

pub(crate) const GOALS: [&str; 2] = ["minimize", "maximize"];

impl Objective {
    pub(crate) fn name(self) -> &'static str {
        METRICS.iter().find(|(metric, ..)| *metric == self.metric).map_or("", |(_, name, _)| name)
    }

    fn goal(self) -> &'static str {
        if self.maximize { GOALS[1] } else { GOALS[0] }
    }
}

/// A combination of values: those of the varied settings in the columns' order, and all settings.
pub(crate) struct Combination {
    pub(crate) values: Vec<Value>,
    pub(crate) layer: Layer,
}

/// The file in a sweep's folder that holds its spec.
pub(crate) const SPEC: &str = "sweep.toml";

/// The generator's stream that the first random combination is drawn from; the others follow. Far from those of training.
const STREAM: u64 = 1 << 62;

/// The key of `[random]` that is no setting.
pub(crate) const TRIALS: &str = "trials";

impl Spec {
    /// The names of the varied settings, which are columns.
    pub(crate) fn varied(&self) -> Vec<&str> {
        self.dimensions.iter().flat_map(Dimension::names).collect()
    }

    /// Whether settings are drawn.
    pub(crate) fn is_random(&self) -> bool {
        self.dimensions.iter().any(|dimension| matches!(dimension, Dimension::Random { .. }))
    }

    /// How many combinations there are, before any is left out; `None` if that is no number that can be.
    pub(crate) fn count(&self) -> Option<u64> {
        self.dimensions.iter().map(Dimension::len).try_fold(1, u64::checked_mul)
    }

    /// How many combinations there are, before any is left out.
    pub(crate) fn combinations(&self) -> u64 {
        // That it is a number was checked when the spec was read.
        self.count().unwrap_or(0)
    }

    /// One of the combinations; the last dimension varies fastest.
    pub(crate) fn combination(&self, index: u64) -> Combination {
        let mut places = vec![0; self.dimensions.len()];
        let mut rest = index;
        for (place, dimension) in places.iter_mut().zip(&self.dimensions).rev() {
            (*place, rest) = (rest % dimension.len(), rest / dimension.len());
        }
        let (mut values, mut layer) = (Vec::new(), self.base.clone());
        for (dimension, place) in self.dimensions.iter().zip(places) {
            match dimension {
                Dimension::Listed(columns) => {
                    for Column { name, origin, values: listed } in columns {
                        let value = listed[place as usize].clone();
                        layer.put(name, value.clone(), origin);
                        values.push(value);
                    }
                }
                Dimension::Random { settings, .. } => {
                    let mut words = generator(self.seed, STREAM + place);
                    for Draw { name, origin, from } in settings {
                        let value = from.draw(words.next_u64());
                        layer.put(name, value.clone(), origin);
                        values.push(value);
                    }
                }
            }
        }
        Combination { values, layer }
    }

    /// Whether a combination is one to leave out; if so, by which of the excludes.
    pub(crate) fn excluded(&self, values: &[Value]) -> Option<usize> {
        let varied = self.varied();
        let has = |(name, among): &(String, Vec<Value>)| {
            let column = varied.iter().position(|varied| varied == name);
            column.is_some_and(|column| among.iter().any(|value| same(value, &values[column])))
        };
        self.excludes.iter().position(|exclude| exclude.iter().all(has))
    }

    /// The spec as a file from which the same sweep can be run again, from anywhere.
    pub(crate) fn to_toml(&self) -> Table {
        let number = |n: u64| Value::Integer(i64::try_from(n).unwrap_or(i64::MAX));
        let list = |values: &[Value]| Value::Array(values.to_vec());
        let mut sweep = Table::from_iter([
            ("name".to_owned(), Value::from(self.name.as_str())),
            ("seed".to_owned(), number(self.seed)),
            ("replicates".to_owned(), number(self.replicates)),
        ]);
        sweep.extend(self.trial_seconds.map(|seconds| ("trial_seconds".to_owned(), Value::Float(seconds))));
        sweep.extend(self.skip_invalid.then(|| ("skip_invalid".to_owned(), Value::Boolean(true))));
        let objective = [("metric", self.objective.name()), ("goal", self.objective.goal())];
        let objective = objective.map(|(key, value)| (key.to_owned(), Value::from(value)));
        let mut file = Table::from_iter([
            ("sweep".to_owned(), Value::Table(sweep)),
            ("objective".to_owned(), Value::Table(Table::from_iter(objective))),
        ]);
        file.extend(self.early_stopping.map(|rule| ("early_stopping".to_owned(), Value::Table(rule.to_toml()))));
        file.insert("base".to_owned(), Value::Table(self.base.values().clone()));
        let sections = self.sections().into_iter().map(|(name, tables)| {
            let mut tables: Vec<_> = tables.into_iter().map(Value::Table).collect();
            (name.to_owned(), if name == "zip" { Value::Array(tables) } else { tables.remove(0) })
        });
        file.extend(sections);
        if !self.excludes.is_empty() {
            let table = |exclude: &Exclude| {
                Value::Table(exclude.iter().map(|(name, values)| (name.clone(), list(values))).collect())
            };
            file.insert("exclude".to_owned(), Value::Array(self.excludes.iter().map(table).collect()));
        }
        file
    }

    /// The dimensions as the sections that made them, each with one table, or several for zips, in their order.
    fn sections(&self) -> Vec<(&'static str, Vec<Table>)> {
        let mut sections: Vec<(&'static str, Vec<Table>)> = Vec::new();
        for dimension in &self.dimensions {
            let (section, table) = match dimension {
                Dimension::Listed(columns) => {
                    let section = if columns.len() == 1 { "grid" } else { "zip" };
                    let column = |column: &Column| (column.name.clone(), Value::Array(column.values.clone()));
                    (section, columns.iter().map(column).collect())
                }
                Dimension::Random { draws, settings } => {
                    let draws = (TRIALS.to_owned(), Value::Integer(i64::try_from(*draws).unwrap_or(i64::MAX)));
                    let settings = settings.iter().map(|draw| (draw.name.clone(), draw.from.to_value()));
                    ("random", [draws].into_iter().chain(settings).collect::<Table>())
                }
            };
            match sections.iter_mut().find(|(name, _)| *name == section) {
                Some((_, tables)) if section == "zip" => tables.push(table),
                Some((_, tables)) => tables[0].extend(table),
                None => sections.push((section, vec![table])),
            }
        }
        sections
    }

    /// What is different in another spec, in words.
    pub(crate) fn differences(&self, other: &Self) -> Vec<String> {
        let [old, new] = [self, other].map(|spec| {
            let mut leaves = BTreeMap::new();
            flatten("", &Value::Table(spec.to_toml()), &mut leaves);
            leaves
        });
        let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
        let told = names.into_iter().filter_map(|name| match (old.get(name), new.get(name)) {
            (Some(old), Some(new)) if old == new => None,
            (Some(Value::Array(old)), Some(Value::Array(new))) => {
                let beyond = |these: &[Value], those: &[Value]| {
                    let only: Vec<_> = these.iter().filter(|value| !those.contains(value)).map(text).collect();
                    only.join(", ")
                };
                let told = match (beyond(new, old), beyond(old, new)) {
                    (added, gone) if added.is_empty() && gone.is_empty() => "in another order".to_owned(),
                    (added, gone) if gone.is_empty() => format!("new: {added}"),
                    (added, gone) if added.is_empty() => format!("gone: {gone}"),
                    (added, gone) => format!("new: {added}; gone: {gone}"),
                };
                Some(format!("{name}: {told}"))
            }
            (Some(old), Some(new)) => Some(format!("{name}: {old} before, {new} now")),
            (None, Some(new)) => Some(format!("{name}: not given before, {new} now")),
            (Some(old), None) => Some(format!("{name}: {old} before, not given now")),
            (None, None) => None,
        });
        told.collect()
    }
}

/// Whether two values are the same to a setting, for which 1 and 1.0 may be.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Integer(whole), Value::Float(real)) | (Value::Float(real), Value::Integer(whole)) => {
            *whole as f64 == *real
        }
        _ => one == other,
    }
}

/// The values in a table of tables, by their dotted names.
fn flatten(name: &str, value: &Value, leaves: &mut BTreeMap<String, Value>) {
    let below = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    match value {
        Value::Table(table) => table.iter().for_each(|(key, value)| flatten(&below(key), value, leaves)),
        Value::Array(tables) if tables.first().is_some_and(Value::is_table) => {
            tables.iter().enumerate().for_each(|(index, value)| flatten(&below(&index.to_string()), value, leaves));
        }
        other => {
            leaves.insert(name.to_owned(), other.clone());
        }
    }
}
