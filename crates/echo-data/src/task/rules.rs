//! Simple rules that forecasts are compared with. Of the value y that comes h steps behind the row i they say:
//!
//! ```text
//! last value    y_i
//! mean          μ of the part that is trained on
//! seasonal      y_{i+h−s·k}, the latest value of the same season that is known: k = ⌈h/s⌉, s = season
//! ```

/// The rules' names.
pub const RULES: [&str; 3] = ["last value", "mean", "seasonal"];

/// What the rules say of the value `ahead` rows after `row`. `value` gives the value of a row, if there is one. `mean` is that of the part
/// that is trained on; `season` counts rows, 0 for none. A season that is longer than what is known says nothing.
///
/// ```
/// let quarters = |row: usize| [1.0, 2.0, 3.0, 4.0, 5.0].get(row).copied();
/// assert_eq!(echo_data::by_rules(quarters, 2.5, 4, 4, 1), [Some(5.0), Some(2.5), Some(2.0)]);
/// assert_eq!(echo_data::by_rules(quarters, 2.5, 0, 4, 1), [Some(5.0), Some(2.5), None]);
/// ```
#[must_use]
pub fn by_rules(
    value: impl Fn(usize) -> Option<f64>,
    mean: f64,
    season: usize,
    row: usize,
    ahead: usize,
) -> [Option<f64>; RULES.len()] {
    let seasons = if season == 0 { None } else { ahead.div_ceil(season).checked_mul(season) };
    let season_before = seasons.and_then(|seasons| row.checked_add(ahead)?.checked_sub(seasons));
    [value(row), Some(mean), season_before.and_then(value)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The season's value is the latest that is known, however far ahead.
    #[test]
    fn a_season_is_as_old_as_it_must_be() {
        let value = |row: usize| (row < 12).then_some(row as f64);
        let seasonal = |season, row, ahead| by_rules(value, 0.0, season, row, ahead)[2];
        assert_eq!([1, 2, 3, 4, 7].map(|ahead| seasonal(3, 8, ahead)), [6.0, 7.0, 8.0, 6.0, 6.0].map(Some));
        assert_eq!((seasonal(9, 8, 1), seasonal(10, 8, 1), seasonal(usize::MAX, 8, 1)), (Some(0.0), None, None));
        assert_eq!(by_rules(|_| None, 1.0, 1, 0, 1), [None, Some(1.0), None]);
    }
}
