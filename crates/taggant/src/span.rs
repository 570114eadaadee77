//! Flows in `tracing` spans.

use tracing::Span;

use crate::Flow;

/// A span that carries what a flow says of itself, so that log lines inside it say for what purpose
/// and on whose behalf they were written. It has no part of any record in it.
pub trait FlowSpan {
    /// A span `flow` at level INFO with `location`, `purpose` and `actor`; what was not said is left
    /// out.
    ///
    /// ```
    /// use taggant::{Flow, FlowSpan};
    ///
    /// let flow = Flow::to("https://shipper.example", "labels").purpose("essential.service");
    /// flow.span().in_scope(|| flow.run(|| tracing::info!("sending")));
    /// ```
    fn span(&self) -> Span;
}

impl FlowSpan for Flow {
    fn span(&self) -> Span {
        tracing::info_span!(
            "flow",
            location = self.location().map(tracing::field::display),
            purpose = self.stated_purpose(),
            actor = self.stated_actor(),
        )
    }
}
