//! The picture: boxes and lines where the layout put them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::names::{fit, fit_end, names};
use crate::map::escape::html;
use crate::map::layout::{End, Layout, Located, Node, SIZES, Wire};
use crate::map::model::{Dataset, Direction, Location, Map, Protection};

/// More lines than these are thin and pale, so that plaintext stands out; the script knows it too.
const MANY_WIRES: usize = 600;

pub(super) fn picture(page: &mut String, map: &Map, layout: &Layout) {
    let _ = writeln!(
        page,
        "<svg id=\"map\"{} viewBox=\"0 0 {} {}\" role=\"group\" aria-label=\"Map: where data comes \
         from, its fields, where it goes to\">",
        if layout.wires.len() > MANY_WIRES { " class=\"many\"" } else { "" },
        SIZES.width,
        layout.height
    );
    for (column, title) in ["Comes from", "Datasets and their fields", "Goes to"].iter().enumerate()
    {
        let _ = writeln!(
            page,
            "<text class=\"title\" x=\"{}\" y=\"24\">{title}</text>",
            SIZES.x[column]
        );
    }
    page.push_str("<g id=\"wires\">\n");
    for wire in &layout.wires {
        line(page, wire);
    }
    page.push_str("</g>\n<g id=\"made\"></g>\n<g id=\"nodes\">\n");
    let located = layout.locate(map);
    let chips = Chips::of(map, &located, layout);
    for (at, node) in layout.sources.iter().enumerate() {
        place(page, ('s', 0), (at, node), &map.sources[node.index], &chips.sources[at]);
    }
    for (at, node) in layout.sets.iter().enumerate() {
        dataset(page, map, layout, (at, node), &chips);
    }
    for (at, node) in layout.places.iter().enumerate() {
        place(page, ('p', 2), (at, node), &map.places[node.index], &chips.places[at]);
    }
    page.push_str("</g>\n</svg>\n");
}

fn line(page: &mut String, wire: &Wire) {
    let (end, number) = match wire.end {
        End::Set(number) => ('d', number),
        End::Field(number) => ('f', number),
    };
    let (direction, letter) = match wire.direction {
        Direction::From => ("from", 's'),
        Direction::To => ("to", 'p'),
    };
    let _ = writeln!(
        page,
        "<path class=\"w {direction} p-{}{}\" data-w=\"{end}{number} {letter}{}\" d=\"{}\"/>",
        wire.protection.name(),
        if wire.new { " new" } else { "" },
        wire.location,
        curve(wire)
    );
}

/// From the left to the right end, level at both.
fn curve(wire: &Wire) -> String {
    let (x1, y1, x2, y2) = match wire.direction {
        Direction::From => (SIZES.x[0] + SIZES.w[0], wire.y.1, SIZES.x[1], wire.y.0),
        Direction::To => (SIZES.x[1] + SIZES.w[1], wire.y.0, SIZES.x[2], wire.y.1),
    };
    let middle = i32::midpoint(x1, x2);
    format!("M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}")
}

/// Which protections each box has to do with.
struct Chips {
    sources: Vec<BTreeSet<Protection>>,
    places: Vec<BTreeSet<Protection>>,
    /// Of what leaves.
    sets: Vec<BTreeSet<Protection>>,
    fields: Vec<BTreeSet<Protection>>,
}

impl Chips {
    fn of(map: &Map, located: &[Located], layout: &Layout) -> Self {
        let fields = map.datasets.iter().map(|set| set.fields.len()).sum();
        let mut chips = Self {
            sources: vec![BTreeSet::new(); layout.sources.len()],
            places: vec![BTreeSet::new(); layout.places.len()],
            sets: vec![BTreeSet::new(); layout.sets.len()],
            fields: vec![BTreeSet::new(); fields],
        };
        for (link, at) in map.links.iter().zip(located) {
            match link.direction {
                Direction::From => chips.sources[at.location].insert(link.protection),
                Direction::To => {
                    chips.sets[at.set].insert(link.protection);
                    chips.fields[at.field].insert(link.protection);
                    chips.places[at.location].insert(link.protection)
                }
            };
        }
        chips
    }
}

/// Letters in boxes, from the right edge leftwards. The least protected comes first.
fn chips(page: &mut String, right: i32, y: i32, protections: &BTreeSet<Protection>) {
    let mut x = right - i32::try_from(protections.len()).unwrap_or(0) * 18;
    for protection in protections {
        let _ = write!(
            page,
            "<g class=\"chip c-{}\" aria-hidden=\"true\"><rect x=\"{x}\" y=\"{}\" width=\"16\" height=\"16\" rx=\"3\"/>\
             <text x=\"{}\" y=\"{}\">{}</text></g>",
            protection.name(),
            y - 8,
            x + 8,
            y + 4,
            protection.letter()
        );
        x += 18;
    }
}

fn words(protections: &BTreeSet<Protection>) -> String {
    let words: Vec<&str> = protections.iter().map(|protection| protection.name()).collect();
    if words.is_empty() { "nothing seen".to_owned() } else { words.join(", ") }
}

fn place(
    page: &mut String,
    (letter, column): (char, usize),
    (at, node): (usize, &Node),
    location: &Location,
    protections: &BTreeSet<Protection>,
) {
    let (width, room) = (SIZES.w[column], SIZES.w[column] - 24);
    let (name, small) = names(&location.name);
    let kind = if letter == 's' { "Comes from" } else { "Goes to" };
    let _ = write!(
        page,
        "<g class=\"n place{}\" data-n=\"{letter}{at}\" transform=\"translate({} {})\" \
         role=\"button\" tabindex=\"-1\" aria-label=\"{kind} {}: {}{}\"><title>{}</title>\
         <rect class=\"box\" width=\"{width}\" height=\"{}\" rx=\"6\"/>\
         <text class=\"name\" x=\"12\" y=\"19\">{}</text>\
         <text class=\"small\" aria-hidden=\"true\" x=\"12\" y=\"35\">{}</text>",
        if location.new { " new" } else { "" },
        SIZES.x[column],
        node.y,
        html(&location.name),
        words(protections),
        if location.new { ", new" } else { "" },
        html(&location.name),
        node.height,
        html(&fit(name, room - 18 * protections.len() as i32, 9)),
        html(&fit(&small, room, 7)),
    );
    chips(page, width - 8, 15, protections);
    badge(page, width);
    page.push_str("</g>\n");
}

/// Shown where the box is new.
fn badge(page: &mut String, width: i32) {
    let _ = write!(
        page,
        "<g class=\"badge\" aria-hidden=\"true\"><rect x=\"{}\" y=\"-8\" width=\"36\" height=\"16\" rx=\"8\"/>\
         <text x=\"{}\" y=\"4\">NEW</text></g>",
        width - 46,
        width - 28
    );
}

fn dataset(
    page: &mut String,
    map: &Map,
    layout: &Layout,
    (at, node): (usize, &Node),
    chips_of: &Chips,
) {
    let set = &map.datasets[node.index];
    let _ = write!(
        page,
        "<g class=\"n set{new}{open}\" data-n=\"d{at}\" transform=\"translate({x} {y})\">\
         <title>{name}</title><rect class=\"box\" width=\"{width}\" height=\"{height}\" rx=\"6\"/>",
        new = if set.new { " new" } else { "" },
        open = if layout.unfolded { " open" } else { "" },
        x = SIZES.x[1],
        y = node.y,
        name = html(&set.name),
        width = SIZES.w[1],
        height = node.height,
    );
    head(page, set, at, layout.unfolded, &chips_of.sets[at]);
    for (offset, field) in set.fields.iter().enumerate() {
        let number = layout.first_field[at] + offset;
        let y = SIZES.head + i32::try_from(offset).unwrap_or(0) * SIZES.row;
        row(page, field, number, y, &chips_of.fields[number]);
    }
    badge(page, SIZES.w[1]);
    page.push_str("</g>\n");
}

fn head(
    page: &mut String,
    set: &Dataset,
    at: usize,
    unfolded: bool,
    protections: &BTreeSet<Protection>,
) {
    let (width, count) = (SIZES.w[1], set.fields.len());
    let chips_width = 18 * i32::try_from(protections.len()).unwrap_or(0);
    let _ = write!(
        page,
        "<g class=\"head\" data-n=\"d{at}\" role=\"button\" tabindex=\"-1\" \
         aria-expanded=\"{unfolded}\" aria-label=\"Dataset {name}, {count} tagged fields, leaves: \
         {words}{new}\"><rect class=\"hit\" width=\"{width}\" height=\"{height}\" rx=\"6\"/>\
         <g class=\"knob\" data-fold=\"{at}\" aria-hidden=\"true\">\
         <rect width=\"26\" height=\"{height}\"/><text class=\"fold\" x=\"10\" y=\"21\">▸</text></g>\
         <text class=\"name\" x=\"26\" y=\"21\">{fitted}</text>\
         <text class=\"small end\" aria-hidden=\"true\" x=\"{end}\" y=\"20\">{count} field{s}</text>",
        name = html(&set.name),
        words = words(protections),
        new = if set.new { ", new" } else { "" },
        height = SIZES.head,
        fitted = html(&fit(&set.name, width - 100 - chips_width, 9)),
        end = width - 12 - chips_width,
        s = if count == 1 { "" } else { "s" },
    );
    chips(page, width - 8, SIZES.head / 2, protections);
    page.push_str("</g>");
}

fn row(
    page: &mut String,
    field: &crate::map::model::Field,
    number: usize,
    y: i32,
    protections: &BTreeSet<Protection>,
) {
    let width = SIZES.w[1];
    let categories = field.categories.join(", ");
    let name = fit(&field.path, 130, 8);
    let chips_width = 18 * i32::try_from(protections.len()).unwrap_or(0);
    let room = width - 34 - i32::try_from(name.chars().count()).unwrap_or(0) * 7 - chips_width;
    let _ = write!(
        page,
        "<g class=\"n field{}\" data-n=\"f{number}\" transform=\"translate(0 {y})\" role=\"button\" \
         tabindex=\"-1\" aria-label=\"Field {}, {}, leaves: {}{}\"><title>{}: {}</title>\
         <rect class=\"hit\" x=\"1\" width=\"{}\" height=\"{}\"/>\
         <text class=\"path\" x=\"14\" y=\"16\">{}</text>\
         <text class=\"small end\" aria-hidden=\"true\" x=\"{}\" y=\"16\">{}</text>",
        if field.new { " new" } else { "" },
        html(&field.path),
        html(&categories),
        words(protections),
        if field.new { ", new" } else { "" },
        html(&field.path),
        html(&categories),
        width - 2,
        SIZES.row,
        html(&name),
        width - 12 - chips_width,
        html(&fit_end(&categories, room, 7)),
    );
    chips(page, width - 8, SIZES.row / 2, protections);
    page.push_str("</g>");
}
