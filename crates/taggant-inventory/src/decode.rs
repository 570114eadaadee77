//! Body and origin of a record. Nothing here trusts a length, a count or a name.

use taggant_core::tag::FieldId;

use crate::record::{Field, Lookup, Role, Subject, Tag, TaggedType};

/// Why bytes whose checksum holds are no record. Somebody made them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) &'static str);

type Result<T> = std::result::Result<T, Malformed>;

const SHORT: Malformed = Malformed("it ends in the middle");

/// Reads a record from its two parts.
pub(crate) fn tagged_type(body: &[u8], origin: &[u8]) -> Result<TaggedType> {
    let mut origin = Bytes(origin);
    let (module, package, version) = (origin.text()?, origin.text()?, origin.text()?);
    let mut body = Bytes(body);
    let name = body.text()?;
    let dataset = body.text()?;
    let dataset_aliases = body.list(Bytes::text)?;
    let group = body.text()?;
    let integrity = body.option(Bytes::text)?;
    let flags = body.byte()?;
    let row = body.list(Bytes::text)?;
    if (flags & 2 != 0) == row.is_empty() {
        return Err(Malformed("it contradicts itself about its row"));
    }
    let subjects = body.list(|b| b.option(subject))?;
    let fields = body.list(|b| field(&mut Bytes(b.framed()?), &dataset, subjects.len()))?;
    let skips = [(4, "Debug"), (8, "Serialize"), (16, "Deserialize")];
    let skips = skips.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, name)| *name).collect();
    let is_enum = flags & 1 != 0;
    Ok(TaggedType {
        dataset,
        dataset_aliases,
        name,
        module,
        package,
        version,
        group,
        integrity,
        is_enum,
        row,
        subjects,
        skips,
        fields,
    })
}

fn subject(bytes: &mut Bytes<'_>) -> Result<Subject> {
    Ok(Subject { kind: bytes.text()?, field: bytes.text()? })
}

fn field(bytes: &mut Bytes<'_>, dataset: &str, subjects: usize) -> Result<Field> {
    let path = bytes.text()?;
    let wire_name = bytes.text()?;
    let id = bytes.id()?;
    if id != FieldId::of(dataset, &path) {
        return Err(Malformed("a field id is not that of its name"));
    }
    let aliases = bytes.list(Bytes::id)?;
    let type_name = bytes.text()?;
    let (role, flag) = (bytes.byte()?, bytes.byte()? & 1 != 0);
    let role = match role {
        0 => Role::Clear { authenticated: flag },
        1 => Role::Nested { portable: flag },
        2 => Role::Tagged(tag(bytes, flag, subjects)?),
        _ => return Err(Malformed("a field has an unknown role")),
    };
    Ok(Field { path, wire_name, id, aliases, type_name, role })
}

fn tag(bytes: &mut Bytes<'_>, seal_none: bool, subjects: usize) -> Result<Tag> {
    let categories = bytes.list(Bytes::text)?;
    if categories.is_empty() {
        return Err(Malformed("a tag has no category"));
    }
    let subject = bytes.byte()?;
    if usize::from(subject) >= subjects {
        return Err(Malformed("a tag names a person who is not there"));
    }
    let mask = bytes.text()?;
    let pad = bytes.number()?;
    let lookup = bytes
        .option(|b| Ok(Lookup { name: b.text()?, normalizer: b.text()?, bits: b.number()? }))?;
    Ok(Tag { categories, subject, mask, pad, seal_none, lookup })
}

/// What has not been read yet.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(SHORT)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    fn number(&mut self) -> Result<u32> {
        let bytes = self.take(4)?.try_into().map_err(|_| SHORT)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn count(&mut self) -> Result<usize> {
        usize::try_from(self.number()?).map_err(|_| SHORT)
    }

    fn framed(&mut self) -> Result<&'a [u8]> {
        let len = self.count()?;
        self.take(len)
    }

    fn text(&mut self) -> Result<String> {
        let text = std::str::from_utf8(self.framed()?);
        text.map(str::to_owned).map_err(|_| Malformed("a name is no UTF-8"))
    }

    fn id(&mut self) -> Result<FieldId> {
        Ok(FieldId(self.take(8)?.try_into().map_err(|_| SHORT)?))
    }

    fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<Option<T>> {
        match self.byte()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(Malformed("an option is neither there nor not")),
        }
    }

    /// Allocates for what is read, never for what is announced.
    fn list<T>(&mut self, read: impl Fn(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let count = self.count()?;
        let mut out = Vec::new();
        for _ in 0..count {
            out.push(read(self)?);
        }
        Ok(out)
    }
}
