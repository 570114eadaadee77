//! Dictionary entries to rows. Everything here is done once; what comes again is compared.

use rusqlite::{OptionalExtension, Transaction, params};
use taggant_core::journal::Definition;

use super::proof::{Op, Recorder, Value};

/// The id that the next row of a table gets.
pub(super) fn next_id(transaction: &Transaction<'_>, table: &str) -> rusqlite::Result<i64> {
    transaction
        .prepare_cached(&format!("SELECT coalesce(max(id), 0) + 1 FROM {table}"))?
        .query_row([], |row| row.get(0))
}

/// Writes a finding, once per instance and number.
pub(super) fn find(
    recorder: &mut Recorder<'_>,
    instance: i64,
    number: u64,
    what: &str,
) -> rusqlite::Result<()> {
    let number = number.cast_signed();
    let is_known = recorder
        .transaction()
        .prepare_cached("SELECT 1 FROM findings WHERE instance = ?1 AND number = ?2")?
        .exists(params![instance, number])?;
    if is_known {
        return Ok(());
    }
    let row = [Value::Int(instance), Value::Int(number), Value::Text(what)];
    recorder.put(Op::Finding, &row)
}

/// The row id of a name.
pub(super) fn name(recorder: &mut Recorder<'_>, text: &str) -> rusqlite::Result<i64> {
    let transaction = recorder.transaction();
    let found = transaction
        .prepare_cached("SELECT id FROM names WHERE text = ?1")?
        .query_row([text], |row| row.get(0))
        .optional()?;
    if let Some(id) = found {
        return Ok(id);
    }
    let id = next_id(transaction, "names")?;
    recorder.put(Op::Name, &[Value::Int(id), Value::Text(text)])?;
    Ok(id)
}

/// What a process says of itself.
pub(super) fn start(
    recorder: &mut Recorder<'_>,
    instance: i64,
    text: &str,
    time_ns: u64,
) -> rusqlite::Result<()> {
    let item = |name: &str| {
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'));
        value.unwrap_or("").to_owned()
    };
    let items = ["program", "build", "pid", "boot", "policy"].map(item);
    let before = recorder.transaction().query_row(
        "SELECT started_ns, program, build, pid, boot, policy FROM instances WHERE id = ?1",
        [instance],
        |row| {
            let texts = [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?];
            Ok((row.get::<_, Option<i64>>(0)?, texts))
        },
    )?;
    match before {
        (None, _) => {
            let [program, build, pid, boot, policy] = &items;
            recorder.put(
                Op::Start,
                &[
                    Value::Int(instance),
                    Value::Time(time_ns.cast_signed()),
                    Value::Text(program),
                    Value::Text(build),
                    Value::Text(pid),
                    Value::Text(boot),
                    Value::Text(policy),
                ],
            )
        }
        same if same == (Some(time_ns.cast_signed()), items) => Ok(()),
        _ => find(recorder, instance, 0, "the start event came again with other content"),
    }
}

/// A policy's text stands once; every time that one came into force is an entry.
pub(super) fn policy(
    recorder: &mut Recorder<'_>,
    instance: i64,
    definition: &Definition,
) -> rusqlite::Result<()> {
    let Definition { number, text, time_ns, .. } = definition;
    let (digest, text) = text.split_once('\n').unwrap_or((text, ""));
    let time = time_ns.cast_signed();
    let transaction = recorder.transaction();
    let before: Option<(i64, String)> = transaction
        .query_row(
            "SELECT time_ns, digest FROM policy_changes WHERE instance = ?1 AND number = ?2",
            params![instance, number],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    match before {
        Some(before) if before == (time, digest.to_owned()) => return Ok(()),
        Some(_) => {
            let what = "a policy came again with another content";
            return find(recorder, instance, u64::from(*number), what);
        }
        None => recorder.put(
            Op::PolicyChange,
            &[
                Value::Int(instance),
                Value::Int(i64::from(*number)),
                Value::Time(time),
                Value::Text(digest),
            ],
        )?,
    }
    let is_known =
        transaction.prepare_cached("SELECT 1 FROM policies WHERE digest = ?1")?.exists([digest])?;
    if is_known {
        return Ok(());
    }
    recorder.put(Op::Policy, &[Value::Text(digest), Value::Text(text), Value::Time(time)])
}

/// The dataset of a description, with its fields; made on first sight.
pub(super) fn dataset(
    recorder: &mut Recorder<'_>,
    text: &str,
    time_ns: u64,
) -> rusqlite::Result<i64> {
    let transaction = recorder.transaction();
    let found = transaction
        .query_row("SELECT id FROM datasets WHERE description = ?1", [text], |row| row.get(0))
        .optional()?;
    if let Some(id) = found {
        return Ok(id);
    }
    let mut lines = text.lines();
    let (dataset, group) = lines.next().and_then(|line| line.split_once('\t')).unwrap_or(("", ""));
    let id = next_id(transaction, "datasets")?;
    recorder.put(
        Op::Dataset,
        &[
            Value::Int(id),
            Value::Text(text),
            Value::Text(dataset),
            Value::Text(group),
            Value::Time(time_ns.cast_signed()),
        ],
    )?;
    let first = next_id(transaction, "fields")?;
    for (position, line) in (0..).zip(lines) {
        let mut parts = line.split('\t');
        let mut part = || Value::Text(parts.next().unwrap_or(""));
        let numbers = [first + position, id, position].map(Value::Int);
        let [own, dataset, position] = numbers;
        recorder.put(Op::Field, &[own, dataset, position, part(), part(), part(), part()])?;
    }
    Ok(id)
}
