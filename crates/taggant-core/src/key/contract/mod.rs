//! What any driver of [`KeyStore`] must do, as tests that run on it: for the tests of drivers.
//!
//! Each function panics where the driver breaks the contract. [`run`] runs them all.

mod admins;
mod copy;
mod evicted;
mod faults;
mod meddled;
mod memory;
mod ring;
mod rows;
mod storm;

use std::sync::Arc;

use super::store::KeyStore;

pub use meddled::Meddled;
pub use memory::{MemoryAnchor, MemoryKeyStore};

/// Makes an empty store.
pub type Make<'a> = &'a dyn Fn() -> Arc<dyn KeyStore>;

/// Runs the whole suite, each test on stores of its own.
///
/// # Panics
/// Where the driver breaks the contract.
pub fn run(make: Make<'_>) {
    rows::a_new_store_has_nothing(make);
    rows::a_change_is_made_whole_or_not_at_all(make);
    rows::of_two_entries_with_one_number_the_second_loses(make);
    rows::of_two_first_keys_of_a_person_one_is_assigned(make);
    rows::of_an_erasure_and_an_assignment_the_later_loses(make);
    rows::a_row_is_replaced_only_if_it_is_what_was_read(make);
    rows::root_wraps_are_replaced_only_if_they_are_what_was_read(make);
    rows::lists_are_paged_by_id_and_tenant(make);
    faults::nothing_is_lost_or_doubled_wherever_the_store_fails(make);
    admins::two_administrators_at_once_leave_the_store_right(make);
    admins::root_keys_that_two_add_at_once_are_both_there(make);
    admins::threads_of_two_administrators_leave_the_store_right(make);
    evicted::no_thread_keeps_an_erased_key_in_memory(make);
    evicted::an_erasure_knows_of_a_hold_that_another_process_has_just_set(make);
    storm::the_root_key_is_asked_once_per_branch_key(make);
    storm::erasures_of_others_ask_for_no_root_key(make);
    storm::a_restored_store_asks_for_the_root_key_once(make);
    storm::a_herd_past_the_cache_life_asks_once(make);
    storm::prefetched_keys_are_read_without_asking(make);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_in_memory_keeps_the_contract() {
        run(&|| Arc::new(MemoryKeyStore::default()));
    }
}
