//! The runtime and the flows that the benches use.

use taggant::{Flow, Policy, Runtime};
use tempfile::TempDir;

/// A runtime in a folder of its own, which goes with it.
pub(crate) struct Store {
    pub(crate) runtime: Runtime,
    _folder: TempDir,
}

const POLICY: &str = "[[allow]]\naction = \"open\"\ncategory = \"user\"\n";

impl Store {
    /// With room for `keys` data keys in memory.
    pub(crate) fn new(keys: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let policy = Policy::from_toml(POLICY).expect("a policy");
        let runtime = Runtime::builder(folder.path())
            .policy(policy)
            .cache_keys(keys)
            .build()
            .expect("a runtime");
        Self { runtime, _folder: folder }
    }

    /// Folds what was recorded, so that the next batch finds an empty journal and an idle drainer.
    pub(crate) fn settle(&self) {
        self.runtime.drain().expect("the ledger takes events");
    }
}

pub(crate) fn to() -> Flow {
    Flow::to("postgres://shop:5432", "shop.public.customers")
        .purpose("essential.service.operations")
        .actor("svc:bench")
}

pub(crate) fn from() -> Flow {
    Flow::from("postgres://shop:5432", "shop.public.customers")
        .purpose("essential.service.operations")
        .actor("svc:bench")
}
