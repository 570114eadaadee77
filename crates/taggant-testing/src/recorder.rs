//! A runtime for one test, and assertions on what it recorded.

use std::path::Path;

use taggant::ledger::{Access, Action, FlowEdge};
use taggant::{Policy, Runtime};

/// A runtime in a temporary folder of its own: tests may run in parallel.
pub struct Recorder {
    runtime: Runtime,
    folder: tempfile::TempDir,
}

impl Recorder {
    /// A recorder under a policy (TOML; empty for one without rules).
    ///
    /// # Panics
    /// Where the policy is wrong, with what is wrong with it.
    #[must_use]
    #[track_caller]
    pub fn new(policy: &str) -> Self {
        let policy = Policy::from_toml(policy).unwrap_or_else(|error| panic!("{error}"));
        let folder = tempfile::tempdir().expect("a temporary folder");
        let runtime = Runtime::builder(folder.path()).policy(policy).journal_slots(8192).build();
        Self { runtime: runtime.unwrap_or_else(|error| panic!("{error}")), folder }
    }

    /// Runs code under this runtime, on this thread.
    pub fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        self.runtime.scope(work)
    }

    /// The runtime.
    #[must_use]
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// The folder with all its files: keys, journal, ledger. What was recorded is in it when this
    /// returns.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.runtime.flush().and_then(|()| self.runtime.drain()).expect("a ledger in a folder");
        self.folder.path()
    }

    /// All movements so far.
    #[must_use]
    pub fn flows(&self) -> Vec<FlowEdge> {
        self.runtime.drain().expect("a ledger in a temporary folder");
        self.runtime.ledger().flows().expect("a ledger in a temporary folder")
    }

    /// All accesses so far, newest first.
    #[must_use]
    pub fn accesses(&self) -> Vec<Access> {
        self.runtime.drain().expect("a ledger in a temporary folder");
        self.runtime.ledger().recent_accesses(u32::MAX).expect("a ledger in a temporary folder")
    }

    /// Asserts that a field went to or came from a location under an action.
    ///
    /// # Panics
    /// Where it did not, with what it did.
    #[track_caller]
    pub fn assert_flow(&self, dataset: &str, path: &str, location: &str, action: Action) {
        let flows = self.flows();
        let own: Vec<&FlowEdge> =
            flows.iter().filter(|edge| edge.dataset == dataset && edge.path == path).collect();
        if own.iter().any(|edge| edge.location == location && edge.action == action) {
            return;
        }
        let seen: Vec<String> =
            own.iter().map(|edge| format!("\n  {} at {}", edge.action, edge.location)).collect();
        panic!("{dataset}.{path}: no `{action}` at {location}; seen:{}", seen.concat());
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Recorder({})", self.folder.path().display())
    }
}
