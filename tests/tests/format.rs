//! What the library writes is what docs/FORMAT.md and docs/KEYS.md say: its records are opened here
//! from the key store's rows and those pages alone, without the library's own reading path.

mod by_hand;

use serde_json::Value;
use taggant::{Flow, Policy, Runtime, Tagged};
use taggant_core::tag::FieldId;

use by_hand::{Store, frame, mac, unhex, unmasked};

#[derive(Tagged)]
#[tagged(
    dataset = "orders",
    subject(customer = customer),
    row = (id, part),
    integrity = "_seal",
    group = "sales"
)]
struct Order {
    #[clear(authenticated)]
    id: u64,
    #[clear]
    part: String,
    #[clear]
    customer: u64,
    #[tag("user.contact.email", lookup = "email_index")]
    email: String,
    #[tag("user.behavior.purchase_history", pad = 64)]
    lines: Vec<(u16, Option<String>)>,
    #[tag("user.account", subject(employee = clerk), pad = none)]
    note: String,
    #[clear]
    clerk: Option<[u8; 2]>,
    #[nested]
    delivery: Delivery,
    #[nested(portable)]
    voucher: Voucher,
}

#[derive(Tagged)]
#[tagged(dataset = "deliveries", row = stop)]
enum Delivery {
    #[allow(dead_code, reason = "names the other variant")]
    Pickup {
        #[clear]
        stop: i32,
    },
    Courier {
        #[clear]
        stop: i32,
        #[nested]
        address: Address,
    },
}

#[derive(Tagged)]
#[tagged(dataset = "addresses", row = none, unbound)]
struct Address {
    #[tag("user.contact.address.street", seal_none)]
    street: Option<String>,
}

#[derive(Tagged)]
#[tagged(dataset = "vouchers", row = none, unbound)]
struct Voucher(#[tag("user.financial")] u64);

fn order() -> Order {
    Order {
        id: 42,
        part: "ä".into(),
        customer: 7,
        email: " Ana@Example.org".into(),
        lines: vec![(1, Some("tea".into())), (1000, None)],
        note: "of nobody".into(),
        clerk: None,
        delivery: Delivery::Courier { stop: -3, address: Address { street: None } },
        voucher: Voucher(500),
    }
}

/// An order as it stands in storage, and the key store that can open it.
fn written() -> (Store, Value, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::builder(folder.path())
        .policy(Policy::from_toml("").unwrap())
        .root(by_hand::transparent_root())
        .journal_slots(1024)
        .build()
        .unwrap();
    let to = Flow::to("postgres://db", "orders").tenant("acme");
    let document = runtime.scope(|| to.run(|| serde_json::to_value(order()))).unwrap();
    (Store::open(&folder.path().join("keys.db"), "acme"), document, folder)
}

fn text(document: &Value, pointer: &str) -> String {
    document.pointer(pointer).and_then(Value::as_str).expect(pointer).to_owned()
}

/// The row bytes of the order, and of the delivery inside it.
fn rows() -> (Vec<u8>, Vec<u8>) {
    let order = [frame(b"42"), frame("ä".as_bytes())].concat();
    let delivery = [order.as_slice(), &frame(b"-3")].concat();
    (order, delivery)
}

#[test]
fn each_envelope_opens_with_the_documented_key_nonce_and_associated_data() {
    let (store, document, _folder) = written();
    let (order, delivery) = rows();
    let person = store.subject_tag("customer", "7").to_vec();
    let path =
        [FieldId::of("orders", "delivery").0, FieldId::of("deliveries", "Courier.address").0]
            .concat();
    let padded = |item: &[u8], length: usize| [item, &vec![0; length - item.len()]].concat();

    let opened = store.open_envelope(&text(&document, "/email"), &[], None, Some(&order));
    assert_eq!(opened.field, FieldId::of("orders", "email").0);
    assert_eq!((opened.flags, opened.owner), (1, (1, person.clone())));
    assert_eq!(opened.plain, padded(b"\x70 Ana@Example.org", 32));

    let opened = store.open_envelope(&text(&document, "/lines"), &[], None, Some(&order));
    assert_eq!(opened.plain, padded(b"\x82\x82\x01\x63tea\x82\x19\x03\xe8\xf6", 64));

    // The clerk is `None`: the value is under the dataset's own key.
    let opened = store.open_envelope(&text(&document, "/note"), &[], None, Some(&order));
    assert_eq!(opened.owner, (2, b"orders".to_vec()));
    assert_eq!(opened.plain, b"\x69of nobody");

    let street = text(&document, "/delivery/Courier/address/street");
    let opened = store.open_envelope(&street, &[], Some(&path), Some(&delivery));
    assert_eq!((opened.flags, opened.owner), (7, (1, person.clone())));
    assert_eq!(opened.plain, padded(b"\xf6", 16));

    // Portable: neither the path nor the rows around it.
    let opened = store.open_envelope(&text(&document, "/voucher"), &[], None, None);
    assert_eq!((opened.flags, opened.owner), (0, (1, person)));
    assert_eq!(opened.field, FieldId::of("vouchers", "0").0);
    assert_eq!(opened.plain, padded(b"\x19\x01\xf4", 16));
}

#[test]
fn the_fields_of_a_record_count_up_from_one_state_per_key() {
    let (_store, document, _folder) = written();
    let nonce = |pointer: &str| -> (Vec<u8>, u128) {
        let bytes = unmasked(&text(&document, pointer));
        let mut tail = [0; 16];
        tail[4..].copy_from_slice(&bytes[41..53]);
        (bytes[29..41].to_vec(), u128::from_be_bytes(tail))
    };
    let (head, first) = nonce("/email");
    let places = ["/lines", "/delivery/Courier/address/street", "/voucher", "/_seal"];
    for (place, count) in places.into_iter().zip(1..) {
        assert_eq!(nonce(place), (head.clone(), (first + count) % (1 << 96)), "{place}");
    }
    assert_ne!(nonce("/note").0, head, "another key has a state of its own");
}

#[test]
fn the_integrity_envelope_lists_every_envelope_and_authenticated_field() {
    let (store, document, _folder) = written();
    // A component of a place that steps into a field.
    let id = |dataset, field| [&[1], FieldId::of(dataset, field).0.as_slice()].concat();
    let delivery = id("orders", "delivery");
    let address = id("deliveries", "Courier.address");
    let street = [delivery, address, id("addresses", "street")].concat();
    let envelope = |pointer| unmasked(&text(&document, pointer));
    let mut items = vec![
        (id("orders", "id"), vec![0x18, 42]),
        (id("orders", "email"), envelope("/email")),
        (id("orders", "lines"), envelope("/lines")),
        (id("orders", "note"), envelope("/note")),
        (street, envelope("/delivery/Courier/address/street")),
        ([id("orders", "voucher"), id("vouchers", "0")].concat(), envelope("/voucher")),
    ];
    items.sort();
    let mut list = (items.len() as u64).to_be_bytes().to_vec();
    for (place, bytes) in &items {
        list.extend([frame(place), vec![1], frame(bytes)].concat());
    }
    let opened = store.open_envelope(&text(&document, "/_seal"), &list, None, Some(&rows().0));
    assert_eq!(opened.field, FieldId::of("orders", "$integrity").0);
    assert_eq!((opened.flags, opened.plain), (1, Vec::new()));
}

#[test]
fn the_blind_index_value_is_the_documented_hmac() {
    let (store, document, _folder) = written();
    let scope = [frame(b"orders"), frame(b"email_index")].concat();
    let (generation, key) = store.service_key("index", &scope);
    let tag = mac(&key, &[b"text/1", b"orders", b"email_index", b"ana@example.org"]);
    let expected = [&[generation], &tag[..16]].concat();
    assert_eq!(unhex(&text(&document, "/email_index")), expected);
}
