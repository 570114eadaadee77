//! XAES-256-GCM, sealing states, randomness that is safe across `fork`, keyed
//! hashes and signatures.

pub mod fork;
pub mod mac;
pub mod random;
pub mod sign;
pub mod state;
pub mod xaes;
