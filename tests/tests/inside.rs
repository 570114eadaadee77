//! Records inside tagged values, tagged values inside records inside containers: nothing slips.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use taggant::{Error, Flow, Outcome, Sensitive, Tagged};
use taggant_testing::{LeakProbe, Recorder, canary};

const POLICY: &str = "[[allow]]\naction = [\"open\", \"reveal\", \"reseal\"]\ncategory = \"user\"\npurpose = \"essential\"\n";

#[derive(Clone, PartialEq, Tagged)]
#[tagged(dataset = "inside.item", subject(customer = id), row = id)]
struct Item {
    #[clear]
    id: u64,
    #[tag("user.content")]
    text: String,
}

#[derive(PartialEq, Tagged)]
#[tagged(dataset = "inside.outer", subject(customer = id), row = id)]
struct Outer {
    #[clear]
    id: u64,
    /// Records sealed as a value.
    #[tag("user.content")]
    items: Vec<Item>,
    /// Records that stand in the clear, each protected by itself.
    #[clear]
    loose: BTreeMap<String, Item>,
}

#[derive(Tagged)]
#[tagged(dataset = "inside.many", subject(customer = id), row = id)]
struct Many {
    #[clear]
    id: u64,
    #[tag("user.content")]
    list: Vec<Sensitive<String>>,
    #[tag("user.content")]
    deep: Deep,
}

#[derive(Serialize, Deserialize)]
struct Deep {
    inner: Option<Sensitive<String>>,
}

fn item(id: u64) -> Item {
    Item { id, text: canary::name() }
}

#[test]
fn records_inside_tagged_and_clear_fields_are_sealed_and_come_back() {
    let recorder = Recorder::new(POLICY);
    recorder.run(|| {
        let outer = Outer {
            id: 1,
            items: vec![item(2), item(3)],
            loose: [("a".to_owned(), item(4))].into(),
        };
        let probe = LeakProbe::watch(&outer).and(&LeakProbe::watch(&outer.items));
        let row = Flow::to("a://b", "c").run(|| serde_json::to_string(&outer)).unwrap();
        probe.assert_sealed(&row);
        let from = Flow::from("a://b", "c").purpose("essential");
        let back: Outer = from.run(|| serde_json::from_str(&row)).unwrap();
        assert!(back == outer);
        probe.assert_sealed(recorder.folder());
    });
}

#[test]
fn sensitive_values_deep_in_a_tagged_value_are_sealed_and_need_permission() {
    let recorder = Recorder::new(POLICY);
    recorder.run(|| {
        let texts = [canary::name(), canary::name(), canary::name()];
        let probe = texts.iter().fold(LeakProbe::new(), |p, text| p.value("deep", text));
        let many = Many {
            id: 1,
            list: vec![texts[0].clone().into(), texts[1].clone().into()],
            deep: Deep { inner: Some(texts[2].clone().into()) },
        };
        let to = Flow::to("a://b", "c");
        let row = to.run(|| serde_json::to_string(&many)).unwrap();
        probe.assert_sealed(&row);
        probe.assert_sealed(&format!("{many:?}"));
        let from = Flow::from("a://b", "c").purpose("essential");
        let back: Many = from.run(|| serde_json::from_str(&row)).unwrap();
        // Opened with what is around it, it still takes a purpose to look.
        assert_eq!(back.list[0].reveal().unwrap_err().outcome(), Outcome::NoFlow);
        assert_eq!(from.run(|| back.list[0].reveal().cloned()).unwrap(), texts[0]);
        let inner = back.deep.inner.as_ref().unwrap();
        assert_eq!(from.run(|| inner.reveal().cloned()).unwrap(), texts[2]);
        probe.assert_sealed(&to.run(|| serde_json::to_string(&back)).unwrap());
    });
}

#[test]
fn nothing_of_one_record_is_left_over_for_the_next_after_a_panic_or_an_error() {
    /// Panics, or fails, in the middle of a record.
    struct Bad(bool);
    impl Serialize for Bad {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            assert!(!self.0, "on purpose");
            Err(serde::ser::Error::custom("on purpose"))
        }
    }
    #[derive(Tagged)]
    #[tagged(dataset = "inside.bad", subject(customer = id), row = id, skip(Deserialize))]
    struct Record {
        #[clear]
        id: u64,
        #[tag("user.content")]
        protected: Sensitive<String>,
        #[tag("user.content")]
        bad: Bad,
    }
    Recorder::new(POLICY).run(|| {
        let to = Flow::to("a://b", "c").purpose("essential");
        for panics in [true, false] {
            let secret = canary::card();
            let probe = LeakProbe::new().value("secret", &secret);
            let record = Record { id: 1, protected: secret.into(), bad: Bad(panics) };
            let write = || to.run(|| serde_json::to_string(&record).map_err(|e| e.to_string()));
            let written = std::panic::catch_unwind(std::panic::AssertUnwindSafe(write));
            assert!(!matches!(written, Ok(Ok(_))));
            let wrapped = || serde_json::to_string(&to.wrap(&record)).map_err(|e| e.to_string());
            let written = std::panic::catch_unwind(std::panic::AssertUnwindSafe(wrapped));
            assert!(!matches!(written, Ok(Ok(_))));
            // Outside a field it is refused as before, and the next record is whole.
            let loose = serde_json::to_string(&record.protected).unwrap_err();
            assert_eq!(Error::last().unwrap().outcome(), Outcome::Denied);
            probe.assert_sealed(&loose.to_string());
            let row = to.run(|| serde_json::to_string(&item(2))).unwrap();
            assert!(row.contains("tgt1."));
        }
    });
}
