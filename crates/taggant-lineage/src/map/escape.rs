//! Text that a program made up, put into formats that mean something by some characters.
//!
//! Names of places, actors and purposes come from the programs that were traced; nobody has
//! checked them.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text without characters that a reader would not see: terminals act on controls, and
/// direction marks make a name look like another.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        if is_invisible(char) {
            let _ = write!(out, "\\u{{{:x}}}", char as u32);
        } else {
            out.push(char);
        }
    }
    Cow::Owned(out)
}

fn is_invisible(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(char, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        || matches!(char, '\u{e0000}'..='\u{e007f}')
}

/// For HTML and SVG: element content and quoted attributes.
pub(super) fn html(text: &str) -> String {
    replace(&visible(text), |char| match char {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&#39;"),
        _ => None,
    })
}

/// For JSON inside of a `script` element: nothing in it can end the element or begin a comment.
pub(super) fn json_in_script(json: &str) -> String {
    replace(json, |char| match char {
        '&' => Some("\\u0026"),
        '<' => Some("\\u003c"),
        '>' => Some("\\u003e"),
        '\u{2028}' => Some("\\u2028"),
        '\u{2029}' => Some("\\u2029"),
        _ => None,
    })
}

/// For a quoted string of the DOT language.
pub(super) fn dot(text: &str) -> String {
    replace(&visible(text), |char| match char {
        '"' => Some("\\\""),
        '\\' => Some("\\\\"),
        _ => None,
    })
}

/// For a quoted label of Mermaid, which takes HTML and Markdown: entities by number, without `&`.
pub(super) fn mermaid(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in visible(text).chars() {
        if char.is_alphanumeric() || " .,:/()-".contains(char) {
            out.push(char);
        } else {
            let _ = write!(out, "#{};", char as u32);
        }
    }
    out
}

fn replace(text: &str, with: impl Fn(char) -> Option<&'static str>) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match with(char) {
            Some(escaped) => out.push_str(escaped),
            None => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_stays_text_in_html() {
        let hostile = "\"><img src=x onerror='alert(1)'>&";
        let escaped = html(hostile);
        assert!(!escaped.contains(['<', '>', '"', '\'']), "{escaped}");
        assert!(escaped.ends_with("&amp;"));
    }

    #[test]
    fn a_script_element_cannot_be_left() {
        let json = serde_json::to_string("</script><!--<script>\u{2028}\u{2029}&").unwrap();
        let escaped = json_in_script(&json);
        assert!(!escaped.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{escaped}");
        let back: String = serde_json::from_str(&escaped).unwrap();
        assert_eq!(back, "</script><!--<script>\u{2028}\u{2029}&");
    }

    #[test]
    fn quotes_and_backslashes_stay_inside_of_a_dot_string() {
        assert_eq!(dot("a\"b\\n"), "a\\\"b\\\\n");
    }

    #[test]
    fn nothing_in_a_mermaid_label_is_syntax() {
        assert_eq!(mermaid("a\"]-->b[\""), "a#34;#93;--#62;b#91;#34;");
        assert_eq!(mermaid("`#;&"), "#96;#35;#59;#38;");
    }

    #[test]
    fn what_cannot_be_seen_is_spelt_out() {
        assert_eq!(visible("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(visible("evil\u{202e}txt.exe"), "evil\\u{202e}txt.exe");
        assert_eq!(visible("café 東京"), "café 東京");
    }
}
