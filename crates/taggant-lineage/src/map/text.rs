//! The map as a tree of text for a terminal.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use taggant_ledger::answers::who;

use super::escape::visible;
use super::groups::{Group, groups, list};
use super::model::{Direction, Map, Protection};
use crate::time::date;

/// Fields that are named in a line.
const NAMED: usize = 6;

/// The map as a tree, plaintext first.
///
/// Control characters of names are spelt out: no name can move the cursor.
#[must_use]
pub fn text(map: &Map) -> String {
    let mut out = String::new();
    let groups = groups(map);
    headline(&mut out, map);
    let is_out = |group: &&Group<'_>| group.direction == Direction::To;
    let alarms = [
        (Protection::Plaintext, "Plaintext leaves here"),
        (Protection::Unknown, "Written to a place that the program did not name"),
    ];
    for (protection, title) in alarms {
        let found: Vec<_> =
            groups.iter().filter(is_out).filter(|group| group.protection == protection).collect();
        if !found.is_empty() {
            let _ = writeln!(out, "\n{title}:");
            for group in found {
                alarm(&mut out, group);
            }
        }
    }
    tree(&mut out, map, &groups);
    looks(&mut out, map);
    derivations(&mut out, map);
    refusals(&mut out, map);
    out
}

fn headline(out: &mut String, map: &Map) {
    let totals = &map.totals;
    let _ = writeln!(
        out,
        "{} tagged fields of {} datasets, from {} places, to {} places; {} never seen",
        totals.fields, totals.datasets, totals.sources, totals.places, totals.fields_never_seen
    );
    if totals.plaintext_links == 0 {
        let _ = writeln!(out, "No plaintext has left.");
    }
    if let Some(since) = map.since_ns {
        let _ = writeln!(out, "{} links are new since {}: NEW.", totals.new_links, date(since));
    }
}

fn alarm(out: &mut String, group: &Group<'_>) {
    let first = format!(
        "  ! {}: {} -> {}{}",
        group.dataset,
        list(group.fields.iter().copied(), NAMED),
        group.location,
        if group.new { "  NEW" } else { "" },
    );
    let second = format!(
        "      {}, {}{}{}",
        times(group.count),
        days(group.first_ns, group.last_ns),
        phrase(", by ", group.actors.iter().chain(&group.on_behalf).copied()),
        phrase(", for ", group.purposes.iter().copied()),
    );
    push(out, &first);
    push(out, &second);
}

/// Adds a line; a line break that is not ours is made visible.
fn push(out: &mut String, line: &str) {
    out.push_str(&visible(line));
    out.push('\n');
}

fn phrase<'a>(before: &str, texts: impl IntoIterator<Item = &'a str>) -> String {
    let texts = list(texts, 3);
    if texts.is_empty() { texts } else { format!("{before}{texts}") }
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn days(first: u64, last: u64) -> String {
    let (first, last) = (date(first), date(last));
    if first == last { first } else { format!("{first} to {last}") }
}

fn tree(out: &mut String, map: &Map, groups: &[Group<'_>]) {
    let mut by_set: BTreeMap<&str, Vec<&Group<'_>>> = BTreeMap::new();
    for group in groups {
        by_set.entry(group.dataset).or_default().push(group);
    }
    let widest =
        groups.iter().map(|group| group.location.chars().count()).max().unwrap_or(0).min(60);
    for set in &map.datasets {
        let fields = set.fields.iter().map(|field| &*field.path);
        let new = if set.new { "  NEW" } else { "" };
        out.push('\n');
        push(out, &format!("{}{new}: {}", set.name, list(fields, 12)));
        let mut own = by_set.remove(&*set.name).unwrap_or_default();
        own.sort_by_key(|group| (group.direction, group.protection, group.location));
        let last = own.len().saturating_sub(1);
        for (at, group) in own.iter().enumerate() {
            branch(out, group, set.fields.len(), at == last, widest);
        }
        if own.is_empty() {
            out.push_str("`-- never seen\n");
        }
    }
}

fn branch(out: &mut String, group: &Group<'_>, fields: usize, last: bool, widest: usize) {
    let line = format!(
        "{} {} {:widest$}  {:<13} {:>9}  {}{}",
        if last { "`--" } else { "|--" },
        if group.direction == Direction::To { "to  " } else { "from" },
        group.location,
        if group.protection == Protection::Plaintext {
            "PLAINTEXT"
        } else {
            group.protection.name()
        },
        group.count,
        match group.fields.len() {
            all if all == fields && all > 2 => format!("all {all} fields"),
            _ => list(group.fields.iter().copied(), NAMED),
        },
        if group.new { "  NEW" } else { "" },
    );
    push(out, &line);
}

fn looks(out: &mut String, map: &Map) {
    if map.looks.is_empty() {
        return;
    }
    out.push_str("\nOpened or revealed inside of a program:\n");
    for look in &map.looks {
        let who = who(&look.actor, &look.on_behalf);
        let line = format!(
            "  {}: {}{}{}, {}, last {}",
            look.dataset,
            list(look.fields.iter().map(String::as_str), NAMED),
            phrase(", by ", [&*who].into_iter().filter(|text| !text.is_empty())),
            phrase(", for ", [&*look.purpose].into_iter().filter(|text| !text.is_empty())),
            times(look.count),
            date(look.last_ns),
        );
        push(out, &line);
    }
}

fn derivations(out: &mut String, map: &Map) {
    if map.derivations.is_empty() {
        return;
    }
    out.push_str("\nMade from other fields:\n");
    for (made, from) in distinct_derivations(map) {
        push(out, &format!("  {made} <- {from}"));
    }
}

/// Field and origins, whatever place they were written to.
pub(super) fn distinct_derivations(map: &Map) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = (map.derivations.iter())
        .map(|made| {
            let origins: Vec<String> = (made.origins.iter())
                .map(|origin| format!("{}.{} at {}", origin.dataset, origin.field, origin.location))
                .collect();
            let from = match origins.is_empty() {
                true => "more fields than can be told apart".to_owned(),
                false => origins.join(" and "),
            };
            (format!("{}.{}", made.dataset, made.field), from)
        })
        .collect();
    all.sort();
    all.dedup();
    all
}

fn refusals(out: &mut String, map: &Map) {
    if map.refusals.is_empty() {
        return;
    }
    out.push_str("\nRefused lately:\n");
    for refusal in &map.refusals {
        let who = who(&refusal.actor, &refusal.on_behalf);
        let line = format!(
            "  {} {} of {} at {}{}, {}, last {}",
            refusal.outcome,
            if who.is_empty() { "to somebody" } else { &who },
            if refusal.dataset.is_empty() { "a value" } else { &refusal.dataset },
            refusal.location,
            phrase(", for ", [&*refusal.purpose].into_iter().filter(|text| !text.is_empty())),
            times(refusal.count),
            date(refusal.last_ns),
        );
        push(out, &line);
    }
}

#[cfg(test)]
mod tests {
    use super::text;
    use taggant_ledger::answers::{Action, Kind};

    use crate::map::testing::{edge, map};

    #[test]
    fn the_tree_tells_what_left_who_looked_and_what_stayed_sealed() {
        let partner = "https://partner.example/in";
        let text = text(&map(vec![
            edge("people.name", Kind::Write, Action::Reveal, partner),
            edge("people.name", Kind::Read, Action::Open, "postgres://db/people"),
            edge("people.mail", Kind::Write, Action::Seal, partner),
        ]));
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("2 tagged fields of 1 datasets"), "{text}");
        assert_eq!(lines[2], "Plaintext leaves here:");
        assert_eq!(lines[3], format!("  ! people: name -> {partner}"));
        assert_eq!(lines[4], "      3 times, 1970-01-02 to 1970-01-03, by svc:a, for analytics");
        assert!(lines.iter().any(|l| l.starts_with("|-- to   https") && l.contains("PLAINTEXT")));
        assert!(lines.iter().any(|l| l.starts_with("`-- to   https") && l.contains("sealed")));
        let look = "  people: name, by svc:a, for analytics, 3 times, last 1970-01-03";
        assert!(lines.contains(&look), "{text}");
    }

    #[test]
    fn an_empty_map_says_that_nothing_left() {
        let text = text(&map(Vec::new()));
        assert!(text.contains("No plaintext has left."), "{text}");
        assert!(!text.contains("Plaintext leaves"));
    }
}
