//! Folds every lane again, from its first entry, into a scratch database.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use taggant_core::Result;

use super::Findings;
use super::heads::Heads;
use crate::answers::Handle;
use crate::log::{Head, Tree, all};
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
    /// Whether some lane was written by another ledger.
    pub(super) has_foreign: bool,
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
    };
    for lane in &lanes {
        folding.done.has_foreign |= lane.name.source != own;
        folding.lane(ledger, lane, heads, findings)?;
    }
    folding.end(ledger, findings)?;
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
}

/// A leaf as it stands in the ledger.
struct Stored {
    number: u64,
    hash: Option<[u8; 32]>,
    salt: Option<[u8; 16]>,
    content: Option<Vec<u8>>,
    access_salt: Option<Vec<u8>>,
}

impl Folding<'_> {
    fn lane(
        &mut self,
        ledger: &mut dyn Transaction,
        lane: &Head,
        heads: &mut Heads,
        findings: &mut Findings,
    ) -> Result<()> {
        let (mut tree, mut events) = (Tree::default(), 0);
        heads.reached(&lane.name, &tree, events, findings);
        loop {
            let page = self.page(ledger, lane.lane, tree.size())?;
            if page.is_empty() {
                break;
            }
            let mut entries = Vec::with_capacity(page.len());
            for leaf in &page {
                let at = format!("entry {} of lane {}", tree.size(), lane.lane);
                if leaf.number != tree.size() {
                    let what = format!("entry {} stands where {at} should be", leaf.number);
                    findings.add("missing", "leaves", what);
                }
                let entry = open(leaf, &at, findings);
                events += entry.run.map_or(0, |run| run.next.saturating_sub(run.first));
                self.accesses(ledger, lane, leaf, &entry, &at, findings)?;
                tree.add(&leaf.hash.unwrap_or_default());
                heads.reached(&lane.name, &tree, events, findings);
                entries.push((leaf.number, at, entry));
            }
            self.handles.learn(ledger, entries.iter().map(|(_, _, entry)| entry))?;
            self.write(lane.lane, &entries, findings)?;
            let last = page.last().map_or(0, |leaf| leaf.number);
            if last + 1 < tree.size() {
                // Numbers that stand twice can't be read on from.
                break;
            }
        }
        if lane.tree != tree || lane.events != events {
            let what = format!(
                "size, roots or number of events of lane {} are not those of its entries",
                lane.lane
            );
            findings.add("log", "lanes", what);
        }
        self.done.entries += tree.size();
        self.done.events += events;
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
                access_salt: row.maybe_bytes(4).unwrap_or(Some(&[])).map(<[u8]>::to_vec),
            });
            Ok(())
        })?;
        Ok(page)
    }

    fn write(
        &self,
        lane: i64,
        entries: &[(u64, String, Entry)],
        findings: &mut Findings,
    ) -> Result<()> {
        self.scratch.write(&mut |transaction| {
            for (number, at, entry) in entries {
                let row = |(handle, link): &(Handle, _)| PersonRow {
                    person: self.handles.get(*handle),
                    handle: *handle,
                    link: Some(*link),
                    tag: None,
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
            .map(|rows| access_hash(salt, &encode_accesses(&rows)));
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

    fn end(&mut self, ledger: &mut dyn Transaction, findings: &mut Findings) -> Result<()> {
        let shown = |(lane, leaf): &(LaneName, u64)| {
            format!("entry {leaf} of lane {} of {}", lane.number, lane.service)
        };
        for gone in self.empty.difference(&self.dropped) {
            let what = format!("the accesses of {} are gone, and were not dropped", shown(gone));
            findings.add("missing", "leaves", what);
        }
        for gone in self.dropped.difference(&self.empty) {
            let what = format!("{} was dropped and has accesses again", shown(gone));
            findings.add("inserted", "leaves", what);
        }
        self.done.dropped = self.dropped.len() as u64;
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
