//! Events about a person as a whole: who was erased or asked about, by whom and why.

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
        self.record(RecordKind::Erase, tenant, Some(subject), number)
    }

    /// Records that the ledger was asked about a person, under the flow of this thread; none where
    /// the ledger does not know them.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn record_query(&self, tenant: &str, subject: Option<SubjectTag>) -> Result<u64> {
        self.record(RecordKind::Query, tenant, subject, 0)
    }

    fn record(
        &self,
        kind: RecordKind,
        tenant: &str,
        subject: Option<SubjectTag>,
        refers: u64,
    ) -> Result<u64> {
        let mut event = RecordEvent::new(kind);
        let flow = self.scope(scope::for_access).unwrap_or_default();
        if let Some(flow) = flow.filter(|flow| flow.runtime.is(self)) {
            event.location = flow.numbers.location;
            event.purpose = flow.numbers.purpose;
            event.actor = flow.numbers.actor;
            event.on_behalf = flow.numbers.on_behalf;
            event.trace = flow.trace;
            event.reason.clone_from(&flow.reason);
        }
        event.tenant = self.journal().define(DefineKind::Tenant, tenant)?;
        event.subject = subject;
        event.refers = refers;
        self.journal().append(&event)
    }
}
