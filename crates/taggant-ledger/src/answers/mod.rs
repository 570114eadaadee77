//! What a ledger answers. Times are Unix times in nanoseconds. No answer has a tagged value, a key
//! or an id of a person: people are handles.
//!
//! [`Meaning`] is the one definition of what a movement means, [`records`] of how movements count,
//! [`principal`] of who stands behind one.

mod count;
mod flow;
mod meaning;
mod person;
mod proof;
mod protection;
mod receipt;
mod who;
mod words;

pub use count::{records, records_of};
pub use flow::{Derivation, FieldInfo, FlowEdge};
pub use meaning::{Direction, Meaning, ReadFrom, meanings, moved};
pub use person::{Access, ActorSum, Handle, Place};
pub use proof::{Finding, InForce, OutcomeSum, PolicyText, Tampering, Verification};
pub use protection::Protection;
pub use receipt::{Receipt, ReceiptLine};
pub use who::{principal, who};
pub use words::{Action, Ended, Kind, Role};
