//! `cargo xtask sweep`: runs trials and keeps what becomes of each.
//!
//! [`pool`] runs trials on this machine, as [`options`] say. Each [`worker`] takes some of those that are [`waiting`] and has a
//! [`process`] make an [`attempt`] at each, side by side ([`trial`] is what runs there, its [`slot`] how it is looked after); a
//! [`keeper`] keeps what becomes of them. [`local`] runs a whole sweep with it, [`slurm`] has
//! the nodes of a cluster run shares of one: [`sbatch`] takes them, [`submissions`] are what was submitted, [`queue`] is what
//! Slurm says of them. Both show
//! [`progress`] and come to the same [`ending`]. [`suite`] runs several sweeps. [`dry_run`] tells what would be done, [`status`] how far it is.

mod attempt;
mod ending;
mod keeper;
mod progress;
mod queue;
mod sbatch;
mod slot;
mod submissions;
mod waiting;
mod worker;

pub(crate) mod dry_run;
pub(crate) mod local;
pub(crate) mod options;
pub(crate) mod pool;
mod process;
pub(crate) mod slurm;
pub(crate) mod status;
pub(crate) mod suite;
pub(crate) mod trial;

pub(crate) use ending::{finish, print_outcome, write_page};
