//! The time of one step of one row: its median, and what one step in a thousand exceeds.
//!
//! `cargo xtask bench` runs this beside another library's. The median is that of blocks of 16 steps, because the clock is too coarse
//! for one; p99.9 is of single steps, less what reading the clock takes. Prints a row of CSV for each work, or for each whose
//! name holds the text that is given.
#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]
#![allow(clippy::print_stdout, reason = "rows are what it is for")]

use rnn_core::rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{Architecture, CellKind, Init, Network};
use std::hint::black_box;
use std::time::{Duration, Instant};

const CELLS: [CellKind; 2] = [CellKind::Gru, CellKind::Lstm];

/// As many inputs as hidden units, and one output.
const SIZES: [usize; 5] = [4, 8, 16, 32, 64];

const BLOCK: u32 = 16;

/// Rows of inputs that are read in turn.
const ROWS: usize = 1024;

/// How long each of the two is measured.
const TIME: Duration = Duration::from_millis(500);

fn main() {
    // Cargo adds options of its own.
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with("--")).unwrap_or_default();
    println!("library,version,kind,nets,cell,input,hidden,classes,batch,window,us_per_step,us_p999");
    for cell in CELLS {
        for size in SIZES {
            if format!("inference {cell} {size} {size} 1 1 1").contains(&wanted) {
                let (median, p999) = measure(cell, size);
                let version = env!("CARGO_PKG_VERSION");
                println!("rnn-core,{version},inference,1,{cell},{size},{size},1,1,1,{median:.5},{p999:.5}");
            }
        }
    }
}

/// Median and p99.9 of a step in µs.
fn measure(cell: CellKind, size: usize) -> (f64, f64) {
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let architecture = Architecture::new(cell).input_size(size).hidden_size(size).outputs(1);
    let network = Network::<f32>::drawn(architecture, Init::PyTorch, &mut rng).unwrap();
    let mut stream = network.stream().unwrap();
    let inputs: Vec<f32> = (0..ROWS * size).map(|i| f32::from(u8::from(i * 7 % 5 < 2))).collect();
    let mut rows = inputs.chunks_exact(size).cycle();
    let mut step = || {
        black_box(stream.push(rows.next().unwrap()).unwrap());
    };
    repeat(TIME / 5, || time(&mut step));
    let blocks = repeat(TIME, || time(|| (0..BLOCK).for_each(|_| step())) / f64::from(BLOCK));
    let clock = quantile(repeat(TIME / 50, || time(|| {})), 0.5);
    let singles = repeat(TIME, || time(&mut step));
    (quantile(blocks, 0.5), (quantile(singles, 0.999) - clock).max(0.0))
}

/// µs.
fn time(measured: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    measured();
    begun.elapsed().as_nanos() as f64 / 1e3
}

/// Measures again and again until the time is up.
fn repeat(time: Duration, mut measured: impl FnMut() -> f64) -> Vec<f64> {
    let mut times = Vec::with_capacity(1 << 22);
    let begun = Instant::now();
    while begun.elapsed() < time && times.len() < 1 << 22 {
        times.extend((0..256).map(|_| measured()));
    }
    times
}

/// The value below which a share of all lies.
fn quantile(mut times: Vec<f64>, share: f64) -> f64 {
    let place = ((times.len() as f64 * share) as usize).min(times.len() - 1);
    *times.select_nth_unstable_by(place, f64::total_cmp).1
}
