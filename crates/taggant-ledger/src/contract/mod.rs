//! What any ledger must do, as functions that a driver's tests run: [`run`] runs all of them, each
//! on databases of its own.
//!
//! Behind the feature `contract`; they panic where a driver does not keep the contract.

mod cut;
mod faults;
mod holds;
pub mod sample;

use std::sync::Arc;

use crate::sql::Sql;

pub use cut::{Cut, When};

/// Makes an empty database, with the tables of [`crate::schema`].
pub type Make<'m> = dyn Fn() -> Arc<dyn Sql> + 'm;

/// Runs the whole suite.
///
/// # Panics
/// Where the driver does not keep the contract.
pub fn run(make: &Make<'_>) {
    holds::each_event_counts_once(make);
    holds::known_numbers_with_other_content_are_findings(make);
    holds::people_are_handles_and_are_forgotten(make);
    holds::work_lists_are_opened_once_and_confirmed(make);
    holds::accesses_expire_and_the_log_verifies(make);
    holds::values_come_back_as_they_were(make);
    holds::a_transaction_that_fails_changes_nothing(make);
    faults::every_transaction_is_cut_before_and_after_its_commit(make);
    faults::several_writers_share_a_ledger(make);
}
