//! Which key groups an erasure takes.

/// Key groups of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Groups {
    /// All that there are and will be.
    All,
    /// These.
    These(Vec<String>),
}

impl Groups {
    /// The text that is stored: `*`, or the names separated by commas.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::All => "*".to_owned(),
            Self::These(names) => names.join(","),
        }
    }

    /// Reads the stored text; the empty text is no group.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        match text {
            "*" => Self::All,
            "" => Self::none(),
            names => Self::These(names.split(',').map(str::to_owned).collect()),
        }
    }

    /// No group.
    #[must_use]
    pub fn none() -> Self {
        Self::These(Vec::new())
    }

    /// Whether a group is among them.
    #[must_use]
    pub fn contains(&self, group: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(names) => names.iter().any(|name| name == group),
        }
    }

    /// Whether all of `other` are among them.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (_, Self::All) => false,
            (_, Self::These(names)) => names.iter().all(|name| self.contains(name)),
        }
    }

    pub(super) fn add(&mut self, more: &Self) {
        match (&mut *self, more) {
            (Self::All, _) => {}
            (_, Self::All) => *self = Self::All,
            (Self::These(names), Self::These(more)) => {
                names.extend(more.iter().cloned());
                names.sort_unstable();
                names.dedup();
            }
        }
    }
}
