//! What a ledger can be asked, and told.

use std::sync::Arc;

use taggant_core::Result;
use taggant_core::journal::EventSink;
use taggant_core::tag::SubjectTag;

use crate::answers::{
    Access, ActorSum, Derivation, FieldInfo, Finding, FlowEdge, Handle, InForce, OutcomeSum, Place,
    PolicyText, Receipt, Verification,
};

/// What a ledger is compared with besides itself.
#[derive(Clone, Debug)]
pub struct VerifyOptions {
    /// The key that its checkpoints must be signed with, from the key store.
    pub public_key: Option<[u8; 32]>,
    /// A checkpoint of it that was kept elsewhere. Without `public_key` its key is believed.
    pub against: Option<String>,
    /// Number and hash of all erasures, from the key store, in order.
    pub erasures: Option<Vec<(u64, [u8; 32])>>,
    /// How many findings are listed; the others are counted.
    pub max_findings: usize,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        Self { public_key: None, against: None, erasures: None, max_findings: 100 }
    }
}

/// Who signs the checkpoints of a ledger. The key must not be where the ledger is.
pub trait CheckpointSigner: Send + Sync {
    /// The key to check signatures with.
    fn public_key(&self) -> [u8; 32];

    /// An Ed25519 signature over a text.
    fn sign(&self, text: &[u8]) -> [u8; 64];

    /// Number and hash of the last erasure: 0 and zeros if there is none.
    fn erasures(&self) -> (u64, [u8; 32]);

    /// The newest checkpoint that was kept outside of the ledger, if there is one.
    ///
    /// # Errors
    /// What keeps it from being read: no checkpoint is made then.
    fn kept(&self) -> Result<Option<String>>;

    /// Whether there is a place outside of the ledger where checkpoints are kept at all.
    fn keeps(&self) -> bool {
        true
    }

    /// What the key store knows of the ledger's checkpoints; `None` where nothing was kept there yet.
    ///
    /// # Errors
    /// What keeps it from being read, or `Tampered`: no checkpoint is made then.
    fn head(&self) -> Result<Option<KeptHead>>;

    /// Keeps in the key store that nothing was signed yet, where it knows nothing of the ledger: a
    /// process that dies before its first checkpoint is kept then leaves no riddle.
    fn begin(&self);

    /// Keeps a checkpoint and its number outside of the ledger, in the place of the one before. The
    /// ledger has it already: it may be ahead of what is kept, and never behind. With `anew` the
    /// ledger was believed as it stands, and what was refused before is settled.
    fn keep(&self, number: u64, note: &str, anew: bool);

    /// Keeps in the key store that no checkpoint could be made, where nobody who can write the ledger
    /// only can take it back. It stays until the ledger is believed anew.
    fn refused(&self);
}

/// What a key store knows of the checkpoints of a ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeptHead {
    /// The number of the newest one; 0 where none was made yet.
    pub number: u64,
    /// The SHA-256 of its text: the note up to its empty line.
    pub hash: [u8; 32],
    /// When a process refused to sign, in Unix nanoseconds; 0 where none has since the ledger was
    /// believed anew.
    pub refused_ns: u64,
}

/// An erasure whose work list is opened.
#[derive(Clone, Debug)]
pub struct ErasureOpened<'a> {
    /// Id of the key store that it took place in.
    pub store: [u8; 16],
    /// Number in that store's chain of erasures.
    pub number: u64,
    /// Who.
    pub handle: Handle,
    /// When.
    pub time_ns: u64,
    /// Which key groups: `*` for all.
    pub groups: &'a str,
    /// When the last cache life ends.
    pub final_ns: u64,
}

/// The durable, queryable store of what happened: where data is, and who has seen it.
///
/// It takes events from journals ([`EventSink`]). All methods give `JournalUnavailable` where the
/// ledger can't be read or written; further outcomes are named where there are some.
pub trait Ledger: EventSink {
    /// The random id of this ledger.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn id(&self) -> Result<[u8; 16]>;

    /// Has lanes and checkpoints signed from now on. Lanes that this signer has not signed are left
    /// as they are, and no checkpoint is made while there are some, or while the log is not the one
    /// that the signer knows: see [`trust_anew`](Self::trust_anew).
    fn sign_with(&self, signer: Arc<dyn CheckpointSigner>);

    /// Believes the log as it stands, signs all its lanes and makes a checkpoint: after the key
    /// store, or what was kept of checkpoints, was lost. [`verify`](Self::verify) goes on to tell
    /// what was signed with another key.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn trust_anew(&self) -> Result<()>;

    /// Every tagged field that some build has used.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn fields(&self) -> Result<Vec<FieldInfo>>;

    /// All movements, aggregated.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn flows(&self) -> Result<Vec<FlowEdge>>;

    /// Movements that no sink flow covered.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn unknown_flows(&self) -> Result<Vec<FlowEdge>>;

    /// Where data of a category, and of those below it, went to and came from.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn where_is_category(&self, category: &str) -> Result<Vec<FlowEdge>>;

    /// Values that were made from values of other fields.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn derivations(&self) -> Result<Vec<Derivation>>;

    /// The handle of a person, if any of their data has moved yet.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn handle(&self, tenant: &str, tag: SubjectTag) -> Result<Option<Handle>>;

    /// The handle of a person, made if there is none yet.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn handle_or_new(&self, tenant: &str, tag: SubjectTag) -> Result<Handle>;

    /// Where a person's data is or was.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn where_is_person(&self, handle: Handle) -> Result<Vec<Place>>;

    /// Who saw, or asked for, a person's data; newest first.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn accesses_of(&self, handle: Handle) -> Result<Vec<Access>>;

    /// What somebody saw or asked for, as the actor or through one; newest first.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn accesses_by(&self, who: &str) -> Result<Vec<Access>>;

    /// Who saw, or asked for, a field, of whomever; newest first.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn accesses_to(&self, dataset: &str, path: &str) -> Result<Vec<Access>>;

    /// The newest accesses, `limit` at most.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn recent_accesses(&self, limit: u32) -> Result<Vec<Access>>;

    /// What everybody saw since a Unix time in nanoseconds: every time that plaintext was handed
    /// out, and every time that it was refused.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn actors(&self, since_ns: u64) -> Result<Vec<ActorSum>>;

    /// How many events of each kind ended how.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn outcomes(&self) -> Result<Vec<OutcomeSum>>;

    /// What is wrong with journals that were drained.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn findings(&self) -> Result<Vec<Finding>>;

    /// Each time that a policy came into force in a process, newest first.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn policy_changes(&self) -> Result<Vec<InForce>>;

    /// The policies that were ever in force, the oldest first.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn policies(&self) -> Result<Vec<PolicyText>>;

    /// Opens the work list of an erasure: a line for every place where the person's data was
    /// recorded. One that is open already stays as it is.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn open_receipt(&self, erasure: &ErasureOpened<'_>) -> Result<()>;

    /// The receipt of an erasure, as it stands now.
    ///
    /// # Errors
    /// `Invalid` where there is no erasure of that number; `JournalUnavailable`.
    fn receipt(&self, number: u64) -> Result<Receipt>;

    /// The numbers of all erasures that have a receipt, in order.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn receipts(&self) -> Result<Vec<u64>>;

    /// The numbers of the erasures of a key store whose work lists this ledger has opened, in order.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn receipts_of(&self, store: [u8; 16]) -> Result<Vec<u64>>;

    /// Confirms that a line of a work list is done.
    ///
    /// # Errors
    /// `Invalid` where there is no such line; `JournalUnavailable`.
    fn confirm(&self, number: u64, line: u32) -> Result<()>;

    /// Forgets which person a handle is: what remains of an erased person is anonymous. Do it when
    /// the work list of the erasure is done and accesses need no longer be accounted for: a later
    /// event of the same person gets a new handle. Returns whether there was a link.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn drop_link(&self, handle: Handle) -> Result<bool>;

    /// Deletes accesses from before a Unix time in nanoseconds: those drained together go together,
    /// when the last of them is old enough. Returns how many rows went.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn drop_accesses(&self, before_ns: u64) -> Result<u64>;

    /// Folds every entry again, from the first, and compares what comes out with the tables, the
    /// trees with the checkpoints, and these with what was kept elsewhere. Others may go on writing
    /// meanwhile.
    ///
    /// # Errors
    /// `Invalid` where `against` is no checkpoint; `JournalUnavailable`.
    fn verify(&self, options: &VerifyOptions) -> Result<Verification>;

    /// Keeps the signatures that witnesses have added to a checkpoint of this ledger, beside it.
    ///
    /// # Errors
    /// `Invalid` where the note is none of this ledger's checkpoints, or has lines that are no
    /// signatures; `JournalUnavailable`.
    fn keep_cosigned(&self, note: &str) -> Result<()>;

    /// The newest checkpoint, as a signed note to be kept elsewhere; `None` where there is none.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn checkpoint(&self) -> Result<Option<String>>;
}
