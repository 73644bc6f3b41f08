//! Settings that other crates declare: the constants of an optimizer, and what belongs to a task.
//!
//! Each is one of a list, and each of the list has settings of its own. What several of them call alike is one row of the
//! table. A setting of one that is not chosen is refused.

use super::kind::Kind;
use super::row::{Entry, Row, Setting, allowed, choice, in_help, taken};
use crate::error::SettingError;
use echo_data::{AnyTask, Task, TaskSetting, TaskValue};
use rnn_core::{Constant, ConstantValue, Method, Named};
use std::path::PathBuf;
use toml::{Table, Value};

/// One of a list, with settings of its own.
trait Declares: Clone {
    /// All of the list, with their defaults.
    fn all() -> Vec<Self>;

    /// Its name, by which it is chosen.
    fn called(&self) -> &'static str;

    /// Its settings, to be read or set.
    fn own(&mut self) -> Vec<Own<'_>>;
}

/// A setting of one of a list.
struct Own<'a> {
    name: &'static str,
    about: &'static str,
    place: Place<'a>,
    /// Another setting of the same one, beside which it has its value.
    beside: Option<&'static str>,
}

/// Where a setting's value is.
enum Place<'a> {
    Number(&'a mut f64),
    Truth(&'a mut bool),
    Count(&'a mut usize, usize),
    /// What stands for none of them.
    Names(&'a mut Vec<String>, &'static str),
    /// How a file is called in help.
    Files(&'a mut Vec<PathBuf>, &'static str),
    /// One of these names, each with what it stands for.
    Choice(&'a mut &'static str, &'static [(&'static str, &'static str)]),
    /// What it stands for where it is not given.
    Numbers(&'a mut Option<Vec<f64>>, &'static str),
}

impl Place<'_> {
    fn kind(&self) -> Kind {
        match self {
            Self::Number(_) => Kind::Number,
            Self::Truth(_) => Kind::Truth,
            Self::Count(_, least) => Kind::Count(*least as i64),
            Self::Names(..) => Kind::Names,
            Self::Files(..) => Kind::Files,
            Self::Choice(_, choices) => Kind::Choice(choices.to_vec()),
            Self::Numbers(..) => Kind::Numbers,
        }
    }

    fn value(&self) -> Option<Value> {
        match self {
            Self::Number(number) => number.to_toml(),
            Self::Truth(truth) => Some(Value::Boolean(**truth)),
            Self::Count(count, _) => count.to_toml(),
            Self::Names(names, _) => names.to_toml(),
            Self::Files(files, _) => files.to_toml(),
            Self::Choice(choice, _) => Some(Value::String((**choice).to_owned())),
            Self::Numbers(numbers, _) => numbers.to_toml(),
        }
    }

    fn default(&self) -> String {
        match self {
            Self::Numbers(None, without) => (*without).to_owned(),
            Self::Names(names, without) if names.is_empty() => (*without).to_owned(),
            Self::Files(..) => "none".to_owned(),
            _ => self.value().as_ref().map(in_help).unwrap_or_default(),
        }
    }

    fn take(&mut self, rows: &[Row], name: &str, given: &Table) -> Result<(), SettingError> {
        match self {
            Self::Number(to) => **to = taken(rows, name, given)?.unwrap_or(**to),
            Self::Truth(to) => **to = taken(rows, name, given)?.unwrap_or(**to),
            Self::Count(to, _) => **to = taken(rows, name, given)?.unwrap_or(**to),
            Self::Names(to, _) => **to = taken(rows, name, given)?.unwrap_or_else(|| std::mem::take(*to)),
            Self::Files(to, _) => **to = taken(rows, name, given)?.unwrap_or_else(|| std::mem::take(*to)),
            Self::Choice(to, choices) => {
                let chosen = allowed(rows, name, given)?.and_then(Value::as_str);
                let named = chosen.and_then(|chosen| choices.iter().find(|(name, _)| *name == chosen));
                **to = named.map_or(**to, |(name, _)| name);
            }
            Self::Numbers(to, _) => **to = taken(rows, name, given)?.or(to.take()),
        }
        Ok(())
    }
}

/// The rows of all settings that those of a list have, which is chosen from by the setting `chooser`.
fn own_rows<D: Declares>(chooser: &'static str) -> Vec<Row> {
    let is_chosen = D::all().len() > 1;
    let mut rows: Vec<Row> = Vec::new();
    for mut one in D::all() {
        for Own { name, about, place, beside } in one.own() {
            if rows.iter().any(|row| row.name == name) {
                continue;
            }
            let having = having::<D>(name);
            let names: Vec<_> = having.iter().map(|(one, _)| *one).collect();
            let whose = if is_chosen { format!(" ({})", names.join(", ")) } else { String::new() };
            let row = Row::new(name, format!("{about}{whose}"), place.kind()).by_default(defaults(having));
            let row = if let Place::Files(_, called) = place { row.called(called) } else { row };
            rows.push(beside.into_iter().chain(is_chosen.then_some(chooser)).fold(row, Row::beside));
        }
    }
    rows
}

/// Those of a list that have a setting of this name, and its default in words.
fn having<D: Declares>(name: &str) -> Vec<(&'static str, String)> {
    let of = |mut one: D| {
        let called = one.called();
        one.own().into_iter().find(|own| own.name == name).map(|own| (called, own.place.default()))
    };
    D::all().into_iter().filter_map(of).collect()
}

/// Defaults in words: the first one, and which have others.
fn defaults(of_each: Vec<(&'static str, String)>) -> String {
    let mut parts: Vec<(String, Vec<&str>)> = Vec::new();
    for (one, value) in of_each {
        match parts.iter_mut().find(|(known, _)| *known == value) {
            Some((_, names)) => names.push(one),
            None => parts.push((value, vec![one])),
        }
    }
    let mut parts = parts.into_iter();
    let first = parts.next().map(|(value, _)| value).unwrap_or_default();
    parts.fold(first, |words, (value, names)| format!("{words}; {value} for {}", names.join(", ")))
}

/// Takes what is given of its own settings; an error for one that only others have.
fn take_own<D: Declares>(one: &mut D, chooser: &str, rows: &[Row], given: &Table) -> Result<(), SettingError> {
    let called = one.called();
    one.own().iter_mut().try_for_each(|own| own.place.take(rows, own.name, given))?;
    for row in rows.iter().filter(|row| row.beside.contains(&chooser) && given.contains_key(row.name)) {
        let names: Vec<_> = having::<D>(row.name).into_iter().map(|(one, _)| one).collect();
        let only = match &names[..] {
            [] => continue,
            has_it if has_it.contains(&called) => continue,
            [alone] => format!("{alone} has"),
            [before @ .., last] => format!("{} and {last} have", before.join(", ")),
        };
        return Err(SettingError::no_effect(row.name, format!("with the {chooser} {called}: only {only} it")));
    }
    Ok(())
}

fn write_own<D: Declares>(one: &D, to: &mut Table) {
    for Own { name, place, .. } in one.clone().own() {
        to.extend(place.value().map(|value| (name.to_owned(), value)));
    }
}

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

    /// The row of the learning rate.
    fn learning_rate(optimizer: &'static str) -> Row {
        let usual = |method: &Method| (method.name(), in_help(&Value::Float(method.usual_learning_rate())));
        let row = Row::new("learning_rate", "Learning rate: step size of the optimizer", Kind::Number);
        row.by_default(defaults(Method::ALL.iter().map(usual).collect())).beside(optimizer)
    }
}

impl Declares for Method {
    fn all() -> Vec<Self> {
        Self::ALL.to_vec()
    }

    fn called(&self) -> &'static str {
        self.name()
    }

    fn own(&mut self) -> Vec<Own<'_>> {
        let of = |Constant { name, about, value }| {
            let place = match value {
                ConstantValue::Number(number, _) => Place::Number(number),
                ConstantValue::Truth(truth) => Place::Truth(truth),
            };
            Own { name, about, place, beside: None }
        };
        self.constants().into_iter().map(of).collect()
    }
}

impl Entry for Optimization {
    fn kind() -> Kind {
        choice::<Method>()
    }

    fn rows(row: Row) -> Vec<Row> {
        let optimizer = row.name;
        let rest = [Self::learning_rate(optimizer)].into_iter().chain(own_rows::<Method>(optimizer));
        [row].into_iter().chain(rest.map(Row::for_training)).collect()
    }

    fn read(rows: &[Row], name: &str, given: &Table, without: Self) -> Result<Self, SettingError> {
        let mut own = taken::<Method>(rows, name, given)?.map_or(without, Self::usual);
        own.learning_rate = taken(rows, "learning_rate", given)?.unwrap_or(own.learning_rate);
        take_own(&mut own.method, name, rows, given)?;
        Ok(own)
    }

    fn write(&self, name: &str, to: &mut Table) {
        self.method.write(name, to);
        self.learning_rate.write("learning_rate", to);
        write_own(&self.method, to);
    }
}

impl Declares for AnyTask {
    fn all() -> Vec<Self> {
        Self::all()
    }

    fn called(&self) -> &'static str {
        self.task().name()
    }

    fn own(&mut self) -> Vec<Own<'_>> {
        let of = |TaskSetting { name, about, value, beside }| {
            let place = match value {
                TaskValue::Count(count, least) => Place::Count(count, least),
                TaskValue::Names(names, without) => Place::Names(names, without),
                TaskValue::Files(files, called) => Place::Files(files, called),
                TaskValue::Choice(choice, choices) => Place::Choice(choice, choices),
                TaskValue::Numbers(numbers, without) => Place::Numbers(numbers, without),
            };
            Own { name, about, place, beside }
        };
        self.task_mut().settings().into_iter().map(of).collect()
    }
}

/// The task of this name, with its defaults.
pub(super) fn task_named(name: &str) -> Option<AnyTask> {
    AnyTask::all().into_iter().find(|task| task.task().name() == name)
}

/// The names of the tasks of which this is so.
pub(super) fn tasks_where(is_so: impl Fn(&dyn Task) -> bool) -> String {
    let names = AnyTask::all().into_iter().filter(|task| is_so(task.task())).map(|task| task.task().name());
    names.collect::<Vec<_>>().join(", ")
}

impl Entry for AnyTask {
    fn kind() -> Kind {
        Kind::Choice(Self::all().iter().map(|one| (one.task().name(), one.task().about())).collect())
    }

    fn rows(row: Row) -> Vec<Row> {
        let task = row.name;
        [row].into_iter().chain(own_rows::<Self>(task)).map(Row::of_task).collect()
    }

    fn read(rows: &[Row], name: &str, given: &Table, without: Self) -> Result<Self, SettingError> {
        let chosen = allowed(rows, name, given)?.and_then(Value::as_str);
        let mut own = chosen.and_then(task_named).unwrap_or(without);
        take_own(&mut own, name, rows, given)?;
        Ok(own)
    }

    fn write(&self, name: &str, to: &mut Table) {
        // The first task was there before it had a name.
        if self.called() != Self::default().called() {
            to.insert(name.to_owned(), Value::String(self.called().to_owned()));
        }
        write_own(self, to);
    }
}
