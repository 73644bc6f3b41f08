//! `report.html`: what a sweep found, in one page that needs no other file.

use crate::charts::{self, Axis, Cell, Panel};
use crate::error::Error;
use crate::plan::{self, Trial};
use crate::spec::{SPEC, Spec, text};
use crate::summary::{self, Row};
use crate::sweep::trial_folder;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use rnn_train::files::{self, EpochRow, SOLVED_LOSS, State, read_rows};
use rnn_train::folder::write_whole;
use std::cmp::Ordering;
use std::path::{Path, PathBuf};

/// The file's name.
pub(crate) const REPORT: &str = "report.html";

const LAG: &str = "echo_step";
const WINDOW: &str = "truncated_backprop_length";

/// How long a window is against the lag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Shorter,
    Equal,
    OneLonger,
    AtMostTwice,
    Longer,
}

/// All of them, in words.
const RELATIONS: [(Relation, &str); 5] = [
    (Relation::Shorter, "window shorter than the lag"),
    (Relation::Equal, "window equal to the lag"),
    (Relation::OneLonger, "window one longer than the lag"),
    (Relation::AtMostTwice, "longer, but at most twice the lag"),
    (Relation::Longer, "longer than that"),
];

/// Trials that have the same values of all varied settings.
struct Group<'a> {
    values: &'a [String],
    rows: Vec<&'a Row>,
}

impl Group<'_> {
    fn solved(&self) -> usize {
        self.rows.iter().filter(|row| row.solved()).count()
    }
}

/// Reads a sweep's folder and writes its report there; returns the file's path.
pub(crate) fn write(folder: &Path) -> Result<PathBuf, Error> {
    let spec = Spec::read(&folder.join(SPEC))?;
    let trials = plan::plan(&spec)?;
    let rows = summary::read(folder, &spec, &trials)?;
    let page = Page { spec: &spec, trials: &trials, rows: &rows, groups: &groups(&rows), folder };
    let path = folder.join(REPORT);
    write_whole(&path, page.html()?.into_string().as_bytes())?;
    Ok(path)
}

/// What came out, in one sentence.
pub(crate) fn outcome(rows: &[Row], planned: usize) -> String {
    let count = |state: State| rows.iter().filter(|row| row.status == state).count();
    let solved = rows.iter().filter(|row| row.solved()).count();
    let lost = rows.iter().filter(|row| row.lost()).count();
    let mut sentence = format!("{solved} of {} trials solved the task", rows.len());
    if lost > 0 {
        sentence += &format!(" ({lost} had lost it again by the last epoch)");
    }
    for (state, what) in [(State::Diverged, "diverged"), (State::Failed, "failed"), (State::Interrupted, "interrupted")]
    {
        if count(state) > 0 {
            sentence += &format!(", {} {what}", count(state));
        }
    }
    if rows.len() < planned {
        sentence += &format!(", {} not run", planned - rows.len());
    }
    sentence + "."
}

fn groups(rows: &[Row]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for row in rows {
        // The replicates of a combination follow each other.
        match groups.last_mut() {
            Some(group) if group.values == row.values => group.rows.push(row),
            _ => groups.push(Group { values: &row.values, rows: vec![row] }),
        }
    }
    groups
}

/// The middle one of some numbers, or the mean of the middle two.
fn median(numbers: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut numbers: Vec<f64> = numbers.into_iter().collect();
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(numbers[middle]),
        _ => Some((numbers[middle - 1] + numbers[middle]) / 2.0),
    }
}

/// A number for a table: four digits.
fn short(number: Option<f64>) -> String {
    match number {
        None => String::new(),
        Some(number) if number != 0.0 && !(1e-3..1e4).contains(&number.abs()) => format!("{number:.2e}"),
        Some(number) => format!("{number:.4}"),
    }
}

struct Page<'a> {
    spec: &'a Spec,
    /// All that were planned; a row's trial is the one of its number.
    trials: &'a [Trial],
    rows: &'a [Row],
    groups: &'a [Group<'a>],
    folder: &'a Path,
}

impl Page<'_> {
    fn html(&self) -> Result<Markup, Error> {
        let title = format!("Sweep {}", self.spec.name);
        Ok(html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    h1 { (title) }
                    p.outcome { (outcome(self.rows, self.trials.len())) }
                    p {
                        "A trial has solved the task if in some epoch the mean loss of the settled windows is below "
                        (SOLVED_LOSS) ". Settled windows are those that count only targets that can be known: the first "
                        code { (LAG) } " targets of a row echo what the net has not seen."
                    }
                    (self.varied())
                    (self.relation())
                    (self.heatmap()?)
                    (self.curves()?)
                    (self.failures())
                    (self.combinations())
                    (self.all_rows())
                    (self.origin())
                }
            }
        })
    }

    fn varied(&self) -> Markup {
        let base = self.spec.base.values();
        let seeds = (self.spec.seed, self.spec.seed.saturating_add(self.spec.replicates - 1));
        html! {
            h2 { "What was varied" }
            table {
                thead { tr { th { "setting" } th { "values" } } }
                tbody {
                    @for (name, values) in &self.spec.grid {
                        tr { td { code { (name) } } td { (values.iter().map(text).collect::<Vec<_>>().join(", ")) } }
                    }
                    tr { td { code { "seed" } } td { (seeds.0) @if seeds.1 > seeds.0 { " to " (seeds.1) } ": one for each replicate" } }
                }
            }
            p {
                "The same for all trials: "
                @for (index, (name, value)) in base.iter().enumerate() {
                    @if index > 0 { ", " }
                    code { (name) " = " (value.to_string()) }
                }
                @if base.is_empty() { "all other settings at their defaults." }
                @else { "; all others at their defaults." }
            }
        }
    }

    /// The place of a varied setting among the values of a row.
    fn column(&self, name: &str) -> Option<usize> {
        self.spec.grid.iter().position(|(varied, _)| varied == name)
    }

    /// How long the window of a row's trial is against its lag.
    fn relation_of(&self, row: &Row) -> Relation {
        let settings = &self.trials[row.trial].settings;
        let (window, lag) = (settings.truncated_backprop_length, settings.echo_step);
        match window.cmp(&lag) {
            Ordering::Less => Relation::Shorter,
            Ordering::Equal => Relation::Equal,
            Ordering::Greater if window == lag + 1 => Relation::OneLonger,
            Ordering::Greater if window <= 2 * lag => Relation::AtMostTwice,
            Ordering::Greater => Relation::Longer,
        }
    }

    /// How the window's length against the lag decided, if either was varied.
    fn relation(&self) -> Markup {
        if self.column(LAG).is_none() && self.column(WINDOW).is_none() {
            return html! {};
        }
        html! {
            h2 { "Window against lag" }
            p { "The window is " code { (WINDOW) } ", over which errors run back; the lag is " code { (LAG) } "." }
            table {
                thead { tr { th { "trials with a" } th.number { "run" } th.number { "solved" } th.number { "share" } th.number { "median final loss" } } }
                tbody {
                    @for (relation, name) in RELATIONS {
                        @let rows: Vec<_> = self.rows.iter().filter(|row| self.relation_of(row) == relation).collect();
                        @let solved = rows.iter().filter(|row| row.solved()).count();
                        @if !rows.is_empty() {
                            tr {
                                td { (name) }
                                td.number { (rows.len()) }
                                td.number { (solved) }
                                td.number { (format!("{:.0} %", 100.0 * solved as f64 / rows.len() as f64)) }
                                td.number { (short(median(rows.iter().filter_map(|row| row.final_loss)))) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The solve rate over the last two varied settings, or over the only one.
    fn heatmap(&self) -> Result<Markup, Error> {
        let varied = self.spec.grid.len();
        let Some(across) = varied.checked_sub(1) else { return Ok(html! {}) };
        let axis = |column: Option<usize>| match column {
            Some(column) => {
                let (name, values) = &self.spec.grid[column];
                Axis { name: name.clone(), values: values.iter().map(text).collect() }
            }
            None => Axis { name: String::new(), values: vec![String::new()] },
        };
        let down = across.checked_sub(1);
        let (x, y) = (axis(Some(across)), axis(down));
        let is_axis = |name: &str| self.column(name).is_some_and(|column| Some(column) == down || column == across);
        let frames = is_axis(LAG) && is_axis(WINDOW);
        let cells: Vec<Cell> = y
            .values
            .iter()
            .flat_map(|y_value| x.values.iter().map(move |x_value| (x_value, y_value)))
            .map(|(x_value, y_value)| {
                let fits =
                    |row: &&Row| row.values[across] == *x_value && down.is_none_or(|down| row.values[down] == *y_value);
                let rows: Vec<_> = self.rows.iter().filter(fits).collect();
                let solved = rows.iter().filter(|row| row.solved()).count();
                let equal = |row: &&Row| self.relation_of(row) == Relation::Equal;
                Cell { solved, trials: rows.len(), framed: frames && rows.first().is_some_and(equal) }
            })
            .collect();
        let picture = charts::solve_rates(&x, &y, &cells)?;
        let others: Vec<_> = self.spec.grid[..down.unwrap_or(across)].iter().map(|(name, _)| name.as_str()).collect();
        Ok(html! {
            h2 { "Solve rate" }
            figure { (PreEscaped(picture)) }
            @if cells.iter().any(|cell| cell.framed) { p { "Framed: the window is as long as the lag." } }
            @if !others.is_empty() { p { "Each cell pools the values of " (others.join(", ")) "." } }
        })
    }

    /// Median loss by epoch: a panel for each value of the second last varied setting, a line for each of the last.
    fn curves(&self) -> Result<Markup, Error> {
        let varied = self.spec.grid.len();
        let line_column = varied.checked_sub(1);
        let panel_column = varied.checked_sub(2);
        let values_of = |column: Option<usize>| match column {
            Some(column) => self.spec.grid[column].1.iter().map(text).collect(),
            None => vec![String::new()],
        };
        let (panel_values, line_values): (Vec<String>, Vec<String>) = (values_of(panel_column), values_of(line_column));
        let (mut panels, mut unread) = (Vec::new(), Vec::new());
        for panel_value in &panel_values {
            let mut lines = Vec::new();
            for (index, line_value) in line_values.iter().enumerate() {
                let fits = |column: Option<usize>, row: &Row, value: &str| {
                    column.is_none_or(|column| row.values[column] == value)
                };
                let rows = self
                    .rows
                    .iter()
                    .filter(|row| fits(panel_column, row, panel_value) && fits(line_column, row, line_value));
                let losses = self.median_losses(rows, &mut unread);
                if !losses.is_empty() {
                    lines.push((place(index, line_values.len()), losses));
                }
            }
            let title = panel_column.map(|column| format!("{} = {panel_value}", self.spec.grid[column].0));
            panels.push(Panel { title: title.unwrap_or_default(), lines });
        }
        let legend: Vec<_> = match line_column {
            Some(_) => line_values
                .iter()
                .enumerate()
                .map(|(index, value)| (place(index, line_values.len()), value.clone()))
                .collect(),
            None => Vec::new(),
        };
        let legend_title = line_column.map(|column| self.spec.grid[column].0.as_str()).unwrap_or_default();
        let picture = charts::loss_curves(&panels, legend_title, &legend)?;
        Ok(html! {
            h2 { "Loss curves" }
            p { "Settled loss of each epoch, the median of all trials that share the values and have one." }
            figure { (PreEscaped(picture)) }
            @if !unread.is_empty() { p { "Left out, because they cannot be read:" } ul { @for problem in unread { li { (problem) } } } }
        })
    }

    /// The median of the settled losses of some trials, for each epoch in which any of them has one. What cannot be
    /// read is left out and told of in `unread`.
    fn median_losses<'r>(&self, rows: impl Iterator<Item = &'r Row>, unread: &mut Vec<String>) -> Vec<(usize, f64)> {
        let mut by_epoch: Vec<Vec<f64>> = Vec::new();
        for row in rows.filter(|row| row.status != State::Failed) {
            let path = trial_folder(self.folder, row.trial).join(files::EPOCHS);
            let rows = read_rows::<EpochRow>(&path).unwrap_or_else(|error| {
                unread.push(error.to_string());
                Vec::new()
            });
            for (epoch, row) in rows.iter().enumerate() {
                if by_epoch.len() == epoch {
                    by_epoch.push(Vec::new());
                }
                by_epoch[epoch].extend(row.settled_loss);
            }
        }
        let medians = by_epoch.into_iter().map(median).enumerate();
        medians.filter_map(|(epoch, loss)| Some((epoch, loss?))).collect()
    }

    fn failures(&self) -> Markup {
        let bad: Vec<_> = self.rows.iter().filter(|row| row.error.is_some()).collect();
        html! {
            @if !bad.is_empty() {
                h2 { "What went wrong" }
                table {
                    thead { tr { th.number { "trial" } th { "status" } th { "reason" } } }
                    tbody { @for row in bad {
                        tr { td.number { (row.trial) } td { (row.status) } td { (row.error.as_deref().unwrap_or_default()) } }
                    } }
                }
            }
        }
    }

    fn combinations(&self) -> Markup {
        html! {
            h2 { "Combinations" }
            table {
                thead { tr {
                    @for (name, _) in &self.spec.grid { th.number { (name) } }
                    th.number { "trials" } th.number { "solved" } th.number { "median epoch solved in" }
                    th.number { "median final loss" } th.number { "median accuracy" }
                } }
                tbody { @for group in self.groups { tr {
                    @for value in group.values { td.number { (value) } }
                    td.number { (group.rows.len()) }
                    td.number { (group.solved()) }
                    td.number { (median(group.rows.iter().filter_map(|row| row.solved_epoch.map(|epoch| epoch as f64)))
                        .map(|epoch| epoch.to_string()).unwrap_or_default()) }
                    td.number { (short(median(group.rows.iter().filter_map(|row| row.final_loss)))) }
                    td.number { (short(median(group.rows.iter().filter_map(|row| row.accuracy)))) }
                } } }
            }
        }
    }

    fn all_rows(&self) -> Markup {
        html! {
            h2 { "Trials" }
            details {
                summary { "All " (self.rows.len()) " rows of " (summary::SUMMARY) }
                table {
                    thead { tr { @for name in summary::columns(self.spec) { th { (name) } } } }
                    tbody { @for row in self.rows { tr { @for cell in row.cells() { td.number { (cell) } } } } }
                }
            }
        }
    }

    fn origin(&self) -> Markup {
        html! {
            footer {
                p {
                    "Made by version " (env!("CARGO_PKG_VERSION")) ". The whole spec stands in " code { (SPEC) }
                    " beside this page; " code { "cargo xtask sweep " (SPEC) } " runs it again. "
                    code { (summary::SUMMARY) } " has a row for each trial, and each trial's folder its settings, losses and weights."
                }
            }
        }
    }
}

/// The place of one of some values on the colour scale.
fn place(index: usize, count: usize) -> f64 {
    index as f64 / count.saturating_sub(1).max(1) as f64
}

const STYLE: &str = "
body { font: 16px/1.5 'DejaVu Sans', Verdana, sans-serif; color: #222; max-width: 1180px; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.7em; } h2 { font-size: 1.25em; margin-top: 2em; }
.outcome { font-size: 1.15em; font-weight: bold; }
table { border-collapse: collapse; font-size: 0.85em; display: block; overflow-x: auto; }
th, td { padding: 0.25em 0.7em; border-bottom: 1px solid #ddd; text-align: left; vertical-align: top; }
th { border-bottom: 2px solid #888; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
code { background: #f2f2f2; padding: 0 0.25em; }
figure { margin: 1em 0; overflow-x: auto; }
footer { margin-top: 3em; border-top: 1px solid #ccc; font-size: 0.85em; color: #555; }
summary { cursor: pointer; }
";
