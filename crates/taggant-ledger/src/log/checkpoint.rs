//! Checkpoints: what the head over all lanes says, as text.

use std::fmt::Write as _;

use taggant_core::hex;

use super::merkle::{Hash, Tree};
use super::note::{base64, base64_32};
use crate::wire::LaneName;

/// A state of the whole log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    /// Entries of all lanes.
    pub(crate) size: u64,
    /// Root of the tree whose leaves are the lines of the lanes.
    pub(crate) root: Hash,
}

/// A lane as a head names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LaneHead {
    pub(crate) name: LaneName,
    pub(crate) size: u64,
    pub(crate) root: Hash,
    pub(crate) events: u64,
}

/// The text of a checkpoint, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    pub(crate) ledger: [u8; 16],
    pub(crate) number: u64,
    pub(crate) time_ns: u64,
    /// Every lane that was ever seen, in the order of names.
    pub(crate) lanes: Vec<LaneHead>,
    /// Digest of the policy that came into force last, in hex.
    pub(crate) policy: String,
    /// Number and hash of the last erasure.
    pub(crate) erasures: (u64, Hash),
    pub(crate) previous: Option<Point>,
    pub(crate) key: [u8; 32],
}

/// The name of a ledger in checkpoints.
pub(crate) fn origin(ledger: &[u8; 16]) -> String {
    format!("taggant/ledger/{}", hex::encode(ledger))
}

/// The root over lanes: a tree of RFC 9162 whose entries are the SHA-256 of their lines.
pub(crate) fn root(lanes: &[LaneHead]) -> Hash {
    use sha2::{Digest, Sha256};
    let mut tree = Tree::default();
    for lane in lanes {
        tree.add(&Sha256::digest(lane.line().as_bytes()).into());
    }
    tree.root()
}

impl LaneHead {
    pub(super) fn line(&self) -> String {
        let LaneName { source, service, number } = &self.name;
        let (source, root) = (hex::encode(source), base64(&self.root));
        format!("lane {source} {service} {number} {} {root} {}", self.size, self.events)
    }

    fn parse(line: &str) -> Option<Self> {
        let mut parts = line.strip_prefix("lane ")?.split(' ');
        let (source, service) = (bytes(parts.next()?)?, parts.next()?.to_owned());
        let number = u8::try_from(self::number(parts.next()?)?).ok()?;
        let (size, root) = (self::number(parts.next()?)?, base64_32(parts.next()?)?);
        let events = self::number(parts.next()?)?;
        let name = LaneName { source, service, number };
        parts.next().is_none().then_some(Self { name, size, root, events })
    }
}

impl Checkpoint {
    /// The state that it is about.
    pub(crate) fn point(&self) -> Point {
        let size = self.lanes.iter().fold(0_u64, |sum, lane| sum.saturating_add(lane.size));
        Point { size, root: root(&self.lanes) }
    }

    /// Events in all lanes.
    pub(crate) fn events(&self) -> u64 {
        self.lanes.iter().fold(0_u64, |sum, lane| sum.saturating_add(lane.events))
    }

    pub(crate) fn text(&self) -> String {
        let Self { number, time_ns, policy, erasures, key, .. } = self;
        let (point, events) = (self.point(), self.events());
        let mut text = format!(
            "{}\n{}\n{}\nnumber {number}\ntime {time_ns}\nevents {events}\n",
            origin(&self.ledger),
            point.size,
            base64(&point.root)
        );
        for lane in &self.lanes {
            let _ = writeln!(text, "{}", lane.line());
        }
        let policy = if policy.is_empty() { "-" } else { policy };
        let _ = writeln!(text, "policy {policy}");
        let _ = writeln!(text, "erasures {} {}", erasures.0, hex::encode(&erasures.1));
        if let Some(previous) = &self.previous {
            let _ = writeln!(text, "previous {} {}", previous.size, base64(&previous.root));
        }
        let _ = writeln!(text, "key {}", base64(key));
        text
    }

    /// `None` where the text is no checkpoint, or its sums are not those of its lanes.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n').peekable();
        let ledger = bytes(lines.next()?.strip_prefix("taggant/ledger/")?)?;
        let point = Point { size: number(lines.next()?)?, root: base64_32(lines.next()?)? };
        let item = |line: Option<&'_ str>, name: &str| -> Option<String> {
            Some(line?.strip_prefix(name)?.strip_prefix(' ')?.to_owned())
        };
        let own = number(&item(lines.next(), "number")?)?;
        let time_ns = number(&item(lines.next(), "time")?)?;
        let events = number(&item(lines.next(), "events")?)?;
        let mut lanes: Vec<LaneHead> = Vec::new();
        while let Some(line) = lines.next_if(|line| line.starts_with("lane ")) {
            let lane = LaneHead::parse(line)?;
            if lanes.last().is_some_and(|before| before.name >= lane.name) {
                return None;
            }
            lanes.push(lane);
        }
        let policy = item(lines.next(), "policy")?.trim_matches('-').to_owned();
        let erasures = item(lines.next(), "erasures")?;
        let (last, hash) = erasures.split_once(' ')?;
        let erasures = (number(last)?, bytes(hash)?);
        let previous = match lines.next_if(|line| line.starts_with("previous ")) {
            Some(line) => {
                let (size, root) = line.strip_prefix("previous ")?.split_once(' ')?;
                Some(Point { size: number(size)?, root: base64_32(root)? })
            }
            None => None,
        };
        let key = base64_32(&item(lines.next(), "key")?)?;
        let checkpoint =
            Self { ledger, number: own, time_ns, lanes, policy, erasures, previous, key };
        let is_whole =
            lines.next().is_none() && checkpoint.point() == point && checkpoint.events() == events;
        is_whole.then_some(checkpoint)
    }
}

/// A number without sign or leading zeros.
fn number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    hex::decode(text)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(service: &str, number: u8, size: u64) -> LaneHead {
        let name = LaneName { source: [1; 16], service: service.to_owned(), number };
        LaneHead { name, size, root: [2; 32], events: 5 }
    }

    #[test]
    fn a_checkpoint_comes_back_and_no_other_text_passes_for_one() {
        let mut checkpoint = Checkpoint {
            ledger: [1; 16],
            number: 3,
            time_ns: 4,
            lanes: vec![lane("checkout", 0, 12), lane("checkout", 1, 7), lane("support", 0, 1)],
            policy: hex::encode(&[11; 32]),
            erasures: (0, [0; 32]),
            previous: Some(Point { size: 1, root: [12; 32] }),
            key: [13; 32],
        };
        let text = checkpoint.text();
        assert_eq!(Checkpoint::parse(&text), Some(checkpoint.clone()));
        for left_out in text.lines() {
            let lines: Vec<&str> = text.lines().filter(|line| *line != left_out).collect();
            let parsed = Checkpoint::parse(&(lines.join("\n") + "\n"));
            assert_eq!(parsed.is_some(), left_out.starts_with("previous "), "without {left_out}");
        }
        assert_eq!(Checkpoint::parse(&text.replace("events 15", "events 015")), None);
        assert_eq!(Checkpoint::parse(&text.replace("checkout 1 7", "checkout 1 8")), None);
        (checkpoint.previous, checkpoint.policy) = (None, String::new());
        checkpoint.lanes.swap(0, 1);
        assert_eq!(Checkpoint::parse(&checkpoint.text()), None, "lanes stand in order, once each");
        checkpoint.lanes.clear();
        assert_eq!(Checkpoint::parse(&checkpoint.text()), Some(checkpoint));
    }
}
