//! Movements, put together to events.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use taggant_ledger::answers::{Direction, FlowEdge, Kind, Meaning, Protection, moved, records_of};

use super::Answers;
use super::cursor::{Cursor, key};
use super::names::{PRODUCER, dataset_of, safe, uuid};
use super::sources::{Column, Sources};
use crate::time::rfc3339;

/// How events are put together.
#[derive(Clone, Debug)]
pub struct Options {
    /// The namespace of the jobs.
    pub namespace: String,
    /// All places that a job wrote to as outputs of one event, instead of an event each. A reader
    /// that crosses all inputs with all outputs then sees movements that did not take place.
    pub together: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { namespace: "taggant".to_owned(), together: false }
    }
}

/// An event that was not sent yet.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The event.
    pub event: Value,
    /// Movements in it: records, however many fields they have.
    pub movements: u64,
    pub(super) counts: Vec<(String, u64)>,
    pub(super) until_ns: u64,
}

/// Who moves data, and why: a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Job<'a> {
    tenant: &'a str,
    actor: &'a str,
    on_behalf: &'a str,
    purpose: &'a str,
}

impl<'a> Job<'a> {
    fn of(edge: &'a FlowEdge) -> Self {
        let FlowEdge { tenant, actor, on_behalf, purpose, .. } = edge;
        Self { tenant, actor, on_behalf, purpose }
    }

    /// `actor/purpose`, then what else tells it from others.
    fn name(self) -> String {
        let or = |text: &'a str, other: &'a str| if text.is_empty() { other } else { text };
        let mut name = format!("{}/{}", or(self.actor, "unnamed"), or(self.purpose, "unstated"));
        if !self.on_behalf.is_empty() {
            name.push_str(&format!("/for/{}", self.on_behalf));
        }
        if self.tenant != "default" {
            name.push_str(&format!("/tenant/{}", self.tenant));
        }
        safe(&name)
    }
}

/// Everything that came since the cursor's last state, as events; always in the same order.
#[must_use]
pub fn pending(answers: &Answers, cursor: &Cursor, options: &Options) -> Vec<Pending> {
    let mut groups: BTreeMap<(Job<'_>, Direction, &str), Vec<Seen<'_>>> = BTreeMap::new();
    let is_pending = |(edge, meaning): &Seen<'_>| meaning.is_transfer && cursor.since(edge) > 0;
    for (edge, meaning) in moved(&answers.flows).filter(is_pending) {
        let is_together = meaning.direction == Direction::To && options.together;
        let place = if is_together { "" } else { edge.location.as_str() };
        let key = (Job::of(edge), meaning.direction, place);
        groups.entry(key).or_default().push((edge, meaning));
    }
    let groups = groups.into_iter();
    let sources = &Sources::of(answers);
    groups
        .map(|((job, direction, place), edges)| {
            Builder { sources, cursor, options, job, place }.event(&edges, direction)
        })
        .collect()
}

/// A movement with what it means.
type Seen<'a> = (&'a FlowEdge, Meaning);

struct Builder<'a> {
    sources: &'a Sources<'a>,
    cursor: &'a Cursor,
    options: &'a Options,
    job: Job<'a>,
    place: &'a str,
}

impl Builder<'_> {
    fn event(&self, edges: &[Seen<'_>], direction: Direction) -> Pending {
        let from_ns = self.cursor.through_ns;
        let first_ns = edges.iter().map(|(edge, _)| edge.first_ns).min().unwrap_or(0).max(from_ns);
        let until_ns = edges.iter().map(|(edge, _)| edge.last_ns).max().unwrap_or(0).max(first_ns);
        let job = self.job.name();
        let window = from_ns.to_string();
        let run = uuid(&[&self.options.namespace, &job, direction.name(), self.place, &window]);
        let (inputs, outputs) = match direction {
            Direction::To => self.outputs(edges),
            Direction::From => (self.read(edges), Vec::new()),
        };
        let event = json!({
            "eventType": "RUNNING",
            "eventTime": rfc3339(until_ns),
            "producer": PRODUCER,
            "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
            "run": { "runId": run, "facets": run_facets(first_ns, until_ns) },
            "job": {
                "namespace": self.options.namespace,
                "name": job,
                "facets": job_facets(self.job.actor),
            },
            "inputs": inputs,
            "outputs": outputs,
        });
        Pending {
            event,
            movements: records_of(edges.iter().map(|(edge, _)| (*edge, self.cursor.since(edge)))),
            counts: edges.iter().map(|(edge, _)| (key(edge), edge.count)).collect(),
            until_ns,
        }
    }

    /// What was read, as inputs only.
    fn read(&self, edges: &[Seen<'_>]) -> Vec<Value> {
        let (namespace, name) = dataset_of(self.place);
        let columns = columns(edges);
        vec![json!({
            "namespace": namespace,
            "name": name,
            "facets": { "schema": schema(&columns), "tags": tags(&columns) },
        })]
    }

    /// The places that were written to, and where their fields came from.
    fn outputs(&self, edges: &[Seen<'_>]) -> (Vec<Value>, Vec<Value>) {
        let mut by_place: BTreeMap<&str, Vec<Seen<'_>>> = BTreeMap::new();
        for (edge, meaning) in edges {
            by_place.entry(&edge.location).or_default().push((edge, *meaning));
        }
        let mut sources: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        let mut outputs = Vec::new();
        for (place, edges) in by_place {
            let (namespace, name) = dataset_of(place);
            let columns = columns(&edges);
            let mut lineage = Map::new();
            for (column, edges) in &columns {
                let inputs = self.sources.of_field(edges[0].0);
                for (namespace, name, field) in &inputs {
                    let source = (namespace.clone(), name.clone());
                    sources.entry(source).or_default().insert(field.clone());
                }
                lineage
                    .insert(column.clone(), json!({ "inputFields": input_fields(&inputs, edges) }));
            }
            outputs.push(json!({
                "namespace": namespace,
                "name": name,
                "facets": {
                    "schema": schema(&columns),
                    "columnLineage": facet("ColumnLineageDatasetFacet", "1-2-0", json!({ "fields": lineage })),
                    "tags": tags(&columns),
                },
            }));
        }
        let inputs = sources.into_iter().map(|((namespace, name), fields)| {
            let fields: Vec<Value> = fields.iter().map(|field| json!({ "name": field })).collect();
            let schema = facet("SchemaDatasetFacet", "1-2-0", json!({ "fields": fields }));
            json!({ "namespace": namespace, "name": name, "facets": { "schema": schema } })
        });
        (inputs.collect(), outputs)
    }
}

/// Columns by name: the field's path, with its dataset before it where two datasets have the same.
fn columns<'e>(edges: &[Seen<'e>]) -> BTreeMap<String, Vec<Seen<'e>>> {
    let mut datasets: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (edge, _) in edges {
        datasets.entry(&edge.path).or_default().insert(&edge.dataset);
    }
    let mut columns: BTreeMap<String, Vec<Seen<'_>>> = BTreeMap::new();
    for (edge, meaning) in edges {
        let is_alone = datasets[edge.path.as_str()].len() == 1;
        let name =
            if is_alone { edge.path.clone() } else { format!("{}.{}", edge.dataset, edge.path) };
        columns.entry(name).or_default().push((edge, *meaning));
    }
    columns
}

fn input_fields(inputs: &BTreeSet<Column>, edges: &[Seen<'_>]) -> Vec<Value> {
    // What was asked for and has left was handed out, however it was opened.
    let action = |(edge, meaning): &Seen<'_>| {
        let word = if edge.kind == Kind::Access { "reveal" } else { edge.action.name() };
        (word, meaning.protection != Protection::Plaintext)
    };
    let actions: BTreeSet<(&str, bool)> = edges.iter().map(action).collect();
    let transformations: Vec<Value> = actions
        .into_iter()
        .map(|(action, is_masking)| {
            json!({
                "type": "DIRECT",
                "subtype": if is_masking { "TRANSFORMATION" } else { "IDENTITY" },
                "description": action,
                "masking": is_masking,
            })
        })
        .collect();
    let field = |(namespace, name, field): &Column| {
        json!({
            "namespace": namespace,
            "name": name,
            "field": field,
            "transformations": transformations,
        })
    };
    inputs.iter().map(field).collect()
}

fn schema(columns: &BTreeMap<String, Vec<Seen<'_>>>) -> Value {
    let fields: Vec<Value> = columns
        .iter()
        .map(|(name, edges)| {
            let categories = edges[0].0.categories.join(", ");
            json!({ "name": name, "description": format!("{} ({categories})", edges[0].0.dataset) })
        })
        .collect();
    facet("SchemaDatasetFacet", "1-2-0", json!({ "fields": fields }))
}

fn tags(columns: &BTreeMap<String, Vec<Seen<'_>>>) -> Value {
    let mut tags = Vec::new();
    for (column, edges) in columns {
        let categories: BTreeSet<&String> =
            edges.iter().flat_map(|(edge, _)| &edge.categories).collect();
        tags.extend(categories.into_iter().map(|category| {
            json!({ "key": "data_category", "value": category, "source": "TAGGANT", "field": column })
        }));
    }
    facet("TagsDatasetFacet", "1-0-0", json!({ "tags": tags }))
}

fn run_facets(first_ns: u64, until_ns: u64) -> Value {
    let window =
        json!({ "nominalStartTime": rfc3339(first_ns), "nominalEndTime": rfc3339(until_ns) });
    let engine = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "name": "taggant",
        "openlineageAdapterVersion": env!("CARGO_PKG_VERSION"),
    });
    json!({
        "nominalTime": facet("NominalTimeRunFacet", "1-0-1", window),
        "processing_engine": facet("ProcessingEngineRunFacet", "1-1-1", engine),
    })
}

fn job_facets(actor: &str) -> Value {
    let kind = json!({
        "processingType": "SERVICE",
        "integration": "TAGGANT",
        "jobType": "SERVICE",
        "emissionPattern": { "eventTrigger": "PERIODIC", "eventContentMode": "ACCUMULATIVE" },
    });
    let mut facets = json!({ "jobType": facet("JobTypeJobFacet", "2-0-4", kind) });
    if !actor.is_empty() {
        let owners = json!({ "owners": [{ "name": actor, "type": "ACTOR" }] });
        facets["ownership"] = facet("OwnershipJobFacet", "1-0-1", owners);
    }
    facets
}

/// A facet with what every facet has.
fn facet(name: &str, version: &str, content: Value) -> Value {
    let mut facet = json!({
        "_producer": PRODUCER,
        "_schemaURL": format!("https://openlineage.io/spec/facets/{version}/{name}.json#/$defs/{name}"),
    });
    if let (Value::Object(facet), Value::Object(content)) = (&mut facet, content) {
        facet.extend(content);
    }
    facet
}
