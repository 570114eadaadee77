//! Libraries that redact in `Debug`.

use crate::record::yardstick;

yardstick! { #[derive(veil::Redact)] Veil, String, #[redact] }
yardstick! { #[derive(veil::Redact)] VeilPartial, String, #[redact(partial)] }
yardstick! { #[derive(Debug)] Redact, redact::Secret<String>, }
yardstick! { #[derive(Debug)] DataPrivacy, Personal, }

#[data_privacy::taxonomy(bench)]
pub(crate) enum Taxonomy {
    Personal,
}

#[data_privacy::classified(Taxonomy::Personal)]
pub(crate) struct Personal(String);

impl From<String> for Personal {
    fn from(text: String) -> Self {
        Self(text)
    }
}
