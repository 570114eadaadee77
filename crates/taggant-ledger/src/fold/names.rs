//! What a process knows of a lane: its numbers for texts, record types and instances.

use std::collections::{HashMap, HashSet};

use taggant_core::Result;
use taggant_core::event::DefineKind;

use crate::rows::count;
use crate::sql::{Transaction, Value};

/// The numbers of a lane.
#[derive(Default)]
pub(crate) struct Names {
    texts: HashMap<String, u64>,
    datasets: HashMap<String, u64>,
    policies: HashSet<String>,
    instances: HashMap<[u8; 16], Known>,
    last_instance: u64,
}

/// What is known of an instance in a lane.
#[derive(Default)]
pub(crate) struct Known {
    /// Its number in the lane.
    pub(crate) number: u64,
    /// Number after the last event that any lane has taken.
    pub(crate) next: u64,
    /// What its own numbers stand for: kind, and number of the lane.
    pub(crate) dictionary: HashMap<u32, (u8, u64)>,
    /// The texts of its tenants, by its own numbers: people are looked up by them.
    pub(crate) tenants: HashMap<u32, String>,
    /// When it started, and what it said then.
    pub(crate) start: Option<(i64, [String; 5])>,
    /// Policies that came into force in it, by its own numbers: when, and digest.
    pub(crate) policies: HashMap<u32, (i64, String)>,
    /// What other lanes know of it, to be said again in this one: kind, own number, text.
    pub(crate) inherited: Vec<(DefineKind, u32, String)>,
}

impl Known {
    /// The lane's number of a text that the instance has numbered; 0 for none.
    pub(crate) fn text(&self, number: u32) -> u64 {
        match self.dictionary.get(&number) {
            Some((kind, target)) if *kind != DefineKind::Dataset as u8 => *target,
            _ => 0,
        }
    }

    /// The lane's number of a record type; 0 for none.
    pub(crate) fn dataset(&self, number: u32) -> u64 {
        match self.dictionary.get(&number) {
            Some((kind, target)) if *kind == DefineKind::Dataset as u8 => *target,
            _ => 0,
        }
    }

    /// The text of a tenant.
    pub(crate) fn tenant(&self, number: u32) -> &str {
        self.tenants.get(&number).map_or("", String::as_str)
    }
}

impl Names {
    /// Reads texts and record types of a lane.
    pub(crate) fn load(transaction: &mut dyn Transaction, lane: i64) -> Result<Self> {
        let mut names = Self::default();
        let key = [Value::Int(lane)];
        transaction.rows("SELECT number, text FROM texts WHERE lane = $1", &key, &mut |row| {
            names.texts.insert(row.text(1)?.to_owned(), row.count(0)?);
            Ok(())
        })?;
        let sql = "SELECT number, description FROM datasets WHERE lane = $1";
        transaction.rows(sql, &key, &mut |row| {
            names.datasets.insert(row.text(1)?.to_owned(), row.count(0)?);
            Ok(())
        })?;
        transaction.rows("SELECT digest FROM policies WHERE lane = $1", &key, &mut |row| {
            names.policies.insert(row.text(0)?.to_owned());
            Ok(())
        })?;
        let sql = "SELECT coalesce(max(number), 0) FROM instances WHERE lane = $1";
        transaction.rows(sql, &key, &mut |row| {
            names.last_instance = row.count(0)?;
            Ok(())
        })?;
        Ok(names)
    }

    /// The number of a text, and whether it is new. The empty text is 0.
    pub(crate) fn text(&mut self, text: &str) -> (u64, bool) {
        if text.is_empty() {
            return (0, false);
        }
        number(&mut self.texts, text)
    }

    /// The number of a record type, and whether it is new.
    pub(crate) fn dataset(&mut self, description: &str) -> (u64, bool) {
        number(&mut self.datasets, description)
    }

    /// Whether a policy is new.
    pub(crate) fn policy(&mut self, digest: &str) -> bool {
        self.policies.insert(digest.to_owned())
    }

    /// Takes what is known of an instance, to fold its events.
    pub(crate) fn take(&mut self, id: &[u8; 16]) -> Option<Known> {
        self.instances.remove(id)
    }

    /// Keeps what is known of an instance.
    pub(crate) fn keep(&mut self, id: [u8; 16], known: Known) {
        self.last_instance = self.last_instance.max(known.number);
        self.instances.insert(id, known);
    }

    /// The number that the next new instance gets.
    pub(crate) fn next_instance(&self) -> u64 {
        self.last_instance + 1
    }
}

fn number(numbers: &mut HashMap<String, u64>, text: &str) -> (u64, bool) {
    if let Some(known) = numbers.get(text) {
        return (*known, false);
    }
    let number = numbers.len() as u64 + 1;
    numbers.insert(text.to_owned(), number);
    (number, true)
}

impl Known {
    /// Reads what the ledger knows of an instance. In a lane that has not met it, it has no number
    /// yet (0); what other lanes of this ledger know is
    /// inherited.
    pub(crate) fn load(
        transaction: &mut dyn Transaction,
        source: [u8; 16],
        lane: i64,
        id: &[u8; 16],
    ) -> Result<Self> {
        let mut known = Self::default();
        let mut elsewhere = Vec::new();
        // What another ledger says of an instance is its own business.
        let sql =
            "SELECT instances.lane, instances.number, next_number, started_ns, program, build,
                       pid, boot, policy
                   FROM instances JOIN lanes ON lanes.lane = instances.lane
                   WHERE instance = $1 AND source = $2";
        transaction.rows(sql, &[Value::Bytes(id), Value::Bytes(&source)], &mut |row| {
            known.next = known.next.max(row.count(2)?);
            if row.int(0)? == lane {
                known.number = row.count(1)?;
            } else {
                elsewhere.push((row.int(0)?, row.count(1)?));
            }
            if let Some(time_ns) = row.maybe_int(3)? {
                let mut texts: [String; 5] = Default::default();
                for (column, text) in (4..).zip(&mut texts) {
                    row.text(column)?.clone_into(text);
                }
                known.start = Some((time_ns, texts));
            }
            Ok(())
        })?;
        if known.number != 0 {
            known.load_own(transaction, lane)?;
        }
        for (other, number) in elsewhere {
            known.inherit(transaction, other, number)?;
        }
        Ok(known)
    }

    fn load_own(&mut self, transaction: &mut dyn Transaction, lane: i64) -> Result<()> {
        let key = [Value::Int(lane), count(self.number)];
        let sql = "SELECT dictionary.number, kind, target, text FROM dictionary
                   LEFT JOIN texts ON texts.lane = dictionary.lane AND texts.number = target
                   WHERE dictionary.lane = $1 AND instance = $2";
        transaction.rows(sql, &key, &mut |row| {
            let number = u32::try_from(row.int(0)?).unwrap_or(0);
            let (kind, target) = (row.code(1)?, row.count(2)?);
            if kind == DefineKind::Tenant as u8 {
                self.tenants.insert(number, row.text(3)?.to_owned());
            }
            self.dictionary.insert(number, (kind, target));
            Ok(())
        })?;
        let sql = "SELECT number, time_ns, digest FROM policy_changes
                   WHERE lane = $1 AND instance = $2";
        transaction.rows(sql, &key, &mut |row| {
            let number = u32::try_from(row.int(0)?).unwrap_or(0);
            self.policies.insert(number, (row.int(1)?, row.text(2)?.to_owned()));
            Ok(())
        })
    }

    fn inherit(&mut self, transaction: &mut dyn Transaction, lane: i64, number: u64) -> Result<()> {
        let sql = "SELECT dictionary.number, kind, text, description FROM dictionary
                   LEFT JOIN texts ON texts.lane = dictionary.lane AND texts.number = target
                   LEFT JOIN datasets ON datasets.lane = dictionary.lane
                        AND datasets.number = target
                   WHERE dictionary.lane = $1 AND instance = $2";
        transaction.rows(sql, &[Value::Int(lane), count(number)], &mut |row| {
            let own = u32::try_from(row.int(0)?).unwrap_or(0);
            let code = row.code(1)?;
            let Some(kind) = DefineKind::ALL.into_iter().find(|kind| *kind as u8 == code) else {
                return Ok(());
            };
            if !self.dictionary.contains_key(&own) {
                let text = row.text(if kind == DefineKind::Dataset { 3 } else { 2 })?;
                self.inherited.push((kind, own, text.to_owned()));
            }
            Ok(())
        })
    }
}
