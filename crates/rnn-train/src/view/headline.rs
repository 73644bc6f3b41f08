//! How a run is called.

use crate::settings::table::Settings;
use chart_kit::text::count;
use echo_data::Form;

/// What is trained, in a line.
pub(crate) fn headline(settings: &Settings) -> String {
    let &Settings { truncated_backprop_length: window, state_size, num_layers, cell, .. } = settings;
    let task = settings.task().words().title;
    let layers = if num_layers == 1 { String::new() } else { format!("{num_layers} layers of ") };
    let windows = match settings.task().form() {
        Form::Episodes(longest) if longest <= window => "whole episodes".to_owned(),
        _ => format!("windows of {window}"),
    };
    format!("{task}: {cell} net of {layers}{}, {windows}", count(state_size, "hidden unit"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_called_after_its_settings() {
        assert_eq!(
            headline(&"echo_step = 1\nnum_layers = 2".parse().unwrap()),
            "Echo after 1 step: elman net of 2 layers of 4 hidden units, windows of 15"
        );
        let files = "series = ['series.csv']\nstate_size = 1".parse().unwrap();
        assert_eq!(headline(&files), "Series from files: elman net of 1 hidden unit, windows of 15");
    }
}
