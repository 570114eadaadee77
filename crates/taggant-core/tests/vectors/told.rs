//! A plaintext as the vectors tell it: JSON, and `{"$kind": ..}` for what JSON has no word for.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Value, json};

pub(crate) struct Told(pub(crate) Value);

impl<'de> Deserialize<'de> for Told {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Tell).map(Self)
    }
}

struct Tell;

impl<'de> Visitor<'de> for Tell {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(json!({"$integer": value.to_string()}))
    }
    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(json!({"$integer": value.to_string()}))
    }
    fn visit_f32<E>(self, value: f32) -> Result<Value, E> {
        Ok(json!({"$float32": format!("{:08x}", value.to_bits())}))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        if value.is_finite() && !(value == 0.0 && value.is_sign_negative()) {
            return Ok(value.into());
        }
        Ok(json!({"$float64": format!("{:016x}", value.to_bits())}))
    }
    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_bytes<E>(self, value: &[u8]) -> Result<Value, E> {
        Ok(json!({"$bytes": taggant_core::hex::encode(value)}))
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut out = Vec::new();
        while let Some(Told(item)) = items.next_element()? {
            out.push(item);
        }
        Ok(out.into())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut out = Vec::new();
        while let Some((Told(key), Told(value))) = entries.next_entry()? {
            out.push((key, value));
        }
        if out.iter().all(|(key, _)| key.is_string()) {
            let text = |key: Value| key.as_str().expect("checked above").to_owned();
            return Ok(out.into_iter().map(|(key, value)| (text(key), value)).collect());
        }
        Ok(json!({ "$map": out }))
    }
}
