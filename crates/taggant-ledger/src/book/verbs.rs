//! The verbs of [`Ledger`] on a database.

use std::sync::Arc;

use taggant_core::Result;
use taggant_core::tag::{self, SubjectTag};

use super::SqlLedger;
use crate::answers::{
    Access, ActorSum, Derivation, FieldInfo, Finding, FlowEdge, Handle, InForce, OutcomeSum, Place,
    PolicyText, Receipt, Verification,
};
use crate::ledger::{CheckpointSigner, ErasureOpened, Ledger, VerifyOptions};
use crate::log::{self, Signing};
use crate::queries;
use crate::sql::Transaction;

impl SqlLedger {
    /// Asks in one transaction.
    fn ask<R>(&self, question: impl Fn(&mut dyn Transaction) -> Result<R>) -> Result<R> {
        let mut answer = None;
        self.sql().read(&mut |transaction| {
            answer = Some(question(transaction)?);
            Ok(())
        })?;
        Ok(answer.expect("set where there was no error"))
    }
}

impl Ledger for SqlLedger {
    fn id(&self) -> Result<[u8; 16]> {
        Ok(self.own_id())
    }

    fn sign_with(&self, signer: Arc<dyn CheckpointSigner>) {
        let mut locked = self.lock();
        locked.state.signing = Some(Signing::new(signer));
        // A lane that is leased already may be one that this signer has not signed.
        locked.state.forget();
    }

    fn trust_anew(&self) -> Result<()> {
        self.sign_anew()
    }

    fn fields(&self) -> Result<Vec<FieldInfo>> {
        self.ask(|transaction| queries::fields(transaction))
    }

    fn flows(&self) -> Result<Vec<FlowEdge>> {
        self.ask(|transaction| queries::flows(transaction))
    }

    fn unknown_flows(&self) -> Result<Vec<FlowEdge>> {
        let mut flows = self.flows()?;
        flows.retain(|edge| edge.unknown);
        Ok(flows)
    }

    fn where_is_category(&self, category: &str) -> Result<Vec<FlowEdge>> {
        let mut flows = self.flows()?;
        let is_within = |own: &String| tag::is_within(own, category);
        flows.retain(|edge| edge.categories.iter().any(is_within));
        Ok(flows)
    }

    fn derivations(&self) -> Result<Vec<Derivation>> {
        self.ask(|transaction| queries::derivations(transaction))
    }

    fn handle(&self, tenant: &str, tag: SubjectTag) -> Result<Option<Handle>> {
        self.ask(|transaction| queries::handle(transaction, tenant, tag))
    }

    fn handle_or_new(&self, tenant: &str, tag: SubjectTag) -> Result<Handle> {
        self.person(tenant, tag)
    }

    fn where_is_person(&self, handle: Handle) -> Result<Vec<Place>> {
        self.ask(|transaction| queries::places(transaction, handle))
    }

    fn accesses_of(&self, handle: Handle) -> Result<Vec<Access>> {
        self.ask(|transaction| queries::accesses_of(transaction, handle))
    }

    fn accesses_by(&self, who: &str) -> Result<Vec<Access>> {
        self.ask(|transaction| queries::accesses_by(transaction, who))
    }

    fn accesses_to(&self, dataset: &str, path: &str) -> Result<Vec<Access>> {
        let mut found = self.ask(|transaction| queries::accesses_to(transaction, dataset))?;
        found.retain(|access| access.fields.iter().any(|(own, _)| own == path));
        Ok(found)
    }

    fn recent_accesses(&self, limit: u32) -> Result<Vec<Access>> {
        self.ask(|transaction| queries::recent_accesses(transaction, limit))
    }

    fn actors(&self, since_ns: u64) -> Result<Vec<ActorSum>> {
        self.ask(|transaction| queries::actors(transaction, since_ns))
    }

    fn outcomes(&self) -> Result<Vec<OutcomeSum>> {
        self.ask(|transaction| queries::outcomes(transaction))
    }

    fn findings(&self) -> Result<Vec<Finding>> {
        self.ask(|transaction| queries::findings(transaction))
    }

    fn policy_changes(&self) -> Result<Vec<InForce>> {
        self.ask(|transaction| queries::policy_changes(transaction))
    }

    fn policies(&self) -> Result<Vec<PolicyText>> {
        self.ask(|transaction| queries::policies(transaction))
    }

    fn open_receipt(&self, erasure: &ErasureOpened<'_>) -> Result<()> {
        self.open_work_list(erasure)
    }

    fn receipt(&self, number: u64) -> Result<Receipt> {
        self.read_receipt(number)
    }

    fn receipts(&self) -> Result<Vec<u64>> {
        self.receipt_numbers()
    }

    fn receipts_of(&self, store: [u8; 16]) -> Result<Vec<u64>> {
        self.opened_for(store)
    }

    fn confirm(&self, number: u64, line: u32) -> Result<()> {
        self.confirm_line(number, line)
    }

    fn drop_link(&self, handle: Handle) -> Result<bool> {
        self.forget(handle)
    }

    fn drop_accesses(&self, before_ns: u64) -> Result<u64> {
        self.expire(before_ns)
    }

    fn verify(&self, options: &VerifyOptions) -> Result<Verification> {
        crate::verify::verify(self.sql(), self.own_id(), options)
    }

    fn keep_cosigned(&self, note: &str) -> Result<()> {
        log::keep_cosigned(self.sql(), note)
    }

    fn checkpoint(&self) -> Result<Option<String>> {
        self.ask(|transaction| queries::checkpoint(transaction))
    }
}
