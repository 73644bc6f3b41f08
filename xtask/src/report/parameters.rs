//! A varied parameter as pictures need it: its values in order, or bins of them where they are many, and for each
//! combination of the plan which of these it has.

use crate::trials::plan::Plan;
use crate::trials::spec::{Column, Dimension, Draw};
use crate::trials::values::{Distribution, text};
use chart_kit::scale::Scale;
use chart_kit::text::number;
use toml::Value;

/// Values of a list up to this number are shown one by one.
const MOST_LISTED: usize = 24;
/// Into how many bins others are put, each with about as many combinations.
const BINS: usize = 8;

/// A varied parameter.
#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    /// How it was varied, in words.
    pub(crate) how: String,
    /// Its values or bins: numbers in ascending order, others in that of the spec.
    pub(crate) levels: Vec<String>,
    /// The number of each level, where each level is one number.
    pub(crate) level_numbers: Option<Vec<f64>>,
    pub(crate) binned: bool,
    /// Of each combination, its level.
    level: Vec<usize>,
    /// Of each combination, its value, if all are numbers.
    numbers: Option<Vec<f64>>,
    logarithmic: bool,
    drawn: bool,
}

/// What is shown where a setting is not varied.
const NOT_VARIED: &str = "–";
/// The number that stands for that: behind all others.
const BEHIND: f64 = f64::INFINITY;
/// Where it stands on an axis.
const BELOW: f64 = -0.07;

impl Parameter {
    /// All of a plan's, in the order of its columns.
    pub(crate) fn all(plan: &Plan) -> Vec<Self> {
        Kind::all(plan).into_iter().enumerate().map(|(column, kind)| kind.with(plan, &[column])).collect()
    }

    /// The same, but with those that are paired as one.
    pub(crate) fn axes(plan: &Plan) -> Vec<Self> {
        let kinds = Kind::all(plan);
        let mut axes = Vec::new();
        let mut first = 0;
        for dimension in &plan.spec.dimensions {
            let columns: Vec<usize> = (first..first + dimension.names().len()).collect();
            first += columns.len();
            match dimension {
                Dimension::Listed(paired) if paired.len() > 1 => {
                    axes.push(Kind::paired(paired).with(plan, &columns));
                }
                _ => axes.extend(columns.iter().map(|&column| kinds[column].clone().with(plan, &[column]))),
            }
        }
        axes.extend((first..kinds.len()).map(|column| kinds[column].clone().with(plan, &[column])));
        axes
    }

    /// Whether it is drawn.
    pub(crate) fn is_drawn(&self) -> bool {
        self.drawn
    }

    pub(crate) fn is_numeric(&self) -> bool {
        self.numbers.is_some()
    }

    /// The level of a combination.
    pub(crate) fn level(&self, group: usize) -> usize {
        self.level[group]
    }

    /// At which share of an axis each combination stands, and what to write beside that axis.
    pub(crate) fn axis(&self) -> (Vec<f64>, Vec<(f64, String)>) {
        let Some(numbers) = &self.numbers else {
            let place =
                |level: usize| if self.levels.len() < 2 { 0.5 } else { level as f64 / (self.levels.len() - 1) as f64 };
            let labels = self.levels.iter().enumerate().map(|(level, label)| (place(level), label.clone())).collect();
            return (self.level.iter().map(|&level| place(level)).collect(), labels);
        };
        let scale = Scale::of(numbers.iter().copied().filter(|number| number.is_finite()), self.logarithmic);
        let ticks = match &self.level_numbers {
            Some(levels) if levels.len() <= BINS => levels.iter().copied().filter(|level| level.is_finite()).collect(),
            _ => scale.ticks(6),
        };
        let mut labels: Vec<(f64, String)> = Vec::new();
        if numbers.iter().any(|number| number.is_infinite()) {
            labels.push((BELOW, NOT_VARIED.to_owned()));
        }
        for tick in ticks {
            let place = scale.place(tick);
            // Labels that would lie on each other are left out.
            if labels.last().is_none_or(|(before, _)| place - before > 0.05) {
                labels.push((place, number(tick, 4)));
            }
        }
        let place = |&number: &f64| if number.is_finite() { scale.place(number) } else { BELOW };
        (numbers.iter().map(place).collect(), labels)
    }
}

/// A distribution as a spec names it.
fn in_words(distribution: &Distribution) -> String {
    let value = distribution.to_value();
    let named = value.as_table().and_then(|table| table.iter().next());
    named.map(|(kind, values)| format!("{kind} {values}")).unwrap_or_default()
}

/// What a spec says of a parameter.
#[derive(Clone)]
struct Kind {
    name: String,
    how: String,
    /// The values that it can have, or examples of them.
    values: Vec<Value>,
    listed: bool,
    numeric: bool,
    logarithmic: bool,
    drawn: bool,
}

impl Kind {
    /// What a plan's spec says of its columns.
    fn all(plan: &Plan) -> Vec<Self> {
        let mut kinds = Vec::new();
        for dimension in &plan.spec.dimensions {
            match dimension {
                Dimension::Listed(columns) => kinds.extend(columns.iter().map(|column| {
                    let how = if columns.len() > 1 { "paired list" } else { "list" };
                    Self::new(&column.name, how.to_owned(), column.values.clone(), true, false)
                })),
                Dimension::Random { settings, .. } => {
                    kinds.extend(settings.iter().map(|Draw { name, from, .. }| {
                        let choice = matches!(from, Distribution::Choice(_));
                        let how =
                            if choice { "drawn from a list".to_owned() } else { format!("drawn, {}", in_words(from)) };
                        let kind = Self::new(name, how, from.examples(), choice, from.is_logarithmic());
                        Self { drawn: true, ..kind }
                    }));
                }
            }
        }
        let varied = plan.spec.varied();
        for name in &varied[kinds.len()..] {
            let of_name = |column: &&Column| column.name == *name;
            let columns = plan.spec.whens.iter().flat_map(|when| &when.columns).filter(of_name);
            // Where no list of it applies, it can be fixed.
            let fixed = plan.spec.base.values().get(*name).cloned();
            let mut values: Vec<Value> = Vec::new();
            for value in columns.flat_map(|column| column.values.iter().cloned()).chain(fixed) {
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            kinds.push(Self::new(name, "list, beside certain values of others".to_owned(), values, true, false));
        }
        kinds
    }

    /// Paired columns as one.
    fn paired(columns: &[Column]) -> Self {
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        let mut values: Vec<Value> = Vec::new();
        for row in 0..columns.first().map_or(0, |column| column.values.len()) {
            let of_row: Vec<_> = columns.iter().map(|column| Some(column.values[row].clone())).collect();
            values.extend(joined(&of_row, 0..columns.len()));
        }
        Self::new(&names.join(", "), "paired lists".to_owned(), values, true, false)
    }

    fn new(name: &str, how: String, values: Vec<Value>, listed: bool, logarithmic: bool) -> Self {
        let numbers: Vec<f64> = values.iter().filter_map(as_number).collect();
        let numeric = numbers.len() == values.len() && !values.is_empty();
        let (low, high) =
            (numbers.iter().copied().fold(f64::MAX, f64::min), numbers.iter().copied().fold(0.0, f64::max));
        // A list over two decades was meant for a logarithmic axis.
        let logarithmic = logarithmic || (listed && numeric && low > 0.0 && high / low >= 100.0);
        Self { name: name.to_owned(), how, values, listed, numeric, logarithmic, drawn: false }
    }

    /// The number that stands for a value.
    fn key(&self, value: Option<&Value>) -> f64 {
        let Some(value) = value else { return BEHIND };
        if self.numeric {
            return as_number(value).unwrap_or(f64::NAN);
        }
        self.values.iter().position(|known| known == value).unwrap_or(0) as f64
    }

    /// The parameter of a plan's columns: one, or several that are paired.
    fn with(self, plan: &Plan, columns: &[usize]) -> Parameter {
        // A number stands for each value, because a plan may have many combinations.
        let key = |group: usize| {
            let values = plan.values(group);
            match columns {
                [column] => self.key(values[*column].as_ref()),
                several => self.key(joined(&values, several.iter().copied()).as_ref()),
            }
        };
        let keys: Vec<f64> = (0..plan.groups()).map(key).collect();
        let mut distinct = keys.clone();
        distinct.sort_by(f64::total_cmp);
        let sorted: Vec<f64> = distinct.iter().copied().filter(|key| key.is_finite()).collect();
        distinct.dedup();
        let most = if self.listed { MOST_LISTED } else { BINS };
        let place = |key: f64| distinct.partition_point(|known| *known < key);
        let (mut binned, mut level_numbers) = (false, None);
        let (levels, level): (Vec<String>, Vec<usize>) = if distinct.len() <= most {
            level_numbers = self.numeric.then(|| distinct.clone());
            (distinct.iter().map(|&key| self.label(key)).collect(), keys.iter().map(|&key| place(key)).collect())
        } else if self.numeric {
            binned = true;
            let bins = quantile_bins(&sorted);
            let labels = bins.iter().map(|&(low, high)| {
                if low == high { number(low, 3) } else { format!("{}–{}", number(low, 3), number(high, 3)) }
            });
            let not_varied = distinct.last().is_some_and(|last| *last == BEHIND).then(|| NOT_VARIED.to_owned());
            let labels: Vec<String> = labels.chain(not_varied).collect();
            let last = labels.len() - 1;
            (labels, keys.iter().map(|key| bins.partition_point(|(_, high)| high < key).min(last)).collect())
        } else {
            let labels = distinct[..most - 1].iter().map(|&key| self.label(key));
            let others = format!("{} others", distinct.len() - (most - 1));
            (labels.chain([others]).collect(), keys.iter().map(|&key| place(key).min(most - 1)).collect())
        };
        let numbers = self.numeric.then_some(keys);
        let Self { name, how, logarithmic, drawn, .. } = self;
        Parameter { name, how, levels, level_numbers, binned, level, numbers, logarithmic, drawn }
    }

    fn label(&self, key: f64) -> String {
        if key == BEHIND {
            return NOT_VARIED.to_owned();
        }
        if !self.numeric {
            return self.values.get(key as usize).map(text).unwrap_or_default();
        }
        let whole = self.values.iter().all(Value::is_integer);
        if whole { (key as i64).to_string() } else { text(&Value::Float(key)) }
    }
}

/// Some of a combination's values as one text.
fn joined(values: &[Option<Value>], columns: impl Iterator<Item = usize>) -> Option<Value> {
    let texts: Vec<String> = columns.map(|column| values[column].as_ref().map(text)).collect::<Option<_>>()?;
    Some(Value::String(texts.join(", ")))
}

fn as_number(value: &Value) -> Option<f64> {
    value.as_integer().map(|number| number as f64).or_else(|| value.as_float())
}

/// The lowest and highest number of each of at most [`BINS`] bins of sorted numbers. Equal ones are in the same bin.
fn quantile_bins(sorted: &[f64]) -> Vec<(f64, f64)> {
    let mut bins: Vec<(f64, f64)> = Vec::new();
    let (mut before, mut last) = (0, None);
    for equal in sorted.chunk_by(|a, b| a == b) {
        // By the middle one of equal ones, which does not favour either neighbour.
        let bin = (before + equal.len() / 2) * BINS / sorted.len();
        before += equal.len();
        match bins.last_mut() {
            Some((_, high)) if last == Some(bin) => *high = equal[0],
            _ => bins.push((equal[0], equal[0])),
        }
        last = Some(bin);
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trials::reader;
    use std::path::Path;

    fn all(spec: &str) -> Vec<Parameter> {
        Parameter::all(&Plan::new(reader::parse(spec, "spec.toml", Path::new("")).unwrap()).unwrap())
    }

    #[test]
    fn numbers_ascend_and_words_keep_the_order_of_the_spec() {
        let parameters =
            all("[grid]\ncell = ['lstm', 'elman']\nlearning_rate = [0.3, 0.001, 1.0]\necho_step = [2, 1]\n");
        let levels: Vec<Vec<&str>> = parameters.iter().map(|p| p.levels.iter().map(String::as_str).collect()).collect();
        assert_eq!(levels, [vec!["lstm", "elman"], vec!["0.001", "0.3", "1.0"], vec!["1", "2"]]);
        let of_third_group = parameters.iter().map(|parameter| parameter.level(2)).collect::<Vec<_>>();
        assert_eq!(of_third_group, [0, 0, 1], "lstm, 0.001, 2");
        assert_eq!(parameters[1].level_numbers.as_deref(), Some(&[0.001, 0.3, 1.0][..]));
        assert_eq!(parameters[1].axis().1.first().map(|label| label.1.as_str()), Some("0.001"));
    }

    #[test]
    fn many_values_are_binned() {
        let random = all(
            "[random]\ntrials = 64\nlearning_rate = { log_uniform = [1e-3, 1.0] }\nstate_size = { int = [2, 40] }\n",
        );
        for parameter in &random {
            assert!(parameter.binned && parameter.levels.len() == BINS, "{parameter:?}");
            let mut counts = [0; BINS];
            (0..64).for_each(|group| counts[parameter.level(group)] += 1);
            assert!(counts.iter().all(|count| (4..=12).contains(count)), "{counts:?}");
        }
        let listed = all("[grid]\nstate_size = { from = 1, to = 100 }\n");
        assert_eq!((listed[0].levels.len(), listed[0].levels[0].as_str()), (BINS, "1–13"));
    }

    #[test]
    fn equal_numbers_share_a_bin() {
        let mut numbers = vec![1.0; 90];
        numbers.extend([2.0, 3.0]);
        assert_eq!(quantile_bins(&numbers), [(1.0, 1.0), (2.0, 3.0)]);
        assert_eq!(quantile_bins(&[]), []);
    }
}
