//! What is shown instead of a tagged value.

use std::fmt;
use std::marker::PhantomData;

use crate::field::{FieldSpec, Mask};
use crate::redact::{self, MaskText, Permit};

/// Writes what may be shown of a value of `T`. The derive picks one per field.
pub trait Masker<T: ?Sized> {
    /// Writes the mask of `value`.
    ///
    /// # Errors
    /// What `out` reports.
    fn mask(value: &T, field: &FieldSpec, out: &mut dyn fmt::Write) -> fmt::Result;
}

/// Shows the category, or a fixed text, whatever the type.
pub struct NoMask;

/// Shows a part of the value's text, as the field's mask says.
pub struct TextMask;

fn category(field: &FieldSpec) -> &'static str {
    field.tag().map_or("tagged", |tag| tag.categories[0])
}

impl<T: ?Sized> Masker<T> for NoMask {
    fn mask(_: &T, field: &FieldSpec, out: &mut dyn fmt::Write) -> fmt::Result {
        let mask = match field.tag().map(|tag| tag.mask) {
            Some(Mask::Full) => Mask::Full,
            _ => Mask::Category,
        };
        redact::write_mask(mask, category(field), "", out, None)
    }
}

impl<T: MaskText + ?Sized> Masker<T> for TextMask {
    fn mask(value: &T, field: &FieldSpec, out: &mut dyn fmt::Write) -> fmt::Result {
        let mask = field.tag().map_or(Mask::Category, |tag| tag.mask);
        let category = category(field);
        let mut result = Ok(());
        let shown = value.with_permitted_text(Permit::new(), &mut |text| {
            result = if mask == Mask::Pseudonym {
                match super::pseudonym::ambient(category, text) {
                    Some(pseudonym) => {
                        redact::write_mask(mask, category, text, out, Some(&pseudonym))
                    }
                    None => redact::write_mask(Mask::Category, category, "", out, None),
                }
            } else {
                redact::write_mask(mask, category, text, out, None)
            };
        });
        if shown { result } else { redact::write_mask(Mask::Category, category, "", out, None) }
    }
}

/// A value whose `Debug` shows its mask.
pub fn masked<'a, M: Masker<T> + 'a, T: ?Sized>(
    value: &'a T,
    field: &'static FieldSpec,
) -> impl fmt::Debug + 'a {
    struct Masked<'a, M, T: ?Sized>(&'a T, &'static FieldSpec, PhantomData<fn() -> M>);
    impl<M: Masker<T>, T: ?Sized> fmt::Debug for Masked<'_, M, T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            M::mask(self.0, self.1, f)
        }
    }
    Masked::<M, T>(value, field, PhantomData)
}
