//! Checkpoints: what the head of the log says, as text.

use std::fmt::Write as _;

use taggant_core::hex;

use super::merkle::Hash;
use super::note::{base64, base64_32};

/// A state of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) size: u64,
    pub(crate) root: Hash,
}

/// The text of a checkpoint, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    pub(crate) ledger: [u8; 16],
    pub(crate) point: Point,
    pub(crate) number: u64,
    pub(crate) time_ns: u64,
    pub(crate) events: u64,
    /// How many instances are known.
    pub(crate) instances: u64,
    /// Instances with new entries, and the number after their last event.
    pub(crate) moved: Vec<([u8; 16], u64)>,
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

impl Checkpoint {
    pub(crate) fn text(&self) -> String {
        let Self { point, number, time_ns, events, instances, policy, erasures, key, .. } = self;
        let mut text = format!(
            "{}\n{}\n{}\nnumber {number}\ntime {time_ns}\nevents {events}\ninstances {instances}\n",
            origin(&self.ledger),
            point.size,
            base64(&point.root)
        );
        for (instance, next) in &self.moved {
            let _ = writeln!(text, "instance {} {next}", hex::encode(instance));
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

    /// `None` where the text is no checkpoint.
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
        let instances = number(&item(lines.next(), "instances")?)?;
        let mut moved = Vec::new();
        while let Some(line) = lines.next_if(|line| line.starts_with("instance ")) {
            let (instance, next) = line.strip_prefix("instance ")?.split_once(' ')?;
            moved.push((bytes(instance)?, number(next)?));
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
        lines.next().is_none().then_some(Self {
            ledger,
            point,
            number: own,
            time_ns,
            events,
            instances,
            moved,
            policy,
            erasures,
            previous,
            key,
        })
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

    #[test]
    fn a_checkpoint_comes_back_and_no_other_text_passes_for_one() {
        let mut checkpoint = Checkpoint {
            ledger: [1; 16],
            point: Point { size: 12, root: [2; 32] },
            number: 3,
            time_ns: 4,
            events: 5,
            instances: 6,
            moved: vec![([7; 16], 8), ([9; 16], 10)],
            policy: hex::encode(&[11; 32]),
            erasures: (0, [0; 32]),
            previous: Some(Point { size: 1, root: [12; 32] }),
            key: [13; 32],
        };
        let text = checkpoint.text();
        assert_eq!(Checkpoint::parse(&text), Some(checkpoint.clone()));
        (checkpoint.previous, checkpoint.policy) = (None, String::new());
        checkpoint.moved.clear();
        assert_eq!(Checkpoint::parse(&checkpoint.text()), Some(checkpoint));
        for line in 0..text.lines().count() {
            let lines: Vec<&str> =
                text.lines().enumerate().filter(|(n, _)| *n != line).map(|l| l.1).collect();
            let parsed = Checkpoint::parse(&(lines.join("\n") + "\n"));
            let may_be_left_out = ["instance ", "previous "];
            let left_out = text.lines().nth(line).unwrap();
            let is_optional = may_be_left_out.iter().any(|name| left_out.starts_with(name));
            assert_eq!(parsed.is_some(), is_optional, "without {left_out}");
        }
        assert_eq!(Checkpoint::parse(&text.replace("events 5", "events 05")), None);
    }
}
