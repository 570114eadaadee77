//! Who stands behind a movement.

/// The principal: for whom it was done, where that was said, else who did it. Every answer to "who"
/// goes by it, so that somebody who asks through an agent or a service is found under their own name.
#[must_use]
pub fn principal<'a>(actor: &'a str, on_behalf: &'a str) -> &'a str {
    if on_behalf.is_empty() { actor } else { on_behalf }
}

/// Both as people read them: `svc:support for user:dana`; empty where nothing was said.
#[must_use]
pub fn who(actor: &str, on_behalf: &str) -> String {
    match (actor, on_behalf) {
        (actor, "") => actor.to_owned(),
        ("", on_behalf) => format!("somebody for {on_behalf}"),
        (actor, on_behalf) => format!("{actor} for {on_behalf}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{principal, who};

    #[test]
    fn the_principal_is_for_whom_it_was_done_and_both_are_shown() {
        assert_eq!(principal("svc:support", "user:dana"), "user:dana");
        assert_eq!(principal("user:dana", ""), "user:dana");
        assert_eq!(who("svc:support", "user:dana"), "svc:support for user:dana");
        assert_eq!(who("user:dana", ""), "user:dana");
        assert_eq!(who("", "user:dana"), "somebody for user:dana");
        assert_eq!(who("", ""), "");
    }
}
