//! Dictionary entries of an instance to numbers of its lane. What comes again must mean what it
//! meant.

use std::borrow::Cow;

use taggant_core::event::DefineKind;
use taggant_core::journal::Definition;

use super::OTHER_MEANING;
use super::names::{Known, Names};
use crate::wire::{Dataset, Dictionary, Entry, Finding, Policy, PolicyChange, Start, clean};

/// Takes a definition; what is new goes into the entry.
pub(crate) fn define(
    names: &mut Names,
    known: &mut Known,
    entry: &mut Entry,
    definition: &Definition,
) {
    let Definition { kind, number, text, time_ns } = definition;
    let time_ns = i64::try_from(*time_ns).unwrap_or(i64::MAX);
    match kind {
        DefineKind::Start => start(known, entry, text, time_ns),
        DefineKind::Policy => policy(names, known, entry, *number, text, time_ns),
        kind => {
            let text = entry_text(*kind, text);
            let target = target(names, entry, *kind, &text, time_ns);
            point(known, entry, *kind, *number, target, &text);
        }
    }
}

/// A text as an entry may have it: what programs say of themselves must not break a line of an
/// answer, nor make an entry that no reader takes.
fn entry_text(kind: DefineKind, text: &str) -> Cow<'_, str> {
    match kind {
        DefineKind::Dataset => clean(text, &['\n', '\t']),
        DefineKind::Label => list(text),
        _ => clean(text, &[]),
    }
}

/// Origins: one alone, or each with a line break after it.
fn list(text: &str) -> Cow<'_, str> {
    let text = clean(text, &['\n']);
    let mut lines: Vec<&str> = text.split('\n').filter(|line| !line.is_empty()).collect();
    if lines.len() == 1 {
        return Cow::Owned(lines.remove(0).to_owned());
    }
    Cow::Owned(lines.into_iter().flat_map(|line| [line, "\n"]).collect())
}

fn target(names: &mut Names, entry: &mut Entry, kind: DefineKind, text: &str, at: i64) -> u64 {
    if kind == DefineKind::Dataset {
        let (number, is_new) = names.dataset(text);
        if is_new {
            let description = text.to_owned();
            entry.datasets.push(Dataset { number, first_ns: at, description });
        }
        return number;
    }
    let (number, is_new) = names.text(text);
    if is_new {
        entry.texts.push((number, text.to_owned()));
    }
    number
}

fn point(
    known: &mut Known,
    entry: &mut Entry,
    kind: DefineKind,
    number: u32,
    target: u64,
    text: &str,
) {
    let (instance, code) = (known.number, kind as u8);
    match known.dictionary.get(&number) {
        Some(before) if *before == (code, target) => return,
        Some(_) => {
            let what = format!("dictionary number {number} came again with another meaning");
            return find(entry, instance, number.into(), what);
        }
        None => {}
    }
    entry.dictionary.push(Dictionary { instance, number, kind: code, target });
    known.dictionary.insert(number, (code, target));
    if kind == DefineKind::Tenant {
        known.tenants.insert(number, text.to_owned());
    }
}

/// The items of a start event, by name.
pub(crate) fn start_item<'t>(text: &'t str, name: &str) -> &'t str {
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'));
    value.unwrap_or("")
}

fn start(known: &mut Known, entry: &mut Entry, text: &str, time_ns: i64) {
    let items = ["program", "build", "pid", "boot", "policy"]
        .map(|name| clean(start_item(text, name), &[]).into_owned());
    match &known.start {
        Some(before) if *before == (time_ns, items.clone()) => {}
        Some(_) => {
            let what = "the start event came again with other content".to_owned();
            find(entry, known.number, 0, what);
        }
        None => {
            let [program, build, pid, boot, policy] = items.clone();
            let instance = known.number;
            entry.starts.push(Start { instance, time_ns, program, build, pid, boot, policy });
            known.start = Some((time_ns, items));
        }
    }
}

/// A policy's text stands once per lane; every time that one came into force is an entry.
fn policy(
    names: &mut Names,
    known: &mut Known,
    entry: &mut Entry,
    number: u32,
    text: &str,
    time_ns: i64,
) {
    let (digest, text) = text.split_once('\n').unwrap_or((text, ""));
    let digest = &*clean(digest, &[]);
    match known.policies.get(&number) {
        Some(before) if *before == (time_ns, digest.to_owned()) => return,
        Some(_) => {
            let what = "a policy came again with another content".to_owned();
            return find(entry, known.number, number.into(), what);
        }
        None => {}
    }
    known.policies.insert(number, (time_ns, digest.to_owned()));
    entry.policy_changes.push(PolicyChange {
        instance: known.number,
        number,
        time_ns,
        digest: digest.to_owned(),
    });
    if names.policy(digest) {
        entry.policies.push(Policy {
            digest: digest.to_owned(),
            text: clean(text, &['\n']).into_owned(),
            first_ns: time_ns,
        });
    }
}

fn find(entry: &mut Entry, instance: u64, number: u64, what: String) {
    entry.findings.push(Finding { instance, number, flaw: OTHER_MEANING, what });
}
