//! Where is this data, and who has seen it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{Connection, OptionalExtension, Row, params};
use taggant_core::event::RecordKind;
use taggant_core::tag::{Action, SubjectTag};
use taggant_core::{Outcome, Result};

use super::types::{Access, Derivation, FieldInfo, Finding, FlowEdge, Handle, Place};
use super::{SqliteLedger, fold};

impl SqliteLedger {
    /// Every tagged field that some build has used.
    ///
    /// # Errors
    /// `JournalUnavailable`; so do all queries.
    pub fn fields(&self) -> Result<Vec<FieldInfo>> {
        self.database.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT datasets.dataset, path, field_id, role, categories FROM fields
                 JOIN datasets ON datasets.id = fields.dataset ORDER BY 1, position",
            )?;
            let found = statement.query_map([], |row| {
                Ok(FieldInfo {
                    dataset: row.get(0)?,
                    path: row.get(1)?,
                    field_id: row.get(2)?,
                    role: row.get(3)?,
                    categories: split(&row.get::<_, String>(4)?),
                })
            })?;
            found.collect()
        })
    }

    /// All movements, aggregated.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn flows(&self) -> Result<Vec<FlowEdge>> {
        self.edges("1 = 1", [])
    }

    /// Movements that no sink flow covered.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn unknown_flows(&self) -> Result<Vec<FlowEdge>> {
        self.edges("unknown = 1", [])
    }

    /// Where data of a category, and of those below it, went to and came from.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn where_is_category(&self, category: &str) -> Result<Vec<FlowEdge>> {
        let mut edges = self.flows()?;
        edges.retain(|edge| {
            edge.categories.iter().any(|own| {
                own.strip_prefix(category).is_some_and(|r| r.is_empty() || r.starts_with('.'))
            })
        });
        Ok(edges)
    }

    fn edges<P: rusqlite::Params>(&self, condition: &str, parameters: P) -> Result<Vec<FlowEdge>> {
        let sql = format!(
            "SELECT datasets.dataset, path, categories, kind, action, location.text, purpose.text,
                    actor.text, behalf.text, tenant.text, outcome, unknown, edges.first_ns, last_ns,
                    count
             FROM edges
             JOIN fields ON fields.id = edges.field
             JOIN datasets ON datasets.id = fields.dataset
             JOIN names location ON location.id = edges.location
             JOIN names purpose ON purpose.id = edges.purpose
             JOIN names actor ON actor.id = edges.actor
             JOIN names behalf ON behalf.id = edges.on_behalf
             JOIN names tenant ON tenant.id = edges.tenant
             WHERE {condition}
             ORDER BY 1, position, 6, 5"
        );
        self.database.read(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            statement.query_map(parameters, edge)?.collect()
        })
    }

    /// The handle of a person, if any of their data has moved yet.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn handle(&self, tenant: &str, tag: SubjectTag) -> Result<Option<Handle>> {
        self.database.read(|connection| {
            connection
                .query_row(
                    "SELECT handle FROM handles WHERE tenant = ?1 AND tag = ?2",
                    params![tenant, tag.0],
                    |row| row.get(0).map(Handle),
                )
                .optional()
        })
    }

    /// The handle of a person, made if there is none yet.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn handle_or_new(&self, tenant: &str, tag: SubjectTag) -> Result<Handle> {
        self.record(|recorder| {
            let id = recorder.handle(tenant, tag)?;
            recorder
                .transaction()
                .query_row("SELECT handle FROM handles WHERE id = ?1", [id], |row| row.get(0))
                .map(Handle)
        })
    }

    /// Where a person's data is or was.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn where_is_person(&self, handle: Handle) -> Result<Vec<Place>> {
        self.database.read(|connection| places(connection, handle))
    }

    /// Who saw, or asked for, a person's data; newest first.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn accesses_of(&self, handle: Handle) -> Result<Vec<Access>> {
        self.accesses("WHERE handles.handle = ?1 ORDER BY time_ns DESC", params![handle.0])
    }

    /// What an actor saw or asked for; newest first.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn accesses_by(&self, actor: &str) -> Result<Vec<Access>> {
        self.accesses("WHERE actor.text = ?1 ORDER BY time_ns DESC", params![actor])
    }

    /// Who saw, or asked for, a field, of whomever; newest first.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn accesses_to(&self, dataset: &str, path: &str) -> Result<Vec<Access>> {
        let which = "WHERE datasets.dataset = ?1 ORDER BY time_ns DESC";
        let mut found = self.accesses(which, params![dataset])?;
        found.retain(|access| access.fields.iter().any(|(own, _)| own == path));
        Ok(found)
    }

    /// The newest accesses, `limit` at most.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn recent_accesses(&self, limit: u32) -> Result<Vec<Access>> {
        self.accesses("ORDER BY time_ns DESC LIMIT ?1", params![limit])
    }

    fn accesses<P: rusqlite::Params>(&self, which: &str, parameters: P) -> Result<Vec<Access>> {
        let sql = format!(
            "SELECT time_ns, kind, outcome, coalesce(datasets.dataset, ''), accesses.dataset,
                    actions, first_field, field, location.text, purpose.text, actor.text,
                    behalf.text, handles.handle, reason
             FROM accesses
             LEFT JOIN datasets ON datasets.id = accesses.dataset
             LEFT JOIN handles ON handles.id = accesses.handle
             LEFT JOIN names location ON location.id = accesses.location
             LEFT JOIN names purpose ON purpose.id = accesses.purpose
             LEFT JOIN names actor ON actor.id = accesses.actor
             LEFT JOIN names behalf ON behalf.id = accesses.on_behalf
             {which}"
        );
        self.database.read(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query(parameters)?;
            let mut found = Vec::new();
            let mut known = Paths::new();
            while let Some(row) = rows.next()? {
                found.push(access(connection, row, &mut known)?);
            }
            Ok(found)
        })
    }

    /// Values that were made from values of other fields.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn derivations(&self) -> Result<Vec<Derivation>> {
        self.database.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT origin.text, datasets.dataset, path, location.text, action, count
                 FROM derivations
                 JOIN fields ON fields.id = derivations.field
                 JOIN datasets ON datasets.id = fields.dataset
                 JOIN names origin ON origin.id = derivations.origin
                 JOIN names location ON location.id = derivations.location ORDER BY 2, 3, 1",
            )?;
            let found = statement.query_map([], |row| {
                Ok(Derivation {
                    origins: row.get::<_, String>(0)?.lines().map(str::to_owned).collect(),
                    dataset: row.get(1)?,
                    path: row.get(2)?,
                    location: row.get(3)?,
                    action: action_name(row.get(4)?),
                    count: row.get::<_, i64>(5)?.cast_unsigned(),
                })
            })?;
            found.collect()
        })
    }

    /// How many events of each kind ended how: kind, outcome, count.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn outcomes(&self) -> Result<Vec<(String, String, u64)>> {
        self.database.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT kind, outcome, count FROM outcomes")?;
            let found = statement.query_map([], |row| {
                let count = row.get::<_, i64>(2)?.cast_unsigned();
                Ok((kind_name(row.get(0)?), outcome_name(row.get(1)?), count))
            })?;
            found.collect()
        })
    }

    /// What is wrong with journals that were drained.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn findings(&self) -> Result<Vec<Finding>> {
        self.database.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT lower(hex(instances.instance)), number, what FROM findings
                 JOIN instances ON instances.id = findings.instance ORDER BY 1, 2",
            )?;
            let found = statement.query_map([], |row| {
                Ok(Finding {
                    instance: row.get(0)?,
                    number: row.get::<_, i64>(1)?.cast_unsigned(),
                    what: row.get(2)?,
                })
            })?;
            found.collect()
        })
    }

    /// Each time that a policy came into force in a process, newest first: journal instance in hex,
    /// when (Unix nanoseconds), digest in hex.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn policy_changes(&self) -> Result<Vec<(String, u64, String)>> {
        self.database.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT lower(hex(instances.instance)), time_ns, digest FROM policy_changes
                 JOIN instances ON instances.id = policy_changes.instance ORDER BY time_ns DESC",
            )?;
            let found = statement.query_map([], |row| {
                Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned(), row.get(2)?))
            })?;
            found.collect()
        })
    }

    /// The policies that were ever in force: digest in hex, text, when first (Unix nanoseconds).
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn policies(&self) -> Result<Vec<(String, String, u64)>> {
        self.database.read(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT digest, text, first_ns FROM policies ORDER BY 3")?;
            let found = statement.query_map([], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?.cast_unsigned()))
            })?;
            found.collect()
        })
    }
}

pub(super) fn places(connection: &Connection, handle: Handle) -> rusqlite::Result<Vec<Place>> {
    let mut statement = connection.prepare_cached(
        "SELECT datasets.dataset, names.text, kind, form, subject_locations.first_ns, last_ns, count
         FROM subject_locations
         JOIN handles ON handles.id = subject_locations.handle
         JOIN datasets ON datasets.id = subject_locations.dataset
         JOIN names ON names.id = subject_locations.location
         WHERE handles.handle = ?1 ORDER BY 5, 1, 2",
    )?;
    let found = statement.query_map([handle.0], |row| {
        Ok(Place {
            dataset: row.get(0)?,
            location: row.get(1)?,
            kind: kind_name(row.get(2)?),
            form: match row.get(3)? {
                fold::SEALED => "sealed",
                fold::MASKED => "masked",
                _ => "plaintext",
            }
            .to_owned(),
            first_ns: row.get::<_, i64>(4)?.cast_unsigned(),
            last_ns: row.get::<_, i64>(5)?.cast_unsigned(),
            count: row.get::<_, i64>(6)?.cast_unsigned(),
        })
    })?;
    found.collect()
}

fn edge(row: &Row<'_>) -> rusqlite::Result<FlowEdge> {
    Ok(FlowEdge {
        dataset: row.get(0)?,
        path: row.get(1)?,
        categories: split(&row.get::<_, String>(2)?),
        kind: kind_name(row.get(3)?),
        action: action_name(row.get(4)?),
        location: row.get(5)?,
        purpose: row.get(6)?,
        actor: row.get(7)?,
        on_behalf: row.get(8)?,
        tenant: row.get(9)?,
        outcome: outcome_name(row.get(10)?),
        unknown: row.get(11)?,
        first_ns: row.get::<_, i64>(12)?.cast_unsigned(),
        last_ns: row.get::<_, i64>(13)?.cast_unsigned(),
        count: row.get::<_, i64>(14)?.cast_unsigned(),
    })
}

/// Paths of the fields of record types.
type Paths = HashMap<i64, Vec<String>>;

fn access(connection: &Connection, row: &Row<'_>, known: &mut Paths) -> rusqlite::Result<Access> {
    let dataset: Option<i64> = row.get(4)?;
    let (actions, first): ([u8; 32], usize) = (row.get(5)?, row.get::<_, u32>(6)? as usize);
    let single: Option<u32> = row.get(7)?;
    let mut fields = Vec::new();
    if let Some(dataset) = dataset {
        let paths = match known.entry(dataset) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(paths(connection, dataset)?),
        };
        let mut add = |position: usize, action: u8| {
            if let Some(path) = paths.get(position).filter(|_| action != 0) {
                fields.push((path.clone(), action_name(action)));
            }
        };
        match single {
            Some(position) => add(position as usize, actions[0]),
            None => (0..64).for_each(|index| {
                add(first + index, actions[index / 2] >> (4 * (index % 2)) & 0xF)
            }),
        }
    }
    Ok(Access {
        time_ns: row.get::<_, i64>(0)?.cast_unsigned(),
        kind: kind_name(row.get(1)?),
        outcome: outcome_name(row.get(2)?),
        dataset: row.get(3)?,
        fields,
        location: row.get(8)?,
        purpose: row.get(9)?,
        actor: row.get(10)?,
        on_behalf: row.get(11)?,
        handle: row.get::<_, Option<[u8; 16]>>(12)?.map(Handle),
        reason: row.get(13)?,
    })
}

fn paths(connection: &Connection, dataset: i64) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection
        .prepare_cached("SELECT path FROM fields WHERE dataset = ?1 ORDER BY position")?;
    statement.query_map([dataset], |row| row.get(0))?.collect()
}

fn split(categories: &str) -> Vec<String> {
    categories.split(',').filter(|key| !key.is_empty()).map(str::to_owned).collect()
}

fn kind_name(code: u8) -> String {
    let kind = RecordKind::ALL.iter().find(|kind| **kind as u8 == code);
    kind.map_or("unknown", |kind| kind.name()).to_owned()
}

fn action_name(code: u8) -> String {
    Action::from_code(code).map_or("unknown", Action::name).to_owned()
}

fn outcome_name(code: u8) -> String {
    match code {
        0 => "ok",
        code => Outcome::from_code(code).map_or("unknown", Outcome::name),
    }
    .to_owned()
}
