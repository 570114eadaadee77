use std::collections::HashSet;
use std::error::Error as _;
use std::fmt;

use super::*;

/// Its `Debug` holds more than its `Display`, as those of many drivers do.
#[derive(Debug)]
struct Driver {
    #[expect(dead_code, reason = "only Debug would print it")]
    statement: &'static str,
    below: Option<std::io::Error>,
}

impl fmt::Display for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the driver gave up")
    }
}

impl std::error::Error for Driver {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.below.as_ref().map(|below| below as _)
    }
}

fn caused() -> Error {
    let below = Some(std::io::Error::from(std::io::ErrorKind::TimedOut));
    Error::new(Outcome::KeyUnavailable, "the store is down; start it")
        .at_field("shop", "email")
        .with_source(Driver { statement: "SELECT 4111111111111111", below })
}

/// The codes are bytes of the journal: a changed one would tell old events wrongly. The match has no
/// wildcard, so that a new outcome doesn't compile before it stands here.
fn pinned(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::NoRuntime => 1,
        Outcome::NoFlow => 2,
        Outcome::Denied => 3,
        Outcome::KeyNotFound => 4,
        Outcome::KeyUnavailable => 5,
        Outcome::KeyStoreRolledBack => 6,
        Outcome::Erased => 7,
        Outcome::Tampered => 8,
        Outcome::WrongField => 9,
        Outcome::WrongSubject => 10,
        Outcome::WrongTenant => 11,
        Outcome::WrongRow => 12,
        Outcome::UnexpectedPlaintext => 13,
        Outcome::UnexpectedEnvelope => 14,
        Outcome::UnknownFormat => 15,
        Outcome::Invalid => 16,
        Outcome::JournalUnavailable => 17,
    }
}

#[test]
fn all_outcomes_have_the_codes_that_journals_hold() {
    for (index, outcome) in Outcome::ALL.into_iter().enumerate() {
        assert_eq!(outcome.code(), pinned(outcome), "{outcome}");
        assert_eq!(usize::from(outcome.code()), index + 1, "{outcome}");
        assert_eq!(Outcome::from_code(outcome.code()), Some(outcome));
        assert_eq!(format!("{outcome:?}"), outcome.name());
    }
    let codes: HashSet<u8> = Outcome::ALL.map(Outcome::code).into();
    assert_eq!(codes.len(), Outcome::ALL.len());
    assert_eq!(Outcome::from_code(0), None, "0 is success");
    assert_eq!(Outcome::from_code(18), None, "ALL is complete up to the last code");
}

/// `| `Outcome` | what happened | what to do | again |` of the guide.
fn told_in_the_guide(outcome: Outcome) -> Option<bool> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/GUIDE.md");
    let guide = std::fs::read_to_string(page).expect("the guide stands in docs/");
    let row = guide.lines().find(|line| line.starts_with(&format!("| `{outcome}` |")))?;
    let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
    let [_, what, to_do, again] = cells[..] else { return None };
    assert!(!what.is_empty() && !to_do.is_empty(), "{outcome}");
    Some(again.starts_with("yes"))
}

#[test]
fn the_guide_tells_what_to_do_about_every_outcome_and_whether_again_helps() {
    for outcome in Outcome::ALL {
        assert_eq!(told_in_the_guide(outcome), Some(outcome.is_retryable()), "{outcome}");
    }
}

#[test]
fn an_error_knows_better_than_its_outcome_whether_again_helps() {
    let error = |outcome| Error::new(outcome, "why");
    assert!(error(Outcome::JournalUnavailable).is_retryable());
    assert!(!error(Outcome::JournalUnavailable).retryable(false).is_retryable());
    assert!(!error(Outcome::Tampered).is_retryable());
    assert!(error(Outcome::Tampered).retryable(true).is_retryable());
}

#[test]
fn a_source_is_told_and_survives_a_clone() {
    let error = caused().clone();
    let source = error.source().expect("it has one");
    assert!(source.is::<Driver>());
    assert_eq!(source.source().expect("and that one too").to_string(), "timed out");
    assert!(Error::new(Outcome::Denied, "no rule").source().is_none());
}

#[test]
fn display_leaves_the_source_out() {
    assert_eq!(caused().to_string(), "KeyUnavailable: shop.email: the store is down; start it");
}

#[test]
fn debug_prints_display_and_the_display_of_each_source_only() {
    let told = "Error(KeyUnavailable: shop.email: the store is down; start it; \
                caused by: the driver gave up; caused by: timed out)";
    assert_eq!(format!("{:?}", caused()), told);
    assert_eq!(format!("{:#?}", caused()), told);
    assert!(!format!("{:?} {:#?}", caused(), Some(caused())).contains("4111"));
}
