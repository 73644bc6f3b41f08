//! A row of `bench.csv`: what was measured, and how long it took.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// A training step.
    Training,
    /// A training step with inputs that are classes.
    Text,
    /// A training step of many nets, each with data of its own.
    Ensemble,
    /// One step forward of one row.
    Inference,
}

/// Other programs print rows with the columns up to `us_p999`, without `dtype` and `threads`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) library: String,
    pub(super) version: String,
    pub(super) kind: Kind,
    pub(super) nets: usize,
    pub(super) cell: String,
    pub(super) input: usize,
    pub(super) hidden: usize,
    pub(super) classes: usize,
    pub(super) batch: usize,
    pub(super) window: usize,
    #[serde(skip_deserializing, default = "f32_name")]
    pub(super) dtype: &'static str,
    #[serde(skip_deserializing, default = "one")]
    pub(super) threads: usize,
    /// Median of a step of one net.
    pub(super) us_per_step: f64,
    /// What one step in a thousand exceeds.
    #[serde(default)]
    pub(super) us_p999: Option<f64>,
    /// Multiplications and additions of the products, in 10⁹ a second.
    #[serde(skip_deserializing)]
    pub(super) gflops: f64,
    /// Of the peak of one core.
    #[serde(skip_deserializing)]
    pub(super) share_of_peak: Option<f64>,
}

fn f32_name() -> &'static str {
    "f32"
}

fn one() -> usize {
    1
}

impl Row {
    pub(super) const COLUMNS: [&str; 16] = [
        "library",
        "version",
        "kind",
        "nets",
        "cell",
        "input",
        "hidden",
        "classes",
        "batch",
        "window",
        "dtype",
        "threads",
        "us_per_step",
        "us_p999",
        "gflops",
        "share_of_peak",
    ];

    /// The row of one of this workspace's benchmarks, without a time, if the name is one: maybe `text` or `ensemble` and the
    /// number of nets; the cell; five sizes; maybe `f64` or the number of threads.
    pub(super) fn of_own(name: &str) -> Option<Self> {
        let words: Vec<&str> = name.split(' ').collect();
        let (kind, nets, words) = match &words[..] {
            ["text", words @ ..] => (Kind::Text, 1, words),
            ["ensemble", nets, words @ ..] => (Kind::Ensemble, nets.parse().ok()?, words),
            words => (Kind::Training, 1, words),
        };
        let [cell, input, hidden, classes, batch, window, rest @ ..] = words else { return None };
        let (dtype, threads) = match rest {
            ["f64"] => ("f64", 1),
            [threads, "threads"] => ("f32", threads.parse().ok()?),
            _ => ("f32", 1),
        };
        Some(Self {
            library: "rnn-core".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            kind,
            nets,
            cell: (*cell).to_owned(),
            input: input.parse().ok()?,
            hidden: hidden.parse().ok()?,
            classes: classes.parse().ok()?,
            batch: batch.parse().ok()?,
            window: window.parse().ok()?,
            dtype,
            threads,
            us_per_step: 0.0,
            us_p999: None,
            gflops: 0.0,
            share_of_peak: None,
        })
    }

    /// What is measured, as all programs name it.
    pub(super) fn work(&self) -> String {
        let prefix = match self.kind {
            Kind::Training => String::new(),
            Kind::Text => "text ".to_owned(),
            Kind::Ensemble => format!("ensemble {} ", self.nets),
            Kind::Inference => "inference ".to_owned(),
        };
        format!("{prefix}{} {}", self.cell, self.sizes())
    }

    /// Input, hidden units, classes, batch, window.
    pub(super) fn sizes(&self) -> String {
        [self.input, self.hidden, self.classes, self.batch, self.window].map(|n| n.to_string()).join(" ")
    }

    /// With what the products make of its time.
    pub(super) fn rated(mut self) -> Self {
        self.gflops = self.operations() / self.us_per_step / 1000.0;
        self
    }

    /// With the median of its step, beside the processor's peak.
    pub(super) fn timed(mut self, us_per_step: f64, peak: Option<f64>) -> Self {
        self.us_per_step = us_per_step;
        let row = self.rated();
        let share_of_peak = peak.filter(|_| row.dtype == "f32").map(|peak| row.gflops / peak);
        Self { share_of_peak, ..row }
    }

    /// Multiplications and additions of a step's products: each gate's forward, back to the state before, and the weights'
    /// derivatives; the readout's three. A text's inputs need none, as they can be looked up.
    fn operations(&self) -> f64 {
        let gates = match &*self.cell {
            "gru" => 3.0,
            "lstm" => 4.0,
            _ => 1.0,
        };
        let input = if self.kind == Kind::Text { 0 } else { self.input };
        let [input, hidden, classes, batch, window] =
            [input, self.hidden, self.classes, self.batch, self.window].map(|n| n as f64);
        let rows = batch * window;
        let forward = rows * (input + hidden) * gates * hidden;
        let readout = rows * hidden * classes;
        if self.kind == Kind::Inference {
            return 2.0 * (forward + readout);
        }
        let back = (rows - batch) * gates * hidden * hidden;
        2.0 * (2.0 * forward + back + 3.0 * readout)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn the_name_of_a_benchmark_is_the_name_of_the_work_for_others() {
        let works = ["elman 1 4 2 5 15", "text gru 96 128 96 32 50", "ensemble 16 elman 1 4 2 5 15"];
        for name in works {
            assert_eq!(Row::of_own(name).unwrap().work(), name);
        }
        let of_another_type = Row::of_own("elman 1 4 2 5 15 f64").unwrap();
        assert_eq!((of_another_type.dtype, of_another_type.threads), ("f64", 1));
        let in_threads = Row::of_own("elman 1 512 2 64 64 2 threads").unwrap();
        assert_eq!((in_threads.dtype, in_threads.threads), ("f32", 2));
        for name in ["peak", "report", "gru 1 4 2 5", "elman 1 4 2 5 x"] {
            assert_eq!(Row::of_own(name), None, "{name}");
        }
    }

    #[test]
    fn rows_of_other_programs_may_end_with_the_median() {
        let read = |text: &str| csv::Reader::from_reader(text.as_bytes()).into_deserialize().next().unwrap().unwrap();
        let header = "library,version,kind,nets,cell,input,hidden,classes,batch,window,us_per_step";
        let row: Row = read(&format!("{header}\njax,0.1,ensemble,16,elman,1,4,2,5,15,2.5\n"));
        let row = row.rated();
        assert_eq!((row.work(), row.us_p999), ("ensemble 16 elman 1 4 2 5 15".to_owned(), None));
        // 75 rows of 5 products to 4 units twice, 70 of 4 to 4, and 75 of 4 to 2 classes three times.
        assert_eq!(row.gflops, 2.0 * (2.0 * 75.0 * 20.0 + 70.0 * 16.0 + 3.0 * 75.0 * 8.0) / 2.5 / 1000.0);
        let row: Row = read(&format!("{header},us_p999\nRTNeural,1.0.0,inference,1,gru,8,8,1,1,1,0.05,0.09\n"));
        assert_eq!((row.kind, row.us_p999), (Kind::Inference, Some(0.09)));
    }
}
