//! What is printed instead of a tagged value.
//!
//! A mask never shows more than half of a value, hides short values whole, and its output has the
//! same length whatever the length of the value (DESIGN: redaction). The fixed run of asterisks
//! makes masked text recognisable, so that it is not taken back in as if it were the value.

mod half;
mod literal;
mod mask;
mod normalize;
mod text;

pub use half::shows_at_most_half;
pub use literal::is_redacted_text;
pub(crate) use mask::days_of;
pub use mask::{MINIMUM_CHARS, RUN, write_mask};
pub use normalize::{NORMALIZERS, normalize};
pub use text::{MaskText, Permit};
