//! What is said of wrong arguments: nothing that may be a person's id.

use std::ffi::OsString;

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Verbs that take an id.
const ABOUT_PERSONS: [&str; 4] = ["subject", "erase", "report", "dsar"];

/// Arguments in the wrong place are repeated by clap, and errors end up in the logs of CI: an id of
/// two words, or one behind a verb that takes none, must not.
pub(crate) fn without_ids(mut error: Error, arguments: &[OsString]) -> Error {
    let is_about_persons = arguments.iter().any(|word| ABOUT_PERSONS.iter().any(|v| word == v));
    let repeats = matches!(
        error.kind(),
        ErrorKind::UnknownArgument
            | ErrorKind::InvalidSubcommand
            | ErrorKind::InvalidValue
            | ErrorKind::ValueValidation
            | ErrorKind::TooManyValues
    );
    if !is_about_persons || !repeats {
        return error;
    }
    let typed =
        [ContextKind::InvalidSubcommand, ContextKind::InvalidValue, ContextKind::TrailingArg];
    for kind in typed {
        hide(&mut error, kind);
    }
    if error.kind() == ErrorKind::UnknownArgument {
        hide(&mut error, ContextKind::InvalidArg);
    }
    // `to pass 'jane' as a value, use '-- jane'`
    error.remove(ContextKind::Suggested);
    error
}

fn hide(error: &mut Error, kind: ContextKind) {
    let is_harmless = match error.get(kind) {
        None => return,
        Some(ContextValue::String(text)) => is_flag(text),
        Some(_) => false,
    };
    if !is_harmless {
        error.insert(kind, ContextValue::String("(not shown)".to_owned()));
    }
}

/// Whether this can only be a misspelt flag.
fn is_flag(text: &str) -> bool {
    let name = text.strip_prefix("--").unwrap_or_default();
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}
