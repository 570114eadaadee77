//! What a ring says of itself, rewritten as it changes. docs/JOURNAL.md, section "The header".

use super::instance::InstanceId;
use super::mac::SlotMac;
use super::map::{HEADER, SLOT};

const MAGIC: &[u8; 8] = b"TGTJRNAL";
const VERSION: u32 = 1;

/// Bytes of a service's name at most; what is longer is cut at a character.
pub const SERVICE_LEN: usize = 255;

mod at {
    pub(super) const MAGIC: usize = 0;
    pub(super) const VERSION: usize = 8;
    pub(super) const SLOT: usize = 12;
    pub(super) const SLOTS: usize = 16;
    pub(super) const FOLDER: usize = 24;
    pub(super) const INSTANCE: usize = 40;
    pub(super) const BOOT: usize = 56;
    pub(super) const WRITES: usize = 72;
    pub(super) const CLAIMED: usize = 80;
    pub(super) const COMMITTED: usize = 88;
    pub(super) const FLUSHED: usize = 96;
    pub(super) const LENGTH: usize = 104;
    pub(super) const SERVICE: usize = 106;
}

/// The header of a ring.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// How many slots there are.
    pub slots: u64,
    /// The data folder that the ring belongs to.
    pub folder: [u8; 16],
    /// The instance that writes it.
    pub instance: InstanceId,
    /// The boot of the machine that it was written in; zeros where the system does not say.
    pub boot: [u8; 16],
    /// How often the header was written.
    pub writes: u64,
    /// Numbers below this one were claimed.
    pub claimed: u64,
    /// Events below this number were written.
    pub committed: u64,
    /// Events below this number are in the ledger or on the disk.
    pub flushed: u64,
    /// Name of the service.
    pub service: String,
}

impl Header {
    /// Its bytes, with their MAC.
    #[must_use]
    pub fn encode(&self, mac: &SlotMac) -> [u8; HEADER] {
        let mut out = [0; HEADER];
        let mut put = |at: usize, bytes: &[u8]| out[at..at + bytes.len()].copy_from_slice(bytes);
        put(at::MAGIC, MAGIC);
        put(at::VERSION, &VERSION.to_le_bytes());
        put(at::SLOT, &(SLOT as u32).to_le_bytes());
        put(at::SLOTS, &self.slots.to_le_bytes());
        put(at::FOLDER, &self.folder);
        put(at::INSTANCE, &self.instance.0);
        put(at::BOOT, &self.boot);
        put(at::WRITES, &self.writes.to_le_bytes());
        put(at::CLAIMED, &self.claimed.to_le_bytes());
        put(at::COMMITTED, &self.committed.to_le_bytes());
        put(at::FLUSHED, &self.flushed.to_le_bytes());
        let service = cut(&self.service);
        put(at::LENGTH, &(service.len() as u16).to_le_bytes());
        put(at::SERVICE, service.as_bytes());
        mac.seal_header(&mut out);
        out
    }

    /// Reads a copy of a header. Without a key its MAC is not looked at.
    #[must_use]
    pub fn decode(bytes: &[u8; HEADER], mac: Option<&SlotMac>) -> Option<Self> {
        if mac.is_some_and(|mac| !mac.verify_header(bytes)) {
            return None;
        }
        let word = |at: usize| u32::from_le_bytes(array(bytes, at));
        let long = |at: usize| u64::from_le_bytes(array(bytes, at));
        let length = usize::from(u16::from_le_bytes(array(bytes, at::LENGTH)));
        let known = array(bytes, at::MAGIC) == *MAGIC
            && (word(at::VERSION), word(at::SLOT)) == (VERSION, SLOT as u32)
            && length <= SERVICE_LEN;
        let service = std::str::from_utf8(bytes.get(at::SERVICE..at::SERVICE + length)?).ok()?;
        known.then(|| Self {
            slots: long(at::SLOTS),
            folder: array(bytes, at::FOLDER),
            instance: InstanceId(array(bytes, at::INSTANCE)),
            boot: array(bytes, at::BOOT),
            writes: long(at::WRITES),
            claimed: long(at::CLAIMED),
            committed: long(at::COMMITTED),
            flushed: long(at::FLUSHED),
            service: service.to_owned(),
        })
    }

    /// The newest of the copies that are whole: a process may be killed while it writes one.
    pub(super) fn newest(copies: &[[u8; HEADER]; 2], mac: Option<&SlotMac>) -> Option<Self> {
        copies.iter().filter_map(|copy| Self::decode(copy, mac)).max_by_key(|copy| copy.writes)
    }
}

fn array<const N: usize>(bytes: &[u8; HEADER], at: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[at..at + N]);
    out
}

fn cut(service: &str) -> &str {
    let ends = (0..=service.len().min(SERVICE_LEN)).rev();
    &service[..ends.into_iter().find(|end| service.is_char_boundary(*end)).unwrap_or(0)]
}

/// The id of this boot of the machine, where the system says one: memory of a killed process is in
/// the file as long as the machine runs.
pub(super) fn boot_id() -> [u8; 16] {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let hex = crate::hex::decode(&text.trim().replace('-', ""));
    hex.and_then(|bytes| bytes.try_into().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(writes: u64) -> Header {
        let service = "shop".repeat(80);
        Header { slots: 64, folder: [1; 16], writes, claimed: 9, service, ..Header::default() }
    }

    #[test]
    fn headers_come_back_and_long_names_are_cut() {
        let mac = SlotMac::new(&[1; 32]);
        let back = Header::decode(&header(3).encode(&mac), Some(&mac)).unwrap();
        assert_eq!(back, Header { service: "shop".repeat(80)[..255].to_owned(), ..header(3) });
    }

    #[test]
    fn the_newest_whole_copy_counts() {
        let mac = SlotMac::new(&[1; 32]);
        let mut copies = [header(6).encode(&mac), header(5).encode(&mac)];
        assert_eq!(Header::newest(&copies, Some(&mac)).unwrap().writes, 6);
        copies[0][80] ^= 1;
        assert_eq!(Header::newest(&copies, Some(&mac)).unwrap().writes, 5);
        assert_eq!(Header::newest(&copies, Some(&SlotMac::new(&[2; 32]))), None);
        copies[1].fill(0);
        assert_eq!(Header::newest(&copies, Some(&mac)), None);
    }
}
