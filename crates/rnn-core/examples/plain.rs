//! The tutorial's net in plain loops over single numbers: forward, backward through time, Adagrad. To read, beside
//! `docs/math.md`; the fast ways give the same numbers, as the test below and `tests/reference.rs` make sure.
//!
//! ```text
//! z_t = W·[x_t | h_{t-1}] + b        h_t = tanh(z_t)        y_t = V·h_t + c        loss = mean of −ln softmax(y_t)[target]
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

use rnn_core::rand::{Rng, RngExt, SeedableRng, rngs::ChaCha8Rng};

const HIDDEN: usize = 4;
const CLASSES: usize = 2;
const ROWS: usize = 5;
const STEPS: usize = 15;
const LAG: usize = 3;

/// The parameters, their derivatives, or what Adagrad remembers of each.
#[derive(Clone, PartialEq, Debug)]
struct Net {
    /// W: for each unit a weight of the input and one of each unit's last output.
    w: [[f64; 1 + HIDDEN]; HIDDEN],
    b: [f64; HIDDEN],
    /// V: for each class a weight of each unit.
    v: [[f64; HIDDEN]; CLASSES],
    c: [f64; CLASSES],
}

impl Net {
    fn filled(value: f64) -> Self {
        Self {
            w: [[value; 1 + HIDDEN]; HIDDEN],
            b: [value; HIDDEN],
            v: [[value; HIDDEN]; CLASSES],
            c: [value; CLASSES],
        }
    }

    /// Weights uniform in [0, 1), biases 0, as the tutorial has them.
    fn drawn(rng: &mut impl Rng) -> Self {
        let mut net = Self::filled(0.0);
        net.w.as_flattened_mut().fill_with(|| rng.random());
        net.v.as_flattened_mut().fill_with(|| rng.random());
        net
    }

    fn numbers(&mut self) -> impl Iterator<Item = &mut f64> {
        let Self { w, b, v, c } = self;
        w.as_flattened_mut().iter_mut().chain(b).chain(v.as_flattened_mut()).chain(c)
    }

    /// [x_t | h_{t-1}], for the derivative by W too.
    fn joined(x: f64, h: &[f64; HIDDEN]) -> [f64; 1 + HIDDEN] {
        std::array::from_fn(|i| if i == 0 { x } else { h[i - 1] })
    }

    /// h_t from x_t and h_{t-1}.
    fn step(&self, x: f64, h: &[f64; HIDDEN]) -> [f64; HIDDEN] {
        let joined = Self::joined(x, h);
        std::array::from_fn(|i| (self.b[i] + self.w[i].iter().zip(joined).map(|(w, x)| w * x).sum::<f64>()).tanh())
    }

    /// The probabilities that h_t answers with: softmax(y_t).
    fn answer(&self, h: &[f64; HIDDEN]) -> [f64; CLASSES] {
        let e: [f64; CLASSES] =
            std::array::from_fn(|k| (self.c[k] + self.v[k].iter().zip(h).map(|(v, h)| v * h).sum::<f64>()).exp());
        e.map(|e_k| e_k / e.iter().sum::<f64>())
    }

    /// The loss of a window of one row, the state that it ends with, and the derivatives, which are added to `d`. Loss and
    /// derivatives are this row's share of the mean over all rows.
    fn window(&self, x: &[f64], targets: &[usize], start: [f64; HIDDEN], d: &mut Net) -> (f64, [f64; HIDDEN]) {
        let count = (STEPS * ROWS) as f64;
        let mut h = vec![start];
        for &x in x {
            h.push(self.step(x, &h[h.len() - 1]));
        }
        let mut loss = 0.0;
        // dloss/dh_t through what comes after step t.
        let mut d_h = [0.0; HIDDEN];
        for t in (0..STEPS).rev() {
            let (before, after) = (&h[t], &h[t + 1]);
            let p = self.answer(after);
            loss -= p[targets[t]].ln() / count;
            for (k, p) in p.into_iter().enumerate() {
                let d_y = (p - f64::from(k == targets[t])) / count;
                d.c[k] += d_y;
                for i in 0..HIDDEN {
                    d.v[k][i] += d_y * after[i];
                    d_h[i] += d_y * self.v[k][i];
                }
            }
            let joined = Self::joined(x[t], before);
            let mut d_before = [0.0; HIDDEN];
            for i in 0..HIDDEN {
                let d_z = d_h[i] * (1.0 - after[i] * after[i]);
                d.b[i] += d_z;
                for (j, x) in joined.into_iter().enumerate() {
                    d.w[i][j] += d_z * x;
                    if j > 0 {
                        d_before[j - 1] += d_z * self.w[i][j];
                    }
                }
            }
            d_h = d_before;
        }
        (loss, h[STEPS])
    }
}

/// Trains on windows of `bits [step][row]`, of which each answers the bit LAG steps before it; returns the net and its losses.
fn train(mut net: Net, bits: &[[u32; ROWS]]) -> (Net, Vec<f64>) {
    let mut squares = Net::filled(0.1);
    let mut state = [[0.0; HIDDEN]; ROWS];
    let mut losses = Vec::new();
    for first in (LAG..bits.len() + 1 - STEPS).step_by(STEPS) {
        let (mut d, mut loss) = (Net::filled(0.0), 0.0);
        for (row, state) in state.iter_mut().enumerate() {
            let x: Vec<f64> = (0..STEPS).map(|t| f64::from(bits[first + t][row])).collect();
            let targets: Vec<usize> = (0..STEPS).map(|t| bits[first + t - LAG][row] as usize).collect();
            let (of_row, end) = net.window(&x, &targets, *state, &mut d);
            (loss, *state) = (loss + of_row, end);
        }
        for ((p, d), a) in net.numbers().zip(d.numbers()).zip(squares.numbers()) {
            *a += *d * *d;
            *p -= 0.3 * *d / a.sqrt();
        }
        losses.push(loss);
    }
    (net, losses)
}

fn drawn() -> (Net, Vec<[u32; ROWS]>) {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    (Net::drawn(&mut rng), (0..LAG + 2000 * STEPS).map(|_| std::array::from_fn(|_| rng.random_range(0..2))).collect())
}

fn main() {
    let (net, bits) = drawn();
    for (window, loss) in train(net, &bits).1.into_iter().enumerate().step_by(200) {
        println!("window {window:4}: loss {loss:.4}");
    }
}

#[cfg(test)]
#[path = "plain/test.rs"]
mod test;
