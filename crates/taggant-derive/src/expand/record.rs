//! The record of the type in the compiled binary: `docs/INVENTORY.md` says which bytes.
//!
//! It is a static that nothing refers to, so that fields are found without running the program,
//! whether or not the program ever touches the type. No lint of the user's applies: the attribute
//! comes from this crate.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;

use super::runtime::Runtime;
use crate::ast::{Mask, Pad, Skip, member_name};
use crate::model::{Field, Lookup, Model, Role, Tag};

pub(crate) fn expand(model: &Model, rt: &Runtime) -> TokenStream {
    let (parts, record) = (rt.record_parts(), rt.record());
    let body = body(model);
    let crc = crc32(&body);
    let body = Literal::byte_string(&body);
    quote! {
        const __TAGGANT_PARTS: #parts = #parts {
            body: #body,
            body_crc: #crc,
            module: ::core::module_path!(),
            package: ::core::option_env!("CARGO_PKG_NAME"),
            version: ::core::option_env!("CARGO_PKG_VERSION"),
        };

        #[used]
        #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__taggant"))]
        #[cfg_attr(any(windows, target_os = "uefi"), unsafe(link_section = ".taggant"))]
        #[cfg_attr(target_family = "wasm", unsafe(link_section = "taggant"))]
        #[cfg_attr(
            not(any(
                target_vendor = "apple",
                windows,
                target_os = "uefi",
                target_os = "aix",
                target_family = "wasm",
            )),
            unsafe(link_section = ".note.taggant")
        )]
        static __TAGGANT_RECORD: #record<{ __TAGGANT_PARTS.len() }> = __TAGGANT_PARTS.record();
    }
}

fn body(model: &Model) -> Vec<u8> {
    let mut out = Bytes::default();
    out.text(&model.ident.unraw().to_string());
    out.text(&model.dataset);
    out.list(&model.dataset_aliases, |out, alias| out.text(alias));
    out.text(&model.group);
    out.option(model.integrity.as_deref(), Bytes::text);
    out.byte(flags(model));
    let row: Vec<_> = model.groups.first().map_or_else(Vec::new, |group| {
        group.row.iter().map(|position| member_name(&group.fields[*position].member)).collect()
    });
    out.list(&row, |out, member| out.text(member));
    let subjects: Vec<_> = model.subjects.iter().enumerate().collect();
    out.list(&subjects, |out, (index, kind)| {
        out.option(kind.as_deref(), |out, kind| {
            out.text(kind);
            out.text(&subject_field(model, *index));
        });
    });
    let fields: Vec<_> = model.fields().map(|(_, field)| field).collect();
    out.list(&fields, |out, field| out.framed(|out| self::field(out, field)));
    out.0
}

fn flags(model: &Model) -> u8 {
    let flag = |set, bit| if set { bit } else { 0 };
    flag(model.is_enum, 1)
        | flag(model.row_bound, 2)
        | flag(model.skips(Skip::Debug), 4)
        | flag(model.skips(Skip::Serialize), 8)
        | flag(model.skips(Skip::Deserialize), 16)
}

/// The member with the id of a person.
fn subject_field(model: &Model, subject: usize) -> String {
    let mut named = model.groups.iter().filter_map(|group| {
        let (_, position) =
            group.subjects.iter().find(|(index, _)| usize::from(*index) == subject)?;
        Some(member_name(&group.fields[*position].member))
    });
    named.next().unwrap_or_default()
}

fn field(out: &mut Bytes, field: &Field) {
    out.text(&field.path);
    out.text(&field.wire_name);
    out.bytes(&field.id);
    out.list(&field.aliases, |out, id| out.bytes(id));
    out.text(&source(&field.ty));
    match &field.role {
        Role::Clear { authenticated } => {
            out.byte(0);
            out.byte(u8::from(*authenticated));
        }
        Role::Nested { portable } => {
            out.byte(1);
            out.byte(u8::from(*portable));
        }
        Role::Tagged(tag) => {
            out.byte(2);
            out.byte(u8::from(tag.seal_none));
            self::tag(out, tag);
        }
    }
}

fn tag(out: &mut Bytes, tag: &Tag) {
    out.list(&tag.categories, |out, category| out.text(category));
    out.byte(tag.subject);
    out.text(&mask(tag.mask.as_ref()));
    out.number(match tag.pad {
        Pad::None => 0,
        Pad::To(bytes) => bytes,
    });
    out.option(tag.lookup.as_ref(), |out, Lookup { name, normalizer, bits }| {
        out.text(name);
        out.text(normalizer);
        out.number(u32::from(*bits));
    });
}

/// As it is written in the attribute; `category` where there is none.
fn mask(mask: Option<&Mask>) -> String {
    match mask {
        None => "category".to_owned(),
        Some(Mask::Full) => "full".to_owned(),
        Some(Mask::Email) => "email".to_owned(),
        Some(Mask::Last(count)) => format!("last({count})"),
        Some(Mask::First(count)) => format!("first({count})"),
        Some(Mask::Year) => "year".to_owned(),
        Some(Mask::IpPrefix) => "ip_prefix".to_owned(),
        Some(Mask::Pseudonym) => "pseudonym".to_owned(),
        Some(Mask::Function(path)) => format!("fn {}", source(path)),
    }
}

/// Tokens without the blanks that the printer puts around punctuation.
fn source(tokens: &impl ToTokens) -> String {
    let mut out = String::new();
    for word in tokens.to_token_stream().to_string().split_whitespace() {
        let glued = |c: char| c.is_alphanumeric() || matches!(c, '_' | '\'' | '"');
        if out.ends_with(glued) && word.starts_with(glued) || out.ends_with([',', ';', '+', '=']) {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Numbers are little-endian, lengths and counts have 32 bits.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    fn number(&mut self, number: u32) {
        self.0.extend(number.to_le_bytes());
    }

    fn bytes(&mut self, bytes: &[u8; 8]) {
        self.0.extend(bytes);
    }

    fn count(&mut self, count: usize) {
        self.number(u32::try_from(count).expect("source text is shorter than 4 GiB"));
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend(text.as_bytes());
    }

    fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.byte(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    fn list<T>(&mut self, items: &[T], write: impl Fn(&mut Self, &T)) {
        self.count(items.len());
        for item in items {
            write(self, item);
        }
    }

    /// With its length before it, so that a later version may add to it.
    fn framed(&mut self, write: impl FnOnce(&mut Self)) {
        let mut inner = Self::default();
        write(&mut inner);
        self.count(inner.0.len());
        self.0.extend(inner.0);
    }
}

/// CRC-32 (IEEE 802.3).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_read_as_they_are_written() {
        for text in [
            "Option<String>",
            "Vec<(u8, String)>",
            "std::collections::BTreeMap<String, Vec<u8>>",
            "&'a str",
            "&'a mut dyn Send",
            "[u8;4]",
        ] {
            let ty: syn::Type = syn::parse_str(text).expect("a type");
            let shown = source(&ty);
            assert_eq!(shown, text.replace(';', "; "), "{text}");
        }
    }

    #[test]
    fn the_checksum_is_that_of_everybody() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }
}
