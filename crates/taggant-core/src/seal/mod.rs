//! Where everything meets: records are sealed, opened, revealed and recorded.

mod beside;
mod binder;
mod context;
mod custom_mask;
mod decisions;
mod direct;
mod edge;
mod fail;
mod formats;
mod given;
mod held;
mod integrity;
mod lookup;
mod masker;
mod nested;
mod origin;
mod place;
mod position;
#[doc(hidden)]
pub mod private;
mod pseudonym;
mod read;
mod record_events;
mod reseal;
mod sensitive;
mod stack;
mod states;
mod write;

pub use crate::subject::SubjectId;
pub use binder::Binder;
pub use direct::{Sealed, SealedOwned, Wrapped, WrappedOwned};
pub use lookup::{IndexValue, LookupField};
pub use sensitive::Sensitive;

use crate::field::RecordSpec;

/// A tagged record type. Derive it; it is not written by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tagged record type",
    note = "add `#[derive(taggant::Tagged)]` to it"
)]
pub trait Tagged {
    #[doc(hidden)]
    fn __spec() -> &'static RecordSpec;
}

/// Names the people and the row of a value that is about to be written. The derive writes it.
#[doc(hidden)]
pub trait Bind {
    /// Hands every subject id and row part to the binder.
    fn bind(&self, binder: &mut Binder<'_>);
}
