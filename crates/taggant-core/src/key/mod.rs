//! Keys: a root key wraps branch keys, which wrap data keys and the keys of the tenant's services.
//!
//! The key store is not trusted: everything read from it is authenticated here. docs/KEYS.md has
//! the bytes.

mod anchor;
mod branch;
mod branches;
mod cache;
mod commit;
#[cfg(any(test, feature = "contract"))]
pub mod contract;
mod data;
mod erase;
mod facts;
mod found;
mod groups;
mod history;
mod identity;
mod list;
mod local;
mod look;
mod mac;
mod person;
mod prefetch;
mod reconcile;
mod record;
mod refresh;
mod ring;
mod root;
mod rotate;
mod rows;
mod serve;
mod service;
mod shared;
mod store;
mod tags;
mod tenant;
mod wrap;

pub use anchor::{Anchor, Anchored};
pub use data::{DataKey, Owner};
pub use erase::{Erasure, is_overwritten};
pub use groups::Groups;
pub use history::{ErasureRow, EventRow, KeyEvent};
pub use identity::IdentityKey;
pub use list::KeyInfo;
pub use local::LocalRoot;
pub use ring::KeyRing;
pub use root::RootKey;
pub use service::IndexKeys;
pub use shared::KeyConfig;
pub use store::{
    BranchRow, Change, DataKeyRow, EraseWork, Fence, Folder, KeyState, KeyStore, OwnerKind,
    Proposal, RootWrap, ServiceRow, Standing, Swap, Watermark,
};
pub use tenant::TenantKeys;
pub use wrap::frame;
