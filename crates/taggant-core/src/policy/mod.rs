//! What may be done with tagged data: who, where, for what.
//!
//! Any matching deny wins, then the first matching allow in file order, then the default. The
//! language is described in `docs/POLICY.md`.

mod check;
mod decide;
mod expect;
mod explain;
mod model;
mod parse;
mod settings;
mod text;

pub use crate::place::matches;
pub use crate::tag::Action;
pub use decide::{Decision, Request, RuleId};
pub use expect::{Failure, Report};
pub use model::{Policy, PolicyBuilder, Rule};
pub use settings::JournalMode;
