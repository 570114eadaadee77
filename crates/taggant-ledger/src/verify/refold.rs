//! Folds every lane again, from its first entry, into a scratch database.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use taggant_core::Result;

use super::Findings;
use super::heads::Heads;
use super::runs::Runs;
use crate::answers::Handle;
use crate::log::{Head, Tree, all, is_signed};
use crate::rows::{self, People, PersonRow, count, insert_people, introduce, read_accesses};
use crate::sql::{Sql, Transaction, Value};
use crate::wire::{Entry, LaneName, access_hash, encode_accesses, leaf_hash};

/// What the log adds up to.
#[derive(Default)]
pub(super) struct Refolded {
    pub(super) lanes: u64,
    pub(super) entries: u64,
    pub(super) events: u64,
    pub(super) accesses: u64,
    pub(super) dropped: u64,
}

/// Entries of one transaction of the scratch database.
const PAGE: u64 = 32;

/// Handles kept in memory at most.
const MOST_HANDLES: usize = 1_000_000;

/// Whose access rows are gone.
type Gone = BTreeSet<(LaneName, u64)>;

pub(super) fn refold(
    ledger: &mut dyn Transaction,
    scratch: &dyn Sql,
    heads: &mut Heads,
    findings: &mut Findings,
) -> Result<Refolded> {
    let lanes = match all(ledger) {
        Ok(lanes) => lanes,
        Err(_) => {
            findings.add("log", "lanes", "the row of a lane is none that can have been written");
            return Ok(Refolded::default());
        }
    };
    let own = own_id(ledger, findings)?;
    let mut folding = Folding {
        scratch,
        handles: Handles::default(),
        done: Refolded { lanes: lanes.len() as u64, ..Refolded::default() },
        empty: Gone::new(),
        dropped: Gone::new(),
        runs: Runs::default(),
        lanes: lanes.iter().map(|lane| (lane.name.clone(), lane.tree.size())).collect(),
    };
    for lane in &lanes {
        if heads.key().is_some_and(|key| !is_signed(lane, &own, &key)) {
            let what = format!("the length of lane {} is not signed with the right key", lane.lane);
            findings.add("log", "lanes", what);
        }
        folding.lane(ledger, lane, lane.name.source == own, heads, findings)?;
    }
    folding.end(findings);
    folding.runs.judge(own, findings);
    folding.count(ledger, findings)?;
    Ok(folding.done)
}

/// The ledger's id: there is one row of it.
fn own_id(ledger: &mut dyn Transaction, findings: &mut Findings) -> Result<[u8; 16]> {
    let (mut own, mut rows) = ([0; 16], Vec::new());
    ledger.rows("SELECT only, id FROM ledger", &[], &mut |row| {
        own = row.fixed(1).unwrap_or_default();
        rows.push(row.int(0)?);
        Ok(())
    })?;
    if rows != [1] {
        findings.add("changed", "ledger", "the row with the ledger's id is none that was written");
    }
    Ok(own)
}

struct Folding<'s> {
    scratch: &'s dyn Sql,
    handles: Handles,
    done: Refolded,
    empty: Gone,
    dropped: Gone,
    lanes: HashMap<LaneName, u64>,
    runs: Runs,
}

/// A leaf as it stands in the ledger.
struct Stored {
    number: u64,
    hash: Option<[u8; 32]>,
    salt: Option<[u8; 16]>,
    content: Option<Vec<u8>>,
    /// `Some(None)` is one that none can be.
    access_salt: Option<Option<[u8; 16]>>,
}

impl Folding<'_> {
    fn lane(
        &mut self,
        ledger: &mut dyn Transaction,
        lane: &Head,
        is_own: bool,
        heads: &mut Heads,
        findings: &mut Findings,
    ) -> Result<()> {
        let (mut tree, mut events, mut from) = (Tree::default(), 0, 0);
        heads.reached(&lane.name, &tree, events, findings);
        loop {
            let page = self.page(ledger, lane.lane, from)?;
            let Some(last) = page.last().map(|leaf| leaf.number) else { break };
            let mut entries = Vec::with_capacity(page.len());
            for leaf in &page {
                let at = format!("entry {} of lane {}", tree.size(), lane.lane);
                if leaf.number != tree.size() {
                    let what = format!("entry {} stands where {at} should be", leaf.number);
                    findings.add("missing", "leaves", what);
                }
                let entry = open(leaf, &at, findings);
                let run = entry.run.map_or(0, |run| run.next.saturating_sub(run.first));
                events = u64::saturating_add(events, run);
                self.runs.take(lane, &entry);
                self.accesses(ledger, lane, leaf, &entry, &at, findings)?;
                tree.add(&leaf.hash.unwrap_or_default());
                heads.reached(&lane.name, &tree, events, findings);
                entries.push((leaf.number, at, entry));
            }
            self.handles.learn(ledger, entries.iter().map(|(_, _, entry)| entry))?;
            self.write(lane.lane, is_own, &entries, findings)?;
            // No number comes after the largest that databases have.
            let Some(next) = last.cast_signed().checked_add(1) else { break };
            from = next.cast_unsigned();
        }
        if lane.tree != tree || lane.events != events {
            let what = format!(
                "size, roots or number of events of lane {} are not those of its entries",
                lane.lane
            );
            findings.add("log", "lanes", what);
        }
        self.done.entries = u64::saturating_add(self.done.entries, tree.size());
        self.done.events = u64::saturating_add(self.done.events, events);
        Ok(())
    }

    fn page(&self, ledger: &mut dyn Transaction, lane: i64, from: u64) -> Result<Vec<Stored>> {
        let mut page = Vec::new();
        let sql = "SELECT number, hash, salt, content, access_salt FROM leaves
                   WHERE lane = $1 AND number >= $2 ORDER BY number LIMIT $3";
        let key = [Value::Int(lane), count(from), count(PAGE)];
        ledger.rows(sql, &key, &mut |row| {
            page.push(Stored {
                number: row.count(0)?,
                hash: row.fixed(1).ok(),
                salt: row.fixed(2).ok(),
                content: row.bytes(3).ok().map(<[u8]>::to_vec),
                access_salt: match row.maybe_bytes(4) {
                    Ok(salt) => salt.map(|salt| salt.try_into().ok()),
                    Err(_) => Some(None),
                },
            });
            Ok(())
        })?;
        Ok(page)
    }

    fn write(
        &self,
        lane: i64,
        is_own: bool,
        entries: &[(u64, String, Entry)],
        findings: &mut Findings,
    ) -> Result<()> {
        self.scratch.write(&mut |transaction| {
            for (number, at, entry) in entries {
                let row = |(handle, link): &(Handle, _)| PersonRow {
                    person: self.handles.get(*handle),
                    handle: *handle,
                    link: Some(*link),
                    tag: is_own.then(|| own_tag(*handle)),
                };
                let people: Vec<PersonRow> = entry.people.iter().map(row).collect();
                introduce(transaction, &people)?;
                if !rows::write(transaction, (lane, *number), entry, &self.handles)? {
                    let what = format!("{at} does not follow from those before it");
                    findings.add("changed", "leaves", what);
                }
            }
            Ok(())
        })
    }

    /// The access rows of an entry are those of the table.
    fn accesses(
        &mut self,
        ledger: &mut dyn Transaction,
        lane: &Head,
        leaf: &Stored,
        entry: &Entry,
        at: &str,
        findings: &mut Findings,
    ) -> Result<()> {
        self.dropped.extend(entry.dropped.iter().map(|gone| (gone.lane.clone(), gone.leaf)));
        let (Some(expected), Some(run)) = (entry.accesses, entry.run) else {
            if leaf.access_salt.is_some() {
                findings.add(
                    "changed",
                    "leaves",
                    format!("{at} has no accesses and a salt of them"),
                );
            }
            return Ok(());
        };
        let Some(salt) = &leaf.access_salt else {
            self.empty.insert((lane.name.clone(), leaf.number));
            return Ok(());
        };
        let rows = read_accesses(ledger, lane.lane, run.instance, run.first, run.next)?;
        self.done.accesses += rows.len() as u64;
        let found = rows.len() as u64;
        let hash = rows
            .into_iter()
            .collect::<Option<Vec<_>>>()
            .zip(*salt)
            .map(|(rows, salt)| access_hash(&salt, &encode_accesses(&rows)));
        if hash == Some(expected.hash) && found == expected.count {
            return Ok(());
        }
        let kind = match found.cmp(&expected.count) {
            std::cmp::Ordering::Less => "missing",
            std::cmp::Ordering::Greater => "inserted",
            std::cmp::Ordering::Equal => "changed",
        };
        let what = format!("{at}: {found} rows, where {} others were written", expected.count);
        findings.add(kind, "accesses", what);
        Ok(())
    }

    fn end(&mut self, findings: &mut Findings) {
        let shown = |(lane, leaf): &(LaneName, u64)| {
            format!("entry {leaf} of lane {} of {}", lane.number, lane.service)
        };
        for gone in self.empty.difference(&self.dropped) {
            let what = format!("the accesses of {} are gone, and were not dropped", shown(gone));
            findings.add("missing", "leaves", what);
        }
        // One that was not brought here yet has no accesses to have again.
        let is_here =
            |gone: &&(LaneName, u64)| self.lanes.get(&gone.0).is_some_and(|n| gone.1 < *n);
        for gone in self.dropped.difference(&self.empty).filter(is_here) {
            let what = format!("{} was dropped and has accesses again", shown(gone));
            findings.add("inserted", "leaves", what);
        }
        self.done.dropped = self.dropped.len() as u64;
    }

    /// Rows that no lane leads to.
    fn count(&self, ledger: &mut dyn Transaction, findings: &mut Findings) -> Result<()> {
        let mut leaves = 0;
        ledger.rows("SELECT count(*) FROM leaves", &[], &mut |row| {
            leaves = row.count(0)?;
            Ok(())
        })?;
        if leaves != self.done.entries {
            let what = format!("{leaves} rows, where {} belong to lanes", self.done.entries);
            findings.add("inserted", "leaves", what);
        }
        let mut rows = 0;
        ledger.rows("SELECT count(*) FROM accesses", &[], &mut |row| {
            rows = row.count(0)?;
            Ok(())
        })?;
        if rows != self.done.accesses {
            let what = format!("{rows} rows, where {} belong to entries", self.done.accesses);
            findings.add("inserted", "accesses", what);
        }
        Ok(())
    }
}

/// Marks people that lanes of this ledger have introduced: theirs are the tags that must be there.
fn own_tag(handle: Handle) -> ([u8; 16], String, [u8; 16]) {
    ([0; 16], String::new(), handle.0)
}

/// Whether a lane of this ledger has introduced a person.
pub(super) fn is_own(scratch: &mut dyn Transaction, handle: &[u8]) -> Result<bool> {
    let mut is_own = false;
    let sql = "SELECT person FROM people WHERE handle = $1 AND tag IS NOT NULL";
    scratch.rows(sql, &[Value::Bytes(handle)], &mut |_| {
        is_own = true;
        Ok(())
    })?;
    Ok(is_own)
}

/// The entry of a leaf; an empty one where there is none.
fn open(leaf: &Stored, at: &str, findings: &mut Findings) -> Entry {
    let mut changed = |what: String| findings.add("changed", "leaves", what);
    let (Some(salt), Some(content)) = (&leaf.salt, &leaf.content) else {
        changed(format!("the content of {at} is gone"));
        return Entry::default();
    };
    if leaf.hash != Some(leaf_hash(salt, content)) {
        changed(format!("the content of {at} does not have its hash"));
    }
    Entry::decode(content).unwrap_or_else(|| {
        changed(format!("the content of {at} can't be read"));
        Entry::default()
    })
}

/// Which row the ledger has for a handle. One that it has no row for gets a number of its own: the
/// comparison of the tables says that its row is gone.
#[derive(Default)]
struct Handles {
    rows: HashMap<Handle, i64>,
    missing: i64,
    /// Those that the scratch database has a row of.
    known: RefCell<BTreeSet<i64>>,
}

/// How many handles one statement asks for.
const TOGETHER: usize = 64;

impl Handles {
    fn get(&self, handle: Handle) -> i64 {
        self.rows.get(&handle).copied().unwrap_or(0)
    }

    /// Looks up the people of entries.
    fn learn<'e>(
        &mut self,
        ledger: &mut dyn Transaction,
        entries: impl Iterator<Item = &'e Entry>,
    ) -> Result<()> {
        if self.rows.len() > MOST_HANDLES {
            // Those without a row keep their numbers.
            self.rows.retain(|_, row| *row < 0);
        }
        let mut wanted = BTreeSet::new();
        for entry in entries {
            wanted.extend(entry.people.iter().map(|(handle, _)| *handle));
            wanted.extend(entry.forgotten.iter().copied());
            wanted.extend(entry.places.iter().map(|places| places.person));
        }
        let wanted: Vec<Handle> =
            wanted.into_iter().filter(|handle| !self.rows.contains_key(handle)).collect();
        let holes: Vec<String> = (1..=TOGETHER).map(|number| format!("${number}")).collect();
        let sql =
            format!("SELECT handle, person FROM people WHERE handle IN ({})", holes.join(", "));
        for some in wanted.chunks(TOGETHER) {
            let mut values: Vec<_> = some.iter().map(|handle| Value::Bytes(&handle.0)).collect();
            values.resize(TOGETHER, values[some.len() - 1]);
            ledger.rows(&sql, &values, &mut |row| {
                self.rows.insert(Handle(row.fixed(0)?), row.int(1)?);
                Ok(())
            })?;
        }
        for handle in wanted {
            if !self.rows.contains_key(&handle) {
                self.missing -= 1;
                self.rows.insert(handle, self.missing);
            }
        }
        Ok(())
    }
}

impl People for Handles {
    /// One that no lane has introduced yet gets a row without a link.
    fn person(&self, transaction: &mut dyn Transaction, handle: Handle) -> Result<i64> {
        let person = self.get(handle);
        if self.known.borrow_mut().insert(person) {
            let row = PersonRow { person, handle, link: None, tag: None };
            insert_people(transaction, &[row])?;
        }
        Ok(person)
    }
}
