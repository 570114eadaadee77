//! Every path that an expansion names at run time.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

/// `<krate>::__private`
pub(crate) struct Runtime(TokenStream);

macro_rules! items {
    ($($method:ident: $item:ident,)*) => {
        impl Runtime {
            $(pub(crate) fn $method(&self) -> TokenStream {
                let private = &self.0;
                quote!(#private::$item)
            })*
        }
    };
}

impl Runtime {
    /// For code outside the block that `import` opens.
    pub(crate) fn absolute(krate: &Path) -> Self {
        Self(quote!(#krate::__private))
    }

    /// For code after `import`: short, since serde's derive reads these paths again as text.
    pub(crate) fn imported() -> Self {
        Self(quote!(__taggant))
    }

    /// Names the runtime for a block.
    pub(crate) fn import(krate: &Path) -> TokenStream {
        quote!(use #krate::__private as __taggant;)
    }

    pub(crate) fn derive_serialize(&self) -> TokenStream {
        let serde = self.serde();
        quote!(#serde::Serialize)
    }

    pub(crate) fn derive_deserialize(&self) -> TokenStream {
        let serde = self.serde();
        quote!(#serde::Deserialize)
    }

    pub(crate) fn serializer(&self) -> TokenStream {
        let serde = self.serde();
        quote!(#serde::Serializer)
    }

    pub(crate) fn deserializer(&self) -> TokenStream {
        let serde = self.serde();
        quote!(#serde::Deserializer)
    }

    pub(crate) fn deserialize_owned(&self) -> TokenStream {
        let serde = self.serde();
        quote!(#serde::de::DeserializeOwned)
    }
}

items! {
    serde: serde,
    // Static descriptions.
    record_spec: RecordSpec,
    field_spec: FieldSpec,
    field_role: FieldRole,
    tag_spec: TagSpec,
    mask: Mask,
    pad: Pad,
    lookup_spec: LookupSpec,
    spec_number: SpecNumber,
    record_parts: RecordParts,
    record: Record,
    field_id: FieldId,
    error: Error,
    // Traits of the type.
    tagged: Tagged,
    bind: Bind,
    binder: Binder,
    subject_id: SubjectId,
    nested: Nested,
    seal_nested: SealNested,
    open_nested: OpenNested,
    // Masks.
    masker: Masker,
    mask_text: MaskText,
    no_mask: NoMask,
    text_mask: TextMask,
    masked: masked,
    by_mask: ByMask,
    by_serde: BySerde,
    by_nothing: ByNothing,
    text_of: TextOf,
    limited_mask: limited_mask,
    // Writing.
    seal_record: seal_record,
    seal_nested_record: seal_nested_record,
    seal_field: seal_field,
    seal_lookup_field: seal_lookup_field,
    nested_field: nested_field,
    authenticated_field: authenticated_field,
    clear_field: clear_field,
    lookup_sibling: lookup_sibling,
    integrity_sibling: integrity_sibling,
    unit: unit,
    // Reading.
    open_record: open_record,
    opener: Opener,
    pending: Pending,
    clear: Clear,
    nested_pending: NestedPending,
    pending_sibling: PendingSibling,
    integrity_items: IntegrityItems,
    // Look-ups.
    lookup_field: LookupField,
    lookup_of: lookup_of,
}
