//! Reports for people who must answer for the data: GDPR articles 15 and 30, who saw how much, and
//! what the ledger does not know.
//!
//! Each is plain data with the evidence it rests on. What only a person can know is marked with
//! [`HUMAN`] and never guessed.

mod access;
mod coverage;
mod csv;
mod dsar;
mod fides;
mod ropa;

pub use access::{Access, ActorLine, access};
pub use coverage::{Coverage, DeadField, UnknownFlow, coverage};
pub use dsar::{Consultation, Dsar, DsarPlace, dsar};
pub use fides::fides;
pub use ropa::{Recipient, Ropa, RopaRow, ropa, ropa_csv};

/// Stands in a cell that a person has to fill in.
pub const HUMAN: &str = "TO BE FILLED IN BY A PERSON";

#[cfg(test)]
mod tests;
