//! A policy or an error; the canonical text of a policy reads back to the same policy.
#![no_main]

use libfuzzer_sys::fuzz_target;
use taggant::Policy;

fuzz_target!(|data: &str| {
    if let Ok(policy) = Policy::from_toml(data) {
        let again = Policy::from_toml(policy.text()).expect("the canonical text is a policy");
        assert_eq!(again.digest(), policy.digest(), "the text lost something");
    }
});
