//! Whether a pattern matches: locations, actors and principals alike.

/// Whether the pattern matches the whole text. Case counts.
///
/// `*` stands for any characters but the separators `/` and `:`; `**` for any characters. Nothing
/// else is special. Work is bounded by pattern × text: a set of positions is moved along the text,
/// so that no pattern makes it backtrack.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let parts = parts(pattern);
    let mut reached = vec![false; parts.len() + 1];
    reached[0] = true;
    skip_stars(&parts, &mut reached);
    for byte in text.bytes() {
        let mut next = vec![false; parts.len() + 1];
        for (at, part) in parts.iter().enumerate().filter(|(at, _)| reached[*at]) {
            match part {
                Part::Byte(expected) => next[at + 1] |= *expected == byte,
                Part::Star => next[at] |= byte != b'/' && byte != b':',
                Part::Stars => next[at] = true,
            }
        }
        skip_stars(&parts, &mut next);
        reached = next;
    }
    reached[parts.len()]
}

enum Part {
    Byte(u8),
    Star,
    Stars,
}

fn parts(pattern: &str) -> Vec<Part> {
    let mut parts = Vec::with_capacity(pattern.len());
    let mut rest = pattern.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let (part, tail) = match (first, tail.strip_prefix(b"*")) {
            (b'*', Some(tail)) => (Part::Stars, tail),
            (b'*', None) => (Part::Star, tail),
            (byte, _) => (Part::Byte(*byte), tail),
        };
        parts.push(part);
        rest = tail;
    }
    parts
}

/// A star may stand for nothing.
fn skip_stars(parts: &[Part], reached: &mut [bool]) {
    for (at, part) in parts.iter().enumerate() {
        if reached[at] && !matches!(part, Part::Byte(_)) {
            reached[at + 1] = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stop_at_separators_and_double_stars_do_not() {
        for (pattern, text, expected) in [
            ("https://a.example/labels", "https://a.example/labels", true),
            ("https://a.example/*", "https://a.example/labels", true),
            ("https://a.example/*", "https://a.example/labels/x", false),
            ("https://a.example/**", "https://a.example/labels/x", true),
            ("https://*.example/labels", "https://a.b.example/labels", true),
            ("https://*.example/labels", "https://evil/x.example/labels", false),
            ("https://*.example/labels", "https://evil:1.example/labels", false),
            ("**", "https://a/b", true),
            ("*", "https://a/b", false),
            ("svc:*", "svc:checkout", true),
            ("svc:*", "svc:a:b", false),
            ("svc:*", "user:a", false),
            ("a*", "A", false),
            ("a*", "a", true),
            ("", "", true),
            ("", "a", false),
            ("a", "", false),
            ("***", "a/b", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn adversarial_patterns_take_no_exponential_time() {
        let pattern = "**a".repeat(80) + "b";
        let started = std::time::Instant::now();
        assert!(!matches(&pattern, &"a".repeat(512)));
        assert!(started.elapsed() < std::time::Duration::from_secs(2));
    }
}
