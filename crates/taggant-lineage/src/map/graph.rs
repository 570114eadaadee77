//! The map as diagrams of other tools: Mermaid for Markdown pages, DOT for Graphviz.
//!
//! Both show datasets, not single fields; a link is labelled with its protection, how many fields
//! it has and how often the most frequent of them moved.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::escape;
use super::groups::{Group, groups};
use super::model::{Direction, Location, Map, Protection};

/// Nodes by name, with their ids in the diagram.
struct Ids<'a> {
    sources: HashMap<&'a str, usize>,
    sets: HashMap<&'a str, usize>,
    places: HashMap<&'a str, usize>,
}

impl<'a> Ids<'a> {
    fn of(map: &'a Map) -> Self {
        let number = |locations: &'a [Location]| -> HashMap<&'a str, usize> {
            locations.iter().enumerate().map(|(index, own)| (&*own.name, index)).collect()
        };
        Self {
            sources: number(&map.sources),
            sets: map.datasets.iter().enumerate().map(|(at, set)| (&*set.name, at)).collect(),
            places: number(&map.places),
        }
    }

    /// Both ends of a link, in the direction of the data.
    fn ends(&self, group: &Group<'_>) -> (String, String) {
        let set = format!("d{}", self.sets[group.dataset]);
        match group.direction {
            Direction::From => (format!("s{}", self.sources[group.location]), set),
            Direction::To => (set, format!("p{}", self.places[group.location])),
        }
    }
}

fn label(group: &Group<'_>) -> String {
    let fields = match group.fields.as_slice() {
        [one] => (*one).to_owned(),
        more => format!("{} fields", more.len()),
    };
    let new = if group.new { ", new" } else { "" };
    format!("{}: {fields}, {} times{new}", group.protection.name(), group.count)
}

/// Text for Mermaid.
#[must_use]
pub fn mermaid(map: &Map) -> String {
    let ids = Ids::of(map);
    let mut out = String::from("flowchart LR\n");
    let mut column = |prefix: &str, title: &str, shape: [&str; 2], names: Vec<&str>| {
        let _ = writeln!(out, "  subgraph {prefix}[\"{title}\"]");
        for (index, name) in names.into_iter().enumerate() {
            let [open, close] = shape;
            let name = escape::mermaid(name);
            let _ = writeln!(out, "    {}{index}{open}\"{name}\"{close}", &prefix[..1]);
        }
        out.push_str("  end\n");
    };
    let names = |own: &'_ Location| own.name.clone();
    let (sources, places): (Vec<_>, Vec<_>) =
        (map.sources.iter().map(names).collect(), map.places.iter().map(names).collect());
    column("sources", "Comes from", ["([", "])"], sources.iter().map(String::as_str).collect());
    column("datasets", "Datasets", ["[", "]"], map.datasets.iter().map(|d| &*d.name).collect());
    column("places", "Goes to", ["[(", ")]"], places.iter().map(String::as_str).collect());
    let mut styles = String::new();
    for (number, group) in groups(map).iter().enumerate() {
        let (from, to) = ids.ends(group);
        let (arrow, style) = match group.protection {
            Protection::Plaintext => ("==>", "stroke:#c1121f,stroke-width:4px"),
            Protection::Unknown => ("-.->", "stroke:#111111,stroke-width:3px"),
            Protection::Pseudonymised => ("-.->", "stroke:#8a3b8f"),
            Protection::Masked => ("-.->", "stroke:#8a5a00"),
            Protection::Sealed => ("-->", "stroke:#0b62a4"),
            _ => ("--x", "stroke:#777777"),
        };
        let _ = writeln!(out, "  {from} {arrow}|\"{}\"| {to}", escape::mermaid(&label(group)));
        let _ = writeln!(styles, "  linkStyle {number} {style}");
    }
    out + &styles
}

/// Text for Graphviz.
#[must_use]
pub fn dot(map: &Map) -> String {
    let ids = Ids::of(map);
    let mut out = String::from(
        "digraph taggant {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n  \
         edge [fontname=\"sans-serif\", fontsize=10];\n",
    );
    let mut column = |prefix: char, style: &str, names: &mut dyn Iterator<Item = &String>| {
        out.push_str("  { rank=same;\n");
        for (index, name) in names.enumerate() {
            let name = escape::dot(name);
            let _ = writeln!(out, "    {prefix}{index} [label=\"{name}\"{style}];");
        }
        out.push_str("  }\n");
    };
    column('s', ", style=rounded", &mut map.sources.iter().map(|own| &own.name));
    column('d', ", style=bold", &mut map.datasets.iter().map(|own| &own.name));
    column('p', ", shape=cylinder", &mut map.places.iter().map(|own| &own.name));
    for group in groups(map) {
        let (from, to) = ids.ends(&group);
        let style = match group.protection {
            Protection::Plaintext => "color=\"#c1121f\", penwidth=4",
            Protection::Unknown => "color=\"#111111\", penwidth=3, style=dotted",
            Protection::Pseudonymised => "color=\"#8a3b8f\", style=dashed",
            Protection::Masked => "color=\"#8a5a00\", style=dashed",
            Protection::Sealed => "color=\"#0b62a4\"",
            _ => "color=\"#777777\", style=dotted, arrowhead=tee",
        };
        let label = escape::dot(&label(&group));
        let _ = writeln!(out, "  {from} -> {to} [label=\"{label}\", {style}];");
    }
    out.push_str("}\n");
    out
}
