//! `taggant subject`

use serde::Serialize;
use taggant::About;
use taggant::ledger::{Access, Place};

use crate::args::Global;
use crate::data;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::person::{Asker, Person};
use crate::term::{Table, Tone, count, moment};

/// Where a person's data is, who saw it, when and why.
///
/// Asking is an access itself: it is recorded with actor, purpose and reason, and is the newest line
/// of the answer. The id stands nowhere in it.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Example:\n  taggant subject --prompt --actor user:dana --reason \"request 4711\""
)]
pub(crate) struct Args {
    #[command(flatten)]
    person: Person,
    #[command(flatten)]
    asker: Asker,
    /// How many accesses to print, newest first.
    #[arg(long, default_value_t = 100, value_name = "NUMBER")]
    limit: usize,
}

#[derive(Serialize)]
struct Answer {
    known: bool,
    handle: Option<String>,
    places: Vec<Place>,
    /// All that there are, though fewer may be listed.
    accesses_total: usize,
    accesses: Vec<Access>,
}

pub(crate) fn run(args: &Args, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let runtime = data::runtime(global)?;
    data::groups(&runtime, &args.person.tenant)?;
    let id = args.person.id()?;
    let Person { kind, tenant, .. } = &args.person;
    let flow = args.asker.flow("subject", tenant);
    flow.check()?;
    let about = runtime.scope(|| flow.run(|| runtime.about(tenant, kind, id.as_str())))?;
    let answer = answer(about, args.limit);
    if output.json {
        output.document("subject", &answer)?;
    } else {
        print(&answer, output)?;
    }
    Ok(Exit::Fine)
}

fn answer(about: Option<About>, limit: usize) -> Answer {
    let Some(About { handle, places, mut accesses }) = about else {
        return Answer {
            known: false,
            handle: None,
            places: Vec::new(),
            accesses_total: 0,
            accesses: Vec::new(),
        };
    };
    let accesses_total = accesses.len();
    accesses.truncate(limit);
    Answer { known: true, handle: Some(handle.to_string()), places, accesses_total, accesses }
}

fn print(answer: &Answer, output: &Output) -> Result<(), Failure> {
    let Some(handle) = &answer.handle else {
        return output.text("The ledger knows nothing of this person.");
    };
    output.text(&format!("person {handle}\n\nWhere the data is or was"))?;
    output.table(&places(&answer.places))?;
    output.text("\nWho saw it or asked for it, newest first")?;
    output.table(&accesses(&answer.accesses))?;
    if answer.accesses_total > answer.accesses.len() {
        let shown = answer.accesses.len();
        output.remark(&format!("{shown} of {} accesses; see --limit", answer.accesses_total));
    }
    Ok(())
}

fn places(places: &[Place]) -> Table {
    let mut table =
        Table::new(&["dataset", "place", "movement", "form", ">count", "first", "last"]);
    for place in places {
        let plain = |text: &str| (text.to_owned(), Tone::Plain);
        table.toned([
            plain(&place.dataset),
            plain(&place.location),
            plain(place.kind.name()),
            (place.form.to_string(), Tone::of(place.form)),
            plain(&count(place.count)),
            plain(&moment(place.first_ns)),
            plain(&moment(place.last_ns)),
        ]);
    }
    table
}

fn accesses(accesses: &[Access]) -> Table {
    let mut table = Table::new(&[
        "time", "what", "fields", "who", "for whom", "purpose", "place", "outcome", "reason",
    ]);
    for access in accesses {
        let fields: Vec<&str> = access.fields.iter().map(|(path, _)| path.as_str()).collect();
        let dataset = if access.dataset.is_empty() { "" } else { ":" };
        table.row([
            moment(access.time_ns),
            access.kind.to_string(),
            format!("{}{dataset} {}", access.dataset, fields.join(" ")),
            access.actor.clone(),
            access.on_behalf.clone(),
            access.purpose.clone(),
            access.location.clone(),
            access.outcome.to_string(),
            access.reason.clone(),
        ]);
    }
    table
}
