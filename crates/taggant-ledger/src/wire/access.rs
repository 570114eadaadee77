//! The rows of accesses, as they are hashed and sent.

use sha2::{Digest, Sha256};

use super::codec::{Reader, Writer};
use super::order::in_order;
use super::text::is_line;
use crate::answers::Handle;

/// One time that somebody saw something, asked for it, or was refused it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessRow {
    /// Number of the event in the entry's run.
    pub number: u64,
    /// Unix time in nanoseconds.
    pub time_ns: i64,
    /// Code of the kind.
    pub kind: u8,
    /// Code of the outcome; 0 for success.
    pub outcome: u8,
    /// Record type.
    pub dataset: u64,
    /// The field that the first action is of.
    pub first_field: u16,
    /// Four-bit action codes of 64 fields, without the zeros at the end.
    pub actions: Vec<u8>,
    /// The field, for accesses to one.
    pub field: Option<u16>,
    /// Where.
    pub location: u64,
    /// Why.
    pub purpose: u64,
    /// Who.
    pub actor: u64,
    /// For whom.
    pub on_behalf: u64,
    /// Whose.
    pub tenant: u64,
    /// The request or job that it was a part of.
    pub scope: u64,
    /// The text of the value's origins.
    pub origin: u64,
    /// Of whom.
    pub person: Option<Handle>,
    /// Number of the event that this one takes back, or of the erasure.
    pub refers: u64,
    /// Reason or ticket.
    pub reason: String,
    /// Trace id; 16 bytes.
    pub trace: Vec<u8>,
}

impl AccessRow {
    /// Adds its bytes.
    pub(crate) fn encode(&self, out: &mut Writer) {
        out.unsigned(self.number);
        out.time(self.time_ns);
        out.byte(self.kind);
        out.byte(self.outcome);
        out.unsigned(self.dataset);
        out.unsigned(self.first_field.into());
        out.bytes(&self.actions);
        out.unsigned(self.field.map_or(0, |field| u64::from(field) + 1));
        for number in [
            self.location,
            self.purpose,
            self.actor,
            self.on_behalf,
            self.tenant,
            self.scope,
            self.origin,
        ] {
            out.unsigned(number);
        }
        out.bytes(self.person.as_ref().map_or(&[], |person| &person.0));
        out.unsigned(self.refers);
        out.text(&self.reason);
        out.bytes(&self.trace);
    }

    pub(crate) fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        let (number, time_ns) = (reader.number()?, reader.time()?);
        let (kind, outcome, dataset) = (reader.byte()?, reader.byte()?, reader.number()?);
        let first_field = u16::try_from(reader.unsigned()?).ok()?;
        let actions = reader.bytes()?;
        let is_short = actions.len() <= 32 && actions.last() != Some(&0);
        let field = match reader.unsigned()? {
            0 => None,
            after => Some(u16::try_from(after - 1).ok()?),
        };
        let mut numbers = [0; 7];
        for number in &mut numbers {
            *number = reader.number()?;
        }
        let [location, purpose, actor, on_behalf, tenant, scope, origin] = numbers;
        let person = match reader.bytes()? {
            [] => None,
            handle => Some(Handle(handle.try_into().ok()?)),
        };
        let (refers, reason) =
            (reader.number()?, reader.text().filter(|text| is_line(text))?.to_owned());
        let trace = reader.bytes().filter(|trace| matches!(trace.len(), 0 | 16))?.to_vec();
        is_short.then_some(Self {
            number,
            time_ns,
            kind,
            outcome,
            dataset,
            first_field,
            actions: actions.to_vec(),
            field,
            location,
            purpose,
            actor,
            on_behalf,
            tenant,
            scope,
            origin,
            person,
            refers,
            reason,
            trace,
        })
    }
}

/// The bytes of rows, in the order of their numbers.
#[must_use]
pub fn encode_accesses(rows: &[AccessRow]) -> Vec<u8> {
    let mut out = Writer::default();
    in_order(rows, |a, b| a.number.cmp(&b.number)).for_each(|row| row.encode(&mut out));
    out.bytes
}

/// The rows of such bytes; `None` where they are none, or their numbers don't rise.
#[must_use]
pub fn decode_accesses(bytes: &[u8]) -> Option<Vec<AccessRow>> {
    let mut reader = Reader::new(bytes);
    let mut rows: Vec<AccessRow> = Vec::new();
    while !reader.is_empty() {
        reader.spend(1)?;
        let row = AccessRow::decode(&mut reader)?;
        if rows.last().is_some_and(|before| before.number >= row.number) {
            return None;
        }
        rows.push(row);
    }
    Some(rows)
}

/// What an entry says of its access rows: SHA-256(salt | rows).
#[must_use]
pub fn access_hash(salt: &[u8], rows: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(rows).finalize().into()
}
