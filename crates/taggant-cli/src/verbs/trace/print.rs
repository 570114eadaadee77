//! The answer for people.

use super::{Answer, Field, Place};
use crate::exit::Failure;
use crate::output::Output;
use crate::term::{Table, Tone, count};

pub(super) fn answer(answer: &Answer, output: &Output) -> Result<(), Failure> {
    plaintext(answer, output)?;
    sealed(answer, output)?;
    for place in &answer.sources {
        for remark in &place.remarks {
            output.remark(&format!("{}: {remark}", crate::term::visible(&place.name)));
        }
    }
    if answer.of_further_sources > 0 {
        output.remark(&format!(
            "{} further places are counted but not listed: trace parts of the path by themselves",
            count(answer.of_further_sources)
        ));
    }
    output.remark(&format!(
        "{} sealed values in {} places, {} bytes read",
        count(answer.envelopes),
        count(answer.sources.iter().filter(|place| !place.fields.is_empty()).count() as u64),
        count(answer.bytes)
    ));
    Ok(())
}

/// Plaintext first.
fn plaintext(answer: &Answer, output: &Output) -> Result<(), Failure> {
    let mut table = Table::new(&["plaintext", "place", ">count", ">first at"]);
    let mut row = |what: String, place: &Place, number: u64, first: u64| {
        table.toned([
            (what, Tone::Bad),
            (place.name.clone(), Tone::Plain),
            (count(number), Tone::Plain),
            (count(first), Tone::Plain),
        ]);
    };
    for place in &answer.sources {
        for found in &place.values {
            let disguises: Vec<String> = found.disguises.iter().map(ToString::to_string).collect();
            let what = format!("value {} ({})", found.value, disguises.join(", "));
            row(what, place, found.count, found.first_offset);
        }
        for found in &place.patterns {
            row(
                format!("{:?}", found.pattern).to_lowercase(),
                place,
                found.count,
                found.first_offset,
            );
        }
    }
    if table.is_empty() {
        return Ok(());
    }
    output.table(&table)?;
    output.text("")
}

fn sealed(answer: &Answer, output: &Output) -> Result<(), Failure> {
    let mut table =
        Table::new(&["place", "field", ">sealed", ">people", "keys", "written as", ">first at"]);
    for place in &answer.sources {
        for field in &place.fields {
            table.row([
                place.name.clone(),
                name(field),
                count(field.envelopes),
                count(field.people as u64),
                states(field),
                field.encodings.iter().map(|one| one.name()).collect::<Vec<_>>().join(", "),
                count(field.first_offset),
            ]);
        }
    }
    if table.is_empty() { output.text("no sealed value was found") } else { output.table(&table) }
}

fn name(field: &Field) -> String {
    match (&field.dataset, &field.path) {
        (Some(dataset), Some(path)) => format!("{dataset}.{path}"),
        _ => format!("unknown field {}", field.field_id),
    }
}

fn states(field: &Field) -> String {
    let states = field.states.iter().map(|one| format!("{} {}", count(one.envelopes), one.state));
    states.collect::<Vec<_>>().join(", ")
}
