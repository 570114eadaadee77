//! `taggant trace`

mod names;
mod print;

use std::path::PathBuf;

use serde::Serialize;
use taggant_trace::{Options, PatternFound, Source, Tracer, ValueFound, Values};

use crate::args::{DEFAULT_TENANT, Global};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use names::{Keys, Names};

/// Find sealed values in files that lineage never saw: dumps, logs, database files, archives, disks.
///
/// Every sealed value names its field and its key. Files and folders are searched, and what is
/// packed in them (gzip, zstd, xz, bzip2, tar, zip, pg_dump custom, nested), in flat memory. Names
/// come from the ledger and from binaries, states and people from the data folder's keys where
/// there are any. A header can be forged: a key that the key store does not know is `unknown`.
///
/// Exit code 1 where plaintext was found: given values, or forms of personal data.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant trace backup.tar.zst /var/log --binary \
    target/release/shop --detect")]
pub(crate) struct Args {
    /// Files and folders.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// A binary that knows the fields' names; may be repeated.
    #[arg(long, value_name = "FILE")]
    binary: Vec<PathBuf>,
    /// Look for these values in plaintext, one per line, in every disguise; they are never printed.
    #[arg(long, value_name = "FILE")]
    plaintext_from: Option<PathBuf>,
    /// Look for what has the form of personal data: cards, IBANs, national ids, emails, phones.
    #[arg(long)]
    detect: bool,
    /// The tenant whose keys are asked.
    #[arg(long, default_value = DEFAULT_TENANT, value_name = "NAME")]
    tenant: String,
    /// Archives in archives: how deep.
    #[arg(long, default_value_t = 8, value_name = "NUMBER")]
    max_depth: u32,
    /// Bytes that the archives of one file may expand to, in gibibytes.
    #[arg(long, default_value_t = 256, value_name = "GIB")]
    max_expanded: u64,
}

#[derive(Serialize)]
struct Answer {
    /// Bytes of files that were read.
    bytes: u64,
    envelopes: u64,
    sources: Vec<Place>,
    /// Places beyond the room that there is for them; their envelopes are counted above.
    of_further_sources: u64,
}

/// A file or entry of an archive in which something was found.
#[derive(Serialize)]
struct Place {
    name: String,
    format: taggant_trace::Format,
    bytes: u64,
    fields: Vec<Field>,
    /// Envelopes of more fields than are told apart.
    of_further_fields: u64,
    values: Vec<ValueFound>,
    patterns: Vec<PatternFound>,
    remarks: Vec<String>,
}

#[derive(Serialize)]
struct Field {
    field_id: String,
    dataset: Option<String>,
    path: Option<String>,
    envelopes: u64,
    first_offset: u64,
    encodings: Vec<taggant_trace::Encoding>,
    /// Different people, as far as their keys are known.
    people: usize,
    /// Envelopes by the state of their key.
    states: Vec<State>,
    /// Different keys, as far as they are told apart.
    keys_total: usize,
    /// Those of most envelopes.
    keys: Vec<Key>,
    /// Envelopes of more keys than are told apart.
    of_further_keys: u64,
}

/// So many keys of a field are listed.
const MAX_KEYS: usize = 100;
/// So many bytes of places are listed: a hostile archive may have a million of them.
const MAX_LISTED: usize = 8 << 20;

#[derive(Serialize)]
struct State {
    state: &'static str,
    envelopes: u64,
}

#[derive(Serialize)]
struct Key {
    key_id: String,
    state: &'static str,
    handle: Option<String>,
    envelopes: u64,
    first_offset: u64,
}

pub(crate) fn run(args: &Args, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let names = Names::collect(global, &args.binary)?;
    let keys = Keys::collect(global, &args.tenant)?;
    let tracer = tracer(args)?;
    let mut progress = output.progress("tracing");
    progress.expect(|| args.paths.iter().map(|path| size(path)).sum());
    let mut answer = Answer { bytes: 0, envelopes: 0, sources: Vec::new(), of_further_sources: 0 };
    let (mut is_plain, mut room) = (false, MAX_LISTED);
    for path in &args.paths {
        let before = answer.bytes;
        let mut report = |source: Source| {
            answer.envelopes += source.envelopes();
            is_plain |= !source.values.is_empty() || !source.patterns.is_empty();
            match room.checked_sub(size_of_report(&source)) {
                Some(left) => {
                    room = left;
                    answer.sources.push(place(source, &names, &keys));
                }
                None => answer.of_further_sources += 1,
            }
        };
        let mut advance = |bytes: u64| progress.advance_to(before + bytes);
        let read = tracer.path(path, &mut report, &mut advance);
        answer.bytes += read.map_err(|error| Failure::file(path, &error))?;
    }
    drop(progress);
    if output.json {
        output.document("trace", &answer)?;
    } else {
        print::answer(&answer, output)?;
    }
    Ok(Exit::finding(is_plain))
}

fn tracer(args: &Args) -> Result<Tracer, Failure> {
    let options = Options {
        max_depth: args.max_depth,
        max_expanded: args.max_expanded.saturating_mul(1 << 30),
        ..Options::default()
    };
    let mut tracer = Tracer::new(options);
    if let Some(path) = &args.plaintext_from {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
        let values = Values::new(text.lines().filter(|line| !line.trim().is_empty()));
        let wrong = |what| Failure::usage(format!("{}: {what}", path.display()));
        tracer = tracer.values(values.map_err(wrong)?);
    }
    Ok(if args.detect { tracer.detect() } else { tracer })
}

/// How many bytes a path has, for the progress only.
fn size(path: &std::path::Path) -> u64 {
    let Ok(data) = std::fs::symlink_metadata(path) else { return 0 };
    if !data.is_dir() {
        return data.len();
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| size(&entry.path())).sum()
}

/// About how many bytes of memory a place takes until it is printed.
fn size_of_report(source: &Source) -> usize {
    let keys = |field: &taggant_trace::FieldFound| field.keys.len().min(MAX_KEYS);
    let fields: usize = source.fields.iter().map(|field| 400 + 200 * keys(field)).sum();
    let remarks: usize = source.remarks.iter().map(|remark| 50 + remark.len()).sum();
    let others = source.values.len() + source.patterns.len();
    300 + 2 * source.name.len() + fields + remarks + 100 * others
}

fn place(source: Source, names: &Names, keys: &Keys) -> Place {
    let fields = source.fields.into_iter().map(|found| {
        let (dataset, path) = names
            .of(&found.field_id)
            .map_or((None, None), |(dataset, path)| (Some(dataset.clone()), Some(path.clone())));
        let mut of_keys: Vec<Key> = found
            .keys
            .into_iter()
            .map(|key| {
                let (state, handle) = keys.of(&key.key_id);
                Key {
                    state,
                    handle,
                    envelopes: key.count,
                    first_offset: key.first_offset,
                    key_id: key.key_id,
                }
            })
            .collect();
        let (people, keys_total) = (people(&of_keys), of_keys.len());
        let states = states(&of_keys, found.of_further_keys);
        of_keys.truncate(MAX_KEYS);
        of_keys.shrink_to_fit();
        Field {
            field_id: found.field_id,
            dataset,
            path,
            envelopes: found.count,
            first_offset: found.first_offset,
            encodings: found.encodings,
            people,
            states,
            keys_total,
            keys: of_keys,
            of_further_keys: found.of_further_keys,
        }
    });
    Place {
        fields: fields.collect(),
        name: source.name,
        format: source.format,
        bytes: source.bytes,
        of_further_fields: source.of_further_fields,
        values: source.values,
        patterns: source.patterns,
        remarks: source.remarks,
    }
}

fn people(keys: &[Key]) -> usize {
    let handles = keys.iter().filter_map(|key| key.handle.as_deref());
    handles.collect::<std::collections::HashSet<_>>().len()
}

fn states(keys: &[Key], further: u64) -> Vec<State> {
    let mut states: Vec<State> = Vec::new();
    let all = keys.iter().map(|key| (key.state, key.envelopes));
    for (state, envelopes) in all.chain((further > 0).then_some(("not looked up", further))) {
        match states.iter_mut().find(|known| known.state == state) {
            Some(known) => known.envelopes += envelopes,
            None => states.push(State { state, envelopes }),
        }
    }
    states
}
