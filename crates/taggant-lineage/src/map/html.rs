//! The map as one page that needs nothing else: no network, no font, no script from elsewhere.
//!
//! The page's policy for its own content names the hashes of its one style and its one script, so
//! that nothing that a name might smuggle in runs, even if it were not escaped.

mod data;
mod lists;
mod names;
mod svg;

use base64_simd::STANDARD;
use sha2::{Digest, Sha256};

use super::escape;
use super::layout::Layout;
use super::model::Map;
use crate::time::{date, rfc3339};

const STYLE: &str = include_str!("html/page/page.css");
/// Parts of one function: each uses what the ones before it made.
const SCRIPT: &str = concat!(
    "\"use strict\";\n(() => {\n",
    include_str!("html/page/rows.js"),
    include_str!("html/page/picture.js"),
    include_str!("html/page/list.js"),
    include_str!("html/page/details.js"),
    include_str!("html/page/choice.js"),
    include_str!("html/page/keys.js"),
    include_str!("html/page/start.js"),
    "})();\n"
);
const FILTERS: &str = include_str!("html/page/filters.html");
const LEGEND: &str = include_str!("html/page/legend.html");

/// The map as one HTML page.
#[must_use]
pub fn html(map: &Map) -> String {
    let layout = Layout::of(map);
    let mut page = head(map);
    lists::alarms(&mut page, map);
    page.push_str(LEGEND);
    page.push_str(&filters(map));
    page.push_str("<div id=\"view\" class=\"view\">\n<div class=\"scroll\" id=\"scroll\">\n");
    svg::picture(&mut page, map, &layout);
    page.push_str(
        "</div>\n<aside id=\"details\" aria-label=\"Details\" tabindex=\"-1\" hidden></aside>\n\
         </div>\n</section>\n",
    );
    lists::table_frame(&mut page);
    lists::looks(&mut page, map);
    lists::derivations(&mut page, map);
    lists::refusals(&mut page, map);
    lists::silent(&mut page, map);
    page.push_str("</main>\n<footer>Made by taggant from what the programs recorded. It shows ");
    page.push_str("no personal data: only which kinds of it went where.</footer>\n");
    page.push_str("<script type=\"application/json\" id=\"data\">");
    page.push_str(&escape::json_in_script(&data::data(map, &layout)));
    page.push_str("</script>\n<script>");
    page.push_str(SCRIPT);
    page.push_str("</script>\n</body>\n</html>\n");
    page
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode_to_string(Sha256::digest(text.as_bytes())))
}

fn head(map: &Map) -> String {
    let totals = &map.totals;
    let period = period(map);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         script-src {}; style-src {}; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Where personal data is</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#list\">Skip to the list</a>\n<header>\n\
         <h1>Where personal data is</h1>\n\
         <p class=\"sub\">{} tagged fields in {} datasets · come from {} places · go to {} places \
         · {period} · made {} UTC</p>\n</header>\n<main>\n",
        hash(SCRIPT),
        hash(STYLE),
        totals.fields,
        totals.datasets,
        totals.sources,
        totals.places,
        rfc3339(map.made_ns).replace('T', " ").trim_end_matches('Z'),
    )
}

fn period(map: &Map) -> String {
    let first = map.links.iter().map(|link| link.first_ns).min();
    let last = map.links.iter().map(|link| link.last_ns).max();
    match (first, last) {
        (Some(first), Some(last)) if date(first) == date(last) => format!("seen {}", date(first)),
        (Some(first), Some(last)) => format!("seen {} to {}", date(first), date(last)),
        _ => "nothing seen yet".to_owned(),
    }
}

fn filters(map: &Map) -> String {
    let since = map.since_ns.map(date).unwrap_or_default();
    FILTERS.replace("{since}", &since)
}

#[cfg(test)]
mod tests;
