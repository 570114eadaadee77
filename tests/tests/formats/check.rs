//! What is checked of one format and one shape.

use std::panic::{AssertUnwindSafe, catch_unwind};

use taggant::{Error, Flow, Outcome};
use taggant_testing::{LeakProbe, Recorder};
use taggant_tests::codec::Codec;
use taggant_tests::shapes::Shape;

pub(super) const POLICY: &str = r#"
[[allow]]
action = ["open", "lookup"]
category = "user"

[[allow]]
action = "reveal"
category = "user"
location = ["https://reveal.example/*", "test://tests/*"]
purpose = "essential"
"#;

pub(super) fn store() -> (Flow, Flow) {
    let (namespace, name) = ("postgres://db:5432", "shop.public.t");
    (Flow::to(namespace, name), Flow::from(namespace, name).purpose("essential"))
}

/// Checks all samples of a shape in a format; returns how many fit the format.
pub(super) fn check<C: Codec, T: Shape>() -> usize {
    let recorder = Recorder::new(POLICY);
    // Made once: canaries differ at each call, and others than these were never written.
    let samples = T::samples();
    let fitting = recorder.run(|| samples.iter().filter(|value| fits::<C, T>(value)).count());
    let probe = samples.iter().fold(LeakProbe::new(), |p, value| p.and(&LeakProbe::watch(value)));
    if !probe.is_empty() {
        probe.assert_sealed(recorder.folder());
        finds_what_is_in_the_folder(&recorder, &samples, &probe);
    }
    fitting
}

/// The test of the test: the values that were written are the ones that are searched for, and a
/// file beside the databases is searched.
fn finds_what_is_in_the_folder<T: Shape>(recorder: &Recorder, samples: &[T], probe: &LeakProbe) {
    let reveal = Flow::to("https://reveal.example", "out").purpose("essential");
    let leak = recorder.run(|| serde_json::to_vec(&reveal.wrap(samples)).expect("JSON"));
    std::fs::write(recorder.folder().join("leak.json"), leak).expect("a temporary folder");
    assert!(!probe.find(recorder.folder()).is_empty(), "{}: the folder's leak is missed", T::NAME);
}

fn fits<C: Codec, T: Shape>(value: &T) -> bool {
    let name = format!("{} of {}", T::NAME, C::NAME);
    let reveal = Flow::to("https://reveal.example", "out").purpose("essential");
    let ingest = Flow::ingest("https://api.example", "in");
    // Through a wrap the record is what plain serde makes of it: does the format take that?
    let plain = C::write(&reveal.wrap(value));
    let fits = plain
        .as_ref()
        .is_ok_and(|plain| ingest.run(|| C::read::<T>(plain)).is_ok_and(|back| value.same(&back)));
    if !fits {
        return false;
    }
    let plain = plain.expect("it fits");
    let probe = LeakProbe::watch(value);
    let (to, from) = store();
    let sealed = to.run(|| C::write(value)).unwrap_or_else(|e| panic!("{name}: not sealed: {e}"));
    let back: T =
        from.run(|| C::read(&sealed)).unwrap_or_else(|e| panic!("{name}: not opened: {e}"));
    assert!(value.same(&back), "{name}: another value came back");
    let nowhere = C::write(value).unwrap_or_else(|e| panic!("{name}: not sealed to unknown: {e}"));
    let masked = Flow::log("app").run(|| C::write(value));
    let masked = masked.unwrap_or_else(|e| panic!("{name}: not masked: {e}"));
    if probe.is_empty() {
        return true;
    }
    for (what, bytes) in [("sealed", &sealed), ("without a flow", &nowhere), ("log", &masked)] {
        let leaks = probe.find(bytes);
        assert!(leaks.is_empty(), "{name}: {what}: {leaks:?}");
    }
    // The test of the test: what a wrap lets out is found, in this format too.
    assert!(!probe.find(&plain).is_empty(), "{name}: the probe misses plaintext");
    refuses::<C, T>(&name, &probe, &plain, &sealed, &masked);
    true
}

/// What must not come in does not, and the refusal says nothing of it.
fn refuses<C: Codec, T: Shape>(
    name: &str,
    probe: &LeakProbe,
    plain: &[u8],
    sealed: &[u8],
    masked: &[u8],
) {
    let (to, from) = store();
    let ingest = Flow::ingest("https://api.example", "in");
    let refused = |what: &str, flow: &Flow, bytes: &[u8], expected: &[Outcome]| {
        let error = match flow.run(|| C::read::<T>(bytes)) {
            Ok(_) => panic!("{name}: {what} was taken"),
            Err(error) => error,
        };
        assert!(probe.find(&error).is_empty(), "{name}: {what}: the error leaks");
        let last = Error::last().unwrap_or_else(|| panic!("{name}: {what}: no typed error"));
        assert!(expected.contains(&last.outcome()), "{name}: {what}: {last}");
        assert!(probe.find(&last.to_string()).is_empty(), "{name}: {what}: the typed error leaks");
    };
    use Outcome::{
        Invalid, NoFlow, Tampered, UnexpectedEnvelope, UnexpectedPlaintext, UnknownFormat,
    };
    let plaintext = [UnexpectedPlaintext, Invalid, Tampered, UnknownFormat];
    refused("plaintext in storage", &from, plain, &plaintext);
    refused("redacted text in storage", &from, masked, &plaintext);
    refused("an envelope from outside", &ingest, sealed, &[UnexpectedEnvelope, Invalid]);
    refused("reading under a sink", &to, sealed, &[NoFlow]);
    let redacted = catch_unwind(AssertUnwindSafe(|| ingest.run(|| C::read::<T>(masked))));
    assert!(matches!(redacted, Ok(Err(_))), "{name}: redacted text was taken in");
}
