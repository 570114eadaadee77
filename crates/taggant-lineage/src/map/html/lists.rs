//! What stands around the picture: what to look at first, and lists that need no picture.

use std::fmt::Write as _;

use taggant_ledger::answers::who;

use crate::map::escape::html;
use crate::map::groups::{Group, groups, list};
use crate::map::model::{Direction, Map, Protection};
use crate::map::text::distinct_derivations;
use crate::time::date;

/// Lines of a list; a page with more is not read. `--json` has all.
const MOST: usize = 200;

/// Lines that stand at the top; the others are one click away, so that the map is not far below.
const FIRST: usize = 10;

const ALARM_HEAD: &str = "<thead><tr><th>What</th><th>Where to</th><th>What for</th><th>By</th>\
    <th class=\"num\">Times</th><th>First</th><th>Last</th></tr></thead><tbody>";

/// What left as plaintext, and what went nobody knows where.
pub(super) fn alarms(page: &mut String, map: &Map) {
    let groups = groups(map);
    let of = |protection| -> Vec<&Group<'_>> {
        let out = groups.iter().filter(|group| group.direction == Direction::To);
        out.filter(|group| group.protection == protection).collect()
    };
    let plaintext = of(Protection::Plaintext);
    if plaintext.is_empty() {
        page.push_str(
            "<section class=\"calm\"><h2>No plaintext leaves</h2><p>Nothing that was recorded left \
             the programs readable.</p></section>\n",
        );
    } else {
        let intro = "These places receive personal data that anybody there can read. Encryption \
                     does not reach it, and neither does erasure: ask the receiver.";
        alarm(page, "plaintext", "Plaintext leaves here", intro, &plaintext);
    }
    let unknown = of(Protection::Unknown);
    if !unknown.is_empty() {
        let intro = "These records were written outside of any named flow. They were sealed, but \
                     nobody can say where they are: name the place in the program.";
        alarm(page, "unknown", "Written to an unknown place", intro, &unknown);
    }
}

fn alarm(page: &mut String, class: &str, title: &str, intro: &str, groups: &[&Group<'_>]) {
    let letter = if class == "plaintext" { 'P' } else { '?' };
    let _ = writeln!(
        page,
        "<section class=\"alarm a-{class}\" aria-labelledby=\"alarm-{class}\">\
         <h2 id=\"alarm-{class}\"><span class=\"chip c-{class}\">{letter}</span> {title} \
         <span class=\"count\">{}</span></h2>\n<p>{intro}</p>\n<div class=\"scroll\"><table>\
         {ALARM_HEAD}",
        groups.len()
    );
    let mut groups = groups.to_vec();
    groups.sort_by_key(|group| !group.new);
    let (first, rest) = groups.split_at(groups.len().min(FIRST));
    alarm_rows(page, first);
    if !rest.is_empty() {
        let _ = writeln!(
            page,
            "<details class=\"rest\"><summary>{} more</summary><div class=\"scroll\"><table>\
             {ALARM_HEAD}",
            rest.len()
        );
        alarm_rows(page, &rest[..rest.len().min(MOST)]);
        more(page, rest.len());
        page.push_str("</details>");
    }
    page.push_str("</section>\n");
}

fn alarm_rows(page: &mut String, groups: &[&Group<'_>]) {
    for group in groups {
        let new = if group.new { " <b class=\"tag-new\">NEW</b>" } else { "" };
        let _ = writeln!(
            page,
            "<tr><td><b>{}</b>: {}{new}</td><td class=\"where\" data-h=\"To\">{}</td>\
             <td data-h=\"What for\">{}</td><td data-h=\"By\">{}</td>\
             <td class=\"num\" data-h=\"Times\">{}</td><td class=\"day\" data-h=\"First\">{}</td>\
             <td class=\"day\" data-h=\"Last\">{}</td></tr>",
            html(group.dataset),
            html(&list(group.fields.iter().copied(), 12)),
            html(group.location),
            or_dash(&list(group.purposes.iter().copied(), 5)),
            or_dash(&list(group.actors.iter().chain(&group.on_behalf).copied(), 5)),
            group.count,
            date(group.first_ns),
            date(group.last_ns)
        );
    }
    page.push_str("</tbody></table></div>");
}

fn or_dash(text: &str) -> String {
    if text.is_empty() { "<i>not said</i>".to_owned() } else { html(text) }
}

fn more(page: &mut String, all: usize) {
    if all > MOST {
        let _ = writeln!(page, "<p>And {} more; filter the map, or ask for JSON.</p>", all - MOST);
    }
}

/// The list of everything on the map, which the script fills.
pub(super) fn table_frame(page: &mut String) {
    page.push_str(
        "<section id=\"list\" aria-labelledby=\"list-title\" tabindex=\"-1\">\n\
         <h2 id=\"list-title\">The same as a list</h2>\n\
         <p>Everything that the map shows with the filters as they are, the least protected \
         first.</p>\n<div class=\"scroll\"><table id=\"table\"><thead><tr><th>Protection</th>\
         <th>Dataset and field</th><th>Category</th><th>From or to</th><th>Place</th>\
         <th>What for</th><th>By</th><th class=\"num\">Times</th><th>First</th><th>Last</th></tr>\
         </thead><tbody></tbody></table></div>\n<p id=\"more\"></p>\n\
         <noscript><p>The list and the filters need JavaScript; the picture does not.</p></noscript>\
         \n</section>\n",
    );
}

/// Opens a section with a table, unless there is nothing to say.
fn table(page: &mut String, (title, intro): (&str, &str), heads: &[&str], rows: &[Vec<String>]) {
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(
        page,
        "<section>\n<h2>{title}</h2>\n<p>{intro}</p>\n<div class=\"scroll\"><table>"
    );
    page.push_str("<thead><tr>");
    let class = |head: &str| if head == "Times" { " class=\"num\"" } else { "" };
    for head in heads {
        let _ = write!(page, "<th{}>{head}</th>", class(head));
    }
    page.push_str("</tr></thead><tbody>\n");
    for row in rows.iter().take(MOST) {
        page.push_str("<tr>");
        for (head, cell) in heads.iter().zip(row) {
            let cell = or_dash(cell);
            let _ = write!(page, "<td{} data-h=\"{head}\">{cell}</td>", class(head));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody></table></div>");
    more(page, rows.len());
    page.push_str("</section>\n");
}

/// Who had plaintext inside of the programs.
pub(super) fn looks(page: &mut String, map: &Map) {
    let rows: Vec<Vec<String>> = (map.looks.iter())
        .map(|look| {
            vec![
                who(&look.actor, &look.on_behalf),
                look.purpose.clone(),
                format!("{}: {}", look.dataset, list(look.fields.iter().map(|f| &**f), 8)),
                look.count.to_string(),
                date(look.first_ns),
                date(look.last_ns),
            ]
        })
        .collect();
    let intro = "Values that were opened or revealed inside of a program, by whom and what for.";
    let heads = ["Who", "What for", "What", "Times", "First", "Last"];
    table(page, ("Who looked at it", intro), &heads, &rows);
}

/// Values made from values of other fields.
pub(super) fn derivations(page: &mut String, map: &Map) {
    let rows: Vec<Vec<String>> =
        (distinct_derivations(map).into_iter()).map(|(made, from)| vec![made, from]).collect();
    let intro = "Fields whose values were copied or computed from other fields, and where those \
                 were read.";
    table(page, ("Made from other fields", intro), &["Field", "Made from"], &rows);
}

/// Who was refused something.
pub(super) fn refusals(page: &mut String, map: &Map) {
    let rows: Vec<Vec<String>> = (map.refusals.iter())
        .map(|refusal| {
            vec![
                refusal.outcome.to_string(),
                who(&refusal.actor, &refusal.on_behalf),
                refusal.purpose.clone(),
                refusal.dataset.clone(),
                refusal.location.clone(),
                refusal.count.to_string(),
                date(refusal.last_ns),
            ]
        })
        .collect();
    let intro = "What the policy or the keys did not allow, among the newest accesses: nothing was \
                 handed out.";
    let heads = ["What happened", "Who", "What for", "Of what", "Where", "Times", "Last"];
    table(page, ("Refused", intro), &heads, &rows);
}

/// Fields that no movement was seen of.
pub(super) fn silent(page: &mut String, map: &Map) {
    let moved: std::collections::HashSet<(&str, &str)> =
        map.links.iter().map(|link| (&*link.dataset, &*link.field)).collect();
    let rows: Vec<Vec<String>> = (map.datasets.iter())
        .filter_map(|set| {
            let silent: Vec<&str> = (set.fields.iter())
                .map(|field| &*field.path)
                .filter(|path| !moved.contains(&(&*set.name, *path)))
                .collect();
            let text = list(silent.iter().copied(), 30);
            (!silent.is_empty()).then(|| vec![set.name.clone(), text])
        })
        .collect();
    let intro = "Fields that programs declare, and that nothing was seen of yet.";
    table(page, ("Never seen", intro), &["Dataset", "Fields"], &rows);
}
