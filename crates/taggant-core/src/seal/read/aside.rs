//! What reading keeps on this thread between calls of a format: put aside at the edge of another
//! record, and put back afterwards.

use super::guard;
use crate::seal::held::{self, IngestScope};

/// Puts it back when dropped, on unwind too.
pub(crate) struct Aside {
    clean: bool,
    _taking: IngestScope,
}

impl Drop for Aside {
    fn drop(&mut self) {
        guard::set_clean(self.clean);
    }
}

pub(crate) fn enter() -> Aside {
    Aside { clean: guard::set_clean(false), _taking: held::taking_nothing() }
}
