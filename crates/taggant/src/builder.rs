//! Settings of a runtime, and the ports that it stands on.

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

/// Where keys, erasures and movements are kept.
#[derive(Default)]
pub(crate) struct Ports {
    pub(crate) root: Option<Arc<dyn RootKey>>,
    pub(crate) key_store: Option<Arc<dyn KeyStore>>,
    pub(crate) anchor: Option<Arc<dyn Anchor>>,
    pub(crate) ledger: Option<Arc<dyn Ledger>>,
    pub(crate) checkpoints: Option<Arc<dyn CheckpointKeeper>>,
}

/// Settings of a runtime.
///
/// [`Runtime::builder`] begins with a data folder that has everything; each port that is given then
/// takes the place of what would be in the folder. [`Builder::new`] begins with nothing: root key, key
/// store, anchor and ledger must be given.
///
/// ```
/// use std::sync::Arc;
///
/// use taggant::ledger::{CheckpointKeeper, Ledger};
/// use taggant::{Anchor, Builder, KeyStore, RootKey, Runtime};
///
/// /// Drivers come from other crates, or are your own.
/// fn start(
///     root: Arc<dyn RootKey>,
///     key_store: Arc<dyn KeyStore>,
///     anchor: Arc<dyn Anchor>,
///     ledger: Arc<dyn Ledger>,
///     checkpoints: Arc<dyn CheckpointKeeper>,
/// ) -> taggant::Result<Runtime> {
///     Builder::new("/var/lib/shop/journal")
///         .root(root)
///         .key_store(key_store)
///         .anchor(anchor)
///         .ledger(ledger)
///         .checkpoints(checkpoints)
///         .build()
/// }
/// ```
pub struct Builder {
    pub(crate) ports: Ports,
    /// The folder that what is not given is in.
    #[cfg(feature = "embedded")]
    pub(crate) home: Option<PathBuf>,
    /// The anchor, where it is a file.
    #[cfg(feature = "embedded")]
    pub(crate) anchor_file: Option<PathBuf>,
    journal: PathBuf,
    policy: Option<Policy>,
    pub(crate) keys: KeyConfig,
    slots: JournalConfig,
    service: Option<String>,
    build_id: String,
    max_locations: usize,
}

impl Builder {
    /// Settings of a runtime whose journal is in a folder of this host, and which knows no other
    /// place.
    pub fn new(journal: impl Into<PathBuf>) -> Self {
        Self {
            ports: Ports::default(),
            #[cfg(feature = "embedded")]
            home: None,
            #[cfg(feature = "embedded")]
            anchor_file: None,
            journal: journal.into(),
            policy: None,
            keys: KeyConfig::default(),
            slots: JournalConfig::default(),
            service: None,
            build_id: String::new(),
            max_locations: DEFAULT_MAX_LOCATIONS,
        }
    }

    /// The policy. Default: the file `policy.toml` in the data folder if it is there, else one
    /// without rules: everything is sealed, nothing may be opened.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// The root key. Default: the file `root.key` in the data folder, made if it is not there.
    #[must_use]
    pub fn root(mut self, root: Arc<dyn RootKey>) -> Self {
        self.ports.root = Some(root);
        self
    }

    /// Where keys are. Default: `keys.db` in the data folder.
    #[must_use]
    pub fn key_store(mut self, store: Arc<dyn KeyStore>) -> Self {
        self.ports.key_store = Some(store);
        self
    }

    /// Where erasures stand a second time, outside of the backups of the key store. Default:
    /// the file `anchor/erasures` in the data folder.
    #[must_use]
    pub fn anchor(mut self, anchor: Arc<dyn Anchor>) -> Self {
        self.ports.anchor = Some(anchor);
        self
    }

    /// Where movements are recorded. Default: `ledger.db` in the data folder.
    #[must_use]
    pub fn ledger(mut self, ledger: Arc<dyn Ledger>) -> Self {
        self.ports.ledger = Some(ledger);
        self
    }

    /// Where the newest checkpoint of the ledger is kept besides the ledger. Default: beside the
    /// anchor file. Where there is none, only the ledger has its checkpoints: one that is made anew as
    /// a whole does not show.
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
    /// any more, and its anchor is put away under another name. The ledger is trusted as it stands,
    /// and signed, also where the checkpoint that was kept of it is lost.
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
        self.slots.slots = slots;
        self
    }

    /// How long a write waits for room in the journal before it fails. Default: 5 seconds.
    #[must_use]
    pub fn journal_block(mut self, longest: Duration) -> Self {
        self.slots.block = longest;
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
    /// `KeyUnavailable`, `KeyStoreRolledBack`, `JournalUnavailable`, `Invalid` where a port is not
    /// given, or what is wrong with the policy file. Each says what to do.
    pub fn build(mut self) -> Result<Runtime> {
        make_folder(&self.journal)?;
        let policy = match self.policy.take() {
            Some(policy) => policy,
            None => self.default_policy()?,
        };
        let cache_life = policy.cache_life();
        self.keys.cache_life = cache_life;
        let keys = self.open_keys()?;
        let ledger = self.open_ledger(keys.folder())?;
        let keeper = self.ports.checkpoints.take();
        crate::proof::sign(&*ledger, &keys, keeper, self.keys.begin_anew)?;
        // A name that is not UTF-8 must not stop the program.
        let program = std::env::args_os().next().unwrap_or_default();
        let file_name = || Path::new(&program).file_name().unwrap_or_default().to_string_lossy();
        let start = StartInfo {
            service: self.service.unwrap_or_else(|| file_name().into_owned()),
            program: program.to_string_lossy().into_owned(),
            build: self.build_id,
            policy: policy.digest(),
        };
        let config = JournalConfig { folder: keys.folder(), ..self.slots };
        let journal =
            Journal::open(&self.journal, start, config, slot_keys(&keys), ledger.clone())?;
        journal.policy(&policy.digest(), policy.text())?;
        let core = Core::new(keys, Arc::new(journal), policy, self.max_locations);
        let runtime = Runtime { core, ledger, cache_life };
        runtime.open_missing_receipts()?;
        Ok(runtime)
    }

    /// The key ring, on its ports.
    pub(crate) fn open_keys(&mut self) -> Result<Arc<KeyRing>> {
        #[cfg(feature = "embedded")]
        self.fill_keys()?;
        let ports = &mut self.ports;
        let root = ports.root.take().ok_or_else(|| missing("root key", "root"))?;
        let store = ports.key_store.take().ok_or_else(|| missing("key store", "key_store"))?;
        let anchor = ports.anchor.take().ok_or_else(|| missing("anchor", "anchor"))?;
        Ok(Arc::new(KeyRing::open(store, root, Box::new(anchor), self.keys.clone())?))
    }

    fn open_ledger(&mut self, folder: [u8; 16]) -> Result<Arc<dyn Ledger>> {
        #[cfg(feature = "embedded")]
        self.fill_ledger(folder)?;
        #[cfg(not(feature = "embedded"))]
        let _ = folder;
        self.ports.ledger.take().ok_or_else(|| missing("ledger", "ledger"))
    }

    fn default_policy(&self) -> Result<Policy> {
        #[cfg(feature = "embedded")]
        if let Some(home) = &self.home {
            return crate::embedded::read_policy(&home.join("policy.toml"));
        }
        Policy::from_toml("")
    }
}

/// Instances of the journal have keys of the default tenant.
fn slot_keys(keys: &Arc<KeyRing>) -> Arc<dyn SlotKeys> {
    let keys = keys.clone();
    Arc::new(move |id: InstanceId| keys.tenant(DEFAULT_TENANT)?.instance_key(&id.0))
}

/// A port that nobody has given.
pub(crate) fn missing(what: &str, method: &str) -> Error {
    Error::new(
        Outcome::Invalid,
        format!(
            "the runtime has no {what}: give one with `Builder::{method}`, or begin with \
             `Runtime::builder` and a data folder, which the feature `embedded` brings"
        ),
    )
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
