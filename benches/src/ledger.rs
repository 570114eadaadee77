//! The ledger of a big shop: how fast it takes records, how big it gets, how fast it answers, and
//! whether that depends on how much went before.

use std::path::Path;
use std::time::{Duration, Instant};

use taggant::ledger::{self, Ledger, SqlLedger, VerifyOptions};
use taggant_core::cipher::sign::SigningKey;
use taggant_core::event::{DefineKind, EventFlags, RecordEvent, RecordKind};
use taggant_core::journal::{Batch, Definition, EventSink as _, InstanceId};
use taggant_core::tag::{Action, SubjectTag};

use crate::measure::median;
use crate::print::{self, Line};

/// How much there is of what.
pub(crate) struct Size {
    records: u64,
    people: u64,
}

/// 200 fields.
const DATASETS: u64 = 20;
const FIELDS: u64 = 10;
const PLACES: u64 = 100;
/// As many as the drainer takes at once where it has to catch up: half of its journal.
const BATCH: u64 = 32_768;

impl Size {
    pub(crate) const FULL: Self = Self::of(10_000_000);
    pub(crate) const QUICK: Self = Self::of(20_000);

    /// Ten records a person.
    pub(crate) const fn of(records: u64) -> Self {
        Self { records, people: records / 10 }
    }
}

/// Loads the ledger and asks it after a tenth, after three, and at the end.
pub(crate) fn run(size: &Size) {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let path = folder.path().join("ledger.db");
    let ledger = ledger::open(&path).expect("a ledger");
    ledger.sign_with(std::sync::Arc::new(Signer(SigningKey::new(&[7; 32]))));
    print::heading("ledger", "people, datasets and places of each record are drawn at random");
    let stops = [size.records / 10, size.records * 3 / 10, size.records];
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let (mut at, mut loading) = (0, Duration::ZERO);
    for stop in stops {
        let (before, start) = (at, loading);
        while at < stop {
            let next = (at + BATCH).min(stop);
            let batch = batch(at, next, size.people, &mut random);
            let begun = Instant::now();
            ledger.apply(&batch).expect("the ledger takes records");
            loading += begun.elapsed();
            at = next;
        }
        let rate = (at - before) as f64 / (loading - start).as_secs_f64();
        print::lines(&[(
            format!("{at} records: the last {} loaded", at - before),
            format!("{rate:.0} records/s"),
        )]);
        print::lines(&answers(&ledger, &path, size.people));
    }
    let start = Instant::now();
    let found = ledger.verify(&VerifyOptions::default()).expect("verified");
    assert!(found.is_clean(), "{:?}", found.findings);
    let rows = format!("{:.1} s, {} rows", start.elapsed().as_secs_f64(), found.rows);
    print::lines(&[("verify, everything folded again".into(), rows)]);
}

struct Signer(SigningKey);

impl taggant::ledger::CheckpointSigner for Signer {
    fn public_key(&self) -> [u8; 32] {
        self.0.public()
    }
    fn sign(&self, text: &[u8]) -> [u8; 64] {
        self.0.sign(text)
    }
    fn erasures(&self) -> (u64, [u8; 32]) {
        (0, [0; 32])
    }
    fn kept(&self) -> taggant::Result<Option<String>> {
        Ok(None)
    }
    fn keeps(&self) -> bool {
        false
    }
    fn head(&self) -> taggant::Result<Option<taggant::ledger::KeptHead>> {
        Ok(None)
    }
    fn begin(&self) {}
    fn keep(&self, _: u64, _: &str, _: bool) {}
    fn refused(&self) {}
}

fn answers(ledger: &SqlLedger, path: &Path, people: u64) -> Vec<Line> {
    let mut random = Random(77);
    let mut times = Vec::new();
    for _ in 0..1000 {
        let tag = tag(random.below(people));
        let start = Instant::now();
        if let Some(handle) = ledger.handle("default", tag).expect("asked") {
            std::hint::black_box(ledger.where_is_person(handle).expect("asked"));
            std::hint::black_box(ledger.accesses_of(handle).expect("asked"));
        }
        times.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    let most = times.iter().copied().fold(0.0, f64::max);
    let start = Instant::now();
    let flows = ledger.flows().expect("asked").len();
    let flows_ms = start.elapsed().as_secs_f64() * 1000.0;
    let start = Instant::now();
    let map = (ledger.fields(), ledger.flows(), ledger.derivations(), ledger.outcomes());
    assert!(map.0.is_ok() && map.1.is_ok() && map.2.is_ok() && map.3.is_ok());
    let map_ms = start.elapsed().as_secs_f64() * 1000.0;
    let bytes: u64 = ["", "-wal"]
        .iter()
        .filter_map(|end| std::fs::metadata(format!("{}{end}", path.display())).ok())
        .map(|file| file.len())
        .sum();
    vec![
        (
            "  a person: places and accesses, median (most)".into(),
            format!("{:.2} ms ({most:.2} ms)", median(times)),
        ),
        (format!("  flows, {flows} of them"), format!("{flows_ms:.0} ms")),
        ("  what the map is made of".into(), format!("{map_ms:.0} ms")),
        ("  on disk".into(), format!("{:.0} MB", bytes as f64 / 1e6)),
    ]
}

/// Xorshift: the same records each time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }
}

fn tag(person: u64) -> SubjectTag {
    // As random as an HMAC.
    let spread = |number: u64| {
        let number = (number ^ (number >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (number ^ (number >> 29)).wrapping_mul(0x94D0_49BB_1331_11EB)
    };
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&spread(person + 1).to_be_bytes());
    bytes[8..].copy_from_slice(&spread(person + 1_000_003).to_be_bytes());
    SubjectTag(bytes)
}

/// Dictionary numbers: 1 the start, then datasets, places, purposes, actors, the tenant.
const FIRST_DATASET: u64 = 2;
const FIRST_PLACE: u64 = FIRST_DATASET + DATASETS;
const FIRST_PURPOSE: u64 = FIRST_PLACE + PLACES;
const FIRST_ACTOR: u64 = FIRST_PURPOSE + 5;
const TENANT: u64 = FIRST_ACTOR + 10;

fn definitions() -> Vec<Definition> {
    let mut all = vec![(
        DefineKind::Start,
        "program\tshop\nbuild\t1\npid\t1\nboot\t1\npolicy\t\n".to_owned(),
    )];
    for dataset in 0..DATASETS {
        let mut text = format!("dataset{dataset:02}\tmain\n");
        for field in 0..FIELDS {
            let id = format!("{:016x}", dataset * FIELDS + field);
            text += &format!("{id}\tfield{field}\ttag\tuser.contact\n");
        }
        all.push((DefineKind::Dataset, text));
    }
    all.extend(
        (0..PLACES)
            .map(|n| (DefineKind::Location, format!("postgres://db{n}:5432/shop.public.table{n}"))),
    );
    all.extend((0..5).map(|n| (DefineKind::Purpose, format!("essential.service.purpose{n}"))));
    all.extend((0..10).map(|n| (DefineKind::Actor, format!("svc:worker-{n}"))));
    all.push((DefineKind::Tenant, "default".to_owned()));
    let make = |(number, (kind, text))| Definition { kind, number, text, time_ns: 1 };
    (1..).zip(all).map(make).collect()
}

fn batch(first: u64, next: u64, people: u64, random: &mut Random) -> Batch {
    Batch {
        next,
        definitions: if first == 0 { definitions() } else { Vec::new() },
        events: (first..next).map(|number| (number, event(number, people, random))).collect(),
        ..Batch::new(InstanceId([1; 16]), first)
    }
}

/// 70 places are stores, where a fifth of the movements are reads; 20 are logs, with masks; 10 are
/// partners, who get plaintext. About a quarter of all records are accesses.
fn event(number: u64, people: u64, random: &mut Random) -> RecordEvent {
    let place = random.below(PLACES);
    let (kind, action) = match place {
        0..70 if random.below(5) == 0 => (RecordKind::Read, Action::Open),
        0..70 => (RecordKind::Write, Action::Seal),
        70..90 => (RecordKind::Write, Action::Mask),
        _ => (RecordKind::Write, Action::Reveal),
    };
    let mut event = RecordEvent::new(kind);
    event.time_ns = 1_790_000_000_000_000_000 + number * 4_000;
    event.flags = EventFlags::default();
    event.dataset = (FIRST_DATASET + random.below(DATASETS)) as u32;
    event.location = (FIRST_PLACE + place) as u32;
    event.purpose = (FIRST_PURPOSE + place % 5) as u32;
    event.actor = (FIRST_ACTOR + place % 10) as u32;
    event.tenant = TENANT as u32;
    event.subject = Some(tag(random.below(people)));
    (0..FIELDS as usize).for_each(|field| event.actions.set(field, action));
    event
}
