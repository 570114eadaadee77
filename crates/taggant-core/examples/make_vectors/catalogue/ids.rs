//! Field ids and subject tags.

use serde_json::json;
use taggant_core::cipher::mac::MacKey;
use taggant_core::tag::FieldId;

use super::{Named, hex};

const KEY: [u8; 32] = *b"an invented subject key 32 bytes";

pub(super) fn all() -> Vec<Named> {
    let fields = [
        ("plain", "customers", "email"),
        ("variant", "contacts", "Company.name"),
        ("tuple", "pairs", "0"),
        ("integrity", "customers", "$integrity"),
        ("unicode", "kunden", "straße"),
    ];
    let fields = fields.map(|(name, dataset, path)| {
        let id = hex(&FieldId::of(dataset, path).0);
        (format!("field-{name}"), json!({"dataset": dataset, "path": path, "field_id": id}))
    });
    let subjects = [
        ("number", "default", "customer", "42"),
        ("uuid", "default", "employee", "67e55044-10b1-426f-9247-bb680e5fe0c8"),
        ("bytes", "Acme GmbH", "customer", "00ff"),
        ("empty", "default", "customer", ""),
    ];
    let subjects = subjects.map(|(name, tenant, kind, id)| {
        let tag = MacKey::new(&KEY).tag(&[tenant, kind, id].map(str::as_bytes));
        let file = json!({
            "key": hex(&KEY),
            "tenant": tenant,
            "kind": kind,
            "canonical_id": id,
            "subject_tag": hex(&tag[..16]),
        });
        (format!("subject-{name}"), file)
    });
    fields.into_iter().chain(subjects).collect()
}
