//! Values that have a text for masks to show a part of.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::rc::Rc;
use std::sync::Arc;

use zeroize::{Zeroize, Zeroizing};

/// A value that a mask can show a part of.
///
/// It goes by type, never by the name of a type: an alias of `Option<String>` is masked like
/// `Option<String>`. Types without this trait are printed as their category.
pub trait MaskText {
    /// Calls `f` with the text once and returns true, or returns false where there is none.
    fn with_text(&self, f: &mut dyn FnMut(&str)) -> bool;

    /// As [`with_text`](Self::with_text), for the library's own masks and blind indexes, which hand
    /// the text to nobody: a value that has no text for others has one here.
    #[doc(hidden)]
    fn with_permitted_text(&self, _: Permit, f: &mut dyn FnMut(&str)) -> bool {
        self.with_text(f)
    }
}

/// Proves that the library asks.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Permit {
    to_compare: bool,
}

impl Permit {
    /// For masks and blind indexes of a field that is being written.
    pub(crate) fn new() -> Self {
        Self { to_compare: false }
    }

    /// To compare a value with the blind index beside it.
    pub(crate) fn to_compare() -> Self {
        Self { to_compare: true }
    }

    pub(crate) fn is_to_compare(self) -> bool {
        self.to_compare
    }
}

impl MaskText for str {
    fn with_text(&self, f: &mut dyn FnMut(&str)) -> bool {
        f(self);
        true
    }
}

impl MaskText for String {
    fn with_text(&self, f: &mut dyn FnMut(&str)) -> bool {
        self.as_str().with_text(f)
    }
}

impl<T: MaskText> MaskText for Option<T> {
    fn with_text(&self, f: &mut dyn FnMut(&str)) -> bool {
        self.as_ref().is_some_and(|value| value.with_text(f))
    }
    fn with_permitted_text(&self, permit: Permit, f: &mut dyn FnMut(&str)) -> bool {
        self.as_ref().is_some_and(|value| value.with_permitted_text(permit, f))
    }
}

impl<T: MaskText + ToOwned + ?Sized> MaskText for Cow<'_, T> {
    fn with_text(&self, f: &mut dyn FnMut(&str)) -> bool {
        (**self).with_text(f)
    }
}

macro_rules! through_pointer {
    ($($pointer:ty),*) => {$(
        impl<T: MaskText + ?Sized> MaskText for $pointer {
            fn with_text(&self, f: &mut dyn FnMut(&str)) -> bool {
                (**self).with_text(f)
            }
            fn with_permitted_text(&self, permit: Permit, f: &mut dyn FnMut(&str)) -> bool {
                (**self).with_permitted_text(permit, f)
            }
        }
    )*};
}

through_pointer!(&T, &mut T, Box<T>, Rc<T>, Arc<T>);

impl<T: MaskText + Zeroize> MaskText for Zeroizing<T> {
    fn with_text(&self, f: &mut dyn FnMut(&str)) -> bool {
        (**self).with_text(f)
    }
}

macro_rules! through_display {
    ($($value:ty),*) => {$(
        impl MaskText for $value {
            fn with_text(&self, f: &mut dyn FnMut(&str)) -> bool {
                let mut buffer = Short { bytes: Zeroizing::new([0; 64]), len: 0 };
                let written = write!(buffer, "{self}").is_ok();
                if written {
                    f(buffer.as_str());
                }
                written
            }
        }
    )*};
}

through_display!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, char, bool);
through_display!(IpAddr, Ipv4Addr, Ipv6Addr);
#[cfg(feature = "uuid")]
through_display!(uuid::Uuid);

/// A text of at most 64 bytes on the stack, wiped when done: the longest is an `Ipv6Addr`.
struct Short {
    bytes: Zeroizing<[u8; 64]>,
    len: usize,
}

impl Short {
    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}

impl Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(value: &dyn MaskText) -> Option<String> {
        let mut text = None;
        let had = value.with_text(&mut |seen| text = Some(seen.to_owned()));
        assert_eq!(had, text.is_some());
        text
    }

    type Alias = Option<Box<Rc<str>>>;

    #[test]
    fn text_is_found_through_pointers_aliases_and_numbers() {
        let nested: Alias = Some(Box::new(Rc::from("Ada")));
        assert_eq!(text_of(&nested).as_deref(), Some("Ada"));
        assert_eq!(text_of(&Cow::Borrowed("Ada")).as_deref(), Some("Ada"));
        assert_eq!(text_of(&Arc::new(String::from("Ada"))).as_deref(), Some("Ada"));
        assert_eq!(text_of(&i128::MIN), Some(i128::MIN.to_string()));
        assert_eq!(
            text_of(&Ipv6Addr::from(u128::MAX)),
            Some(Ipv6Addr::from(u128::MAX).to_string())
        );
        assert_eq!(text_of(&'\u{1f980}').as_deref(), Some("\u{1f980}"));
        assert_eq!(text_of(&Option::<String>::None), None);
    }
}
