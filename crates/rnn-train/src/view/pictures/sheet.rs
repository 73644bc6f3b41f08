//! The sheet that a run is shown on: its loss curve to the left, rows of a window to the right, below them what the marks
//! mean. The figure of a run is one, and every frame of the animation.

use super::loss::Loss;
use super::rows::Rows;
use chart_kit::draw::{Area, Drawn, FAINT, HEADLINE, NORMAL, Root, Side, TEXT, write};
use chart_kit::legend::{Entry, LINE};

/// Its width and height.
pub(crate) const SIZE: (u32, u32) = (960, 540);

/// Where the loss curve is.
pub(crate) const LOSS: Area = Area { left: 92, top: 76, right: 466, bottom: 400 };
/// Where the rows are.
const ROWS: Area = Area { left: 552, top: 76, right: 944, bottom: 400 };
/// Where the first line of the legends is.
const LEGEND: i32 = 466;

/// A sheet.
pub(crate) struct Sheet<'a> {
    pub(crate) headline: String,
    /// A line below it: what of the run is shown.
    pub(crate) place: String,
    pub(crate) loss: Loss<'a>,
    pub(crate) rows: Rows<'a>,
}

impl Sheet<'_> {
    pub(crate) fn draw(&self, root: &Root<'_>) -> Drawn {
        write(root, &self.headline, (20, 24), Side::Left, HEADLINE, TEXT)?;
        write(root, &self.place, (20, 51), Side::Left, NORMAL, FAINT)?;
        self.loss.draw(root, LOSS)?;
        self.rows.draw(root, ROWS)?;
        column(root, 20, &self.loss.legend())?;
        let grounds = self.rows.legend_of_grounds();
        let right = if grounds.is_empty() { SIZE.0 as i32 } else { 800 };
        // Texts are narrower than their widths are taken to be, and need no distance to another one behind them.
        column(root, 490, &self.rows.legend(right - 490 + 70))?;
        column(root, 800, &grounds)
    }
}

fn column(root: &Root<'_>, left: i32, entries: &[Entry]) -> Drawn {
    (LEGEND..).step_by(LINE as usize).zip(entries).try_for_each(|(y, entry)| entry.draw(root, (left, y)))
}
