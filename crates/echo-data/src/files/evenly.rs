//! Numbers that increase by the same step, as years do.

/// Numbers that are this near to an even step are on it.
const EVEN: f64 = 1e-9;

/// Whether numbers increase by the same step, and there are at least three.
#[derive(Debug, Default)]
pub(super) struct Evenly {
    count: usize,
    last: f64,
    step: f64,
    is_broken: bool,
}

impl Evenly {
    pub(super) fn add(&mut self, value: Option<f64>) {
        let Some(value) = value else {
            self.is_broken = true;
            return;
        };
        let step = value - self.last;
        match self.count {
            0 => {}
            1 => (self.step, self.is_broken) = (step, self.is_broken || step.is_nan() || step <= 0.0),
            _ => self.is_broken |= (step - self.step).abs() > EVEN * self.step.max(1.0),
        }
        self.last = value;
        self.count += 1;
    }

    pub(super) fn is_even(&self) -> bool {
        self.count > 2 && !self.is_broken
    }
}
