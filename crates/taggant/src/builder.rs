//! Settings of a runtime, and what it stands on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use taggant_core::flow::runtime::DEFAULT_MAX_LOCATIONS;
use taggant_core::flow::{DEFAULT_TENANT, Runtime as Core};
use taggant_core::journal::{InstanceId, Journal, JournalConfig, SlotKeys, StartInfo};
use taggant_core::key::{Anchor, IdentityKey, KeyConfig, KeyRing, KeyStore, RootKey};
use taggant_core::policy::Policy;
use taggant_core::{Error, Outcome, Result};
use taggant_ledger::{CheckpointKeeper, Ledger};

use crate::runtime::Runtime;

#[cfg(feature = "embedded")]
use crate::embedded as defaults;
#[cfg(not(feature = "embedded"))]
use crate::ported as defaults;

/// Settings of a runtime, and the ports that it stands on; made by [`Runtime::builder`].
///
/// With the feature `embedded` (on by default) every port that is not given is a file in the data
/// folder, and no server is needed. Without it all four are to be given:
///
/// ```
/// use std::sync::Arc;
///
/// use taggant::ledger::Ledger;
/// use taggant::{Anchor, KeyStore, LocalRoot, Policy, Result, Runtime};
///
/// /// Stores of one's own: on PostgreSQL, for instance.
/// fn open(
///     keys: Arc<dyn KeyStore>,
///     anchor: Box<dyn Anchor>,
///     ledger: Arc<dyn Ledger>,
///     root: &[u8; 32],
/// ) -> Result<Runtime> {
///     Runtime::builder("/var/lib/shop/taggant")     // the journal of this host stays here
///         .policy(Policy::from_toml("")?)
///         .key_store(keys)
///         .anchor(anchor)
///         .ledger(ledger)
///         .root(Arc::new(LocalRoot::new(root)))
///         .build()
/// }
/// ```
pub struct Builder {
    pub(crate) folder: PathBuf,
    policy: Option<Policy>,
    pub(crate) ports: Ports,
    pub(crate) keys: KeyConfig,
    journal: JournalConfig,
    service: Option<String>,
    build_id: String,
    max_locations: usize,
}

/// What a runtime stands on, as far as it was given.
#[derive(Default)]
pub(crate) struct Ports {
    pub(crate) key_store: Option<Arc<dyn KeyStore>>,
    pub(crate) root: Option<Arc<dyn RootKey>>,
    pub(crate) anchor: Option<Box<dyn Anchor>>,
    pub(crate) ledger: Option<Arc<dyn Ledger>>,
    pub(crate) checkpoints: Option<Arc<dyn CheckpointKeeper>>,
    /// Where the files of the anchor and the checkpoints are, if not in the data folder.
    #[cfg(feature = "embedded")]
    pub(crate) anchor_file: Option<PathBuf>,
}

impl Builder {
    /// The policy. Default: the file `policy.toml` in the folder if it is there, else one without
    /// rules: everything is sealed, nothing may be opened.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// The root key. Default: the file `root.key` in the folder, made if it is not there.
    #[must_use]
    pub fn root(mut self, root: Arc<dyn RootKey>) -> Self {
        self.ports.root = Some(root);
        self
    }

    /// Where keys are kept. Default: the SQLite file `keys.db` in the folder.
    #[must_use]
    pub fn key_store(mut self, store: Arc<dyn KeyStore>) -> Self {
        self.ports.key_store = Some(store);
        self
    }

    /// Where movements are recorded. Default: the SQLite file `ledger.db` in the folder.
    #[must_use]
    pub fn ledger(mut self, ledger: Arc<dyn Ledger>) -> Self {
        self.ports.ledger = Some(ledger);
        self
    }

    /// The anchor of the key store, which must be outside its backups. Default: the file
    /// `anchor/erasures` in the folder.
    #[must_use]
    pub fn anchor(mut self, anchor: Box<dyn Anchor>) -> Self {
        self.ports.anchor = Some(anchor);
        self
    }

    /// The anchor as a file of this name; checkpoints of the ledger are kept in files beside it.
    #[cfg(feature = "embedded")]
    #[must_use]
    pub fn anchor_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.ports.anchor_file = Some(file.into());
        self
    }

    /// Where the newest checkpoint of the ledger is kept, outside of the ledger. Default: a file
    /// beside the anchor file.
    #[must_use]
    pub fn checkpoints(mut self, keeper: Arc<dyn CheckpointKeeper>) -> Self {
        self.ports.checkpoints = Some(keeper);
        self
    }

    /// Makes a new anchor where the key store has erasures and the anchor is gone. Use it once,
    /// having made sure that the key store is not an old copy.
    #[must_use]
    pub fn adopt_anchor(mut self) -> Self {
        self.keys.adopt_anchor = true;
        self
    }

    /// Makes a new key store where the folder shows that there was one: it has a root key, an
    /// anchor or a ledger, and no key store. Use it once, for a root key that was put into a new
    /// folder, or where the old key store is lost for good: what its keys sealed can't be opened
    /// any more, and its anchor is put away under another name.
    #[must_use]
    pub fn begin_anew(mut self) -> Self {
        self.keys.begin_anew = true;
        self
    }

    /// The identity key that this data folder shares with those of other services, so that all
    /// know a person under one tag: see [`identity`](crate::identity). Default: a random one in
    /// the key store.
    ///
    /// A folder that had its own adopts this one, for ever. People who were known before keep
    /// their tags, and erased people stay erased.
    #[must_use]
    pub fn identity(mut self, identity: IdentityKey) -> Self {
        self.keys.identity = Some(Arc::new(identity));
        self
    }

    /// How many data keys a tenant keeps in memory. Default: 16,384.
    #[must_use]
    pub fn cache_keys(mut self, keys: usize) -> Self {
        self.keys.cache_keys = keys;
        self
    }

    /// How many events may wait in the journal, 192 bytes each, reserved on disk at the start; one
    /// with a long reason counts as several. Default: 65,536.
    #[must_use]
    pub fn journal_slots(mut self, slots: usize) -> Self {
        self.journal.slots = slots;
        self
    }

    /// How long a write waits for room in the journal before it fails. Default: 5 seconds.
    #[must_use]
    pub fn journal_block(mut self, longest: Duration) -> Self {
        self.journal.block = longest;
        self
    }

    /// How many locations are told apart; further ones are recorded as one. Default: 4,096.
    #[must_use]
    pub fn max_locations(mut self, locations: usize) -> Self {
        self.max_locations = locations;
        self
    }

    /// The stable name of the service that this program is, such as `checkout`. Default: the file
    /// name of the program.
    #[must_use]
    pub fn service(mut self, name: &str) -> Self {
        self.service = Some(name.to_owned());
        self
    }

    /// What the start event says of this build, such as a commit id.
    #[must_use]
    pub fn build_id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.build_id);
        self
    }

    /// Opens the runtime: makes what is missing, brings a restored key store up, drains the
    /// journals of dead processes.
    ///
    /// # Errors
    /// `KeyUnavailable`, `KeyStoreRolledBack`, `JournalUnavailable`, or what is wrong with the
    /// policy file. Each says what to do.
    pub fn build(mut self) -> Result<Runtime> {
        make_folder(&self.folder)?;
        let policy = match self.policy.take() {
            Some(policy) => policy,
            None => read_policy(&self.folder.join("policy.toml"))?,
        };
        let cache_life = policy.cache_life();
        let keys = self.open_keys(Some(cache_life))?;
        let ledger = self.open_ledger(keys.folder())?;
        crate::proof::sign(&*ledger, &keys, self.checkpoint_keeper())?;
        // A name that is not UTF-8 must not stop the program.
        let program = std::env::args_os().next().unwrap_or_default();
        let file_name = || Path::new(&program).file_name().unwrap_or_default().to_string_lossy();
        let start = StartInfo {
            service: self.service.unwrap_or_else(|| file_name().into_owned()),
            program: program.to_string_lossy().into_owned(),
            build: self.build_id,
            policy: policy.digest(),
        };
        let config = JournalConfig { folder: keys.folder(), ..self.journal };
        let folder = self.folder.join("journal");
        let journal = Journal::open(&folder, start, config, slot_keys(&keys), ledger.clone())?;
        journal.policy(&policy.digest(), policy.text())?;
        let core = Core::new(keys, Arc::new(journal), policy, self.max_locations);
        let runtime = Runtime { core, ledger, cache_life };
        runtime.open_missing_receipts()?;
        Ok(runtime)
    }
}

impl Builder {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            policy: None,
            ports: Ports::default(),
            keys: KeyConfig::default(),
            journal: JournalConfig::default(),
            service: None,
            build_id: String::new(),
            max_locations: DEFAULT_MAX_LOCATIONS,
        }
    }

    /// The key ring, on the ports that were given and the defaults for the others.
    pub(crate) fn open_keys(&mut self, cache_life: Option<Duration>) -> Result<Arc<KeyRing>> {
        defaults::keys(self)?;
        let Ports { key_store, root, anchor, .. } = &mut self.ports;
        let store = key_store.clone().ok_or_else(|| missing("key_store"))?;
        let root = root.clone().ok_or_else(|| missing("root"))?;
        let anchor = anchor.take().ok_or_else(|| missing("anchor"))?;
        let mut config = self.keys.clone();
        config.cache_life = cache_life.unwrap_or(config.cache_life);
        KeyRing::open(store, root, anchor, config).map(Arc::new)
    }

    fn open_ledger(&mut self, folder: [u8; 16]) -> Result<Arc<dyn Ledger>> {
        if self.ports.ledger.is_none() {
            defaults::ledger(self, folder)?;
        }
        self.ports.ledger.clone().ok_or_else(|| missing("ledger"))
    }

    /// The ledger as it is, to be asked and never changed.
    pub(crate) fn ledger_to_read(&mut self) -> Result<Arc<dyn Ledger>> {
        if self.ports.ledger.is_none() {
            defaults::ledger_to_read(self)?;
        }
        self.ports.ledger.clone().ok_or_else(|| missing("ledger"))
    }

    pub(crate) fn checkpoint_keeper(&mut self) -> Arc<dyn CheckpointKeeper> {
        defaults::checkpoints(self);
        self.ports.checkpoints.clone().unwrap_or_else(|| Arc::new(NotKept))
    }
}

/// Checkpoints stand in the ledger alone.
struct NotKept;

impl CheckpointKeeper for NotKept {
    fn kept(&self, _: &[u8; 16]) -> Option<String> {
        None
    }

    fn keep(&self, _: &[u8; 16], _: &str) {}

    fn ledgers(&self) -> Vec<[u8; 16]> {
        Vec::new()
    }
}

fn missing(port: &str) -> Error {
    Error::new(
        Outcome::Invalid,
        format!(
            "the runtime has no {port}, and was built without the feature `embedded`, which would \
             bring one: give it to the builder with `{port}(..)`"
        ),
    )
}

/// Instances of the journal have keys of the default tenant.
fn slot_keys(keys: &Arc<KeyRing>) -> Arc<dyn SlotKeys> {
    let keys = keys.clone();
    Arc::new(move |id: InstanceId| keys.tenant(DEFAULT_TENANT)?.instance_key(&id.0))
}

/// Makes a folder that only its owner may enter.
pub(crate) fn make_folder(path: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| {
        Error::new(
            Outcome::Invalid,
            format!("the data folder {} can't be made: {}", path.display(), error.kind()),
        )
    })
}

fn read_policy(path: &Path) -> Result<Policy> {
    match std::fs::read_to_string(path) {
        Ok(text) => Policy::from_toml(&text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Policy::from_toml(""),
        Err(error) => Err(Error::new(
            Outcome::Invalid,
            format!("the policy file {} can't be read: {}", path.display(), error.kind()),
        )),
    }
}
