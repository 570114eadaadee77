//! What a ledger answers. Times are Unix times in nanoseconds. No answer has a tagged value, a key
//! or an id of a person: people are handles.

mod flow;
mod person;
mod proof;
mod receipt;
mod words;

pub use flow::{Derivation, FieldInfo, FlowEdge};
pub use person::{Access, ActorSum, Handle, Place};
pub use proof::{Finding, InForce, OutcomeSum, PolicyText, Tampering, Verification};
pub use receipt::{Receipt, ReceiptLine};
pub use words::{Action, Ended, Kind, Protection, Role};
