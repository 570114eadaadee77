use taggant_core::Outcome;
use taggant_ledger::answers::{Access, Action, Derivation as Made, Ended, Kind};

use super::*;
use crate::map::testing::{DAY, edge, field, map, with};

const TABLE: &str = "postgres://db/people";
const PARTNER: &str = "https://partner.example/in";

fn protection(edge: FlowEdge) -> (Direction, Protection) {
    let map = map(vec![edge]);
    (map.links[0].direction, map.links[0].protection)
}

#[test]
fn each_action_is_shown_as_what_it_leaves_at_the_place() {
    use Direction::{From, To};
    for (kind, action, direction, expected) in [
        (Kind::Write, Action::Seal, To, Protection::Sealed),
        (Kind::Write, Action::Reseal, To, Protection::Sealed),
        (Kind::Write, Action::Pass, To, Protection::Sealed),
        (Kind::Write, Action::Mask, To, Protection::Masked),
        (Kind::Write, Action::Pseudonymise, To, Protection::Pseudonymised),
        (Kind::Write, Action::Reveal, To, Protection::Plaintext),
        (Kind::Write, Action::Omit, To, Protection::Withheld),
        (Kind::Write, Action::Deny, To, Protection::Withheld),
        (Kind::Read, Action::Ingest, From, Protection::Plaintext),
        (Kind::Read, Action::Open, From, Protection::Sealed),
        (Kind::Read, Action::Pass, From, Protection::Sealed),
        (Kind::Lookup, Action::Lookup, From, Protection::Sealed),
        (Kind::Write, Action::Unknown, To, Protection::Unknown),
    ] {
        let found = protection(edge("people.name", kind, action, TABLE));
        assert_eq!(found, (direction, expected), "{kind} {action}");
    }
}

#[test]
fn what_went_to_no_named_place_is_unknown_and_what_failed_did_not_move() {
    let unnamed =
        |action| with(edge("people.name", Kind::Write, action, TABLE), |edge| edge.unknown = true);
    let unknown = unnamed(Action::Seal);
    assert_eq!(protection(unknown).1, Protection::Unknown);
    let plaintext = unnamed(Action::Reveal);
    assert_eq!(protection(plaintext).1, Protection::Plaintext, "it is not hidden by that");
    let failed = with(edge("people.name", Kind::Write, Action::Reveal, TABLE), |edge| {
        edge.outcome = Ended::Failed(Outcome::KeyNotFound);
    });
    let map = map(vec![failed]);
    assert_eq!(map.links[0].protection, Protection::Withheld);
    assert_eq!((map.totals.movements, map.totals.plaintext_links), (0, 0));
}

#[test]
fn a_reveal_is_a_look_where_the_value_was_read_and_a_disclosure_elsewhere() {
    let seen = map(vec![
        edge("people.name", Kind::Read, Action::Pass, TABLE),
        edge("people.name", Kind::Access, Action::Reveal, TABLE),
    ]);
    assert_eq!(seen.links.len(), 1);
    assert_eq!(seen.totals.plaintext_links, 0);
    assert_eq!((&*seen.looks[0].actor, seen.looks[0].count), ("svc:a", 3));

    let disclosed = map(vec![
        edge("people.name", Kind::Read, Action::Pass, TABLE),
        edge("people.name", Kind::Access, Action::Reveal, PARTNER),
    ]);
    let out: Vec<&str> = disclosed.plaintext_out().map(|link| &*link.location).collect();
    assert_eq!(out, [PARTNER]);
}

#[test]
fn movements_of_a_field_that_are_protected_alike_are_one_link() {
    let other = with(edge("people.name", Kind::Write, Action::Seal, TABLE), |other| {
        other.purpose = "marketing".into();
        (other.actor, other.on_behalf) = ("svc:b".into(), "agent:x".into());
        (other.first_ns, other.last_ns, other.count) = (5, 9 * DAY, 4);
    });
    let map = map(vec![
        edge("people.name", Kind::Write, Action::Seal, TABLE),
        other,
        edge("people.name", Kind::Write, Action::Mask, TABLE),
    ]);
    assert_eq!(map.links.len(), 2);
    let link = &map.links[1];
    assert_eq!((link.count, link.first_ns, link.last_ns), (7, 5, 9 * DAY));
    assert_eq!(link.purposes, ["analytics", "marketing"]);
    assert_eq!(link.actors, ["svc:a", "svc:b"]);
    assert_eq!(link.on_behalf, ["agent:x"]);
    assert_eq!(link.movements.len(), 2);
    assert_eq!(map.links[0].protection, Protection::Masked, "the least protected comes first");
    assert_eq!(map.places[0].protection, Protection::Masked);
}

#[test]
fn new_is_what_was_not_seen_before_the_date() {
    let flows = vec![
        edge("old.name", Kind::Write, Action::Seal, TABLE),
        with(edge("old.name", Kind::Write, Action::Seal, PARTNER), |edge| edge.first_ns = 5 * DAY),
        with(edge("new.name", Kind::Write, Action::Seal, TABLE), |edge| edge.first_ns = 5 * DAY),
    ];
    let options = Options { since_ns: Some(5 * DAY), ..Options::default() };
    let map = Map::of(Answers { flows, ..Answers::default() }, &options);
    let sets: Vec<(&str, bool)> = map.datasets.iter().map(|set| (&*set.name, set.new)).collect();
    assert_eq!(sets, [("new", true), ("old", false)]);
    let places: Vec<bool> = map.places.iter().map(|place| place.new).collect();
    assert_eq!(places, [true, false], "partner, table");
    assert_eq!(map.totals.new_links, 2);
    assert!(!map.datasets[1].fields[0].new, "it was at the table before");
}

#[test]
fn versions_of_a_dataset_are_one_and_untagged_fields_are_none() {
    let clear = FieldInfo::new("people", "id", Role::Clear);
    let fields = vec![
        clear,
        field("people", "name", "user.name"),
        field("people", "name", "user.contact"),
        field("people", "mail", "user.contact.email"),
    ];
    let map = Map::of(Answers { fields, ..Answers::default() }, &Options::default());
    assert_eq!(map.datasets.len(), 1);
    let paths: Vec<&str> = map.datasets[0].fields.iter().map(|field| &*field.path).collect();
    assert_eq!(paths, ["name", "mail"]);
    assert_eq!(map.datasets[0].fields[0].categories, ["user.name", "user.contact"]);
    assert_eq!(map.totals.fields_never_seen, 2);
}

#[test]
fn a_filter_leaves_matching_movements_and_their_fields() {
    let flows = vec![
        edge("people.name", Kind::Write, Action::Seal, TABLE),
        with(edge("orders.item", Kind::Write, Action::Seal, PARTNER), |e| e.actor = "svc:b".into()),
    ];
    let fields =
        vec![field("people", "name", "user.name"), field("idle", "iban", "user.financial")];
    let of = |filter: Filter| {
        let answers =
            Answers { flows: flows.clone(), fields: fields.clone(), ..Answers::default() };
        let map = Map::of(answers, &Options { filter, ..Options::default() });
        let sets: Vec<String> = map.datasets.into_iter().map(|set| set.name).collect();
        (sets.join(" "), map.links.len())
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(of(Filter::default()), ("idle orders people".into(), 2));
    assert_eq!(of(Filter { actor: some("svc:b"), ..Filter::default() }), ("orders".into(), 1));
    assert_eq!(of(Filter { place: some("postgres"), ..Filter::default() }), ("people".into(), 1));
    assert_eq!(of(Filter { purpose: some("analyt"), ..Filter::default() }), (String::new(), 0));
    assert_eq!(
        of(Filter { category: some("user.financial"), ..Filter::default() }),
        ("idle".into(), 0)
    );
}

#[test]
fn origins_are_told_by_dataset_field_and_place_whatever_dots_they_have() {
    let derived = |origin: &str| {
        let origins = origin.lines().map(str::to_owned).collect();
        Made::new(origins, "labels", "contact", PARTNER, Action::Reveal)
    };
    let answers = Answers {
        fields: vec![field("labels", "contact", "user"), field("shop.people", "Some.mail", "user")],
        derivations: vec![
            derived("shop.people.Some.mail@x://a@b/c\nold.people.name@y"),
            derived("many"),
        ],
        ..Answers::default()
    };
    let map = Map::of(answers, &Options::default());
    let origin = |dataset: &str, field: &str, location: &str| Origin {
        dataset: dataset.into(),
        field: field.into(),
        location: location.into(),
    };
    assert!(map.derivations[0].origins.is_empty(), "too many to tell");
    let expected =
        [origin("shop.people", "Some.mail", "x://a@b/c"), origin("old.people", "name", "y")];
    assert_eq!(map.derivations[1].origins, expected);
}

#[test]
fn refusals_are_counted_by_who_and_why_without_the_reason_that_was_typed() {
    let access = |outcome: Ended, action: Action| {
        let mut access = Access::new(7, Kind::Write, outcome);
        (access.dataset, access.fields) = ("people".into(), vec![("name".into(), action)]);
        (access.location, access.purpose) = (PARTNER.into(), "marketing".into());
        (access.actor, access.reason) = ("svc:ads".into(), "canary of a ticket".into());
        access
    };
    let denied = Ended::Failed(Outcome::Denied);
    let accesses = vec![
        access(denied, Action::Open),
        access(Ended::Ok, Action::Deny),
        access(Ended::Ok, Action::Open),
    ];
    let map = Map::of(Answers { accesses, ..Answers::default() }, &Options::default());
    assert_eq!(map.refusals.len(), 1);
    assert_eq!((map.refusals[0].outcome, map.refusals[0].count), (denied, 2));
    assert!(!serde_json::to_string(&map).unwrap().contains("canary"));
}

#[test]
fn times_are_texts_where_a_map_is_serialized() {
    let map = map(vec![edge("people.name", Kind::Write, Action::Seal, TABLE)]);
    let json = serde_json::to_value(&map).unwrap();
    assert_eq!(json["schema"], "taggant.map.v1");
    assert_eq!(json["links"][0]["first_seen"], "1970-01-02T00:00:00Z");
    assert_eq!(json["links"][0]["protection"], "sealed");
    assert_eq!(json["links"][0]["direction"], "to");
    assert!(json["since"].is_null());
}

#[test]
fn who_worked_through_a_service_is_named_and_found() {
    let through = |actor: &str| {
        with(edge("people.name", Kind::Read, Action::Open, TABLE), |edge| {
            (edge.actor, edge.on_behalf) = (actor.into(), "user:dana".into());
        })
    };
    let mut access = Access::new(7, Kind::Access, Ended::Failed(Outcome::Denied));
    (access.actor, access.on_behalf) = ("svc:desk".into(), "user:dana".into());
    let answers = Answers {
        flows: vec![through("svc:desk"), through("svc:admin")],
        accesses: vec![access],
        ..Answers::default()
    };
    let filter = Filter { actor: Some("user:dana".into()), ..Filter::default() };
    let map = Map::of(answers, &Options { filter, ..Options::default() });
    let looks: Vec<(&str, &str)> =
        map.looks.iter().map(|look| (&*look.actor, &*look.on_behalf)).collect();
    assert_eq!(looks, [("svc:admin", "user:dana"), ("svc:desk", "user:dana")]);
    assert_eq!((map.refusals.len(), &*map.refusals[0].on_behalf), (1, "user:dana"));
}
