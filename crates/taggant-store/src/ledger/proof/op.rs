//! Operations: what an entry adds to which table. Writing and folding again run the same SQL.

use std::sync::LazyLock;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use super::codec::{Reader, Writer};
use crate::ledger::fold::nibbles;

/// A value of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::ledger) enum Value<'a> {
    Null,
    Int(i64),
    /// Unix time in nanoseconds.
    Time(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Null => ValueRef::Null,
            Self::Int(number) | Self::Time(number) => ValueRef::Integer(number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// How a column's value is written in an entry.
#[derive(Clone, Copy)]
enum Kind {
    Int,
    Time,
    Text,
    Fixed(usize),
    /// At most 32 bytes, without the zeros at the end.
    Actions,
}
use Kind::{Actions, Fixed, Int, Text, Time};

/// What an operation does with its row.
#[derive(Clone, Copy)]
enum Mode {
    /// Adds it.
    Insert,
    /// Adds first time, last time and count, its last three columns, to what is there.
    Sum,
    /// Adds the count, its last column, to what is there.
    Count,
    /// Sets the columns after the first so many.
    Set(usize),
}

/// The operations. Their codes are on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(in crate::ledger) enum Op {
    Instance = 1,
    Start = 2,
    Next = 3,
    Name = 4,
    Dictionary = 5,
    Dataset = 6,
    Field = 7,
    /// Edges of the fields of one dataset that went the same way.
    Edges = 8,
    Derivation = 9,
    /// With a link in the place of salt, tenant and tag.
    Handle = 10,
    Place = 11,
    Outcome = 12,
    Policy = 13,
    PolicyChange = 14,
    Erasure = 15,
    ErasureLine = 16,
    Confirm = 17,
    Finding = 18,
    Run = 19,
    /// A handle's salt, tenant and tag were deleted.
    LinkDropped = 20,
    /// The rows of an entry of accesses were deleted.
    AccessesDropped = 21,
}

struct Spec {
    op: Op,
    table: &'static str,
    columns: &'static [(&'static str, Kind)],
    mode: Mode,
    sql: LazyLock<String>,
}

macro_rules! specs {
    ($($op:ident $table:literal $mode:expr, [$($column:literal $kind:expr),*];)*) => {
        static SPECS: [Spec; 21] = [$(Spec {
            op: Op::$op,
            table: $table,
            columns: &[$(($column, $kind)),*],
            mode: $mode,
            sql: LazyLock::new(|| sql(Op::$op)),
        }),*];
    };
}

specs! {
    Instance "instances" Mode::Insert, ["id" Int, "instance" Fixed(16)];
    Start "instances" Mode::Set(1), ["id" Int, "started_ns" Time, "program" Text, "build" Text,
        "pid" Text, "boot" Text, "policy" Text];
    Next "instances" Mode::Set(1), ["id" Int, "next_number" Int];
    Name "names" Mode::Insert, ["id" Int, "text" Text];
    Dictionary "dictionary" Mode::Insert, ["instance" Int, "number" Int, "kind" Int, "target" Int];
    Dataset "datasets" Mode::Insert, ["id" Int, "description" Text, "dataset" Text,
        "key_group" Text, "first_ns" Time];
    Field "fields" Mode::Insert, ["id" Int, "dataset" Int, "position" Int, "field_id" Text,
        "path" Text, "role" Text, "categories" Text];
    Edges "edges" Mode::Sum, ["dataset" Int, "first_field" Int, "actions" Actions, "kind" Int,
        "location" Int, "purpose" Int, "actor" Int, "on_behalf" Int, "tenant" Int, "outcome" Int,
        "unknown" Int, "first_ns" Time, "last_ns" Time, "count" Int];
    Derivation "derivations" Mode::Sum, ["origin" Int, "field" Int, "action" Int, "location" Int,
        "first_ns" Time, "last_ns" Time, "count" Int];
    Handle "handles" Mode::Insert, ["id" Int, "handle" Fixed(16), "salt" Fixed(16)];
    Place "subject_locations" Mode::Sum, ["handle" Int, "dataset" Int, "location" Int, "kind" Int,
        "form" Int, "first_ns" Time, "last_ns" Time, "count" Int];
    Outcome "outcomes" Mode::Count, ["kind" Int, "outcome" Int, "count" Int];
    Policy "policies" Mode::Insert, ["digest" Text, "text" Text, "first_ns" Time];
    PolicyChange "policy_changes" Mode::Insert, ["instance" Int, "number" Int, "time_ns" Time,
        "digest" Text];
    Erasure "erasures" Mode::Insert, ["number" Int, "handle" Fixed(16), "time_ns" Time,
        "key_groups" Text, "final_ns" Time];
    ErasureLine "erasure_lines" Mode::Insert, ["erasure" Int, "line" Int, "dataset" Text,
        "location" Text, "what" Text];
    Confirm "erasure_lines" Mode::Set(2), ["erasure" Int, "line" Int, "confirmed_ns" Time];
    Finding "findings" Mode::Insert, ["instance" Int, "number" Int, "what" Text];
    Run "runs" Mode::Insert, ["leaf" Int, "instance" Int, "first" Int, "next" Int,
        "content" Fixed(32)];
    LinkDropped "handles" Mode::Set(1), ["id" Int];
    AccessesDropped "accesses" Mode::Set(1), ["leaf" Int];
}

/// One edge, of those that an operation has.
const EDGE: &str = "INSERT INTO edges VALUES
    ((SELECT id FROM fields WHERE dataset = ?1 AND position = ?2), ?4, ?3, ?5, ?6, ?7, ?8, ?9, ?10,
     ?11, ?12, ?13, ?14)
    ON CONFLICT DO UPDATE SET first_ns = min(first_ns, excluded.first_ns),
    last_ns = max(last_ns, excluded.last_ns), count = count + excluded.count";

fn sql(op: Op) -> String {
    let Spec { table, columns, mode, .. } = op.spec();
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let holes: Vec<String> = (1..=names.len()).map(|number| format!("?{number}")).collect();
    let insert =
        format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), holes.join(", "));
    let pairs = |range: std::ops::Range<usize>| {
        range.map(|at| format!("{} = ?{}", names[at], at + 1)).collect::<Vec<_>>()
    };
    match *mode {
        Mode::Insert => insert,
        Mode::Sum => format!(
            "{insert} ON CONFLICT DO UPDATE SET first_ns = min(first_ns, excluded.first_ns),
             last_ns = max(last_ns, excluded.last_ns), count = count + excluded.count"
        ),
        Mode::Count => {
            format!("{insert} ON CONFLICT DO UPDATE SET count = count + excluded.count")
        }
        Mode::Set(keys) => format!(
            "UPDATE {table} SET {} WHERE {}",
            pairs(keys..names.len()).join(", "),
            pairs(0..keys).join(" AND ")
        ),
    }
}

impl Op {
    fn spec(self) -> &'static Spec {
        &SPECS[self as usize - 1]
    }

    fn from_code(code: u8) -> Option<Self> {
        SPECS.get(usize::from(code).checked_sub(1)?).map(|spec| spec.op)
    }

    /// The statement that does it; of the two that delete there is none.
    pub(super) fn sql(self) -> &'static str {
        match self {
            Self::LinkDropped => "UPDATE handles SET salt = NULL WHERE id = ?1",
            Self::AccessesDropped => "",
            Self::Edges => EDGE,
            _ => &self.spec().sql,
        }
    }

    /// Writes it to an entry.
    pub(super) fn encode(self, values: &[Value<'_>], out: &mut Writer) {
        let columns = self.spec().columns;
        debug_assert_eq!(columns.len(), values.len());
        out.byte(self as u8);
        for ((_, kind), value) in columns.iter().zip(values) {
            match (kind, *value) {
                (Int, Value::Int(number)) => out.signed(number),
                (Time, Value::Time(ns)) => out.time(ns),
                (Text, Value::Text(text)) => out.text(text),
                (Actions, Value::Bytes(bytes)) => {
                    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
                    out.bytes(&bytes[..end]);
                }
                (Fixed(length), Value::Bytes(bytes)) if bytes.len() == *length => out.fixed(bytes),
                _ => unreachable!("the columns of {self:?} are fixed"),
            }
        }
    }

    /// Reads the next one of an entry.
    pub(super) fn decode<'a>(reader: &mut Reader<'a>) -> Option<(Self, Vec<Owned<'a>>)> {
        let op = Self::from_code(reader.byte()?)?;
        let value = |(_, kind): &(&str, Kind)| {
            Some(match kind {
                Int => Owned::Int(reader.signed()?),
                Time => Owned::Int(reader.time()?),
                Text => Owned::Text(reader.text()?),
                Fixed(16) => Owned::Short(reader.fixed()?),
                Fixed(_) => Owned::Long(reader.fixed()?),
                Actions => Owned::Bytes(reader.bytes().filter(|bytes| bytes.len() <= 32)?),
            })
        };
        let values = op.spec().columns.iter().map(value).collect::<Option<_>>()?;
        Some((op, values))
    }

    /// Does it again, in a scratch ledger.
    pub(super) fn fold(
        self,
        connection: &Connection,
        values: &[Owned<'_>],
    ) -> rusqlite::Result<()> {
        if self == Self::AccessesDropped {
            return Ok(());
        }
        let mut statement = connection.prepare_cached(self.sql())?;
        let (Self::Edges, [dataset, first, Owned::Bytes(actions), rest @ ..]) = (self, values)
        else {
            return statement.execute(params_from_iter(values.iter().map(Owned::value))).map(drop);
        };
        let mut all = [0; 32];
        all[..actions.len()].copy_from_slice(actions);
        let first = u16::try_from(first.number()).unwrap_or(u16::MAX);
        for (position, action) in nibbles(first, &all) {
            let position = Value::Int(i64::try_from(position).unwrap_or(i64::MAX));
            let own = [dataset.value(), position, Value::Int(action.into())];
            statement
                .execute(params_from_iter(own.into_iter().chain(rest.iter().map(Owned::value))))?;
        }
        Ok(())
    }
}

/// A value that was read from an entry.
#[derive(Clone, Copy, Debug)]
pub(super) enum Owned<'a> {
    Int(i64),
    Text(&'a str),
    Short([u8; 16]),
    Long([u8; 32]),
    Bytes(&'a [u8]),
}

impl Owned<'_> {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Int(number) => Value::Int(*number),
            Self::Text(text) => Value::Text(text),
            Self::Short(bytes) => Value::Bytes(bytes),
            Self::Long(bytes) => Value::Bytes(bytes),
            Self::Bytes(bytes) => Value::Bytes(bytes),
        }
    }

    /// Its number; 0 where it is none.
    pub(super) fn number(&self) -> i64 {
        if let Self::Int(number) = self { *number } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_statements_fit_the_schema() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(include_str!("../0001_ledger.sql")).unwrap();
        for (index, spec) in SPECS.iter().enumerate() {
            assert_eq!(spec.op as usize, index + 1);
            assert_eq!(Op::from_code(spec.op as u8), Some(spec.op));
            if spec.op != Op::AccessesDropped {
                connection.prepare(spec.op.sql()).unwrap();
            }
        }
        assert_eq!(Op::from_code(0).or(Op::from_code(22)), None);
    }
}
