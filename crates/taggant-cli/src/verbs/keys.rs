//! `taggant keys`

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use serde::Serialize;
use taggant::{KeyId, KeyInfo, KeyState, Runtime};

use crate::args::{DEFAULT_TENANT, Global};
use crate::data;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::term::{Table, Tone, count, moment};

/// List keys, rotate them, take one out of use.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
    /// The tenant.
    #[arg(long, global = true, default_value = DEFAULT_TENANT, value_name = "NAME")]
    tenant: String,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(List),
    Rotate(Rotate),
    Retire(Retire),
}

/// List data keys: how many of each group and state; one by one with --each.
///
/// Exit code 1 where keys are marked as compromised: what they sealed is to be written anew.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant keys list --state compromised --each")]
struct List {
    /// Keys in this state only.
    #[arg(long, value_name = "WORD")]
    state: Option<State>,
    /// One line per key.
    #[arg(long)]
    each: bool,
}

/// Make new keys.
#[derive(clap::Args, Debug)]
struct Rotate {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Root(Root),
    Branch(Branch),
    Data(Data),
    Index(Index),
}

/// Wrap the branch keys of a tenant under another root key as well.
///
/// Afterwards either root key opens the folder. Give --only to take the old one away, once the new
/// file is in use everywhere.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant keys rotate root --new root2.key\n  mv root2.key \
    data/root.key\n  taggant keys rotate root --new data/root.key --only")]
struct Root {
    /// The new root-key file; made, with a fresh key, where there is none.
    #[arg(long, value_name = "FILE")]
    new: PathBuf,
    /// Take the wraps under other root keys away.
    #[arg(long)]
    only: bool,
}

/// Make the next branch key of a group and wrap the group's data keys under it.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant keys rotate branch --group invoices")]
struct Branch {
    /// The key group.
    #[arg(long, default_value = "main", value_name = "NAME")]
    group: String,
    /// Go on after an interruption: no further branch key.
    #[arg(long)]
    resume: bool,
}

/// Retire the data keys of a group: the next write of each person takes a new one.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant keys rotate data --group main")]
struct Data {
    /// The key group.
    #[arg(long, default_value = "main", value_name = "NAME")]
    group: String,
}

/// Make the next generation of a blind index's key; older values are still found.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Example:\n  taggant keys rotate index --dataset customers --index email_index"
)]
struct Index {
    /// The dataset.
    #[arg(long, value_name = "NAME")]
    dataset: String,
    /// The index.
    #[arg(long, value_name = "NAME")]
    index: String,
}

/// Take one data key out of use: what it sealed stays readable, the next write takes a new one.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant keys retire 5f0c...e1 --compromised")]
struct Retire {
    /// The key's id, 32 hex digits.
    #[arg(value_parser = key_id, value_name = "KEY")]
    key: KeyId,
    /// Somebody else may have it: what it sealed is to be written anew.
    #[arg(long)]
    compromised: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum State {
    Active,
    Retired,
    Compromised,
    Erased,
}

impl From<KeyState> for State {
    fn from(state: KeyState) -> Self {
        match state {
            KeyState::Active => Self::Active,
            KeyState::Retired => Self::Retired,
            KeyState::Compromised => Self::Compromised,
            KeyState::Erased => Self::Erased,
        }
    }
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Retired => "retired",
            Self::Compromised => "compromised",
            Self::Erased => "erased",
        }
    }
}

fn key_id(text: &str) -> Result<KeyId, String> {
    KeyId::from_hex(&text.to_ascii_lowercase())
        .ok_or_else(|| "a key id is 32 hex digits".to_owned())
}

pub(crate) fn run(args: &Args, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let runtime = data::runtime(global)?;
    let tenant = args.tenant.as_str();
    data::groups(&runtime, tenant)?;
    match &args.verb {
        Verb::List(list) => print(list, &runtime, tenant, output),
        Verb::Rotate(rotate) => rotated(&rotate.what, &runtime, tenant, output),
        Verb::Retire(one) => {
            let state = if one.compromised { KeyState::Compromised } else { KeyState::Retired };
            runtime.keys().retire(tenant, one.key, state)?;
            said(output, "retire", 1, "1 key is used for no further write")
        }
    }
}

#[derive(Serialize)]
struct Changed {
    changed: usize,
}

fn said(output: &Output, verb: &str, changed: usize, text: &str) -> Result<Exit, Failure> {
    if output.json {
        output.document(&format!("keys.{verb}"), &Changed { changed })?;
    } else {
        output.text(text)?;
    }
    Ok(Exit::Fine)
}

fn rotated(what: &What, runtime: &Runtime, tenant: &str, out: &Output) -> Result<Exit, Failure> {
    let keys = runtime.keys();
    match what {
        What::Root(root) => rotate_root(root, runtime, tenant, out),
        What::Branch(Branch { group, resume }) => {
            data::group(runtime, tenant, group)?;
            let changed = keys.rotate_branch(tenant, group, *resume)?;
            said(out, "rotate", changed, &format!("{changed} data keys are wrapped anew"))
        }
        What::Data(Data { group }) => {
            data::group(runtime, tenant, group)?;
            let changed = keys.rotate_data(tenant, group)?;
            said(out, "rotate", changed, &format!("{changed} data keys are retired"))
        }
        What::Index(Index { dataset, index }) => {
            let is_known = runtime.ledger().fields()?.iter().any(|one| one.dataset == *dataset);
            if !is_known {
                return Err(Failure::usage(format!("the ledger knows no dataset `{dataset}`")));
            }
            let generation = keys.rotate_index(tenant, dataset, index)?;
            said(out, "rotate", 1, &format!("new values are of generation {generation}"))
        }
    }
}

fn rotate_root(
    args: &Root,
    runtime: &Runtime,
    tenant: &str,
    out: &Output,
) -> Result<Exit, Failure> {
    let file = args.new.display();
    // A misspelt name would make a key in a place that nobody looks at, and take the others away.
    if args.only && !args.new.is_file() {
        return Err(Failure::usage(format!(
            "{file}: there is no such file; --only takes the wraps under all other root keys away, \
             so add the new one without it first"
        )));
    }
    let root = taggant::root::from_file(&args.new)?;
    let changed = runtime.keys().rotate_root(tenant, &root, args.only)?;
    let how = if args.only { "alone" } else { "too" };
    out.remark(&format!(
        "only tenant `{tenant}` was rotated; each tenant has branch keys of its own"
    ));
    said(out, "rotate", changed, &format!("{changed} branch keys are wrapped under {file} {how}"))
}

#[derive(Serialize)]
struct Listed {
    groups: Vec<Group>,
    keys: Vec<Key>,
}

/// Keys of one group and state.
#[derive(Serialize)]
struct Group {
    group: String,
    state: &'static str,
    people: usize,
    datasets: usize,
}

#[derive(Serialize)]
struct Key {
    id: String,
    group: String,
    state: &'static str,
    /// `person`, or the dataset's name.
    owner: String,
    created_ns: u64,
}

fn print(list: &List, runtime: &Runtime, tenant: &str, output: &Output) -> Result<Exit, Failure> {
    let mut found = runtime.keys().list(tenant)?;
    found.retain(|key| list.state.is_none_or(|state| state == State::from(key.state)));
    let is_bad = found.iter().any(|key| key.state == KeyState::Compromised);
    let listed = Listed {
        groups: groups(&found),
        keys: if list.each { found.iter().map(key).collect() } else { Vec::new() },
    };
    if output.json {
        output.document("keys.list", &listed)?;
        return Ok(Exit::finding(is_bad));
    }
    if listed.groups.is_empty() {
        output.remark("there is no such key");
    } else if list.each {
        let mut table = Table::new(&["key", "group", "state", "whose", "made"]);
        for key in &listed.keys {
            table.row([
                key.id.clone(),
                key.group.clone(),
                key.state.to_owned(),
                key.owner.clone(),
                moment(key.created_ns),
            ]);
        }
        output.table(&table)?;
    } else {
        let mut table = Table::new(&["group", "state", ">of people", ">of datasets"]);
        for group in &listed.groups {
            let tone = if group.state == "compromised" { Tone::Bad } else { Tone::Plain };
            let plain = |text: String| (text, Tone::Plain);
            table.toned([
                plain(group.group.clone()),
                (group.state.to_owned(), tone),
                plain(count(group.people as u64)),
                plain(count(group.datasets as u64)),
            ]);
        }
        output.table(&table)?;
    }
    Ok(Exit::finding(is_bad))
}

fn groups(keys: &[KeyInfo]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for key in keys {
        let state = State::from(key.state).name();
        let same = |group: &&mut Group| group.group == key.group && group.state == state;
        let group = match groups.iter_mut().find(same) {
            Some(group) => group,
            None => {
                groups.push(Group { group: key.group.clone(), state, people: 0, datasets: 0 });
                groups.last_mut().expect("just added")
            }
        };
        if key.subject.is_some() {
            group.people += 1;
        } else {
            group.datasets += 1;
        }
    }
    groups.sort_by(|a, b| (&a.group, a.state).cmp(&(&b.group, b.state)));
    groups
}

fn key(info: &KeyInfo) -> Key {
    Key {
        id: info.id.to_string(),
        group: info.group.clone(),
        state: State::from(info.state).name(),
        owner: info.dataset.clone().unwrap_or_else(|| "a person".to_owned()),
        created_ns: info.created_ns,
    }
}
