//! Movements, put together to events.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use taggant_store::ledger::FlowEdge;

use super::Answers;
use super::cursor::{Cursor, key};
use super::names::{PRODUCER, dataset_of, safe, uuid};
use super::sources::{Column, Sources};
use crate::moved::Stores;
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
    /// Movements of single fields in it.
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
    let mut groups: BTreeMap<(Job<'_>, bool, &str), Vec<&FlowEdge>> = BTreeMap::new();
    let stores = Stores::of(&answers.flows);
    let is_pending = |edge: &&FlowEdge| {
        let is_part = moves(edge) || edge.outcome == "ok" && stores.has_left(edge);
        is_part && cursor.since(edge) > 0
    };
    for edge in answers.flows.iter().filter(is_pending) {
        let is_output = edge.kind != "read";
        let place = if is_output && options.together { "" } else { edge.location.as_str() };
        groups.entry((Job::of(edge), is_output, place)).or_default().push(edge);
    }
    let groups = groups.into_iter();
    let sources = &Sources::of(answers);
    groups
        .map(|((job, is_output, place), edges)| {
            Builder { sources, cursor, options, job, place }.event(&edges, is_output)
        })
        .collect()
}

/// Whether data was at the place afterwards, or came from it.
pub(super) fn moves(edge: &FlowEdge) -> bool {
    edge.outcome == "ok"
        && matches!(edge.kind.as_str(), "write" | "read")
        && !matches!(edge.action.as_str(), "deny" | "omit")
}

struct Builder<'a> {
    sources: &'a Sources<'a>,
    cursor: &'a Cursor,
    options: &'a Options,
    job: Job<'a>,
    place: &'a str,
}

impl Builder<'_> {
    fn event(&self, edges: &[&FlowEdge], is_output: bool) -> Pending {
        let from_ns = self.cursor.through_ns;
        let first_ns = edges.iter().map(|edge| edge.first_ns).min().unwrap_or(0).max(from_ns);
        let until_ns = edges.iter().map(|edge| edge.last_ns).max().unwrap_or(0).max(first_ns);
        let direction = if is_output { "to" } else { "from" };
        let job = self.job.name();
        let window = from_ns.to_string();
        let run = uuid(&[&self.options.namespace, &job, direction, self.place, &window]);
        let (inputs, outputs) =
            if is_output { self.outputs(edges) } else { (self.read(edges), Vec::new()) };
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
            movements: edges.iter().map(|edge| self.cursor.since(edge)).sum(),
            counts: edges.iter().map(|edge| (key(edge), edge.count)).collect(),
            until_ns,
        }
    }

    /// What was read, as inputs only.
    fn read(&self, edges: &[&FlowEdge]) -> Vec<Value> {
        let (namespace, name) = dataset_of(self.place);
        let columns = columns(edges);
        vec![json!({
            "namespace": namespace,
            "name": name,
            "facets": { "schema": schema(&columns), "tags": tags(&columns) },
        })]
    }

    /// The places that were written to, and where their fields came from.
    fn outputs(&self, edges: &[&FlowEdge]) -> (Vec<Value>, Vec<Value>) {
        let mut by_place: BTreeMap<&str, Vec<&FlowEdge>> = BTreeMap::new();
        for edge in edges {
            by_place.entry(&edge.location).or_default().push(edge);
        }
        let mut sources: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        let mut outputs = Vec::new();
        for (place, edges) in by_place {
            let (namespace, name) = dataset_of(place);
            let columns = columns(&edges);
            let mut lineage = Map::new();
            for (column, edges) in &columns {
                let inputs = self.sources.of_field(edges[0]);
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
fn columns<'e>(edges: &[&'e FlowEdge]) -> BTreeMap<String, Vec<&'e FlowEdge>> {
    let mut datasets: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for edge in edges {
        datasets.entry(&edge.path).or_default().insert(&edge.dataset);
    }
    let mut columns: BTreeMap<String, Vec<&FlowEdge>> = BTreeMap::new();
    for edge in edges {
        let is_alone = datasets[edge.path.as_str()].len() == 1;
        let name =
            if is_alone { edge.path.clone() } else { format!("{}.{}", edge.dataset, edge.path) };
        columns.entry(name).or_default().push(edge);
    }
    columns
}

fn input_fields(inputs: &BTreeSet<Column>, edges: &[&FlowEdge]) -> Vec<Value> {
    // What was asked for and has left was handed out, however it was opened.
    let action = |edge: &&FlowEdge| match edge.kind.as_str() {
        "access" => "reveal".to_owned(),
        _ => edge.action.clone(),
    };
    let actions: BTreeSet<String> = edges.iter().map(action).collect();
    let transformations: Vec<Value> = actions
        .into_iter()
        .map(|action| {
            // Everything but plaintext hides the value.
            let is_masking = !matches!(action.as_str(), "reveal" | "ingest");
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

fn schema(columns: &BTreeMap<String, Vec<&FlowEdge>>) -> Value {
    let fields: Vec<Value> = columns
        .iter()
        .map(|(name, edges)| {
            let categories = edges[0].categories.join(", ");
            json!({ "name": name, "description": format!("{} ({categories})", edges[0].dataset) })
        })
        .collect();
    facet("SchemaDatasetFacet", "1-2-0", json!({ "fields": fields }))
}

fn tags(columns: &BTreeMap<String, Vec<&FlowEdge>>) -> Value {
    let mut tags = Vec::new();
    for (column, edges) in columns {
        let categories: BTreeSet<&String> =
            edges.iter().flat_map(|edge| &edge.categories).collect();
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
