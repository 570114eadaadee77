//! Writes the pages that `tests/browser/run` looks at, and the page of a ledger if one is named.
//!
//! `cargo run -p taggant-lineage --example map_pages FOLDER [LEDGER.db]`

use std::path::Path;

use taggant_ledger::answers::{Action, Derivation, FieldInfo, FlowEdge, Kind, Role};
use taggant_lineage::map::{self, Answers, Map, Options};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const DAY: u64 = 86_400_000_000_000;
/// 2026-11-01.
const START: u64 = 20_758 * DAY;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let folder = arguments.next().ok_or("usage: map_pages FOLDER [LEDGER.db]")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let options = Options { since_ns: Some(START + 20 * DAY), ..Options::default() };
    for (name, answers) in [
        ("shop", shop()),
        ("big", many(12)),
        ("all", many(120)),
        ("hostile", hostile()),
        ("empty", Answers::default()),
    ] {
        write(folder, name, &Map::of(answers, &options))?;
    }
    if let Some(ledger) = arguments.next() {
        let ledger = taggant_store::ledger::open(Path::new(&ledger))?;
        write(folder, "ledger", &Map::from_ledger(&ledger, &Options::default())?)?;
    }
    Ok(())
}

fn write(folder: &Path, name: &str, map: &Map) -> Result<()> {
    std::fs::write(folder.join(format!("{name}.html")), map::html(map))?;
    std::fs::write(folder.join(format!("{name}.mmd")), map::mermaid(map))?;
    std::fs::write(folder.join(format!("{name}.dot")), map::dot(map))?;
    std::fs::write(folder.join(format!("{name}.txt")), map::text(map))?;
    Ok(())
}

fn field(dataset: &str, path: &str, category: &str) -> FieldInfo {
    let mut field = FieldInfo::new(dataset, path, Role::Tag);
    field.categories = vec![category.into()];
    field
}

/// Way and place, purpose, actor; when first (days after the start) and how often.
type Way<'a> = (Kind, Action, &'a str, &'a str, &'a str, u64, u64);

fn edge(field: &FieldInfo, way: Way<'_>) -> FlowEdge {
    let (kind, action, location, purpose, actor, day, count) = way;
    let mut edge = FlowEdge::new(&field.dataset, &field.path, kind, action, location);
    edge.categories.clone_from(&field.categories);
    (edge.purpose, edge.actor) = (purpose.into(), actor.into());
    if actor == "svc:support" {
        edge.on_behalf = "agent:dana".into();
    }
    edge.tenant = "default".into();
    edge.unknown = location == "taggant://flow/unknown";
    (edge.first_ns, edge.last_ns) = (START + day * DAY, START + (day.max(21) + 1) * DAY);
    edge.count = count;
    edge
}

/// A shop with every kind of protection.
fn shop() -> Answers {
    const OPERATIONS: &str = "essential.service.operations";
    const SUPPORT: &str = "essential.service.operations.support";
    const TABLE: &str = "postgres://shop:5432/shop.public.customers";
    let fields = vec![
        field("customers", "name", "user.name"),
        field("customers", "email", "user.contact.email"),
        field("customers", "phone", "user.contact.phone_number"),
        field("customers", "born", "user.demographic.date_of_birth"),
        field("customers", "card", "user.financial.credit_card"),
        field("imports", "name", "user.name"),
        field("imports", "email", "user.contact.email"),
        field("imports", "card", "user.financial.credit_card"),
        field("labels", "name", "user.name"),
        field("labels", "contact", "user.contact.email"),
        field("newsletter", "email", "user.contact.email"),
        field("visits", "ip", "user.device.ip_address"),
        field("visits", "agent", "user.device"),
        field("payouts", "iban", "user.financial.bank_account"),
    ];
    let mut flows = Vec::new();
    for own in &fields {
        let ways: &[Way<'_>] = match &*own.dataset {
            "customers" => &[
                (Kind::Write, Action::Seal, TABLE, OPERATIONS, "svc:shop", 0, 51_200),
                (
                    Kind::Write,
                    Action::Seal,
                    "file://exports/customers.jsonl",
                    OPERATIONS,
                    "svc:export",
                    3,
                    718,
                ),
                (
                    Kind::Write,
                    Action::Mask,
                    "https://helpdesk.example/tickets",
                    SUPPORT,
                    "svc:support",
                    5,
                    93,
                ),
                (Kind::Read, Action::Open, TABLE, SUPPORT, "svc:support", 5, 93),
                (
                    Kind::Read,
                    Action::Open,
                    TABLE,
                    "essential.service.payment_processing",
                    "svc:pay",
                    6,
                    412,
                ),
                (
                    Kind::Write,
                    Action::Pseudonymise,
                    "s3://lake/events",
                    "analytics",
                    "svc:etl",
                    9,
                    9_000,
                ),
            ],
            "imports" => &[(
                Kind::Read,
                Action::Ingest,
                "file://import/orders.csv",
                OPERATIONS,
                "svc:import",
                0,
                1366,
            )],
            "labels" => &[(
                Kind::Write,
                Action::Reveal,
                "https://shipper.example/labels",
                OPERATIONS,
                "svc:ship",
                2,
                640,
            )],
            "newsletter" => &[
                (Kind::Write, Action::Seal, TABLE, "marketing", "svc:news", 21, 12),
                (
                    Kind::Write,
                    Action::Reveal,
                    "https://mail.example/send",
                    "marketing",
                    "svc:news",
                    22,
                    12,
                ),
            ],
            "visits" => &[(Kind::Write, Action::Seal, "taggant://flow/unknown", "", "", 4, 77)],
            _ => &[],
        };
        flows.extend(ways.iter().map(|way| edge(own, *way)));
    }
    let refused = (
        &fields[3],
        (Kind::Write, Action::Deny, "https://ads.example/audience", "marketing", "svc:ads", 7, 3),
    );
    flows.push(edge(refused.0, refused.1));
    let derived = |dataset: &str, path: &str, origin: &str, location: &str| {
        let origins = vec![origin.to_owned()];
        let mut made = Derivation::new(origins, dataset, path, location, Action::Reveal);
        made.count = 640;
        made
    };
    let derivations = vec![
        derived(
            "labels",
            "contact",
            &format!("customers.email@{TABLE}"),
            "https://shipper.example/labels",
        ),
        derived("customers", "card", "imports.card@file://import/orders.csv", TABLE),
    ];
    Answers { fields, flows, derivations, ..Answers::default() }
}

/// 100 types of 8 fields, each of which goes to so many of 120 places.
fn many(places: usize) -> Answers {
    const CATEGORIES: [&str; 8] = [
        "user.name",
        "user.contact.email",
        "user.contact.phone_number",
        "user.contact.address.street",
        "user.financial.credit_card",
        "user.demographic.date_of_birth",
        "user.device.ip_address",
        "user.behavior.purchase_history",
    ];
    let mut answers = Answers::default();
    for set in 0..100 {
        let dataset = format!("area{}.records_{set:03}", set / 10);
        for (number, category) in CATEGORIES.iter().enumerate() {
            let own = field(&dataset, category.rsplit('.').next().unwrap_or("field"), category);
            for way in 0..places {
                // Mostly near each other, as places of a department are.
                let step = if places == 120 { 1 } else { 1 + way % 3 };
                let place = (set * 6 / 5 + way * step) % 120;
                let location = match place % 4 {
                    0 => format!("postgres://db-{}:5432/public.table_{place}", place / 10),
                    1 => format!("https://partner-{place}.example/api/v2/records"),
                    2 => format!("s3://bucket-{}/exports/part-{place}.parquet", place / 10),
                    _ => format!("kafka://broker:9092/topic-{place}"),
                };
                let action = match (set * 7 + place * 3 + number) % 97 {
                    0 => Action::Reveal,
                    1..=9 => Action::Mask,
                    10..=12 => Action::Pseudonymise,
                    _ => Action::Seal,
                };
                let actor = format!("svc:service-{}", set % 17);
                let purpose = ["essential.service.operations", "analytics", "marketing"][set % 3];
                let day = if place == 77 { 22 } else { 1 + (set % 15) as u64 };
                answers
                    .flows
                    .push(edge(&own, (Kind::Write, action, &location, purpose, &actor, day, 1000)));
            }
            let source = format!("postgres://db-{}:5432/public.table_{}", set / 10, set);
            answers.flows.push(edge(
                &own,
                (Kind::Read, Action::Open, &source, "analytics", "svc:reader", 2, 20),
            ));
            answers.fields.push(own);
        }
    }
    answers
}

/// Names that try to be markup, script, Markdown, DOT or terminal commands.
fn hostile() -> Answers {
    const NAMES: [&str; 8] = [
        "</script><script>document.title='owned'</script>",
        "\"><img src=x onerror=\"document.title='owned'\">",
        "<svg/onload=document.title='owned'>",
        "'-document.title='owned'-'",
        "</title></svg><style>*{display:none}</style>",
        "\u{2028}document.title='owned'//\u{2029}",
        "<!--<script>",
        "javascript:document.title='owned'\u{1b}[2J\u{202e}\"]\n; x -> y",
    ];
    let mut answers = Answers::default();
    for (at, name) in NAMES.iter().enumerate() {
        let own = field(name, NAMES[(at + 1) % 8], NAMES[(at + 2) % 8]);
        let place = NAMES[(at + 3) % 8];
        let (purpose, actor) = (NAMES[(at + 4) % 8], NAMES[(at + 5) % 8]);
        answers.flows.push(edge(&own, (Kind::Write, Action::Reveal, place, purpose, actor, 1, 1)));
        answers.flows.push(edge(&own, (Kind::Read, Action::Ingest, place, purpose, actor, 1, 1)));
        let origins = vec![format!("{name}.x@{place}")];
        let made = Derivation::new(origins, &own.dataset, &own.path, place, Action::Seal);
        answers.derivations.push(made);
        answers.fields.push(own);
    }
    answers
}
