//! Parts of a map: what of all movements is asked about.

use taggant_ledger::answers::{Access, FlowEdge};
use taggant_taxonomy::is_within;

/// What of all movements is asked about. What is `None` is not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// A category key, with all below it.
    pub category: Option<String>,
    /// A purpose key, with all below it.
    pub purpose: Option<String>,
    /// Part of who did it or on whose behalf.
    pub actor: Option<String>,
    /// Part of where.
    pub place: Option<String>,
}

impl Filter {
    /// Whether nothing is left out.
    #[must_use]
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a field with these categories is asked about.
    #[must_use]
    pub fn has_category<S: AsRef<str>>(&self, categories: &[S]) -> bool {
        let Some(wanted) = &self.category else { return true };
        categories.iter().any(|own| is_within(own.as_ref(), wanted))
    }

    pub(super) fn has(&self, edge: &FlowEdge) -> bool {
        self.has_category(&edge.categories)
            && self.has_purpose(&edge.purpose)
            && self.has_who(&edge.actor, &edge.on_behalf)
            && contains(&self.place, &edge.location)
    }

    pub(super) fn has_access(&self, access: &Access) -> bool {
        self.category.is_none()
            && self.has_purpose(&access.purpose)
            && self.has_who(&access.actor, &access.on_behalf)
            && contains(&self.place, &access.location)
    }

    fn has_purpose(&self, purpose: &str) -> bool {
        self.purpose.as_ref().is_none_or(|wanted| is_within(purpose, wanted))
    }

    fn has_who(&self, actor: &str, on_behalf: &str) -> bool {
        contains(&self.actor, actor) || contains(&self.actor, on_behalf)
    }
}

fn contains(wanted: &Option<String>, text: &str) -> bool {
    wanted.as_ref().is_none_or(|wanted| text.contains(wanted.as_str()))
}
