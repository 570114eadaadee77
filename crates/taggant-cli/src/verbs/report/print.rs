//! The reports for people.

use taggant_lineage::report::{Access, Coverage, Dsar, Ropa};

use taggant::ledger::who;

use crate::exit::Failure;
use crate::output::Output;
use crate::term::{Table, Tone, count};
use crate::verbs::actors::{principal, through};

pub(super) fn ropa(ropa: &Ropa, output: &Output) -> Result<(), Failure> {
    let mut table = Table::new(&[
        "dataset",
        "purpose",
        "categories",
        "whose",
        "recipients",
        "protection",
        "last seen",
    ]);
    for row in &ropa.activities {
        let recipients = row.recipients.iter().map(|one| format!("{} ({})", one.place, one.form));
        table.row([
            row.dataset.clone(),
            if row.purpose.is_empty() { "(not stated)".to_owned() } else { row.purpose.clone() },
            row.categories.join(" "),
            row.subjects.join(" "),
            recipients.collect::<Vec<_>>().join(" "),
            row.protection.clone(),
            row.last.clone(),
        ]);
    }
    if table.is_empty() {
        return output.text("nothing has moved yet");
    }
    output.table(&table)?;
    output.remark(
        "controller, legal basis, third countries and time limits are to be filled in by a person: \
         see --csv",
    );
    Ok(())
}

pub(super) fn dsar(answer: Option<&Dsar>, output: &Output) -> Result<(), Failure> {
    let Some(answer) = answer else {
        return output.text("The ledger knows nothing of this person.");
    };
    let list = |name: &str, items: &[String]| {
        let items = if items.is_empty() { "none".to_owned() } else { items.join(", ") };
        output.text(&format!("{name}: {}", crate::term::visible(&items)))
    };
    list("Categories of data", &answer.categories)?;
    list("Purposes", &answer.purposes)?;
    list("Recipients of plaintext", &answer.recipients)?;
    output.text("\nWhere the data is or was")?;
    let mut table = Table::new(&["dataset", "place", "form", "purposes", "first", "last"]);
    for place in &answer.places {
        table.toned([
            (place.dataset.clone(), Tone::Plain),
            (place.place.clone(), Tone::Plain),
            (place.form.to_string(), Tone::of(place.form)),
            (place.purposes.join(" "), Tone::Plain),
            (place.first.clone(), Tone::Plain),
            (place.last.clone(), Tone::Plain),
        ]);
    }
    output.table(&table)?;
    output.text("\nWhen it was consulted")?;
    let mut table = Table::new(&["time", "what", "by", "for", "purpose", "place", "outcome"]);
    for one in &answer.consultations {
        table.row([
            one.time.clone(),
            one.what.clone(),
            one.actor.clone(),
            one.on_behalf.clone(),
            one.purpose.clone(),
            one.place.clone(),
            one.outcome.to_string(),
        ]);
    }
    output.table(&table)?;
    output.text("")?;
    for limit in &answer.limits {
        output.text(&format!("Note: {limit}."))?;
    }
    output.text("To be filled in by a person: retention, origin of the data, automated decisions.")
}

pub(super) fn access(report: &Access, output: &Output) -> Result<(), Failure> {
    let mut table = Table::new(&[
        "who",
        "through",
        ">people",
        ">times median",
        ">score",
        "",
        ">accesses",
        ">refused",
    ]);
    for line in &report.actors {
        let plain = |text: String| (text, Tone::Plain);
        table.toned([
            plain(principal(&line.sum)),
            plain(through(&line.sum)),
            plain(count(line.sum.people)),
            plain(format!("{:.1}", line.times_median)),
            plain(format!("{:.1}", line.score)),
            (if line.outlier { "outlier" } else { "" }.to_owned(), Tone::Bad),
            plain(count(line.sum.accesses)),
            plain(count(line.sum.refused)),
        ]);
    }
    if table.is_empty() { output.text("nobody has seen anything") } else { output.table(&table) }
}

pub(super) fn coverage(report: &Coverage, output: &Output) -> Result<(), Failure> {
    output.text(&format!(
        "{} of {} movements out of programs went to a place that no flow named ({:.1} %)",
        count(report.unknown),
        count(report.written),
        report.unknown_share * 100.0
    ))?;
    if !report.unknown_flows.is_empty() {
        let mut table = Table::new(&["dataset", "fields", "who", ">movements", "last seen"]);
        for flow in &report.unknown_flows {
            table.row([
                flow.dataset.clone(),
                flow.paths.join(" "),
                who(&flow.actor, &flow.on_behalf),
                count(flow.movements),
                flow.last.clone(),
            ]);
        }
        output.table(&table)?;
    }
    let list = |what: &str, names: Vec<String>| {
        if names.is_empty() {
            return Ok(());
        }
        output.text(&format!("{what}: {}", crate::term::visible(&names.join(", "))))
    };
    list("Datasets that are declared and were never seen", report.datasets_never_seen.clone())?;
    let dead = report.dead_fields.iter().map(|field| format!("{}.{}", field.dataset, field.path));
    list("Tagged fields that never moved", dead.collect())?;
    list("Datasets that are in none of the binaries", report.undeclared_datasets.clone())
}
