//! What an entry of a lane says. Numbers of texts, datasets and instances are the lane's own and
//! count from 1; 0 is "none". People stand by their handles.

use crate::answers::Handle;

/// The content of a leaf: what one transaction added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Journal instances that the lane meets for the first time, with their numbers.
    pub instances: Vec<Instance>,
    /// What instances said of themselves at their start.
    pub starts: Vec<Start>,
    /// Texts that the lane meets for the first time, with their numbers.
    pub texts: Vec<(u64, String)>,
    /// Record types that the lane meets for the first time.
    pub datasets: Vec<Dataset>,
    /// What an instance's own numbers stand for.
    pub dictionary: Vec<Dictionary>,
    /// Texts of policies.
    pub policies: Vec<Policy>,
    /// Each time that a policy came into force.
    pub policy_changes: Vec<PolicyChange>,
    /// New people: the handle, and what binds it to a tag without telling the tag.
    pub people: Vec<(Handle, Link)>,
    /// People whose link was deleted.
    pub forgotten: Vec<Handle>,
    /// The events that this is about.
    pub run: Option<Run>,
    /// Movements by shape.
    pub edges: Vec<(Shape, Seen)>,
    /// Values that were made from others.
    pub derivations: Vec<(Derived, Seen)>,
    /// Where people's data was.
    pub places: Vec<Places>,
    /// How many events of a kind ended how: kind, outcome, count.
    pub outcomes: Vec<(u8, u8, u64)>,
    /// The accesses of the run: how many, and the hash of their rows.
    pub accesses: Option<Accesses>,
    /// Numbers of events that hold none, or another than was written.
    pub findings: Vec<Finding>,
    /// Erasures whose work list was opened.
    pub erasures: Vec<Erasure>,
    /// Lines of work lists that somebody confirmed.
    pub confirmations: Vec<Confirmation>,
    /// Entries whose access rows were deleted.
    pub dropped: Vec<Dropped>,
}

/// Half of a SHA-256 over salt, tenant and tag.
pub type Link = [u8; 16];

/// A journal instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its number.
    pub number: u64,
    /// Its id.
    pub id: [u8; 16],
}

/// What an instance said of itself at its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// Which.
    pub instance: u64,
    /// Unix time in nanoseconds.
    pub time_ns: i64,
    /// Name of the program.
    pub program: String,
    /// Build id.
    pub build: String,
    /// Process id.
    pub pid: String,
    /// Boot id.
    pub boot: String,
    /// Digest of the policy in hex.
    pub policy: String,
}

/// A record type as some build declared it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// Its number.
    pub number: u64,
    /// Unix time in nanoseconds.
    pub first_ns: i64,
    /// A line `dataset, tab, group`, then a line of `id, path, role, categories` per field.
    pub description: String,
}

/// What a number of an instance stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dictionary {
    /// Which instance.
    pub instance: u64,
    /// Its number.
    pub number: u32,
    /// Code of [`taggant_core::event::DefineKind`].
    pub kind: u8,
    /// The lane's number of the text or dataset.
    pub target: u64,
}

/// A policy's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// SHA-256 in hex.
    pub digest: String,
    /// Its canonical text.
    pub text: String,
    /// Unix time in nanoseconds.
    pub first_ns: i64,
}

/// A policy came into force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyChange {
    /// In which instance.
    pub instance: u64,
    /// The instance's number of it.
    pub number: u32,
    /// Unix time in nanoseconds.
    pub time_ns: i64,
    /// SHA-256 in hex.
    pub digest: String,
}

/// A run of an instance's events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Which instance.
    pub instance: u64,
    /// Number of the first event.
    pub first: u64,
    /// Number after the last one.
    pub next: u64,
    /// SHA-256 over the events.
    pub content: [u8; 32],
}

/// What movements have in common that are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shape {
    /// Record type.
    pub dataset: u64,
    /// Code of the kind.
    pub kind: u8,
    /// Code of the outcome; 0 for success.
    pub outcome: u8,
    /// Whether no sink flow covered it.
    pub unknown: bool,
    /// Where to or from.
    pub location: u64,
    /// Why.
    pub purpose: u64,
    /// Who.
    pub actor: u64,
    /// For whom.
    pub on_behalf: u64,
    /// Whose.
    pub tenant: u64,
    /// The field that the first action is of.
    pub first_field: u16,
    /// Four-bit action codes of 64 fields, low nibble first.
    pub actions: [u8; 32],
}

/// When first, when last, how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// Unix time in nanoseconds.
    pub first_ns: i64,
    /// Unix time in nanoseconds.
    pub last_ns: i64,
    /// How often.
    pub count: u64,
}

impl Seen {
    /// Adds what was seen elsewhere.
    pub fn merge(&mut self, other: Self) {
        self.first_ns = self.first_ns.min(other.first_ns);
        self.last_ns = self.last_ns.max(other.last_ns);
        self.count = self.count.saturating_add(other.count);
    }
}

/// A field whose values were made from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Derived {
    /// Record type.
    pub dataset: u64,
    /// Position of the field.
    pub field: u16,
    /// The text of the origins.
    pub origin: u64,
    /// Where to.
    pub location: u64,
    /// Code of the action.
    pub action: u8,
}

/// Where a person's data was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// Who.
    pub person: Handle,
    /// Where, in order.
    pub places: Vec<(Place, Seen)>,
}

/// One place of a person's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Record type.
    pub dataset: u64,
    /// Where.
    pub location: u64,
    /// Code of the kind.
    pub kind: u8,
    /// Code of the protection.
    pub form: u8,
}

/// The accesses of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accesses {
    /// How many.
    pub count: u64,
    /// SHA-256(salt | rows), see [`super::access_hash`].
    pub hash: [u8; 32],
}

/// Something about an event's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// In which instance.
    pub instance: u64,
    /// The number.
    pub number: u64,
    /// Code of what it is.
    pub flaw: u8,
    /// What is wrong, in words.
    pub what: String,
}

/// An erasure and its work list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Id of the key store that it took place in.
    pub store: [u8; 16],
    /// Number in that store's chain.
    pub number: u64,
    /// Who.
    pub handle: Handle,
    /// Unix time in nanoseconds.
    pub time_ns: i64,
    /// Which key groups.
    pub groups: String,
    /// When the last cache life ends.
    pub final_ns: i64,
    /// Dataset, place and what to do there.
    pub lines: Vec<[String; 3]>,
}

/// A line of a work list is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// Id of the key store.
    pub store: [u8; 16],
    /// Number of the erasure.
    pub number: u64,
    /// Number of the line.
    pub line: u32,
    /// Unix time in nanoseconds.
    pub time_ns: i64,
}

/// The access rows of an entry were deleted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dropped {
    /// Of which lane.
    pub lane: LaneName,
    /// Which entry.
    pub leaf: u64,
}

/// What names a lane in every ledger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LaneName {
    /// Id of the ledger that wrote it.
    pub source: [u8; 16],
    /// Name of the service.
    pub service: String,
    /// 0 to 63.
    pub number: u8,
}
