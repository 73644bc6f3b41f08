//! The screen: draws what there is to show, at any size.
//!
//! What does not fit goes: first rows of bars, then the bars, then the chart; the numbers stay.

use super::ink::Ink;
use super::pace::{Pace, Player};
use super::scene::{Phase, Scene};
use super::words::{a_second, flow, measured, put};
use super::{bars, chart};
use crate::view::headline::headline;
use chart_kit::text::{duration, thousands};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::symbols::line;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, LineGauge, Widget};

/// All that is shown.
pub(super) struct View<'a> {
    pub(super) scene: &'a Scene,
    pub(super) player: &'a Player,
    pub(super) ink: &'a Ink,
    /// The last line of diagnostics.
    pub(super) notice: Option<&'a str>,
}

/// From this width on, bars stand beside the chart and not below it.
const BESIDE: u16 = 60;

/// The share of the width that bars get at most, in hundredths.
const BARS: u32 = 45;

/// Draws it all into an area, which can be of any size.
pub(super) fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer) {
    let View { scene, ink, .. } = *view;
    // The line that tells how far it is stays when all others go.
    let (has_title, has_help) = (area.height >= 2, area.height >= 4);
    let mut rest = if has_title { put(title(view, area.width), area, buffer) } else { area };
    let from_bottom = |rest: &mut Rect, lines: u16| {
        let lines = lines.min(rest.height);
        rest.height -= lines;
        Rect { y: rest.bottom(), height: lines, ..*rest }
    };
    if has_help {
        put(help(view), from_bottom(&mut rest, 1), buffer);
    }
    if let Some(notice) = view.notice.filter(|_| rest.height >= 12) {
        put(Span::styled(notice, ink.faint), from_bottom(&mut rest, 1), buffer);
    }
    let numbers = flow(numbers(view), area.width, "   ");
    // On a narrow screen they would take all of it; they do where there is no room for a chart anyway.
    let most = rest.height / 3;
    let has_chart = rest.height > most + 1 + chart::LEAST_HEIGHT;
    let most = if has_chart { most } else { rest.height.saturating_sub(1) };
    let of_numbers = (numbers.len() as u16).min(most);
    put_all(numbers, from_bottom(&mut rest, of_numbers), buffer);
    draw_progress(view, from_bottom(&mut rest, 1), buffer);
    let legend = chart::legend(scene, ink, area.width);
    let of_legend = legend.len() as u16;
    if of_legend * 4 <= rest.height {
        put_all(legend, from_bottom(&mut rest, of_legend), buffer);
    }
    if !has_chart {
        return;
    }
    let [chart, bars] = panels(scene, rest);
    chart::draw(scene, ink, panel(" Loss ", ink, chart, buffer), buffer);
    if !bars.is_empty() {
        bars::draw(scene, ink, panel(&window_name(scene), ink, bars, buffer), buffer);
    }
}

/// Where the chart and the bars are, with a border above each; the bars' area is empty where there is no room for them.
fn panels(scene: &Scene, area: Rect) -> [Rect; 2] {
    let nothing = Rect { width: 0, height: 0, ..area };
    if area.width >= BESIDE {
        if area.height < bars::LEAST_HEIGHT + 1 {
            return [area, nothing];
        }
        let most = (u32::from(area.width) * BARS / 100) as u16;
        let width = bars::width(scene, most);
        let chart = Rect { width: area.width - width - 1, ..area };
        return [chart, Rect { x: chart.right() + 1, width, ..area }];
    }
    let least = chart::LEAST_HEIGHT + 1;
    let height = area.height.saturating_sub(least).min(bars::height(scene) + 1);
    if height < bars::LEAST_HEIGHT + 1 {
        return [area, nothing];
    }
    let chart = Rect { height: area.height - height, ..area };
    [chart, Rect { y: chart.bottom(), height, ..area }]
}

/// Draws a panel's border and returns what is within.
fn panel(title: &str, ink: &Ink, area: Rect, buffer: &mut Buffer) -> Rect {
    let title = Span::styled(title, Style::new().not_dim());
    let block = Block::new().borders(Borders::TOP).border_style(ink.faint).title(title);
    let inner = block.inner(area);
    block.render(area, buffer);
    inner
}

fn put_all(lines: Vec<Line<'_>>, area: Rect, buffer: &mut Buffer) {
    lines.into_iter().fold(area, |area, line| put(line, area, buffer));
}

/// What is trained, and what is going on.
fn title(view: &View<'_>, width: u16) -> Line<'static> {
    let View { scene, player, ink, .. } = *view;
    let state = match &scene.phase {
        Phase::Writing => "writing the results".to_owned(),
        Phase::Ended(how) => how.clone(),
        _ if player.seeks_epoch() => "on to the next epoch".to_owned(),
        _ if player.is_paused() => "paused".to_owned(),
        Phase::Replay([number, of]) if number == of => "the end".to_owned(),
        Phase::Replay(_) => "replay".to_owned(),
        Phase::Training => "learning".to_owned(),
    };
    let state = Span::styled(state, ink.strong.add_modifier(Modifier::REVERSED));
    let what = Span::styled(headline(&scene.settings), ink.strong);
    let room = usize::from(width).saturating_sub(state.width() + 1);
    if what.width() <= room {
        let gap = Span::raw(" ".repeat(room + 1 - what.width()));
        return Line::from(vec![what, gap, state]);
    }
    let cut: String = what.content.chars().take(room.saturating_sub(1)).collect();
    let cut = if room > 0 { format!("{cut}… ") } else { String::new() };
    Line::from(vec![Span::styled(cut, ink.strong), state])
}

/// Which window the bars show.
fn window_name(scene: &Scene) -> String {
    match &scene.snapshot {
        Some(snapshot) => format!(" Window {} of epoch {} ", thousands(snapshot.batch), thousands(snapshot.epoch)),
        None => " Window ".to_owned(),
    }
}

/// How far it is.
fn draw_progress(view: &View<'_>, area: Rect, buffer: &mut Buffer) {
    let Scene { done, steps, rate, phase, .. } = view.scene;
    let percent = if *steps == 0 { 0.0 } else { (*done as f64 / *steps as f64).clamp(0.0, 1.0) };
    let text = format!("step {} of {} ", thousands(*done), thousands(*steps));
    let percent_done = format!(" {:.0} %", (percent * 100.0).floor());
    let after = match (phase, rate) {
        (Phase::Replay([number, of]), _) => format!(" snapshot {number} of {of}"),
        (Phase::Training, Some(rate)) if !view.player.is_paused() => {
            let left = duration((steps.saturating_sub(*done) as f64 / rate).ceil());
            format!("{percent_done} · {} windows a second · {left} left", a_second(*rate))
        }
        _ => percent_done.clone(),
    };
    let before = Line::raw(text);
    let left = before.width() as u16;
    put(before, area, buffer);
    let room = area.width.saturating_sub(left);
    let behind = [after, percent_done].map(Line::raw).into_iter().find(|line| line.width() <= usize::from(room));
    let behind = behind.unwrap_or_default();
    let right = behind.width() as u16;
    buffer.set_line(area.right() - right, area.y, &behind, right);
    let gauge = Rect { x: area.x + left, width: room - right, ..area };
    if gauge.width >= 3 {
        // Its own label would stand before it.
        let bar = LineGauge::default().ratio(percent).label("").filled_symbol(line::THICK_HORIZONTAL);
        let bar = bar.unfilled_symbol(line::HORIZONTAL).filled_style(view.ink.strong).unfilled_style(view.ink.faint);
        bar.render(gauge, buffer);
    }
}

/// The other numbers, each as wide as it ever is, so that none moves when another changes.
fn numbers(view: &View<'_>) -> Vec<Span<'static>> {
    let View { scene, player, .. } = *view;
    let row = scene.row.as_ref();
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let of_row = |number: Option<f64>| or_none(number.map(measured));
    let last = |count: Option<usize>| count.map(|count| thousands(count.saturating_sub(1)));
    let counted = |number: Option<usize>, last: Option<String>| match last {
        Some(last) => format!("{:>1$} of 0–{last}", or_none(number.map(thousands)), last.len()),
        None => or_none(number.map(thousands)),
    };
    let epoch = counted(row.map(|row| row.epoch), last(Some(scene.settings.num_epochs)));
    let windows = row.and_then(|row| scene.epochs.windows(row.epoch));
    let window = counted(row.map(|row| row.batch), last(windows));
    let accuracy = or_none(row.and_then(|row| row.accuracy).map(|accuracy| format!("{:.1} %", accuracy * 100.0)));
    let has_accuracy = scene.settings.shape().targets.can_be_right();
    let things = if matches!(scene.phase, Phase::Replay(_)) { "snapshots" } else { "windows" };
    let pace = match player.pace() {
        Pace::PerSecond(pace) => format!("{} {things} a second", a_second(pace)),
        Pace::Max => "full speed".to_owned(),
    };
    let solved = match scene.solved {
        Some(epoch) => format!("solved in epoch {}", thousands(epoch)),
        // How well data of one's own can be answered is not known.
        None if scene.settings.reads_data() => String::new(),
        None if matches!(scene.phase, Phase::Ended(_)) => "not solved".to_owned(),
        None => "not solved yet".to_owned(),
    };
    let told = [
        format!("epoch {epoch}"),
        format!("window {window}"),
        format!("loss {:<9}", of_row(row.map(|row| row.loss))),
        if has_accuracy { format!("accuracy {accuracy:<7}") } else { String::new() },
        format!("gradient norm {:<9}", of_row(row.and_then(|row| row.gradient_norm))),
        format!("learning rate {:<9}", of_row(row.map(|row| row.learning_rate))),
        solved,
        format!("pace {pace}"),
    ];
    told.into_iter().filter(|text| !text.is_empty()).map(Span::raw).collect()
}

/// The keys.
fn help(view: &View<'_>) -> Line<'static> {
    let View { scene, player, ink, .. } = *view;
    let pause = if player.is_paused() { "continue" } else { "pause" };
    let keys = match &scene.phase {
        Phase::Ended(_) => vec![("q", "leave")],
        Phase::Writing => Vec::new(),
        Phase::Training => vec![
            ("space", pause),
            ("-", "slower"),
            ("+", "faster"),
            ("s →", "one window"),
            ("e", "next epoch"),
            ("q", "stop and leave"),
        ],
        Phase::Replay(_) => vec![
            ("space", pause),
            ("-", "slower"),
            ("+", "faster"),
            ("s →", "next"),
            ("b ←", "back"),
            ("e", "next epoch"),
            ("q", "leave"),
        ],
    };
    let key = ink.strong;
    let spans = keys.into_iter().flat_map(|(name, what)| [Span::styled(name, key), Span::raw(format!(" {what}  "))]);
    Line::from(spans.collect::<Vec<_>>())
}
