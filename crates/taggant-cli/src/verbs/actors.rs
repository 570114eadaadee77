//! `taggant actors`

use serde::Serialize;
use taggant::ledger::ActorSum;
use taggant_lineage::report::{ActorLine, access};

use crate::args::Global;
use crate::data;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::term::{Table, Tone, count, moment, parse_moment};

/// Who saw how much, compared with the others; those who saw most people first.
///
/// Who works through a service or an agent is counted under their own name. Counted is every time that plaintext was handed out: opened, revealed, disclosed, looked up.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant actors --since 2026-11-01")]
pub(crate) struct Args {
    /// Since this day or time, in UTC.
    #[arg(long, value_name = "TIME", value_parser = parse_moment)]
    since: Option<u64>,
    /// Exit with 1 if somebody saw this many times the median of people.
    #[arg(long, value_name = "TIMES", value_parser = times)]
    deny_above: Option<f64>,
}

/// `nan` would be above nothing: a check that never fails.
fn times(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
    number.ok_or_else(|| "a number such as 5 or 2.5 is expected".to_owned())
}

#[derive(Serialize)]
struct Answer {
    /// Half of those who saw anything saw fewer people.
    median_people: f64,
    actors: Vec<ActorLine>,
}

/// Who stands behind it.
pub(super) fn principal(sum: &ActorSum) -> String {
    if sum.principal.is_empty() { "(not said)".to_owned() } else { sum.principal.clone() }
}

/// Those who did it for them; nobody, where they did all themselves.
pub(super) fn through(sum: &ActorSum) -> String {
    let others = sum.actors.iter().filter(|actor| **actor != sum.principal);
    others.map(String::as_str).collect::<Vec<_>>().join(" ")
}

pub(crate) fn run(args: &Args, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let compared = access(data::ledger(global)?.actors(args.since.unwrap_or(0))?);
    let mut answer = Answer { median_people: compared.median_people, actors: compared.actors };
    answer.actors.sort_by_key(|line| std::cmp::Reverse(line.sum.people));
    let limit = args.deny_above.unwrap_or(f64::INFINITY);
    let exit = Exit::finding(answer.actors.iter().any(|line| line.times_median > limit));
    if output.json {
        output.document("actors", &answer)?;
        return Ok(exit);
    }
    let mut table = Table::new(&[
        "who",
        "through",
        ">people",
        ">times median",
        ">accesses",
        ">refused",
        "first",
        "last",
    ]);
    for ActorLine { sum, times_median, .. } in &answer.actors {
        let plain = |text: String| (text, Tone::Plain);
        let tone = if *times_median >= 10.0 { Tone::Bad } else { Tone::Plain };
        table.toned([
            plain(principal(sum)),
            plain(through(sum)),
            plain(count(sum.people)),
            (format!("{times_median:.1}"), tone),
            plain(count(sum.accesses)),
            plain(count(sum.refused)),
            plain(moment(sum.first_ns)),
            plain(moment(sum.last_ns)),
        ]);
    }
    if table.is_empty() {
        output.remark("nobody has seen anything");
        return Ok(exit);
    }
    output.table(&table)?;
    Ok(exit)
}
