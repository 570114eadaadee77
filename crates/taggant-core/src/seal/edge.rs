//! The edge of a record, a probe or a direct verb.
//!
//! What code around a value tells the value through this thread is meant for that value only. At
//! an edge all of it is put aside, and put back when the edge is left, on unwind too: a panic, or a
//! record that is written or read meanwhile, finds nothing of this one and leaves nothing behind.

use std::marker::PhantomData;

use super::fail::{self, FieldScope};
use super::held::{self, Mode, ModeScope, Nothing};
use super::read::aside::{self, Aside};
use crate::cbor::{self, Unadmitted};

/// Puts everything back when dropped.
pub(crate) struct Edge {
    _mode: ModeScope,
    _held: Nothing,
    _field: FieldScope,
    _admitted: Unadmitted,
    _read: Aside,
    _not_send: PhantomData<*const ()>,
}

/// Begins with nothing of what this thread was told.
pub(crate) fn enter() -> Edge {
    Edge {
        _mode: held::enter(Mode::Outside),
        _held: held::hold_nothing(),
        _field: fail::in_no_field(),
        _admitted: cbor::admit_nobody(),
        _read: aside::enter(),
        _not_send: PhantomData,
    }
}
