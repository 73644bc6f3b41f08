//! Settings that other crates declare: the constants of an optimizer, and what belongs to a task.

use super::kind::{Kind, number};
use super::row::{Entry, Row, choice, in_help};
use crate::error::SettingError;
use echo_data::{AnyTask, TaskSetting, TaskValue};
use rnn_core::{Constant, ConstantValue, Method, Named};
use toml::{Table, Value};

/// How gradients change the weights: a method with its constants, and its learning rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Optimization {
    /// The method.
    pub method: Method,
    /// Step size.
    pub learning_rate: f64,
}

impl Optimization {
    /// A method with its usual constants and learning rate.
    #[must_use]
    pub fn usual(method: Method) -> Self {
        Self { method, learning_rate: method.usual_learning_rate() }
    }
}

const LEARNING_RATE: &str = "learning_rate";

impl Entry for Optimization {
    fn kind() -> Kind {
        choice::<Method>()
    }

    fn rows(row: Row) -> Vec<Row> {
        let optimizer = row.name;
        let own = Method::ALL.iter().map(|method| (method.name(), Value::Float(method.usual_learning_rate())));
        let rate = Row::new(LEARNING_RATE, "Learning rate: step size of the optimizer", Kind::Number);
        let mut rows = vec![row, rate.by_default(defaults(own)).beside(optimizer).for_training()];
        for method in Method::ALL {
            for Constant { name, about, value } in { *method }.constants() {
                if rows.iter().all(|row| row.name != name) {
                    let having: Vec<_> = having(name).collect();
                    let names: Vec<_> = having.iter().map(|(method, _)| *method).collect();
                    let kind = if matches!(value, ConstantValue::Truth(_)) { Kind::Truth } else { Kind::Number };
                    let row = Row::new(name, format!("{about} ({})", names.join(", ")), kind);
                    rows.push(row.by_default(defaults(having)).beside(optimizer).for_training());
                }
            }
        }
        rows
    }

    fn read(row: &Row, given: &Table, without: Self) -> Result<Self, SettingError> {
        let mut own = row.take::<Method>(given)?.map_or(without, Self::usual);
        let chosen = own.method.name();
        for row in Self::rows(row.clone()).iter().skip(1) {
            let Some(value) = given.get(row.name) else { continue };
            if let Some(problem) = row.kind.problem(row.name, value) {
                return Err(SettingError::new(row.name, problem));
            }
            if row.name == LEARNING_RATE {
                own.learning_rate = number(value).unwrap_or(own.learning_rate);
                continue;
            }
            let mut constants = own.method.constants();
            let constant = constants.iter_mut().find(|constant| constant.name == row.name);
            let Some(constant) = constant else {
                let names: Vec<_> = having(row.name).map(|(method, _)| method).collect();
                let only = match &names[..] {
                    [before @ .., last] if !before.is_empty() => format!("{} and {last} have", before.join(", ")),
                    alone => format!("{} has", alone.join("")),
                };
                let only = format!("with the optimizer {chosen}: only {only} it");
                return Err(SettingError::no_effect(row.name, only));
            };
            match &mut constant.value {
                ConstantValue::Number(to, _) => **to = number(value).unwrap_or(**to),
                ConstantValue::Truth(to) => **to = value.as_bool().unwrap_or(**to),
            }
        }
        Ok(own)
    }

    fn write(&self, name: &str, to: &mut Table) {
        self.method.write(name, to);
        self.learning_rate.write(LEARNING_RATE, to);
        for Constant { name, value, .. } in { self.method }.constants() {
            to.insert(name.to_owned(), of_constant(&value));
        }
    }
}

/// The methods that have a constant of this name, and its defaults.
fn having(name: &'static str) -> impl Iterator<Item = (&'static str, Value)> {
    Method::ALL.iter().filter_map(move |method| {
        let mut method = *method;
        let of_method = method.name();
        let constant = method.constants().into_iter().find(|constant| constant.name == name)?;
        Some((of_method, of_constant(&constant.value)))
    })
}

fn of_constant(value: &ConstantValue<'_>) -> Value {
    match value {
        ConstantValue::Number(number, _) => Value::Float(**number),
        ConstantValue::Truth(truth) => Value::Boolean(**truth),
    }
}

/// Defaults in words: the first one, and which methods have others.
fn defaults(of_methods: impl IntoIterator<Item = (&'static str, Value)>) -> String {
    let mut parts: Vec<(Value, Vec<&str>)> = Vec::new();
    for (method, value) in of_methods {
        match parts.iter_mut().find(|(known, _)| *known == value) {
            Some((_, methods)) => methods.push(method),
            None => parts.push((value, vec![method])),
        }
    }
    let mut words = parts.iter().map(|(value, methods)| (in_help(value), methods.join(", ")));
    let first = words.next().map(|(value, _)| value).unwrap_or_default();
    words.fold(first, |words, (value, methods)| format!("{words}; {value} for {methods}"))
}

impl Entry for AnyTask {
    /// Of one task there is nothing to choose.
    fn kind() -> Kind {
        Kind::Choice(Vec::new())
    }

    fn rows(_row: Row) -> Vec<Row> {
        let of = |TaskSetting { name, about, value, beside }: TaskSetting<'_>| {
            let (kind, default) = match value {
                TaskValue::Count(count, least) => (Kind::Count(least as i64), count.to_string()),
                TaskValue::Numbers(_, without) => (Kind::Numbers, without.to_owned()),
            };
            let row = Row::new(name, about, kind).by_default(default);
            beside.into_iter().fold(row, Row::beside)
        };
        Self::default().task_mut().settings().into_iter().map(of).collect()
    }

    fn read(row: &Row, given: &Table, mut without: Self) -> Result<Self, SettingError> {
        let rows = Self::rows(row.clone());
        for (row, setting) in rows.iter().zip(without.task_mut().settings()) {
            match setting.value {
                TaskValue::Count(to, _) => *to = row.take(given)?.unwrap_or(*to),
                TaskValue::Numbers(to, _) => *to = row.take(given)?.or(to.take()),
            }
        }
        Ok(without)
    }

    fn write(&self, _name: &str, to: &mut Table) {
        for TaskSetting { name, value, .. } in self.clone().task_mut().settings() {
            match value {
                TaskValue::Count(count, _) => count.write(name, to),
                TaskValue::Numbers(numbers, _) => numbers.write(name, to),
            }
        }
    }
}
