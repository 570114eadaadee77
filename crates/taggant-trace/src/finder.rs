//! One pass over bytes in memory.

use aho_corasick::{AhoCorasick, packed};
use memchr::memchr_iter;
use taggant_core::envelope::Header;

use super::decode::{self, sextet};
use super::patterns::{self, Encoding, Kind, Pattern};
use super::stream::Search;

/// An envelope's header that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Where its first byte or character stands, from the beginning of what was searched.
    pub offset: u64,
    /// How it is written.
    pub encoding: Encoding,
    /// Its field, its key, what it binds.
    pub header: Header,
}

/// Searches for envelopes in all encodings at once.
pub struct Finder {
    patterns: Vec<Pattern>,
    searcher: Searcher,
}

enum Searcher {
    /// Vector instructions.
    Packed(packed::Searcher),
    Automaton(AhoCorasick),
}

/// What may stand before a match and belongs to it: `tgt1.`, in UTF-16 or in hex.
const BEFORE: usize = 32;
/// What a header takes at most from its match on, line breaks and indentation included.
const AFTER: usize = 1024;

/// A pattern in base64 is shorter than this.
const LONGEST: usize = 24;

impl Default for Finder {
    fn default() -> Self {
        Self::new()
    }
}

impl Finder {
    /// Makes the search.
    #[must_use]
    pub fn new() -> Self {
        let patterns = patterns::all();
        let bytes = || patterns.iter().map(|pattern| pattern.bytes.as_slice());
        let searcher = match packed::Searcher::new(bytes()) {
            Some(searcher) => Searcher::Packed(searcher),
            None => Searcher::Automaton(AhoCorasick::new(bytes()).expect("few short patterns")),
        };
        Self { patterns, searcher }
    }

    /// Everything that is found in bytes.
    #[must_use]
    pub fn find(&self, bytes: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        self.search(bytes, 0, bytes.len(), 0, &mut |hit| hits.push(hit));
        hits.sort_by_key(|hit| hit.offset);
        hits
    }

    /// A search that reports to `sink`.
    pub(crate) fn with<'a>(&'a self, sink: &'a mut dyn FnMut(Hit)) -> Envelopes<'a> {
        Envelopes { finder: self, sink }
    }

    /// Reports what begins, with its match, from `from` up to `until` in a window that stands at
    /// `base`.
    pub(crate) fn search(
        &self,
        window: &[u8],
        from: usize,
        until: usize,
        base: u64,
        sink: &mut dyn FnMut(Hit),
    ) {
        let mut report = |at: usize, pattern: usize| {
            if at < until
                && let Some(hit) = self.hit(window, at, self.patterns[pattern].kind, base)
            {
                sink(hit);
            }
        };
        match &self.searcher {
            Searcher::Packed(searcher) => {
                let mut at = from;
                while at < until
                    && let Some(found) = searcher.find_in(window, (at..window.len()).into())
                {
                    report(found.start(), found.pattern().as_usize());
                    at = found.start() + 1;
                }
            }
            Searcher::Automaton(searcher) => {
                for found in searcher.find_overlapping_iter(&window[from..]) {
                    report(from + found.start(), found.pattern().as_usize());
                }
            }
        }
        self.search_broken(window, from, until, base, sink);
    }

    fn hit(&self, window: &[u8], at: usize, kind: Kind, base: u64) -> Option<Hit> {
        // Not further than every window reaches: what is found must not depend on where it ends.
        let bytes = decode::header(&window[..window.len().min(at + AFTER)], at, kind)?;
        let header = Header::parse(&bytes).ok()?;
        let before = |text: &[u8]| window[..at].ends_with(text);
        let (encoding, start) = match kind {
            Kind::Raw => (Encoding::Raw, at),
            Kind::Hex => (Encoding::Hex, at),
            Kind::HexInUtf16 => (Encoding::HexInUtf16, at),
            Kind::Base64Start => match mark_before(window, at) {
                Some(start) => (Encoding::Text, start),
                None => (Encoding::Base64, at),
            },
            Kind::Base64AfterOne | Kind::Base64AfterTwo => (Encoding::Base64, at - 1),
            Kind::Utf16 if before(b"t\0g\0t\x001\0.\0") => (Encoding::Utf16, at - 10),
            Kind::TextInHex if before(b"746774312e") || before(b"746774312E") => {
                (Encoding::TextInHex, at - 10)
            }
            // Text of which `tgt1.` is missing is none.
            Kind::Utf16 | Kind::TextInHex => return None,
            Kind::TextInBase64(_) => (Encoding::TextInBase64, at),
        };
        Some(Hit { offset: base + start as u64, encoding, header })
    }

    /// Base64 that was wrapped: a pattern may stand at both sides of a line break.
    fn search_broken(
        &self,
        window: &[u8],
        from: usize,
        until: usize,
        base: u64,
        sink: &mut dyn FnMut(Hit),
    ) {
        for newline in memchr_iter(b'\n', &window[from..]) {
            let at = from + newline;
            if at >= until {
                return;
            }
            let end = if window[..at].ends_with(b"\r") { at - 1 } else { at };
            let next = at + 1;
            // Lines of prose or of tables don't end and begin with eight such characters.
            let is_wrapped = end >= 8
                && window.len() >= next + 8
                && window[end - 8..end].iter().all(|byte| is_letter(*byte))
                && window[next..next + 8].iter().all(|byte| is_letter(*byte));
            if is_wrapped {
                self.search_joined(window, end, next, base, sink);
            }
        }
    }

    /// Whether a pattern stands around a line break. Most lines of base64 end here, so it must be
    /// quick.
    fn is_near(&self, before: &[u8], after: &[u8]) -> bool {
        let mut near = [0; 2 * LONGEST];
        let before = &before[before.len().saturating_sub(LONGEST)..];
        let after = &after[..after.len().min(LONGEST)];
        let near = &mut near[..before.len() + after.len()];
        near[..before.len()].copy_from_slice(before);
        near[before.len()..].copy_from_slice(after);
        match &self.searcher {
            Searcher::Packed(searcher) => searcher.find(near).is_some(),
            Searcher::Automaton(searcher) => searcher.is_match(&*near),
        }
    }

    fn search_joined(
        &self,
        window: &[u8],
        end: usize,
        next: usize,
        base: u64,
        sink: &mut dyn FnMut(Hit),
    ) {
        if !self.is_near(&window[..end], &window[next..]) {
            return;
        }
        let start = end.saturating_sub(BEFORE);
        let before = &window[start..end];
        let after = &window[next..window.len().min(next + AFTER)];
        let joined = [before, after].concat();
        for (number, pattern) in self.patterns.iter().enumerate() {
            let length = pattern.bytes.len();
            debug_assert!(length <= LONGEST);
            // Only what stands at both sides of the break; the rest is found without this.
            let first = before.len().saturating_sub(length - 1);
            let last = (before.len() + length - 1).min(joined.len());
            let found = joined[first..last].windows(length).position(|part| part == pattern.bytes);
            let kind = self.patterns[number].kind;
            if let Some(position) = found
                && let Some(hit) = self.hit(&joined, first + position, kind, 0)
            {
                // Before the break nothing has moved.
                sink(Hit { offset: base + start as u64 + hit.offset, ..hit });
            }
        }
    }
}

/// The search for envelopes, as one of several.
pub(crate) struct Envelopes<'a> {
    finder: &'a Finder,
    sink: &'a mut dyn FnMut(Hit),
}

impl Search for Envelopes<'_> {
    fn before(&self) -> usize {
        BEFORE
    }
    fn after(&self) -> usize {
        AFTER
    }
    fn search(&mut self, window: &[u8], from: usize, until: usize, base: u64) {
        self.finder.search(window, from, until, base, self.sink);
    }
}

/// Where the `tgt1.` before a position begins; a line break may stand in it.
fn mark_before(window: &[u8], at: usize) -> Option<usize> {
    const MARK: &[u8] = b"tgt1.";
    if window[..at].ends_with(MARK) {
        return Some(at - MARK.len());
    }
    let before = window[..at].iter().enumerate().rev().take(BEFORE);
    let mut letters = before.filter(|(_, byte)| !matches!(byte, b'\r' | b'\n'));
    let mut start = at;
    for expected in MARK.iter().rev() {
        let (position, byte) = letters.next()?;
        (byte == expected).then_some(())?;
        start = position;
    }
    Some(start)
}

/// A character of base64, or the full stop of `tgt1.`.
fn is_letter(byte: u8) -> bool {
    sextet(byte).is_some() || byte == b'.' || byte == b'='
}
