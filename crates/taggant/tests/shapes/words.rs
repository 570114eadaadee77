//! The words of `#[tag(..)]` and `#[tagged(..)]` arrive in the description.

use taggant::__private::{Mask, Pad};
use taggant::Tagged;

/// Every word.
#[derive(Tagged)]
#[tagged(
    dataset = "words",
    alias("old_words", "older_words"),
    subject(acme.driver = id),
    row = id,
    prefix = "acme"
)]
pub struct Words {
    #[clear]
    id: u64,
    #[clear]
    agent: u64,
    #[tag("user.name", "acme.badge.number", mask = first(2), pad = none, name = "label")]
    text: String,
    #[tag("user.contact.email", mask = pseudonym, lookup = "phone_ix", normalizer = phone, bits = 64)]
    phone: String,
    #[tag("user.name", alias("x", "y"), pad = 64, seal_none, subject(employee = agent))]
    optional: Option<String>,
    #[tag("user.demographic.date_of_birth", mask = year, subject(acme.driver = id))]
    born: String,
    #[tag("user.device.ip_address", mask = ip_prefix)]
    ip: String,
    #[tag("user", mask = full)]
    all: Vec<u8>,
}

/// `Debug` of the user's own.
#[derive(Tagged)]
#[tagged(dataset = "own_debug", row = none, unbound, skip(Debug, Serialize, Deserialize))]
pub struct OwnDebug {
    #[tag("user.name")]
    name: String,
}

impl std::fmt::Debug for OwnDebug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.name.len())
    }
}

#[test]
fn words_arrive() {
    let spec = Words::__spec();
    let tag = |index: usize| spec.fields[index].tag().expect("tagged");
    assert_eq!(spec.subjects, [Some("acme.driver"), Some("employee")]);
    assert_eq!(spec.fields[2].path, "label");
    assert_eq!(tag(2).categories, ["user.name", "acme.badge.number"]);
    assert_eq!(tag(2).mask, Mask::First(2));
    assert_eq!(tag(2).pad, Pad::None);
    assert_eq!(tag(3).mask, Mask::Pseudonym);
    let lookup = tag(3).lookup.as_ref().expect("a look-up");
    assert_eq!((lookup.name, lookup.normalizer, lookup.bits), ("phone_ix", "phone/1", 64));
    assert_eq!(tag(4).pad, Pad::To(64));
    assert!(tag(4).seal_none);
    assert_eq!(tag(4).subject, 1);
    assert_eq!(spec.fields[4].aliases.len(), 8, "3 datasets × 3 paths, without its own");
    assert_eq!((tag(5).mask, tag(5).subject), (Mask::Year, 0));
    assert_eq!(tag(6).mask, Mask::IpPrefix);
    assert_eq!((tag(7).mask, tag(7).pad), (Mask::Full, Pad::To(16)));
}

#[test]
fn skipped_traits_are_the_users() {
    assert_eq!(format!("{:?}", OwnDebug { name: "abc".to_owned() }), "3 bytes");
    assert_eq!(OwnDebug::__spec().dataset, "own_debug");
}
