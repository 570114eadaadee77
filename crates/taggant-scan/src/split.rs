//! Names to words: `homeAddress2` is `home`, `address`, `2`.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longer names are cut; nobody reads them either.
const MAX_WORDS: usize = 16;

/// The words of a name in any of Rust's cases, lower-case and without accents.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = name.chars().take(256).collect();
    for (index, &char) in chars.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| chars[before]);
        let after = chars.get(index + 1);
        if !char.is_alphanumeric() {
            finish(&mut word, &mut out);
            continue;
        }
        let begins = before.is_some_and(|before| {
            let hump = char.is_uppercase() && before.is_lowercase();
            // The last letter of `HTTPServer`'s first word begins the second.
            let acronym = char.is_uppercase()
                && before.is_uppercase()
                && after.is_some_and(|after| after.is_lowercase());
            hump || acronym || char.is_numeric() != before.is_numeric()
        });
        if begins {
            finish(&mut word, &mut out);
        }
        word.push(char);
    }
    finish(&mut word, &mut out);
    out.truncate(MAX_WORDS);
    out
}

fn finish(word: &mut String, out: &mut Vec<String>) {
    if !word.is_empty() {
        out.push(plain(word));
        word.clear();
    }
}

/// Lower-case, without accents: `Straße` is `strasse`, `prénom` is `prenom`.
pub(crate) fn plain(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    let mut out = String::with_capacity(word.len());
    for char in word.chars().flat_map(char::to_lowercase).nfd().filter(|c| !is_combining_mark(*c)) {
        match char {
            'ß' => out.push_str("ss"),
            'ł' => out.push('l'),
            'ø' => out.push('o'),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn names_are_split_at_case_underscores_and_digits() {
        for (name, expected) in [
            ("home_address2", vec!["home", "address", "2"]),
            ("homeAddress", vec!["home", "address"]),
            ("HTTPServerName", vec!["http", "server", "name"]),
            ("BILLING_EMAIL", vec!["billing", "email"]),
            ("__x", vec!["x"]),
            ("Straße", vec!["strasse"]),
            ("prénom", vec!["prenom"]),
            ("", vec![]),
        ] {
            assert_eq!(words(name), expected, "{name}");
        }
    }
}
