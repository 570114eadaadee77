//! The embedded runtime: keys, policy, journal and ledger of a process, in one folder.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use taggant_core::flow::runtime::{Counters, DEFAULT_MAX_LOCATIONS};
use taggant_core::flow::{DEFAULT_TENANT, Runtime as Core};
use taggant_core::journal::{InstanceId, Journal, JournalConfig, SlotKeys, StartInfo};
use taggant_core::key::{IdentityKey, KeyConfig, KeyRing, RootKey};
use taggant_core::policy::Policy;
use taggant_core::seal::SubjectId;
use taggant_core::tag::SubjectTag;
use taggant_core::{Error, Outcome, Result};
use taggant_ledger::Ledger;
use taggant_ledger::answers::Handle;
use taggant_store::keys::{FileAnchor, SqliteKeyStore};

/// Keys, policy, journal and ledger of a process. Cheap to clone.
#[derive(Clone)]
pub struct Runtime {
    pub(crate) core: Core,
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) cache_life: Duration,
}

/// Settings of an embedded runtime; made by [`Runtime::builder`].
pub struct Builder {
    folder: PathBuf,
    policy: Option<Policy>,
    root: Option<Arc<dyn RootKey>>,
    anchor: Option<PathBuf>,
    keys: KeyConfig,
    journal: JournalConfig,
    service: Option<String>,
    build_id: String,
    max_locations: usize,
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
        self.root = Some(root);
        self
    }

    /// The anchor file, which must be outside the backups of the folder. Default:
    /// `anchor/erasures` in the folder.
    #[must_use]
    pub fn anchor(mut self, file: impl Into<PathBuf>) -> Self {
        self.anchor = Some(file.into());
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
        let (keys, anchor) = self.open_keys(Some(cache_life))?;
        let ledger = Arc::new(taggant_store::ledger::open(&self.folder.join("ledger.db"))?);
        crate::proof::sign(&*ledger, &keys, &anchor)?;
        // A name that is not UTF-8 must not stop the program.
        let program = std::env::args_os().next().unwrap_or_default();
        let file_name = || Path::new(&program).file_name().unwrap_or_default().to_string_lossy();
        let start = StartInfo {
            service: self.service.unwrap_or_else(|| file_name().into_owned()),
            program: program.to_string_lossy().into_owned(),
            build: self.build_id,
            policy: policy.digest(),
        };
        let config = JournalConfig { folder: ledger.id()?, ..self.journal };
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
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The key ring, and where its anchor is.
    pub(crate) fn open_keys(
        &mut self,
        cache_life: Option<Duration>,
    ) -> Result<(Arc<KeyRing>, PathBuf)> {
        let anchor = match self.anchor.take() {
            Some(anchor) => anchor,
            None => {
                make_folder(&self.folder.join("anchor"))?;
                self.folder.join("anchor").join("erasures")
            }
        };
        self.refuse_new_store(&anchor)?;
        // Before the root-key file: a cut in between must not look like a lost key store.
        let store = Arc::new(SqliteKeyStore::open(&self.folder.join("keys.db"))?);
        let root = match self.root.take() {
            Some(root) => root,
            None => Arc::new(taggant_store::root::from_file(&self.folder.join("root.key"))?),
        };
        let mut config = self.keys.clone();
        config.cache_life = cache_life.unwrap_or(config.cache_life);
        let file = Box::new(FileAnchor::new(&anchor));
        Ok((Arc::new(KeyRing::open(store, root, file, config)?), anchor))
    }

    /// A key store that is not there is not made beside what belongs to one.
    fn refuse_new_store(&self, anchor: &Path) -> Result<()> {
        let store = self.folder.join("keys.db");
        if self.keys.begin_anew || store.exists() {
            return Ok(());
        }
        let mut parts = vec![anchor.to_owned(), self.folder.join("ledger.db")];
        if self.root.is_none() {
            parts.push(self.folder.join("root.key"));
        }
        let Some(part) = parts.iter().find(|part| part.exists()) else { return Ok(()) };
        Err(Error::new(
            Outcome::KeyUnavailable,
            format!(
                "there is no key store {} and there is {}: restore the key store that it belongs \
                 to; for a new data folder, or where the old key store is lost for good, build \
                 once with begin_anew",
                store.display(),
                part.display()
            ),
        ))
    }
}

/// Instances of the journal have keys of the default tenant.
fn slot_keys(keys: &Arc<KeyRing>) -> Arc<dyn SlotKeys> {
    let keys = keys.clone();
    Arc::new(move |id: InstanceId| keys.tenant(DEFAULT_TENANT)?.instance_key(&id.0))
}

/// Makes a folder that only its owner may enter.
fn make_folder(path: &Path) -> Result<()> {
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

impl Runtime {
    /// Keys, policy, journal and ledger in one folder; no server.
    ///
    /// # Errors
    /// As [`Builder::build`].
    pub fn embedded(folder: impl Into<PathBuf>) -> Result<Self> {
        Self::builder(folder).build()
    }

    /// An embedded runtime with other settings.
    pub fn builder(folder: impl Into<PathBuf>) -> Builder {
        Builder {
            folder: folder.into(),
            policy: None,
            root: None,
            anchor: None,
            keys: KeyConfig::default(),
            journal: JournalConfig::default(),
            service: None,
            build_id: String::new(),
            max_locations: DEFAULT_MAX_LOCATIONS,
        }
    }

    /// Makes this the runtime of the process.
    ///
    /// # Errors
    /// `Invalid` where one is installed already.
    pub fn install(&self) -> Result<()> {
        self.core.install()
    }

    /// Runs a closure with this runtime on this thread, whatever is installed: for tests.
    pub fn scope<R>(&self, work: impl FnOnce() -> R) -> R {
        self.core.scope(work)
    }

    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        self.core.policy()
    }

    /// Replaces the policy; the change is recorded.
    ///
    /// # Errors
    /// `JournalUnavailable`: the old policy stays in force.
    pub fn reload(&self, policy: Policy) -> Result<()> {
        self.core.reload(policy)
    }

    /// What this process counts besides its journal.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        self.core.counters()
    }

    /// The ledger, to ask where data is and who has seen it.
    #[must_use]
    pub fn ledger(&self) -> &dyn Ledger {
        &*self.ledger
    }

    /// Folds every event so far into the ledger, now.
    ///
    /// # Errors
    /// `JournalUnavailable` where the ledger can't be written.
    pub fn drain(&self) -> Result<()> {
        self.core.journal().drain()
    }

    /// Waits until every event so far is on stable storage.
    ///
    /// # Errors
    /// `JournalUnavailable` where the disk fails.
    pub fn flush(&self) -> Result<()> {
        self.core.journal().flush()
    }

    /// Loads or makes the keys of many people in one transaction, so that writing their records
    /// costs no round trip each. Default tenant, key group `main`.
    ///
    /// # Errors
    /// `KeyUnavailable`, `Tampered`.
    pub fn prefetch<'a, I: SubjectId + ?Sized + 'a>(
        &self,
        kind: &str,
        ids: impl IntoIterator<Item = &'a I>,
    ) -> Result<()> {
        self.prefetch_in(DEFAULT_TENANT, "main", kind, ids)
    }

    /// As [`prefetch`](Self::prefetch), of another tenant and key group.
    ///
    /// # Errors
    /// `KeyUnavailable`, `Tampered`.
    pub fn prefetch_in<'a, I: SubjectId + ?Sized + 'a>(
        &self,
        tenant: &str,
        group: &'static str,
        kind: &str,
        ids: impl IntoIterator<Item = &'a I>,
    ) -> Result<()> {
        let keys = self.core.keys().tenant(tenant)?;
        let mut tags = Vec::new();
        for id in ids {
            tags.extend(self.tag(tenant, kind, id)?);
        }
        keys.prefetch(group, &tags)
    }

    pub(crate) fn tag<I: SubjectId + ?Sized>(
        &self,
        tenant: &str,
        kind: &str,
        id: &I,
    ) -> Result<Option<SubjectTag>> {
        if !taggant_taxonomy::is_subject_kind(kind) {
            let near = taggant_taxonomy::suggest(kind, taggant_taxonomy::SUBJECT_KINDS);
            let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            return Err(Error::new(
                Outcome::Invalid,
                format!("`{kind}` is no subject kind of the taxonomy{hint}"),
            ));
        }
        let mut bytes = Vec::new();
        let present = id.canonical(&mut |part| bytes.extend_from_slice(part));
        let keys = self.core.keys().tenant(tenant)?;
        if !present {
            return Ok(None);
        }
        keys.subject_tag(kind, &bytes).map(Some)
    }

    /// The handle under which the ledger knows a person of the default tenant, if any of their data
    /// has moved yet.
    ///
    /// # Errors
    /// `KeyUnavailable`, `JournalUnavailable`, `Invalid` for a kind that is not in the taxonomy.
    pub fn handle_of<I: SubjectId + ?Sized>(&self, kind: &str, id: &I) -> Result<Option<Handle>> {
        self.handle_in(DEFAULT_TENANT, kind, id)
    }

    /// As [`handle_of`](Self::handle_of), of another tenant.
    ///
    /// # Errors
    /// As [`handle_of`](Self::handle_of).
    pub fn handle_in<I: SubjectId + ?Sized>(
        &self,
        tenant: &str,
        kind: &str,
        id: &I,
    ) -> Result<Option<Handle>> {
        let Some(tag) = self.tag(tenant, kind, id)? else { return Ok(None) };
        // What was just written counts.
        self.drain()?;
        self.ledger.handle(tenant, tag)
    }

    /// The key ring: rotation and lists of keys.
    #[must_use]
    pub fn keys(&self) -> &KeyRing {
        self.core.keys()
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.core.fmt(f)
    }
}
