//! Events to try a ledger with.

use taggant_core::event::{DefineKind, RecordEvent, RecordKind};
use taggant_core::journal::{Batch, Definition, InstanceId};
use taggant_core::tag::{Actions, SubjectTag};

/// The dictionary of an instance of a service.
#[must_use]
pub fn definitions(service: &str) -> Vec<Definition> {
    let start =
        format!("program\tshop\nbuild\tb1\npid\t7\nboot\tx\npolicy\tab\nservice\t{service}\n");
    let texts = [
        (DefineKind::Start, 1, start.as_str()),
        (DefineKind::Policy, 2, "abcd\n[[allow]]\naction = \"open\"\n"),
        (
            DefineKind::Dataset,
            3,
            "people\tmain\n0011\tname\ttag\tuser.name\n2233\temail\ttag\tuser.contact.email\n",
        ),
        (DefineKind::Location, 4, "postgres://db/people"),
        (DefineKind::Location, 5, "https://shipper.example/labels"),
        (DefineKind::Purpose, 6, "essential.service"),
        (DefineKind::Actor, 7, "svc:shop"),
        (DefineKind::Actor, 8, "user:dana"),
        (DefineKind::Tenant, 9, "default"),
        (DefineKind::Label, 10, "orders.note@postgres://db/orders"),
    ];
    let make = |(kind, number, text): (DefineKind, u32, &str)| Definition {
        kind,
        number,
        text: text.to_owned(),
        time_ns: 1_000,
    };
    texts.into_iter().map(make).collect()
}

/// Event number `n`: of five people, of several kinds.
#[must_use]
pub fn event(n: u64) -> RecordEvent {
    let kinds = [RecordKind::Write, RecordKind::Access, RecordKind::Edge, RecordKind::Read];
    let small = |number: u64| u32::try_from(number).expect("a small number");
    let mut event = RecordEvent::new(kinds[usize::try_from(n % 4).expect("small")]);
    event.time_ns = 1_700_000_000_000_000_000 + n * 1_000_003;
    event.dataset = 3;
    event.location = 4 + small(n / 4 % 2);
    event.purpose = 6;
    event.actor = 7 + small(n / 2 % 2);
    event.tenant = 9;
    event.subject = Some(tag(n % 5));
    let is_access = event.kind == RecordKind::Access;
    event.actions = Actions::NONE;
    event.actions.0[0] = if is_access { 5 } else { 0x11 };
    event.field = u16::try_from(n % 2).expect("small");
    event.label = 10;
    event.set_reason(&format!("ticket {n}"));
    event
}

/// The tag of one of the five people.
#[must_use]
pub fn tag(person: u64) -> SubjectTag {
    SubjectTag([u8::try_from(person).expect("a small number") + 1; 16])
}

/// A run of events of an instance of the service `checkout`.
#[must_use]
pub fn batch(instance: u8, first: u64, next: u64) -> Batch {
    batch_of("checkout", instance, first, next)
}

/// A run of events of an instance of a service.
#[must_use]
pub fn batch_of(service: &str, instance: u8, first: u64, next: u64) -> Batch {
    Batch {
        next,
        through_ns: 5,
        definitions: if first == 0 { definitions(service) } else { Vec::new() },
        events: (first..next).map(|n| (n, event(n))).collect(),
        ..Batch::new(InstanceId([instance; 16]), first)
    }
}
