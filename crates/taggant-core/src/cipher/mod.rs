//! XAES-256-GCM, sealing states, randomness that is safe across `fork`, keyed
//! hashes, derived keys and signatures.

pub mod fork;
mod gcm;
pub mod hkdf;
pub mod mac;
pub mod random;
pub mod sign;
pub mod state;
pub mod xaes;
