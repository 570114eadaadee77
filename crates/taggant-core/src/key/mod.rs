//! Keys: a root key wraps branch keys, which wrap data keys and the keys of the tenant's services.
//!
//! The key store is not trusted: everything read from it is authenticated here. docs/KEYS.md has
//! the bytes.

mod anchor;
mod branch;
mod cache;
mod chain;
mod commit;
mod data;
mod erase;
mod local;
mod ring;
mod root;
mod rotate;
mod service;
mod store;
mod tenant;
mod wrap;

pub use anchor::Anchor;
pub use chain::{ErasureRow, Groups};
pub use data::{DataKey, Owner};
pub use erase::Erasure;
pub use local::LocalRoot;
pub use ring::{KeyConfig, KeyRing};
pub use root::RootKey;
pub use rotate::KeyInfo;
pub use service::IndexKeys;
pub use store::{
    Assigned, BranchRow, DataKeyRow, EraseWork, KeyState, KeyStore, OwnerKind, RootWrap, ServiceRow,
};
pub use tenant::TenantKeys;
pub use wrap::frame;
