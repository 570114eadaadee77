//! The one way by which plaintext leaves.

use serde::{Serialize, Serializer};

use crate::flow::{Flow, scope};

/// A value together with the sink it goes to; made by [`Flow::wrap`].
///
/// It has no `Debug` and no `Display`: it can only be serialized.
pub struct Wrapped<'a, T: ?Sized> {
    flow: Flow,
    value: &'a T,
}

impl Flow {
    /// Names a value and its sink together. Serializing the result writes each field as the policy
    /// decides for this sink: what it reveals leaves here, and only here, and is recorded before
    /// the first byte of it is written.
    #[must_use = "a wrapped value does nothing until it is serialized"]
    pub fn wrap<'a, T: Serialize + ?Sized>(&self, value: &'a T) -> Wrapped<'a, T> {
        Wrapped { flow: self.clone(), value }
    }
}

impl<T: Serialize + ?Sized> Serialize for Wrapped<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let _scope = scope::enter(&self.flow, true);
        self.value.serialize(serializer)
    }
}
