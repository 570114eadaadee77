//! A leaf as bytes that stand for themselves, in a file or a message. A stream of leaves is one
//! after the other.

use std::fmt;
use std::io::{self, Read};

use super::codec::{Reader, Writer};
use super::entry::LaneName;
use super::item::Item;
use super::leaf::{Leaf, PersonTag};
use super::order::{Ordered, put_all, take_all};
use super::text::is_line;

/// 0xFE never occurs in UTF-8; envelopes have `FE D1`.
const MAGIC: [u8; 2] = [0xFE, 0xD2];
const VERSION: u8 = 1;
/// Magic, version, and the length of what follows.
const HEAD: usize = 7;

/// How many bytes may follow the head of a leaf: 64 MiB.
pub const MAX_LEAF: usize = 64 << 20;

const CONTENT: u8 = 1;
const ACCESSES: u8 = 2;
const TAGS: u8 = 3;

/// Why bytes are no leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeafError {
    /// They begin with something else.
    Foreign,
    /// They are of a version that this one does not know.
    Version(u8),
    /// They say that more than [`MAX_LEAF`] bytes follow.
    TooLarge,
    /// They end before the leaf does.
    Cut,
    /// They have what a leaf can't have, or bytes after it.
    Malformed,
}

impl fmt::Display for LeafError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => f.write_str("these bytes do not begin as a leaf of a ledger does"),
            Self::Version(version) => write!(
                f,
                "this leaf has version {version}, and only version {VERSION} is known here: read \
                 it with a newer taggant"
            ),
            Self::TooLarge => write!(
                f,
                "this leaf says that it has more than {MAX_LEAF} bytes, which none has: it was \
                 refused before it was read"
            ),
            Self::Cut => f.write_str("this leaf ends too early: fetch it again from its source"),
            Self::Malformed => f.write_str(
                "this leaf does not have the form that docs/WIRE.md gives it: fetch it again from \
                 its source, and if it comes so again, don't trust that source",
            ),
        }
    }
}

impl std::error::Error for LeafError {}

impl From<LeafError> for io::Error {
    fn from(error: LeafError) -> Self {
        let kind = match error {
            LeafError::Cut => io::ErrorKind::UnexpectedEof,
            _ => io::ErrorKind::InvalidData,
        };
        Self::new(kind, error)
    }
}

impl Leaf {
    /// Its bytes.
    ///
    /// # Panics
    /// In debug builds, where [`decode`](Self::decode) would not take the bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut body = Writer::default();
        self.lane.put(&mut body);
        body.unsigned(self.number);
        body.fixed(&self.hash);
        let parts = [(CONTENT, &self.content), (ACCESSES, &self.accesses)];
        for (code, part) in parts {
            if let Some((salt, bytes)) = part {
                body.byte(code);
                body.unsigned((salt.len() + bytes.len()) as u64);
                body.fixed(salt);
                body.fixed(bytes);
            }
        }
        if !self.tags.is_empty() {
            body.byte(TAGS);
            body.bytes(&encode_tags(&self.tags));
        }
        let length = u32::try_from(body.bytes.len()).unwrap_or(u32::MAX);
        let out = [&MAGIC[..], &[VERSION], &length.to_be_bytes(), &body.bytes].concat();
        debug_assert_eq!(Self::decode(&out).err(), None, "a leaf that no reader takes");
        out
    }

    /// The leaf of such bytes, and of no others. Its parts are taken as they are:
    /// [`open`](Self::open) says whether they belong together.
    ///
    /// # Errors
    /// Why they are none.
    pub fn decode(bytes: &[u8]) -> Result<Self, LeafError> {
        let (head, body) = bytes.split_at_checked(HEAD).ok_or(LeafError::Cut)?;
        let length = length(head.try_into().expect("split there"))?;
        match body.len() {
            there if there < length => Err(LeafError::Cut),
            there if there > length => Err(LeafError::Malformed),
            _ => take(body).ok_or(LeafError::Malformed),
        }
    }

    /// The next leaf of a stream; `None` where the stream ends before one begins. No more memory
    /// is taken than bytes have come.
    ///
    /// # Errors
    /// `InvalidData` and `UnexpectedEof` with a [`LeafError`] in it, and those of the stream. What
    /// follows in the stream can't be read then.
    pub fn read(stream: &mut impl Read) -> io::Result<Option<Self>> {
        let mut head = Vec::with_capacity(HEAD);
        stream.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        if head.is_empty() {
            return Ok(None);
        }
        let length = length(head.try_into().map_err(|_| LeafError::Cut)?)?;
        let mut body = Vec::new();
        stream.by_ref().take(length as u64).read_to_end(&mut body)?;
        if body.len() < length {
            return Err(LeafError::Cut.into());
        }
        Ok(Some(take(&body).ok_or(LeafError::Malformed)?))
    }
}

/// How much follows a head.
fn length(head: [u8; HEAD]) -> Result<usize, LeafError> {
    let [first, second, version, length @ ..] = head;
    if [first, second] != MAGIC {
        return Err(LeafError::Foreign);
    }
    if version != VERSION {
        return Err(LeafError::Version(version));
    }
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > MAX_LEAF { Err(LeafError::TooLarge) } else { Ok(length) }
}

fn take(body: &[u8]) -> Option<Leaf> {
    let mut reader = Reader::new(body);
    let lane = LaneName::take(&mut reader).filter(LaneName::is_valid)?;
    let (number, hash) = (reader.number()?, reader.fixed()?);
    let mut leaf = Leaf { lane, number, hash, content: None, accesses: None, tags: Vec::new() };
    let mut before = 0;
    while let Some(code) = reader.byte() {
        let part = reader.bytes().filter(|_| code > before)?;
        before = code;
        match code {
            CONTENT => leaf.content = Some(salted(part)?),
            // Without the content nothing says whose these are.
            _ if leaf.content.is_none() => return None,
            ACCESSES => leaf.accesses = Some(salted(part)?),
            TAGS => leaf.tags = decode_tags(part)?,
            _ => return None,
        }
    }
    Some(leaf)
}

/// A salt, and what was hashed with it, which is not nothing.
fn salted(part: &[u8]) -> Option<([u8; 16], Vec<u8>)> {
    let (salt, bytes) = part.split_first_chunk()?;
    (!bytes.is_empty()).then(|| (*salt, bytes.to_vec()))
}

/// The bytes of tags that go another way than their leaf: those of its section.
#[must_use]
pub fn encode_tags(tags: &[PersonTag]) -> Vec<u8> {
    let mut out = Writer::default();
    put_all(tags, &mut out);
    out.bytes
}

/// The tags of such bytes; `None` where they are none, or not in the order of their handles.
#[must_use]
pub fn decode_tags(bytes: &[u8]) -> Option<Vec<PersonTag>> {
    let mut reader = Reader::new(bytes);
    take_all(&mut reader).filter(|_| reader.is_empty())
}

impl Item for PersonTag {
    fn put(&self, out: &mut Writer) {
        out.fixed(&self.handle.0);
        out.fixed(&self.salt);
        out.text(&self.tenant);
        out.fixed(&self.tag);
    }

    fn take(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            handle: Item::take(reader)?,
            salt: reader.fixed()?,
            tenant: reader.text().filter(|tenant| is_line(tenant))?.to_owned(),
            tag: reader.fixed()?,
        })
    }
}

impl Ordered for PersonTag {
    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        self.handle.cmp(&other.handle)
    }
}
