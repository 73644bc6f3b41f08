//! `cargo xtask sweep`: runs trials and keeps what becomes of each.
//!
//! [`pool`] runs trials on this machine, each as a process ([`trial`]), as [`options`] say, and its [`keeper`] keeps what becomes of them. [`local`] runs a whole sweep with it, [`slurm`] has
//! the nodes of a cluster run shares of one: [`sbatch`] takes them, [`submissions`] are what was submitted, [`queue`] is what
//! Slurm says of them. Both show
//! [`progress`] and come to the same [`ending`]. [`dry_run`] tells what would be done, [`status`] how far it is.

mod ending;
mod keeper;
mod progress;
mod queue;
mod sbatch;
mod submissions;

pub(crate) mod dry_run;
pub(crate) mod local;
pub(crate) mod options;
pub(crate) mod pool;
mod process;
pub(crate) mod slurm;
pub(crate) mod status;
pub(crate) mod trial;

pub(crate) use ending::{finish, print_outcome, write_page};
