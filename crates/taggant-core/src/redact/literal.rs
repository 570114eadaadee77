//! Recognising what the masks print.

use super::mask::RUN;

/// Whether this text is what a mask prints, rather than a value.
///
/// It is refused on the way in: a page that shows `********1234` and is saved must not replace
/// the card number by it. What a user's own mask function prints cannot be known.
#[must_use]
pub fn is_redacted_text(text: &str) -> bool {
    let text = text.trim();
    match text.as_bytes() {
        [b'<', .., b'>'] => is_category_text(&text[1..text.len() - 1]),
        _ => text.contains('*') && is_asterisk_text(text),
    }
}

/// `user.name` or `user.name#1f2e`; a key of one segment only where the taxonomy knows it, since
/// `<b>` is a value.
fn is_category_text(inner: &str) -> bool {
    let (key, pseudonym) = match inner.split_once('#') {
        Some((key, pseudonym)) => (key, Some(pseudonym)),
        None => (inner, None),
    };
    let known =
        taggant_taxonomy::is_category(key) || (key.contains('.') && taggant_taxonomy::is_key(key));
    let plain = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    known && pseudonym.is_none_or(plain)
}

fn is_asterisk_text(text: &str) -> bool {
    let all = text.len() >= 3 && text.bytes().all(|byte| byte == b'*');
    all || has_run_at_edge(text) || is_email(text) || is_year(text) || is_ip(text)
}

/// The fixed run and not one asterisk more: `********1234`, `DE********`.
fn has_run_at_edge(text: &str) -> bool {
    let shown = text.strip_prefix(RUN).or_else(|| text.strip_suffix(RUN));
    shown.is_some_and(|shown| !shown.contains('*'))
}

fn is_email(text: &str) -> bool {
    text.split_once(RUN)
        .is_some_and(|(first, domain)| first.chars().count() == 1 && domain.starts_with('@'))
}

fn is_year(text: &str) -> bool {
    text.strip_suffix("-**-**")
        .is_some_and(|year| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_ip(text: &str) -> bool {
    let v4 = || {
        text.strip_suffix(".*.*").is_some_and(|head| {
            head.split('.').count() == 2 && head.split('.').all(|part| part.parse::<u8>().is_ok())
        })
    };
    let v6 = || {
        text.strip_suffix(":*").is_some_and(|head| {
            head.split(':').count() == 3
                && head.split(':').all(|part| u16::from_str_radix(part, 16).is_ok())
        })
    };
    v4() || v6()
}

#[cfg(test)]
mod tests {
    use super::is_redacted_text;

    #[test]
    fn redacted_text_is_recognised() {
        for text in [
            "<user.contact.email>",
            "<user>",
            "<acme.loyalty_card>",
            "<user.name#Zk_3-a>",
            "********",
            "***",
            "  ********1234 ",
            "j********@example.com",
            "1987-**-**",
            "10.0.*.*",
            "2001:db8:0:*",
        ] {
            assert!(is_redacted_text(text), "{text}");
        }
    }

    #[test]
    fn values_are_not_mistaken_for_redacted_text() {
        for text in [
            "",
            "*",
            "**",
            "<b>",
            "<>",
            "<",
            "a < b > c",
            "great***",
            "*********1234",
            "2 * 3",
            "<user.name#>",
            "<User.Name>",
            "1987-05-**",
            "10.*.*",
            "300.1.*.*",
            "<p>hi</p>",
            "f*** it",
            "user.name",
        ] {
            assert!(!is_redacted_text(text), "{text}");
        }
    }
}
