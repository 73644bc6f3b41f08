//! The values of a setting in a spec: a list, a range, or a distribution to draw from.
//!
//! A draw takes one word of the generator, so that adding a trial shifts no other. With u uniform in [0, 1):
//!
//! ```text
//! uniform [a, b]      a + u·(b − a)
//! log_uniform [a, b]  a·(b/a)^u
//! int [a, b]          a + ⌊u·(b − a + 1)⌋
//! choice [v₁ … vₙ]    v at 1 + ⌊u·n⌋
//! ```
//!
//! Real numbers are drawn to four significant digits, which tables can show.

use chart_kit::text::thousands;
use toml::{Table, Value};

/// The most values that a range may have.
const MOST_VALUES: f64 = 1e4;

/// The values of a list, or of a range `{ from, to, step }`, whose end belongs to it.
pub(crate) fn listed(key: &str, value: &Value) -> Result<Vec<Value>, String> {
    let values = match value {
        Value::Array(values) => values.clone(),
        Value::Table(range) => self::range(key, range)?,
        other => return Err(format!("{key} must be a list or a range: {key} = [{other}]")),
    };
    if values.is_empty() {
        return Err(format!("{key} has no value: {key} = [1, 2]"));
    }
    Ok(values)
}

fn range(key: &str, range: &Table) -> Result<Vec<Value>, String> {
    const KEYS: [&str; 3] = ["from", "to", "step"];
    let form = format!("a range is {key} = {{ from = 1, to = 9, step = 2 }}");
    if let Some(other) = range.keys().find(|name| !KEYS.contains(&name.as_str())) {
        return Err(format!("{key} has `{other}`: {form}"));
    }
    let [from, to, step] = KEYS.map(|name| range.get(name));
    let (Some(from), Some(to)) = (from, to) else { return Err(format!("{key} needs from and to: {form}")) };
    let step = step.cloned().unwrap_or(Value::Integer(1));
    let whole = [from, to, &step].map(Value::as_integer);
    let [Some(low), Some(high), Some(by)] = [from, to, &step].map(number) else {
        return Err(format!("{key} is from {from} to {to} in steps of {step}: all three must be numbers; {form}"));
    };
    let count = ((high - low) / by + 1e-9).floor() + 1.0;
    if by <= 0.0 || count < 1.0 {
        return Err(format!("{key} goes from {from} to {to} in steps of {step}: no value lies there; {form}"));
    }
    if count > MOST_VALUES {
        return Err(format!(
            "{key} goes from {from} to {to} in steps of {step}: a range has at most {} values",
            thousands(MOST_VALUES as usize)
        ));
    }
    let values = (0..count as i64).map(|index| match whole {
        [Some(low), _, Some(by)] => Value::Integer(low.saturating_add(index.saturating_mul(by))),
        // A sum of tenths is no tenth, so that the digits beyond those that were given are cut.
        _ => Value::Float(rounded(low + index as f64 * by, 12)),
    });
    Ok(values.collect())
}

/// A number as a real one.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(number) => Some(*number as f64),
        Value::Float(number) if number.is_finite() => Some(*number),
        _ => None,
    }
}

/// A number to this many significant digits.
fn rounded(number: f64, digits: usize) -> f64 {
    format!("{number:.*e}", digits - 1).parse().unwrap_or(number)
}

/// What a setting's values are drawn from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Distribution {
    Uniform(f64, f64),
    LogUniform(f64, f64),
    Int(i64, i64),
    Choice(Vec<Value>),
}

impl Distribution {
    pub(crate) fn parse(key: &str, value: &Value) -> Result<Self, String> {
        let form =
            format!("for instance {key} = {{ uniform = [0.0, 1.0] }}; there are uniform, log_uniform, int and choice");
        let only = value.as_table().filter(|table| table.len() == 1).and_then(|table| table.iter().next());
        let Some((kind, Value::Array(values))) = only else {
            return Err(format!("{key} is {value}: it must be a distribution, {form}"));
        };
        if kind == "choice" {
            return if values.is_empty() {
                Err(format!("{key} has no value to choose"))
            } else {
                Ok(Self::Choice(values.clone()))
            };
        }
        let ends = match values.as_slice() {
            [low, high] => number(low).zip(number(high)).filter(|(low, high)| low < high && high - low < f64::INFINITY),
            _ => None,
        };
        let Some((low, high)) = ends else {
            let values = Value::Array(values.clone());
            return Err(format!("{key} has {kind} = {values}: it must be two numbers, the lower one first"));
        };
        match kind.as_str() {
            "uniform" => Ok(Self::Uniform(low, high)),
            "log_uniform" if low > 0.0 => Ok(Self::LogUniform(low, high)),
            "log_uniform" => Err(format!("{key} has log_uniform from {low}: it must be greater than 0")),
            "int" => match (values[0].as_integer(), values[1].as_integer()) {
                (Some(low), Some(high)) => Ok(Self::Int(low, high)),
                _ => Err(format!("{key} has int from {} to {}: both must be whole numbers", values[0], values[1])),
            },
            other => Err(format!("{key} has the unknown distribution `{other}`: {form}")),
        }
    }

    /// As it stands in a spec.
    pub(crate) fn to_value(&self) -> Value {
        let (kind, values) = match self {
            Self::Uniform(low, high) => ("uniform", vec![Value::Float(*low), Value::Float(*high)]),
            Self::LogUniform(low, high) => ("log_uniform", vec![Value::Float(*low), Value::Float(*high)]),
            Self::Int(low, high) => ("int", vec![Value::Integer(*low), Value::Integer(*high)]),
            Self::Choice(values) => ("choice", values.clone()),
        };
        Value::Table(Table::from_iter([(kind.to_owned(), Value::Array(values))]))
    }

    /// Values that show whether all can be: the ends, or all to choose from.
    pub(crate) fn examples(&self) -> Vec<Value> {
        match self {
            Self::Uniform(low, high) | Self::LogUniform(low, high) => [*low, *high].map(Value::Float).to_vec(),
            Self::Int(low, high) => [*low, *high].map(Value::Integer).to_vec(),
            Self::Choice(values) => values.clone(),
        }
    }

    /// The value that a word of the generator draws.
    pub(crate) fn draw(&self, word: u64) -> Value {
        // 53 bits are what a real number in [0, 1) holds exactly.
        let share = (word >> 11) as f64 / (1_u64 << 53) as f64;
        match self {
            Self::Uniform(low, high) => Value::Float(rounded(low + share * (high - low), 4).clamp(*low, *high)),
            Self::LogUniform(low, high) => {
                // exp and ln of the system may differ in the last digit; four digits do not show it.
                Value::Float(rounded((low.ln() + share * (high / low).ln()).exp(), 4).clamp(*low, *high))
            }
            Self::Int(low, high) => {
                let beyond = (share * (*high as f64 - *low as f64 + 1.0)) as i64;
                Value::Integer(low.saturating_add(beyond).min(*high))
            }
            Self::Choice(values) => values[(share * values.len() as f64) as usize].clone(),
        }
    }

    /// Whether its values lie evenly on a logarithmic scale.
    pub(crate) fn is_logarithmic(&self) -> bool {
        matches!(self, Self::LogUniform(..))
    }
}

/// A value as it is shown: text without quotes, lists with spaces.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Float(number) => format!("{number:?}"),
        Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(toml: &str) -> Value {
        toml.parse::<Table>().unwrap()["x"].clone()
    }

    #[test]
    fn ranges_hold_their_ends_and_no_rounding_errors() {
        let cases = [
            ("x = { from = 1, to = 9, step = 4 }", "[1, 5, 9]"),
            ("x = { from = 1, to = 3 }", "[1, 2, 3]"),
            ("x = { from = 0.1, to = 0.5, step = 0.1 }", "[0.1, 0.2, 0.3, 0.4, 0.5]"),
            ("x = { from = 1, to = 2, step = 0.5 }", "[1.0, 1.5, 2.0]"),
            ("x = [3, 1]", "[3, 1]"),
        ];
        for (range, expected) in cases {
            assert_eq!(Value::Array(listed("x", &of(range)).unwrap()).to_string(), expected);
        }
        for wrong in [
            "{ from = 3, to = 1 }",
            "{ from = 1, to = 2, step = 0 }",
            "{ from = 1 }",
            "{ from = 1, to = 'a' }",
            "[]",
            "3",
        ] {
            assert!(listed("x", &of(&format!("x = {wrong}"))).is_err(), "{wrong}");
        }
    }

    #[test]
    fn draws_stay_within_and_reach_everything() {
        let words = || (0..2000_u64).map(|index| index.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let of = |toml: &str| Distribution::parse("x", &of(toml)).unwrap();
        let int = of("x = { int = [2, 4] }");
        let mut drawn: Vec<_> = words().map(|word| int.draw(word).as_integer().unwrap()).collect();
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn, [2, 3, 4]);
        let log = of("x = { log_uniform = [1e-4, 1.0] }");
        let drawn: Vec<_> = words().map(|word| log.draw(word).as_float().unwrap()).collect();
        assert!(drawn.iter().all(|x| (1e-4..=1.0).contains(x)));
        let below = drawn.iter().filter(|x| **x < 1e-2).count();
        assert!((900..1100).contains(&below), "half of them lie below the middle of the scale: {below}");
        assert_eq!(log.draw(u64::MAX), Value::Float(1.0));
        let choice = of("x = { choice = ['a', 'b'] }");
        assert_eq!([0, u64::MAX].map(|word| text(&choice.draw(word))), ["a", "b"]);
    }
}
