//! Combinations of a spec that are not planned, and why; and what of the spec goes without effect by that.

use super::spec::{Chosen, Dimension, Spec};
use super::values::text;
use chart_kit::text::count;

/// How many values without a trial are named.
const NAMED: usize = 5;

/// How many combinations are left out.
#[derive(Debug, Default)]
pub(crate) struct LeftOut {
    /// By each of the excludes.
    pub(crate) excluded: Vec<u64>,
    /// Because they are there already.
    pub(crate) twice: u64,
    /// Because they cannot run; and the first of them.
    pub(crate) invalid: u64,
    pub(crate) first_invalid: Option<String>,
    /// The listed values of which no trial is planned, in the order of the spec.
    unused: Vec<(String, String)>,
}

impl LeftOut {
    /// Nothing of a spec is left out yet, and nothing planned.
    pub(crate) fn of(spec: &Spec) -> Self {
        let listed = spec.dimensions.iter().filter_map(|dimension| match dimension {
            Dimension::Listed(columns) => Some(columns),
            Dimension::Random { .. } => None,
        });
        let columns = listed.chain(spec.whens.iter().map(|when| &when.columns)).flatten();
        let values = |name: &str, values: &[toml::Value]| -> Vec<_> {
            values.iter().map(|value| (name.to_owned(), text(value))).collect()
        };
        let unused = columns.flat_map(|column| values(&column.name, &column.values)).collect();
        Self { excluded: vec![0; spec.excludes.len()], unused, ..Self::default() }
    }

    /// Takes note of a combination that is planned.
    pub(crate) fn keep(&mut self, chosen: &[Chosen<'_>]) {
        if !self.unused.is_empty() {
            let has = |(name, value): &(String, String)| {
                chosen.iter().any(|chosen| chosen.name == name && text(&chosen.value) == *value)
            };
            self.unused.retain(|unused| !has(unused));
        }
    }

    /// What is left out, in sentences.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (index, &left) in self.excluded.iter().enumerate() {
            lines.push(match left {
                0 => format!("[[exclude]] number {} leaves nothing out", index + 1),
                left => format!("[[exclude]] number {} leaves out {}", index + 1, count(left as usize, "combination")),
            });
        }
        if self.twice > 0 {
            lines.push(format!(
                "left out, because the same settings are there already: {}",
                count(self.twice as usize, "combination")
            ));
        }
        if let Some(first) = &self.first_invalid {
            lines.push(format!(
                "left out, because they cannot run: {}; the first: {first}",
                count(self.invalid as usize, "combination")
            ));
        }
        for (name, value) in self.unused.iter().take(NAMED) {
            lines.push(format!("no trial is planned with {name} = {value}"));
        }
        if self.unused.len() > NAMED {
            lines.push(format!("nor with {} of the spec", count(self.unused.len() - NAMED, "other value")));
        }
        lines
    }
}
