//! What a sweep varies. As a file:
//!
//! ```toml
//! [sweep]
//! name = "first"       # the default output folder is sweeps/NAME
//! seed = 0             # replicate r of every combination has the seed `seed + r`
//! replicates = 3
//!
//! [base]               # any setting of rnn-train, for all trials
//! num_epochs = 20
//!
//! [grid]               # every combination of these is tried
//! state_size = [1, 2, 4]
//! ```
//!
//! Grid, each `[[zip]]` and `[random]` are [`Dimension`]s of the sweep, and what is planned is their product. Where a [`When`]
//! applies, it is multiplied by that one's grid too.

use super::early_stopping::EarlyStopping;
use super::objective::Objective;
use super::values::Distribution;
use echo_data::generator;
use rand::Rng;
use rnn_train::Layer;
use rnn_train::settings::layers::holds_paths;

use std::collections::HashSet;
use std::path::Path;
use toml::Value;

/// A sweep as it was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(crate) name: String,
    /// What is asked, for people; empty where nothing is said.
    pub(crate) about: String,
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
    /// What is varied only beside certain values, in the order of the file.
    pub(crate) whens: Vec<When>,
    /// Combinations to leave out: those that have one of the values of every setting named.
    pub(crate) excludes: Vec<Values>,
}

/// Varied settings and some of the values of each.
pub(crate) type Values = Vec<(String, Vec<Value>)>;

/// A `[[when]]`: settings that are varied only where others have certain values.
#[derive(Debug, Clone)]
pub(crate) struct When {
    /// One of these values of every setting named.
    pub(crate) conditions: Values,
    /// What is varied there; every combination of these is tried.
    pub(crate) columns: Vec<Column>,
}

/// A value that a combination gives to a setting, and the file and line that say so.
#[derive(Debug, Clone)]
pub(crate) struct Chosen<'a> {
    pub(crate) name: &'a str,
    pub(crate) origin: &'a str,
    pub(crate) value: Value,
}

impl When {
    /// How many combinations its grid has, if that is a number that can be.
    pub(crate) fn len(&self) -> Option<u64> {
        self.columns.iter().map(|column| column.values.len() as u64).try_fold(1, u64::checked_mul)
    }

    fn applies(&self, chosen: &[Chosen<'_>]) -> bool {
        have(&self.conditions, |name| chosen.iter().find(|chosen| chosen.name == name).map(|chosen| &chosen.value))
    }

    /// One of the combinations of its grid; the last setting varies fastest.
    fn chosen(&self, place: u64) -> Vec<Chosen<'_>> {
        let mut rest = place;
        let mut chosen: Vec<_> = self
            .columns
            .iter()
            .rev()
            .map(|Column { name, origin, values }| {
                let value = values[(rest % values.len() as u64) as usize].clone();
                rest /= values.len() as u64;
                Chosen { name, origin, value }
            })
            .collect();
        chosen.reverse();
        chosen
    }
}

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

/// A combination of values: those of the varied settings in the columns' order, and all settings.
pub(crate) struct Combination {
    /// `None` where a setting is not varied, because no `[[when]]` for it applies and it is not fixed either.
    pub(crate) values: Vec<Option<Value>>,
    pub(crate) layer: Layer,
}

/// The file in a sweep's folder that holds its spec.
pub(crate) const SPEC: &str = "sweep.toml";

/// The generator's stream that the first random combination is drawn from; the others follow. Far from those of training.
const STREAM: u64 = 1 << 62;

/// More would be a typing error: more than a month's work of one core at three seconds a trial.
pub(crate) const MOST_TRIALS: u64 = 1_000_000;

/// The key of `[random]` that is no setting.
pub(crate) const TRIALS: &str = "trials";

impl Spec {
    /// The names of the varied settings, which are columns.
    pub(crate) fn varied(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.dimensions.iter().flat_map(Dimension::names).collect();
        for column in self.whens.iter().flat_map(|when| &when.columns) {
            // Several may vary the same setting, each beside other values.
            if !names.contains(&column.name.as_str()) {
                names.push(&column.name);
            }
        }
        names
    }

    /// Whether settings are drawn.
    pub(crate) fn is_random(&self) -> bool {
        self.dimensions.iter().any(|dimension| matches!(dimension, Dimension::Random { .. }))
    }

    /// How many combinations the dimensions have; `None` if that, or what the whens make of it, is no number that can be.
    pub(crate) fn count(&self) -> Option<u64> {
        let count = self.dimensions.iter().map(Dimension::len).try_fold(1, u64::checked_mul)?;
        count.checked_mul(self.span()?)?;
        Some(count)
    }

    /// How many combinations all whens would have together.
    fn span(&self) -> Option<u64> {
        self.whens.iter().map(When::len).try_fold(1_u64, |span, len| span.checked_mul(len?))
    }

    /// Hands each combination of the spec, its number and its values, to `visit`, until that says that it is enough. The last
    /// dimension varies fastest, and within it the whens. Numbers have gaps.
    pub(crate) fn each<E>(&self, mut visit: impl FnMut(u64, &[Chosen<'_>]) -> Result<(), E>) -> Result<(), E> {
        // That these are numbers was checked when the spec was read.
        let (count, span) = (self.count().unwrap_or(0), self.span().unwrap_or(1));
        (0..count).try_for_each(|place| descend(&self.whens, &mut self.chosen(place), (place * span, 1), &mut visit))
    }

    /// The values of one combination of the dimensions.
    fn chosen(&self, place: u64) -> Vec<Chosen<'_>> {
        let mut places = vec![0; self.dimensions.len()];
        let mut rest = place;
        for (place, dimension) in places.iter_mut().zip(&self.dimensions).rev() {
            (*place, rest) = (rest % dimension.len(), rest / dimension.len());
        }
        let mut chosen = Vec::new();
        for (dimension, place) in self.dimensions.iter().zip(places) {
            match dimension {
                Dimension::Listed(columns) => chosen.extend(columns.iter().map(|Column { name, origin, values }| {
                    Chosen { name, origin, value: values[place as usize].clone() }
                })),
                Dimension::Random { settings, .. } => {
                    let mut words = generator(self.seed, STREAM + place);
                    chosen.extend(settings.iter().map(|Draw { name, origin, from }| Chosen {
                        name,
                        origin,
                        value: from.draw(words.next_u64()),
                    }));
                }
            }
        }
        chosen
    }

    /// The combination of this number.
    pub(crate) fn combination(&self, number: u64) -> Combination {
        let span = self.span().unwrap_or(1);
        let (mut chosen, mut rest) = (self.chosen(number / span), number % span);
        for when in &self.whens {
            let len = when.len().unwrap_or(1);
            if when.applies(&chosen) {
                chosen.extend(when.chosen(rest % len));
            }
            rest /= len;
        }
        self.combined(&chosen)
    }

    /// The combination of these values.
    pub(crate) fn combined(&self, chosen: &[Chosen<'_>]) -> Combination {
        let mut layer = self.base.clone();
        for Chosen { name, origin, value } in chosen {
            layer.put(name, value.clone(), origin);
        }
        let values = self.varied().into_iter().map(|name| layer.values().get(name).cloned()).collect();
        Combination { values, layer }
    }

    /// Whether a combination is one to leave out; if so, by which of the excludes.
    pub(crate) fn excluded(&self, chosen: &[Chosen<'_>]) -> Option<usize> {
        let value = |name: &str| chosen.iter().find(|chosen| chosen.name == name).map(|chosen| &chosen.value);
        self.excludes.iter().position(|exclude| have(exclude, value))
    }

    /// The first setting that a combination gets twice, from two whens.
    pub(crate) fn twice<'a, 'c>(chosen: &'c [Chosen<'a>]) -> Option<&'c Chosen<'a>> {
        let mut seen = HashSet::new();
        chosen.iter().find(|chosen| !seen.insert(chosen.name))
    }

    /// The files that it names.
    pub(crate) fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        let mut copy = self.clone();
        copy.with_each_path(|path| paths.push(path.clone()));
        paths.sort();
        paths.dedup();
        paths
    }

    /// The same spec with other paths to its files.
    #[must_use]
    pub(crate) fn with_paths(mut self, path: impl Fn(&Path) -> Option<String>) -> Self {
        self.with_each_path(|text| {
            if let Some(other) = path(Path::new(&*text)) {
                *text = other;
            }
        });
        self
    }

    fn with_each_path(&mut self, mut change: impl FnMut(&mut String)) {
        let mut within = |name: &str, value: &mut Value| {
            if holds_paths(name) {
                each_text(value, &mut change);
            }
        };
        for (name, mut value) in self.base.values().clone() {
            if holds_paths(&name) {
                within(&name, &mut value);
                self.base.put(&name, value, SPEC);
            }
        }
        let columns = |columns: &mut Vec<Column>, within: &mut dyn FnMut(&str, &mut Value)| {
            columns
                .iter_mut()
                .for_each(|column| column.values.iter_mut().for_each(|value| within(&column.name, value)));
        };
        for dimension in &mut self.dimensions {
            match dimension {
                Dimension::Listed(listed) => columns(listed, &mut within),
                Dimension::Random { settings, .. } => {
                    for Draw { name, from, .. } in settings {
                        if let Distribution::Choice(values) = from {
                            values.iter_mut().for_each(|value| within(name, value));
                        }
                    }
                }
            }
        }
        self.whens.iter_mut().for_each(|when| columns(&mut when.columns, &mut within));
        let conditions = self.whens.iter_mut().map(|when| &mut when.conditions);
        for (name, values) in conditions.chain(&mut self.excludes).flatten() {
            values.iter_mut().for_each(|value| within(name, value));
        }
    }
}

/// Goes on to a combination's whens, one after the other, and through the grid of each that applies.
fn descend<'a, E>(
    whens: &'a [When],
    chosen: &mut Vec<Chosen<'a>>,
    (number, weight): (u64, u64),
    visit: &mut impl FnMut(u64, &[Chosen<'_>]) -> Result<(), E>,
) -> Result<(), E> {
    let Some((when, rest)) = whens.split_first() else { return visit(number, chosen) };
    let len = when.len().unwrap_or(1);
    if !when.applies(chosen) {
        return descend(rest, chosen, (number, weight * len), visit);
    }
    let before = chosen.len();
    (0..len).try_for_each(|place| {
        chosen.truncate(before);
        chosen.extend(when.chosen(place));
        descend(rest, chosen, (number + place * weight, weight * len), visit)
    })?;
    chosen.truncate(before);
    Ok(())
}

/// Whether every setting named has one of its values.
fn have<'v>(values: &Values, of: impl Fn(&str) -> Option<&'v Value>) -> bool {
    values.iter().all(|(name, among)| of(name).is_some_and(|value| among.iter().any(|one| same(one, value))))
}

/// Hands the texts in a value to `change`.
fn each_text(value: &mut Value, change: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(values) => values.iter_mut().for_each(|value| each_text(value, change)),
        _ => {}
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
