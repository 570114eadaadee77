//! The event of an erasure: who was erased, by whom and why.

use super::runtime::Runtime;
use super::scope;
use crate::error::Result;
use crate::event::{DefineKind, RecordEvent, RecordKind};
use crate::tag::SubjectTag;

impl Runtime {
    /// Records that a person was erased. What the flow of this thread says of actor, purpose and
    /// reason goes with it; an erasure needs none.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn record_erasure(&self, tenant: &str, subject: SubjectTag, number: u64) -> Result<u64> {
        let mut event = RecordEvent::new(RecordKind::Erase);
        let flow = self.scope(scope::for_access).unwrap_or_default();
        if let Some(flow) = flow.filter(|flow| flow.runtime.is(self)) {
            event.location = flow.numbers.location;
            event.purpose = flow.numbers.purpose;
            event.actor = flow.numbers.actor;
            event.on_behalf = flow.numbers.on_behalf;
            event.trace = flow.trace;
            if let Some(reason) = &flow.reason {
                event.set_reason(reason);
            }
        }
        event.tenant = self.journal().define(DefineKind::Tenant, tenant)?;
        event.subject = Some(subject);
        event.refers = number;
        self.journal().append(&event)
    }
}
