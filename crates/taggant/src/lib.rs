//! Field-level data tagging. A developer tags a struct field once; from then on the value is
//! encrypted wherever it is serialized, redacted wherever it is printed, and every movement is
//! recorded: which field, of which person, to or from which place, for what purpose, on whose
//! behalf.
//!
//! ```
//! use taggant::{Flow, Policy, Runtime, Tagged};
//!
//! #[derive(Tagged)]
//! #[tagged(dataset = "customers", subject(customer = id), row = id)]
//! struct Customer {
//!     #[clear]
//!     id: u64,
//!     #[tag("user.contact.email", mask = email)]
//!     email: String,
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! let policy = Policy::from_toml("[[allow]]\naction = \"open\"\ncategory = \"user\"\n")?;
//! let runtime = Runtime::builder(folder).policy(policy).build()?;
//! runtime.install()?;
//!
//! let customer = Customer { id: 7, email: "maria.gonzalez@example.com".into() };
//! let store = ("postgres://shop:5432", "shop.public.customers");
//! let row = serde_json::to_string(&Flow::to(store.0, store.1).seal(&customer))?;
//! assert!(!row.contains("maria"));
//! assert_eq!(format!("{customer:?}"), "Customer { id: 7, email: m********@example.com }");
//!
//! let back: Customer = Flow::from(store.0, store.1).read_json(&row)?;
//! assert_eq!(back.email, "maria.gonzalez@example.com");
//! # Ok(())
//! # }
//! ```

mod about;
mod builder;
#[cfg(feature = "embedded")]
mod embedded;
mod erase;
mod proof;
mod runtime;
mod shutdown;
#[cfg(feature = "tracing")]
mod span;

pub use taggant_core::flow::{Flow, FlowKind, Instrumented, Location, Spawner};
pub use taggant_core::key::{
    Anchor, Groups, IdentityKey, KeyInfo, KeyState, KeyStore, LocalRoot, RootKey,
};
pub use taggant_core::policy::{self, Policy};
pub use taggant_core::redact::MaskText;
pub use taggant_core::seal::{
    IndexValue, LookupField, Sealed, SealedOwned, Sensitive, SubjectId, Tagged, Wrapped,
    WrappedOwned,
};
pub use taggant_core::tag::KeyId;
pub use taggant_core::{Error, Outcome, Result};
pub use taggant_derive::Tagged;
#[cfg(feature = "embedded")]
pub use taggant_store::backup;
#[cfg(feature = "embedded")]
pub use taggant_store::identity;
#[cfg(feature = "embedded")]
pub use taggant_store::root;

/// The ledger: what it can be asked, and what it answers.
pub mod ledger {
    pub use taggant_ledger::answers::*;
    pub use taggant_ledger::{
        CheckpointKeeper, CheckpointSigner, ErasureOpened, KeptHead, Ledger, SqlLedger,
        VerifyOptions, entries, number,
    };
    #[cfg(feature = "embedded")]
    pub use taggant_store::{
        checkpoint::CheckpointFiles,
        ledger::{open, open_read_only},
    };
}

/// Journals: what a process leaves behind when it ends, and what waits beside a ledger.
pub mod journal {
    pub use taggant_core::journal::{Shutdown, Waiting, waiting};
}

pub use about::About;
pub use builder::Builder;
#[cfg(feature = "embedded")]
pub use embedded::is_overwritten;
pub use runtime::Runtime;
#[cfg(feature = "tracing")]
pub use span::FlowSpan;

#[doc(hidden)]
pub use taggant_core::seal::private as __private;

/// The README's example is compiled and run with the tests.
#[cfg(all(doctest, feature = "embedded"))]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// So are the guide's.
#[cfg(all(doctest, feature = "embedded"))]
#[doc = include_str!("../../../docs/GUIDE.md")]
struct Guide;
