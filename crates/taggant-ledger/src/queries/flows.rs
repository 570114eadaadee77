//! What moves where. Edges stand by shape; here they are taken apart by field.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::rc::Rc;

use taggant_core::Result;

use super::{fields_done, split};
use crate::answers::{Action, Derivation, Ended, FieldInfo, FlowEdge, Kind, Role};
use crate::sql::{Row, Transaction};
use crate::wire::Seen;

/// A field as one lane knows it.
pub(super) struct Field {
    pub(super) path: Rc<str>,
    field_id: String,
    role: Role,
    categories: Rc<[String]>,
}

/// A record type as one lane knows it.
pub(super) struct Dataset {
    pub(super) name: Rc<str>,
    pub(super) fields: Vec<Field>,
}

/// Record types by lane and number.
pub(super) type Datasets = HashMap<(i64, u64), Dataset>;

/// Texts by lane and number.
struct Texts(HashMap<(i64, u64), Rc<str>>, Rc<str>);

impl Texts {
    fn load(transaction: &mut dyn Transaction) -> Result<Self> {
        let mut texts = Self(HashMap::new(), Rc::from(""));
        transaction.rows("SELECT lane, number, text FROM texts", &[], &mut |row| {
            texts.0.insert((row.int(0)?, row.count(1)?), Rc::from(row.text(2)?));
            Ok(())
        })?;
        Ok(texts)
    }

    fn get(&self, lane: i64, number: u64) -> Rc<str> {
        self.0.get(&(lane, number)).unwrap_or(&self.1).clone()
    }
}

pub(super) fn datasets(transaction: &mut dyn Transaction) -> Result<Datasets> {
    let mut found = Datasets::new();
    transaction.rows("SELECT lane, number, dataset FROM datasets", &[], &mut |row| {
        let dataset = Dataset { name: Rc::from(row.text(2)?), fields: Vec::new() };
        found.insert((row.int(0)?, row.count(1)?), dataset);
        Ok(())
    })?;
    let sql = "SELECT lane, dataset, path, field_id, role, categories FROM fields
               ORDER BY lane, dataset, position";
    transaction.rows(sql, &[], &mut |row| {
        if let Some(dataset) = found.get_mut(&(row.int(0)?, row.count(1)?)) {
            dataset.fields.push(Field {
                path: Rc::from(row.text(2)?),
                field_id: row.text(3)?.to_owned(),
                role: Role::from_name(row.text(4)?).unwrap_or(Role::Unknown),
                categories: split(row.text(5)?).into(),
            });
        }
        Ok(())
    })?;
    Ok(found)
}

/// Every tagged field that some build has used; builds that say the same count once.
pub(crate) fn fields(transaction: &mut dyn Transaction) -> Result<Vec<FieldInfo>> {
    let mut all: Vec<(Rc<str>, usize, FieldInfo)> = Vec::new();
    for dataset in datasets(transaction)?.into_values() {
        for (position, field) in dataset.fields.into_iter().enumerate() {
            let info = FieldInfo {
                dataset: dataset.name.to_string(),
                path: field.path.to_string(),
                field_id: field.field_id,
                role: field.role,
                categories: field.categories.to_vec(),
            };
            all.push((dataset.name.clone(), position, info));
        }
    }
    all.sort_by(|a, b| (&a.0, a.1, &a.2.path).cmp(&(&b.0, b.1, &b.2.path)));
    let mut all: Vec<FieldInfo> = all.into_iter().map(|(.., info)| info).collect();
    all.dedup();
    Ok(all)
}

/// What edges of several lanes have in common.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    dataset: Rc<str>,
    position: usize,
    path: Rc<str>,
    categories: Rc<[String]>,
    location: Rc<str>,
    action: Action,
    kind: Kind,
    purpose: Rc<str>,
    actor: Rc<str>,
    on_behalf: Rc<str>,
    tenant: Rc<str>,
    service: Rc<str>,
    outcome: u8,
    unknown: bool,
}

const EDGES: &str = "SELECT edges.lane, dataset, kind, outcome, unknown, location, purpose, actor,
        on_behalf, tenant, first_field, actions, first_ns, last_ns, count, service
    FROM edges JOIN lanes ON lanes.lane = edges.lane";

/// All movements, by field.
pub(crate) fn flows(transaction: &mut dyn Transaction) -> Result<Vec<FlowEdge>> {
    let (texts, datasets) = (Texts::load(transaction)?, datasets(transaction)?);
    let mut services: HashMap<String, Rc<str>> = HashMap::new();
    let mut sums: BTreeMap<Key, Seen> = BTreeMap::new();
    transaction.rows(EDGES, &[], &mut |row| {
        let lane = row.int(0)?;
        let Some(dataset) = datasets.get(&(lane, row.count(1)?)) else { return Ok(()) };
        let name = |column| row.count(column).map(|number| texts.get(lane, number));
        let service = services
            .entry(row.text(15)?.to_owned())
            .or_insert_with_key(|name| Rc::from(name.as_str()))
            .clone();
        let first_field = u16::try_from(row.int(10)?).unwrap_or(u16::MAX);
        let seen = seen(row, 12)?;
        for (position, action) in fields_done(first_field, row.bytes(11)?) {
            let Some(field) = dataset.fields.get(position) else { continue };
            let key = Key {
                dataset: dataset.name.clone(),
                position,
                path: field.path.clone(),
                categories: field.categories.clone(),
                location: name(5)?,
                action: Action::from_code(action),
                kind: Kind::from_code(row.code(2)?),
                purpose: name(6)?,
                actor: name(7)?,
                on_behalf: name(8)?,
                tenant: name(9)?,
                service: service.clone(),
                outcome: row.code(3)?,
                unknown: row.int(4)? != 0,
            };
            sums.entry(key).and_modify(|sum| sum.merge(seen)).or_insert(seen);
        }
        Ok(())
    })?;
    Ok(sums.into_iter().map(edge).collect())
}

fn seen(row: &dyn Row, column: usize) -> Result<Seen> {
    Ok(Seen {
        first_ns: row.int(column)?,
        last_ns: row.int(column + 1)?,
        count: row.count(column + 2)?,
    })
}

fn edge((key, seen): (Key, Seen)) -> FlowEdge {
    FlowEdge {
        dataset: key.dataset.to_string(),
        path: key.path.to_string(),
        categories: key.categories.to_vec(),
        kind: key.kind,
        action: key.action,
        location: key.location.to_string(),
        purpose: key.purpose.to_string(),
        actor: key.actor.to_string(),
        on_behalf: key.on_behalf.to_string(),
        tenant: key.tenant.to_string(),
        service: key.service.to_string(),
        outcome: Ended::from_code(key.outcome),
        unknown: key.unknown,
        first_ns: seen.first_ns.cast_unsigned(),
        last_ns: seen.last_ns.cast_unsigned(),
        count: seen.count,
    }
}

/// What derivations of several lanes have in common.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Derived {
    dataset: Rc<str>,
    path: Rc<str>,
    origin: Rc<str>,
    location: Rc<str>,
    action: Action,
}

/// Values that were made from values of other fields.
pub(crate) fn derivations(transaction: &mut dyn Transaction) -> Result<Vec<Derivation>> {
    let (texts, datasets) = (Texts::load(transaction)?, datasets(transaction)?);
    let mut sums: BTreeMap<Derived, Seen> = BTreeMap::new();
    let sql = "SELECT lane, dataset, field, origin, location, action, first_ns, last_ns, count
               FROM derivations";
    transaction.rows(sql, &[], &mut |row| {
        let lane = row.int(0)?;
        let Some(dataset) = datasets.get(&(lane, row.count(1)?)) else { return Ok(()) };
        let position = usize::try_from(row.int(2)?).unwrap_or(usize::MAX);
        let Some(field) = dataset.fields.get(position) else { return Ok(()) };
        let key = Derived {
            dataset: dataset.name.clone(),
            path: field.path.clone(),
            origin: texts.get(lane, row.count(3)?),
            location: texts.get(lane, row.count(4)?),
            action: Action::from_code(row.code(5)?),
        };
        let seen = seen(row, 6)?;
        sums.entry(key).and_modify(|sum| sum.merge(seen)).or_insert(seen);
        Ok(())
    })?;
    let answer = |(key, seen): (Derived, Seen)| Derivation {
        origins: key.origin.lines().map(str::to_owned).collect(),
        dataset: key.dataset.to_string(),
        path: key.path.to_string(),
        location: key.location.to_string(),
        action: key.action,
        first_ns: seen.first_ns.cast_unsigned(),
        last_ns: seen.last_ns.cast_unsigned(),
        count: seen.count,
    };
    Ok(sums.into_iter().map(answer).collect())
}
