//! serde's errors print what they refuse; those of tagged records don't.

use taggant::{Error, Flow, Outcome};
use taggant_testing::{LeakProbe, Recorder, canary};
use taggant_tests::shapes::{Flat, Internal, Optional, Untagged};

/// Reads JSON under every flow kind, and searches all that is said about it.
fn says_nothing<T: serde::de::DeserializeOwned>(json: &str, secret: &str) {
    let probe = LeakProbe::new().value("secret", secret);
    let recorder = Recorder::new("");
    for flow in [
        Flow::ingest("https://api.example", "in"),
        Flow::from("postgres://db", "t"),
        Flow::to("postgres://db", "t"),
        Flow::none(),
    ] {
        let result = recorder.run(|| flow.run(|| serde_json::from_str::<T>(json)));
        let error = result.err().unwrap_or_else(|| panic!("taken under {flow:?}"));
        probe.assert_sealed(&format!("{error} {error:?}"));
        let last = Error::last().expect("a typed error");
        probe.assert_sealed(&format!("{last} {last:?}"));
    }
    probe.assert_sealed(recorder.folder());
}

#[test]
fn invalid_type_of_a_tagged_field_does_not_print_the_value() {
    let secret = canary::card();
    says_nothing::<Flat>(
        &format!(r#"{{"id":1,"name":"x","balance":"{secret}","vip":true,"country":"ES"}}"#),
        &secret,
    );
}

#[test]
fn invalid_type_of_a_clear_field_does_not_print_the_value() {
    let secret = canary::card();
    says_nothing::<Flat>(&format!(r#"{{"id":"{secret}"}}"#), &secret);
    says_nothing::<Flat>(&format!(r#""{secret}""#), &secret);
    says_nothing::<Flat>(&format!(r#"["{secret}"]"#), &secret);
}

#[test]
fn unknown_field_and_unknown_variant_do_not_print_the_input() {
    let secret = canary::email();
    says_nothing::<Optional>(&format!(r#"{{"id":1,"{secret}":1}}"#), &secret);
    says_nothing::<Internal>(&format!(r#"{{"type":"{secret}"}}"#), &secret);
    says_nothing::<Internal>(&format!(r#"{{"type":"struct","email":{{"{secret}":1}}}}"#), &secret);
    says_nothing::<Untagged>(&format!(r#"{{"email":["{secret}"]}}"#), &secret);
}

#[test]
fn errors_still_say_what_is_missing_and_where() {
    let recorder = Recorder::new("");
    let ingest = Flow::ingest("https://api.example", "in");
    let read = |json: &str| {
        recorder.run(|| ingest.run(|| serde_json::from_str::<Flat>(json))).unwrap_err().to_string()
    };
    assert!(read("{\"id\":1,\n\"vip\":true}").contains("missing field `name`"));
    let error = read("{\"id\":1,\n\"name\":5}");
    assert!(error.contains("line 2 column"), "{error}");
    let error = read("{\"id\":1,\n\"name\" 5}");
    assert!(error.contains("line 2 column"), "{error}");
}

#[test]
fn a_clear_error_comes_without_a_runtime() {
    // No runtime is installed in this process, and none is scoped here.
    let error = std::thread::spawn(|| {
        serde_json::from_str::<Flat>("{}").unwrap_err();
        let read = Error::last().expect("a typed error");
        serde_json::to_string(&taggant_tests::shapes::Newtype(canary::name())).unwrap_err();
        (read, Error::last().expect("a typed error"))
    });
    let (read, write) = error.join().unwrap();
    assert_eq!((read.outcome(), write.outcome()), (Outcome::NoRuntime, Outcome::NoRuntime));
    assert!(write.to_string().contains("Runtime::embedded"), "{write}");
}
