//! A small order service: taggant's main job in one program.
//!
//! `cargo run -p quickstart [ORDERS.csv] [--data FOLDER]`
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod import;
mod model;
mod report;
mod requests;
mod storage;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;

use taggant::{Flow, Policy, Runtime};
use taggant_testing::LeakProbe;

use import::Import;
use storage::Storage;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// People whose keys are made in one transaction.
const BATCH: usize = 500;

fn main() -> ExitCode {
    let (csv, data) = match arguments() {
        Ok(arguments) => arguments,
        Err(usage) => {
            eprintln!("{usage}");
            return ExitCode::from(2);
        }
    };
    match run(&csv, &data) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("quickstart: {error}");
            ExitCode::FAILURE
        }
    }
}

fn arguments() -> std::result::Result<(PathBuf, PathBuf), String> {
    let usage = "usage: quickstart [ORDERS.csv] [--data FOLDER]";
    let (mut csv, mut data) = (None, None);
    let mut arguments = std::env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--data") => data = Some(arguments.next().ok_or(usage)?.into()),
            Some("--help" | "-h") => return Err(usage.to_owned()),
            Some(other) if other.starts_with("--") => {
                return Err(format!("{other} is no option; {usage}"));
            }
            _ if csv.is_none() => csv = Some(PathBuf::from(argument)),
            _ => return Err(usage.to_owned()),
        }
    }
    let csv = csv
        .unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/data/orders.csv")));
    if !csv.is_file() {
        return Err(format!("there is no file {}; {usage}", csv.display()));
    }
    import::check_file(&csv)?;
    let data = match data {
        Some(data) => unused(data)?,
        None => tempfile::Builder::new()
            .prefix("taggant-quickstart-")
            .tempdir()
            .map_err(|error| format!("no temporary folder: {error}"))?
            .keep(),
    };
    Ok((csv, data))
}

/// A second run would write to people whom the first one erased.
fn unused(data: PathBuf) -> std::result::Result<PathBuf, String> {
    if data.join("shop").exists() {
        return Err(format!(
            "{} holds the files of an earlier run; name another folder",
            data.display()
        ));
    }
    Ok(data)
}

fn run(csv: &Path, data: &Path) -> Result<()> {
    let shop = data.join("shop");
    std::fs::create_dir_all(&shop)?;
    let policy = Policy::from_toml(include_str!("policy.toml"))?;
    let runtime = Runtime::builder(data.join("taggant")).policy(policy).build()?;
    runtime.install()?;
    start_log(&shop.join("shop.log"))?;

    heading("1. Orders come in");
    let import = import::import(csv)?;
    println!(
        "  {}: {} orders of {} customers taken, {} rows refused",
        csv.display(),
        import.orders.len(),
        import.customers.len(),
        import.refused.len()
    );
    for refused in import.refused.iter().take(8) {
        println!("  - {refused}");
    }
    if import.refused.len() > 8 {
        println!("  - and {} more", import.refused.len() - 8);
    }
    if import.customers.is_empty() {
        return Err("no order could be taken; there is nothing to show".into());
    }

    heading("2. They are stored, sealed");
    let mut storage = Storage::open(&shop.join("shop.db"))?;
    store(&runtime, &mut storage, &import)?;
    println!("  {} customers and {} orders", import.customers.len(), import.orders.len());

    let chosen = chosen(&import).ok_or("no customer has an e-mail address")?;
    heading("3. One is found by e-mail address, nobody's address is opened");
    let email = chosen.email.as_ref().ok_or("chosen for having one")?;
    let found = requests::find(&storage, email)?.ok_or("the blind index did not find them")?;
    println!("  customer {found}");

    heading("4. An export and a log are written");
    let lines = requests::export(&shop.join("customers.jsonl"), import.customers.values())?;
    Flow::log("shop.log").run(|| tracing::info!(customer = ?chosen, "looked up"));
    println!("  {lines} lines; in the log the customer reads:\n  {chosen:?}");

    heading("5. Support asks, the shipper asks, the card is charged");
    println!("  support sees:\n{}", indent(&requests::support(&storage, found)?));
    println!("  the shipper gets:\n{}", indent(&requests::fulfil(&storage, found)?));
    println!("  charged the card that ends in {}", requests::charge(&storage, found)?);

    heading("6. Marketing asks");
    println!("  refused: {}", indent(&requests::marketing(&storage, found)?.to_string()).trim());

    heading("7. The customer asks to be forgotten");
    let handle = requests::handle(&runtime, found)?;
    // Who erases, and why, goes into the ledger with it.
    let desk = Flow::from("sqlite://shop", "customers")
        .purpose("essential.legal_obligation")
        .actor("svc:privacy_desk")
        .reason("request 4711");
    let receipt = desk.run(|| runtime.erase("customer", &found))?;
    storage.clear_email_index(found)?;
    for line in receipt.lines.iter().filter(|line| line.location.ends_with("/customers")) {
        runtime.ledger().confirm(receipt.number, line.line)?;
    }
    print!("{}", indent(&runtime.ledger().receipt(receipt.number)?.to_string()));
    let (read, write) = requests::after_erasure(&mut storage, found, chosen)?;
    println!("  reading them now: {read}; writing them again: {write}");

    runtime.drain()?;
    heading("Where did each category go?");
    print!("{}", report::categories(&runtime)?);
    heading(&format!("Where was customer {found} (known here as {handle}), and who saw it?"));
    print!("{}", report::person(&runtime, handle)?);
    heading("Is any plaintext in the database, the export, the log, or taggant's own files?");
    storage.checkpoint()?;
    runtime.flush()?;
    print!("{}", report::proof(&watch(&import), data)?);
    // Last, for it has dates in it: somebody may have ordered today.
    heading("Where is all of this? Open the map in a browser:");
    let map = data.join("map.html");
    std::fs::write(&map, report::map(&runtime)?)?;
    println!("  {}", map.display());
    println!("and as OpenLineage events, for other lineage tools:");
    let (events, cursor) = (data.join("openlineage.ndjson"), data.join("openlineage.cursor"));
    report::lineage(&runtime, &events, &cursor)?;
    println!("  {}", events.display());
    Ok(())
}

fn heading(text: &str) {
    println!("\n{text}");
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}

fn start_log(path: &Path) -> Result<()> {
    tracing_subscriber::fmt()
        .with_ansi(false)
        // Seconds since the start: a date would be found where somebody ordered today.
        .with_timer(tracing_subscriber::fmt::time::uptime())
        .with_writer(Mutex::new(File::create(path)?))
        .try_init()
        .map_err(|error| error.to_string().into())
}

fn store(runtime: &Runtime, storage: &mut Storage, import: &Import) -> Result<()> {
    let ids: Vec<u64> = import.customers.keys().copied().collect();
    for batch in ids.chunks(BATCH) {
        runtime.prefetch("customer", batch)?;
        storage.insert_customers(batch.iter().map(|id| &import.customers[id]))?;
    }
    storage.insert_orders(import.orders.iter())
}

/// Somebody to tell the story of.
fn chosen(import: &Import) -> Option<&model::Customer> {
    let with_email = || import.customers.values().filter(|customer| customer.email.is_some());
    with_email().find(|customer| customer.phone.is_some()).or_else(|| with_email().next())
}

/// Every tagged value that came in.
fn watch(import: &Import) -> LeakProbe {
    let customers: Vec<&model::Customer> = import.customers.values().collect();
    LeakProbe::watch(&customers).and(&LeakProbe::watch(&import.orders))
}
