//! A user's own mask function, kept from showing more than half of the value.

use std::fmt::{self, Write};

use serde::Serialize;
use zeroize::Zeroizing;

use crate::field::{FieldSpec, Mask};
use crate::redact::{self, MaskText, Permit};

/// Writes what a user's function prints, or the category where it shows more than half of the value
/// or where that can't be told.
///
/// # Errors
/// The function's, and what `out` reports.
pub fn limited_mask(
    field: &FieldSpec,
    value: Option<Zeroizing<String>>,
    out: &mut dyn Write,
    print: impl FnOnce(&mut dyn Write) -> fmt::Result,
) -> fmt::Result {
    let mut shown = Zeroizing::new(String::new());
    print(&mut *shown)?;
    if value.is_some_and(|value| redact::shows_at_most_half(&value, &shown)) {
        return out.write_str(&shown);
    }
    let category = field.tag().map_or("tagged", |tag| tag.categories[0]);
    redact::write_mask(Mask::Category, category, "", out, None)
}

/// Asks a value for its text by the best way that its type has; the derive calls
/// `(&&&TextOf(value)).text_of()`, and the compiler takes the first of the three traits that fits.
pub struct TextOf<'a, T: ?Sized>(pub &'a T);

/// By the text that masks are made of.
pub trait ByMask {
    /// The text.
    fn text_of(&self) -> Option<Zeroizing<String>>;
}

impl<T: MaskText + ?Sized> ByMask for &&TextOf<'_, T> {
    fn text_of(&self) -> Option<Zeroizing<String>> {
        let mut found = None;
        self.0.with_permitted_text(Permit::new(), &mut |text| {
            found = Some(Zeroizing::new(text.to_owned()));
        });
        found
    }
}

/// By what it serializes to: texts and numbers, one after the other.
pub trait BySerde {
    /// The text.
    fn text_of(&self) -> Option<Zeroizing<String>>;
}

impl<T: Serialize + ?Sized> BySerde for &TextOf<'_, T> {
    fn text_of(&self) -> Option<Zeroizing<String>> {
        let value = serde_json::to_value(self.0).ok()?;
        let mut text = Zeroizing::new(String::new());
        leaves(value, &mut text);
        Some(text)
    }
}

/// Not at all.
pub trait ByNothing {
    /// No text.
    fn text_of(&self) -> Option<Zeroizing<String>>;
}

impl<T: ?Sized> ByNothing for TextOf<'_, T> {
    fn text_of(&self) -> Option<Zeroizing<String>> {
        None
    }
}

fn leaves(value: serde_json::Value, text: &mut String) {
    match value {
        serde_json::Value::String(leaf) => text.push_str(&Zeroizing::new(leaf)),
        serde_json::Value::Array(items) => items.into_iter().for_each(|item| leaves(item, text)),
        serde_json::Value::Object(map) => map.into_values().for_each(|item| leaves(item, text)),
        serde_json::Value::Number(number) => text.push_str(&number.to_string()),
        serde_json::Value::Bool(_) | serde_json::Value::Null => (),
    }
}
