//! One face for ten formats. Errors are what a program would log.

use serde::Serialize;
use serde::de::DeserializeOwned;

pub trait Codec {
    const NAME: &'static str;
    fn write<T: Serialize>(value: &T) -> Result<Vec<u8>, String>;
    fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String>;
}

/// `Display` and `Debug` of an error and of all its sources.
fn explain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(&format!(" {inner} {inner:?}"));
        source = inner.source();
    }
    text
}

fn utf8(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|error| error.to_string())
}

macro_rules! codec {
    ($type:ident, $name:literal, |$value:ident| $write:expr, |$bytes:ident| $read:expr) => {
        pub struct $type;
        impl Codec for $type {
            const NAME: &'static str = $name;
            fn write<T: Serialize>($value: &T) -> Result<Vec<u8>, String> {
                $write.map_err(|error| explain(&error))
            }
            fn read<T: DeserializeOwned>($bytes: &[u8]) -> Result<T, String> {
                $read.map_err(|error| explain(&error))
            }
        }
    };
}

codec!(Json, "JSON", |value| serde_json::to_vec(value), |bytes| serde_json::from_slice(bytes));
codec!(Yaml, "YAML", |value| serde_yaml_ng::to_string(value).map(String::into_bytes), |bytes| {
    serde_yaml_ng::from_slice(bytes)
});
codec!(MessagePack, "MessagePack", |value| rmp_serde::to_vec_named(value), |bytes| {
    rmp_serde::from_slice(bytes)
});
codec!(Postcard, "postcard", |value| postcard::to_stdvec(value), |bytes| postcard::from_bytes(
    bytes
));
codec!(Bson, "BSON", |value| bson::serialize_to_vec(value), |bytes| bson::deserialize_from_slice(
    bytes
));

pub struct Toml;

impl Codec for Toml {
    const NAME: &'static str = "TOML";
    fn write<T: Serialize>(value: &T) -> Result<Vec<u8>, String> {
        toml::to_string(value).map(String::into_bytes).map_err(|error| explain(&error))
    }
    fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
        // `Display` of this format's errors quotes the line of the input: docs/THREATS.md.
        toml::from_str(utf8(bytes)?).map_err(|error| error.message().to_owned())
    }
}

pub struct Cbor;

impl Codec for Cbor {
    const NAME: &'static str = "CBOR";
    fn write<T: Serialize>(value: &T) -> Result<Vec<u8>, String> {
        let mut out = Vec::new();
        ciborium::into_writer(value, &mut out).map_err(|error| explain(&error))?;
        Ok(out)
    }
    fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
        ciborium::from_reader(bytes).map_err(|error| explain(&error))
    }
}

pub struct Bincode;

impl Codec for Bincode {
    const NAME: &'static str = "bincode";
    fn write<T: Serialize>(value: &T) -> Result<Vec<u8>, String> {
        bincode::serde::encode_to_vec(value, bincode::config::standard())
            .map_err(|error| explain(&error))
    }
    fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
        bincode::serde::decode_from_slice(bytes, bincode::config::standard())
            .map(|(value, _)| value)
            .map_err(|error| explain(&error))
    }
}

pub struct Ron;

impl Codec for Ron {
    const NAME: &'static str = "RON";
    fn write<T: Serialize>(value: &T) -> Result<Vec<u8>, String> {
        ron::to_string(value).map(String::into_bytes).map_err(|error| explain(&error))
    }
    fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
        ron::from_str(utf8(bytes)?).map_err(|error| explain(&error))
    }
}

pub struct Csv;

impl Codec for Csv {
    const NAME: &'static str = "CSV";
    fn write<T: Serialize>(value: &T) -> Result<Vec<u8>, String> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.serialize(value).map_err(|error| explain(&error))?;
        writer.into_inner().map_err(|error| error.to_string())
    }
    fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
        let mut reader = csv::Reader::from_reader(bytes);
        let row = reader.deserialize().next().ok_or("no row")?;
        row.map_err(|error| explain(&error))
    }
}
