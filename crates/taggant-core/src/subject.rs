//! Ids of data subjects and rows, in their canonical form.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

/// An id of a person or a row, as canonical bytes: integers in decimal, UUIDs lower-case with
/// hyphens, strings unchanged, bytes in lower-case hex. `42u64` and `"42"` are one person.
///
/// Implement it for a newtype of your own by passing on to what it wraps.
pub trait SubjectId {
    /// Hands the canonical bytes to `sink`, in one or several parts. `false`: there is no id
    /// (`None`); then `sink` was not called.
    fn canonical(&self, sink: &mut dyn FnMut(&[u8])) -> bool;
}

impl SubjectId for str {
    fn canonical(&self, sink: &mut dyn FnMut(&[u8])) -> bool {
        sink(self.as_bytes());
        true
    }
}

impl SubjectId for String {
    fn canonical(&self, sink: &mut dyn FnMut(&[u8])) -> bool {
        self.as_str().canonical(sink)
    }
}

impl SubjectId for [u8] {
    fn canonical(&self, sink: &mut dyn FnMut(&[u8])) -> bool {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        for byte in self {
            sink(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
        true
    }
}

impl SubjectId for Vec<u8> {
    fn canonical(&self, sink: &mut dyn FnMut(&[u8])) -> bool {
        self.as_slice().canonical(sink)
    }
}

impl<const N: usize> SubjectId for [u8; N] {
    fn canonical(&self, sink: &mut dyn FnMut(&[u8])) -> bool {
        self.as_slice().canonical(sink)
    }
}

impl<T: SubjectId> SubjectId for Option<T> {
    fn canonical(&self, sink: &mut dyn FnMut(&[u8])) -> bool {
        self.as_ref().is_some_and(|id| id.canonical(sink))
    }
}

macro_rules! pass_on {
    ($($pointer:ty),*) => {$(
        impl<T: SubjectId + ?Sized> SubjectId for $pointer {
            fn canonical(&self, sink: &mut dyn FnMut(&[u8])) -> bool {
                (**self).canonical(sink)
            }
        }
    )*};
}
pass_on!(&T, Box<T>, Rc<T>, Arc<T>);

impl<T: SubjectId + ToOwned + ?Sized> SubjectId for Cow<'_, T> {
    fn canonical(&self, sink: &mut dyn FnMut(&[u8])) -> bool {
        (**self).canonical(sink)
    }
}

macro_rules! unsigned {
    ($($int:ty),*) => {$(
        impl SubjectId for $int {
            fn canonical(&self, sink: &mut dyn FnMut(&[u8])) -> bool {
                decimal(u128::from(*self), false, sink);
                true
            }
        }
    )*};
}
macro_rules! signed {
    ($($int:ty),*) => {$(
        impl SubjectId for $int {
            fn canonical(&self, sink: &mut dyn FnMut(&[u8])) -> bool {
                decimal(i128::from(*self).unsigned_abs(), *self < 0, sink);
                true
            }
        }
    )*};
}
unsigned!(u8, u16, u32, u64, u128);
signed!(i8, i16, i32, i64, i128);

impl SubjectId for usize {
    fn canonical(&self, sink: &mut dyn FnMut(&[u8])) -> bool {
        decimal(*self as u128, false, sink);
        true
    }
}

impl SubjectId for isize {
    fn canonical(&self, sink: &mut dyn FnMut(&[u8])) -> bool {
        decimal((*self as i128).unsigned_abs(), *self < 0, sink);
        true
    }
}

fn decimal(mut value: u128, negative: bool, sink: &mut dyn FnMut(&[u8])) {
    let mut digits = [0; 40];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + u8::try_from(value % 10).expect("a digit is below 10");
        value /= 10;
        if value == 0 {
            break;
        }
    }
    if negative {
        start -= 1;
        digits[start] = b'-';
    }
    sink(&digits[start..]);
}

#[cfg(feature = "uuid")]
impl SubjectId for uuid::Uuid {
    fn canonical(&self, sink: &mut dyn FnMut(&[u8])) -> bool {
        let mut buffer = [0; uuid::fmt::Hyphenated::LENGTH];
        sink(self.hyphenated().encode_lower(&mut buffer).as_bytes());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::SubjectId;

    fn canonical<I: SubjectId + ?Sized>(id: &I) -> Option<String> {
        let mut out = Vec::new();
        let present = id.canonical(&mut |part| out.extend_from_slice(part));
        assert!(present || out.is_empty());
        present.then(|| String::from_utf8(out).expect("canonical ids are text"))
    }

    #[test]
    fn a_number_and_its_decimal_text_are_one_person() {
        for (number, text) in [(0_u64, "0"), (42, "42"), (u64::MAX, "18446744073709551615")] {
            assert_eq!(canonical(&number), canonical(text));
        }
        assert_eq!(canonical(&-42_i32), canonical("-42"));
        assert_eq!(canonical(&i128::MIN).as_deref(), Some(i128::MIN.to_string().as_str()));
        assert_eq!(canonical(&u128::MAX).as_deref(), Some(u128::MAX.to_string().as_str()));
    }

    #[test]
    fn bytes_are_hex_and_none_is_absent() {
        assert_eq!(canonical(&[0xAB_u8, 0x01]).as_deref(), Some("ab01"));
        assert_eq!(canonical(&Some("x")).as_deref(), Some("x"));
        assert_eq!(canonical(&None::<u64>), None);
    }
}
