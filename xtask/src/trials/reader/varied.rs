//! The sections of a spec that say what is varied: `[grid]`, `[[zip]]`, `[random]`, `[[when]]` and `[[exclude]]`.

use super::{GRID, Reader, WHEN};
use crate::trials::places::Places;
use crate::trials::spec::{Column, Dimension, Draw, TRIALS, Values, When};
use crate::trials::values::{Distribution, listed};
use rnn_train::settings::synonyms::nearest;
use rnn_train::{Layer, SettingError};
use std::collections::HashSet;
use toml::Value;

impl Reader<'_> {
    /// What is varied, section by section in the order of the file.
    pub(super) fn dimensions(&self) -> Result<Vec<Dimension>, SettingError> {
        let mut dimensions = Vec::new();
        for section in self.file.keys() {
            match section.as_str() {
                "grid" => {
                    for (key, value) in self.section(section, &[])? {
                        dimensions.push(Dimension::Listed(self.paired(section, &[(key, value)])?));
                    }
                }
                "zip" => {
                    for (place, table) in self.sections(section)? {
                        let columns: Vec<_> = table.into_iter().collect();
                        if columns.len() < 2 {
                            let message = "a [[zip]] pairs at least two settings; one alone belongs under [grid]";
                            return Err(self.places.error(&place, "", message.to_owned()));
                        }
                        dimensions.push(Dimension::Listed(self.paired(&place, &columns)?));
                    }
                }
                "random" => dimensions.push(self.random()?),
                _ => {}
            }
        }
        Ok(dimensions)
    }

    /// Settings with lists of values, the nth of all at a time.
    fn paired(&self, section: &str, columns: &[(String, Value)]) -> Result<Vec<Column>, SettingError> {
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
        Ok(listed_columns)
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
            let near = near.map(|near| format!(" (`{near}` is not a setting)")).unwrap_or_default();
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

    /// The values of a setting in a condition: one, or several.
    fn among(&self, place: &str, key: &str, value: Value) -> Result<Vec<Value>, SettingError> {
        let values = match value {
            Value::Array(_) | Value::Table(_) => {
                listed(key, &value).map_err(|message| self.places.error(place, key, message))?
            }
            single => vec![single],
        };
        self.checked(place, key, values)
    }

    pub(super) fn whens(&self) -> Result<Vec<When>, SettingError> {
        let mut whens = Vec::new();
        for (place, mut table) in self.sections(WHEN)? {
            let wrong = |key: &str, message: &str| self.places.error(&place, key, message.to_owned());
            let grid = match table.remove(GRID) {
                Some(Value::Table(grid)) if !grid.is_empty() => grid,
                _ => {
                    return Err(wrong(
                        GRID,
                        "a [[when]] has what is varied there, for instance grid.momentum = [0.0, 0.9]",
                    ));
                }
            };
            let mut conditions = Vec::new();
            for (key, value) in table {
                let values = self.among(&place, &key, value)?;
                conditions.push((key, values));
            }
            if conditions.is_empty() {
                return Err(wrong("", "a [[when]] says beside which values, for instance optimizer = \"sgd\""));
            }
            let grid_place = Places::below(&place, GRID);
            let mut columns = Vec::new();
            for column in grid {
                columns.extend(self.paired(&grid_place, &[column])?);
            }
            whens.push(When { conditions, columns });
        }
        Ok(whens)
    }

    pub(super) fn excludes(&self) -> Result<Vec<Values>, SettingError> {
        let mut excludes = Vec::new();
        for (place, table) in self.sections("exclude")? {
            let mut exclude = Vec::new();
            for (key, value) in table {
                let values = self.among(&place, &key, value)?;
                exclude.push((key, values));
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
}
