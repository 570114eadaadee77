//! How movements are counted.

use std::collections::HashMap;

use super::flow::FlowEdge;
use super::words::Kind;

/// How many movements these edges are: a record counts once, however many of its fields are among
/// them; an access or a look-up is about one field and counts by itself.
///
/// The ledger's edges say of each field how many records it moved in. Of edges that differ in field
/// and action only, the field that moved most says how many records there were; fields of different
/// variants of an enum are of different records. Records of one shape whose fields are all optional
/// may be more than that: then it is the least number that there were.
pub fn records<'a>(edges: impl IntoIterator<Item = &'a FlowEdge>) -> u64 {
    records_of(edges.into_iter().map(|edge| (edge, edge.count)))
}

/// As [`records`], of so many movements of each edge: of those since some time, for instance.
pub fn records_of<'a>(edges: impl IntoIterator<Item = (&'a FlowEdge, u64)>) -> u64 {
    let mut sum = 0;
    let mut by_record: HashMap<Alike<'a>, HashMap<&'a str, u64>> = HashMap::new();
    for (edge, count) in edges {
        match edge.kind {
            Kind::Access | Kind::Lookup => sum += count,
            _ => {
                let fields = by_record.entry(Alike::of(edge)).or_default();
                *fields.entry(&edge.path).or_default() += count;
            }
        }
    }
    let most = |fields: HashMap<&str, u64>| fields.into_values().max().unwrap_or(0);
    sum + by_record.into_values().map(most).sum::<u64>()
}

/// What the fields of a record have in common.
#[derive(PartialEq, Eq, Hash)]
struct Alike<'a> {
    texts: [&'a str; 8],
    kind: Kind,
    outcome: super::words::Ended,
    unknown: bool,
}

impl<'a> Alike<'a> {
    fn of(edge: &'a FlowEdge) -> Self {
        let variant = edge.path.rsplit_once('.').map_or("", |(variant, _)| variant);
        Self {
            texts: [
                &edge.dataset,
                variant,
                &edge.location,
                &edge.purpose,
                &edge.actor,
                &edge.on_behalf,
                &edge.tenant,
                &edge.service,
            ],
            kind: edge.kind,
            outcome: edge.outcome,
            unknown: edge.unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::words::Action;
    use super::*;

    fn edge(path: &str, kind: Kind, action: Action, count: u64) -> FlowEdge {
        let mut edge = FlowEdge::new("people", path, kind, action, "postgres://db/people");
        edge.count = count;
        edge
    }

    #[test]
    fn a_record_counts_once_however_many_fields_it_has() {
        let write = |path, action, count| edge(path, Kind::Write, action, count);
        let edges = [
            write("name", Action::Seal, 5),
            write("email", Action::Seal, 3),
            write("email", Action::Mask, 2),
            write("phone", Action::Seal, 1),
        ];
        assert_eq!(records(&edges), 5);
        let mut other = write("name", Action::Seal, 4);
        other.purpose = "marketing".into();
        assert_eq!(records(edges.iter().chain([&other])), 9, "for another purpose, other records");
        let variants =
            [write("Card.number", Action::Seal, 2), write("Iban.number", Action::Seal, 3)];
        assert_eq!(records(&variants), 5, "of one variant each");
    }

    #[test]
    fn an_access_is_about_one_field_and_counts_by_itself() {
        let edges = [
            edge("name", Kind::Access, Action::Reveal, 2),
            edge("email", Kind::Access, Action::Reveal, 3),
        ];
        assert_eq!(records(&edges), 5);
    }

    proptest! {
        /// Records of one shape are counted exactly, whatever was done with their fields.
        #[test]
        fn records_of_one_shape_are_counted_exactly(
            written in proptest::collection::vec(proptest::collection::vec(0..3_usize, 4), 0..40),
        ) {
            let actions = [Action::Seal, Action::Mask, Action::Reveal];
            let mut edges: Vec<FlowEdge> = Vec::new();
            for record in &written {
                for (field, action) in record.iter().enumerate() {
                    let (path, action) = (field.to_string(), actions[*action]);
                    match edges.iter_mut().find(|e| e.path == path && e.action == action) {
                        Some(edge) => edge.count += 1,
                        None => edges.push(edge(&path, Kind::Write, action, 1)),
                    }
                }
            }
            prop_assert_eq!(records(&edges), written.len() as u64);
        }
    }
}
