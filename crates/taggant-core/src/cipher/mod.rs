//! XAES-256-GCM, sealing states, randomness that is safe across `fork`, and keyed hashes.

pub mod fork;
pub mod mac;
pub mod random;
pub mod state;
pub mod xaes;
