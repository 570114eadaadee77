//! Formats whose errors quote the input: a direct verb says what went wrong and passes none of it on.

use serde::Deserialize;
use taggant::{Error, Flow, Tagged};
use taggant_testing::{LeakProbe, Recorder, canary};

#[derive(Tagged)]
#[tagged(dataset = "quotes.people", subject(customer = id), row = id)]
#[allow(dead_code, reason = "it is never read successfully")]
struct Person {
    #[clear]
    id: u64,
    #[tag("user.name")]
    name: String,
}

/// The same without taggant: what the format says by itself.
#[derive(Deserialize)]
#[allow(dead_code, reason = "it is never read successfully")]
struct Plain {
    id: u64,
    name: String,
}

fn both(error: &impl std::fmt::Debug, text: &impl std::fmt::Display) -> String {
    format!("{error:?} {text}")
}

/// All that taggant says of it: the error that is returned and the one that is remembered.
fn said(error: &Error) -> String {
    let remembered = Error::last().expect("a typed error");
    both(error, error) + &both(&remembered, &remembered)
}

fn refused<T>(result: Result<T, Error>) -> Error {
    result.err().expect("it does not fit")
}

#[test]
fn an_error_of_toml_quotes_the_line_and_a_verb_does_not() {
    let recorder = Recorder::new("");
    recorder.run(|| {
        let name = canary::name();
        let probe = LeakProbe::new().value("name", &name);
        for bad in [
            format!("id = 1\nname = '{name}' x\n"),
            format!("name = '{name}'\nid = '{name}'\n"),
            format!("id = 1\nname = ['{name}']\n"),
        ] {
            let own = toml::from_str::<Plain>(&bad).err().expect("it does not fit");
            assert!(!probe.find(&both(&own, &own)).is_empty(), "the format quotes: {bad}");
            for flow in [Flow::ingest("https://api.example", "in"), Flow::from("file:///x", "x")] {
                match toml::Deserializer::parse(&bad) {
                    Ok(format) => {
                        probe.assert_sealed(&said(&refused(flow.read::<Person, _>(format))));
                    }
                    // It does not get as far as a verb.
                    Err(_) => assert!(bad.contains(" x\n")),
                }
            }
        }
    });
}

#[test]
fn an_error_of_sonic_rs_quotes_what_stands_around_and_a_verb_does_not() {
    let recorder = Recorder::new("");
    recorder.run(|| {
        // It quotes eight characters on either side.
        let name = "Qzvxkw";
        let probe = LeakProbe::new().value("name", name);
        for bad in [
            format!(r#"{{"id":1,"name":"{name}"x"#),
            format!(r#"{{"name":"{name}","id":"{name}"}}"#),
            format!(r#"{{"id":1,"name":["{name}"]}}"#),
        ] {
            let own = sonic_rs::from_str::<Plain>(&bad).err().expect("it does not fit");
            assert!(!probe.find(&both(&own, &own)).is_empty(), "the format quotes: {own} of {bad}");
            for flow in [Flow::ingest("https://api.example", "in"), Flow::from("file:///x", "x")] {
                let mut format = sonic_rs::Deserializer::from_str(&bad);
                probe.assert_sealed(&said(&refused(flow.read::<Person, _>(&mut format))));
            }
        }
    });
}
