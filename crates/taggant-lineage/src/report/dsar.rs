//! What a person may get to know (GDPR article 15), as far as the ledger can tell.

use std::collections::BTreeSet;

use serde::Serialize;
use taggant_ledger::answers::{
    self, Ended, FlowEdge, Handle, Kind, Meaning, Place, Protection, ReadFrom, moved,
};

use super::HUMAN;
use crate::time::rfc3339;

/// The answer to one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dsar {
    /// The person's handle in the ledger; it goes into the file, not to the person.
    pub handle: String,
    /// Where their data is or was.
    pub places: Vec<DsarPlace>,
    /// Categories of data at these places.
    pub categories: Vec<String>,
    /// Purposes for which it moved there.
    pub purposes: Vec<String>,
    /// Places that got it in plaintext.
    pub recipients: Vec<String>,
    /// When it was consulted, and by whom; newest first.
    pub consultations: Vec<Consultation>,
    /// What the answer rests on and what it can't say.
    pub limits: Vec<&'static str>,
    /// Article 15(1)(d).
    pub retention: &'static str,
    /// Article 15(1)(g): where the data is not from the person.
    pub origin: &'static str,
    /// Article 15(1)(h).
    pub automated_decisions: &'static str,
}

/// A place where the person's data is or was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DsarPlace {
    /// Dataset.
    pub dataset: String,
    /// Where.
    pub place: String,
    /// Written there, or read from there.
    pub movement: Kind,
    /// How the least protected field stands there.
    pub form: Protection,
    /// Categories of the fields that move there.
    pub categories: Vec<String>,
    /// For what.
    pub purposes: Vec<String>,
    /// When first, RFC 3339.
    pub first: String,
    /// When last.
    pub last: String,
    /// How often.
    pub count: u64,
}

/// One time that somebody looked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Consultation {
    /// When, RFC 3339.
    pub time: String,
    /// What: a disclosure, a read, a look-up.
    pub what: String,
    /// Who.
    pub actor: String,
    /// For whom.
    pub on_behalf: String,
    /// Why.
    pub purpose: String,
    /// Where.
    pub place: String,
    /// How it ended.
    pub outcome: Ended,
}

const LIMITS: [&str; 3] = [
    "categories and purposes of a place are those of all movements of the dataset there, not of this \
     person's alone",
    "plaintext that left the system is listed as a recipient; what became of it there is not known",
    "data that moved before the ledger was kept, or past taggant, is not in it",
];

/// Makes the answer from what the ledger knows of the person and of movements in general.
#[must_use]
pub fn dsar(
    handle: Handle,
    places: &[Place],
    accesses: &[answers::Access],
    flows: &[FlowEdge],
) -> Dsar {
    let moved: Vec<(&FlowEdge, Meaning)> = moved(flows).collect();
    let places: Vec<DsarPlace> = places.iter().map(|place| of_place(place, &moved)).collect();
    let all = |select: &dyn Fn(&DsarPlace) -> &Vec<String>| -> Vec<String> {
        places.iter().flat_map(select).cloned().collect::<BTreeSet<_>>().into_iter().collect()
    };
    // Plaintext that was asked for under a flow to a place went there, as on the map.
    let read_from = ReadFrom::of(flows);
    let disclosed = accesses.iter().filter(|access| read_from.is_disclosure(access));
    let got = places
        .iter()
        .filter(|place| place.movement == Kind::Write && place.form == Protection::Plaintext);
    let recipients: BTreeSet<String> = (got.map(|place| &place.place))
        .chain(disclosed.map(|access| &access.location))
        .cloned()
        .collect();
    Dsar {
        handle: handle.to_string(),
        categories: all(&|place| &place.categories),
        purposes: all(&|place| &place.purposes),
        recipients: recipients.into_iter().collect(),
        consultations: accesses.iter().map(consultation).collect(),
        limits: LIMITS.to_vec(),
        retention: HUMAN,
        origin: HUMAN,
        automated_decisions: HUMAN,
        places,
    }
}

fn of_place(place: &Place, moved: &[(&FlowEdge, Meaning)]) -> DsarPlace {
    let same: Vec<&FlowEdge> = moved
        .iter()
        .map(|(edge, _)| *edge)
        .filter(|edge| {
            edge.dataset == place.dataset
                && edge.location == place.location
                && edge.kind == place.kind
        })
        .collect();
    let texts = |all: BTreeSet<&String>| -> Vec<String> {
        all.into_iter().filter(|text| !text.is_empty()).cloned().collect()
    };
    DsarPlace {
        dataset: place.dataset.clone(),
        place: place.location.clone(),
        movement: place.kind,
        form: place.form,
        categories: texts(same.iter().flat_map(|edge| &edge.categories).collect()),
        purposes: texts(same.iter().map(|edge| &edge.purpose).collect()),
        first: rfc3339(place.first_ns),
        last: rfc3339(place.last_ns),
        count: place.count,
    }
}

fn consultation(access: &answers::Access) -> Consultation {
    let what = match access.kind {
        Kind::Write => "disclosed",
        Kind::Read => "read",
        Kind::Access => "revealed",
        Kind::Lookup => "looked up",
        Kind::Retract => "disclosure taken back",
        Kind::Erase => "erased",
        Kind::Query => "the ledger was asked",
        other => other.name(),
    };
    Consultation {
        time: rfc3339(access.time_ns),
        what: what.to_owned(),
        actor: access.actor.clone(),
        on_behalf: access.on_behalf.clone(),
        purpose: access.purpose.clone(),
        place: access.location.clone(),
        outcome: access.outcome,
    }
}
