//! A spec as a file, and what two specs differ in.

use super::spec::{Column, Dimension, Spec, TRIALS, Values, When};
use super::values::text;
use std::collections::{BTreeMap, BTreeSet};
use toml::{Table, Value};

impl Spec {
    /// The spec as a file from which the same sweep can be run again, from anywhere.
    pub(crate) fn to_toml(&self) -> Table {
        let number = |n: u64| Value::Integer(i64::try_from(n).unwrap_or(i64::MAX));
        let list = |values: &[Value]| Value::Array(values.to_vec());
        let mut sweep = Table::from_iter([
            ("name".to_owned(), Value::from(self.name.as_str())),
            ("seed".to_owned(), number(self.seed)),
            ("replicates".to_owned(), number(self.replicates)),
        ]);
        if !self.about.is_empty() {
            sweep.insert("about".to_owned(), Value::from(self.about.as_str()));
        }
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
        let lists = |values: &Values| values.iter().map(|(name, values)| (name.clone(), list(values))).collect();
        let when = |When { conditions, columns }: &When| {
            let mut table: Table = lists(conditions);
            let grid = columns.iter().map(|column| (column.name.clone(), list(&column.values)));
            table.insert("grid".to_owned(), Value::Table(grid.collect()));
            Value::Table(table)
        };
        let whens: Vec<_> = self.whens.iter().map(when).collect();
        let excludes: Vec<_> = self.excludes.iter().map(|exclude| Value::Table(lists(exclude))).collect();
        for (name, tables) in [("when", whens), ("exclude", excludes)] {
            if !tables.is_empty() {
                file.insert(name.to_owned(), Value::Array(tables));
            }
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
