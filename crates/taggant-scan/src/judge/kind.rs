//! What a field's type says: dates are no street names, and nothing static is personal.

use super::Guess;
use crate::model::{Field, Leaf};
use crate::resolve::{End, Types};
use crate::split;
use crate::words::{Role, Words};

/// What a field's type is, as far as it helps.
pub(super) struct Shape {
    kinds: Vec<Kind>,
    /// Names of types that are not from a standard library, as written and through aliases.
    pub(super) names: Vec<String>,
    /// Its parts are judged themselves.
    pub(super) record: bool,
    /// Its own declaration protects it.
    pub(super) tagged: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Text,
    Static,
    Bytes,
    Int,
    /// Too small for a number that names a person.
    Small,
    Float,
    Bool,
    Date,
    Time,
    Span,
    Ip,
    Socket,
    Uuid,
    /// A type named `..Id`.
    Id,
    Url,
    Path,
    NoData,
    Choice,
    Technical,
    Other,
}

/// Looks through a field's type.
pub(super) fn of(types: &Types<'_>, file: usize, field: &Field) -> Shape {
    let mut shape = Shape { kinds: Vec::new(), names: Vec::new(), record: false, tagged: false };
    let mut records = 0;
    let mut tagged = 0;
    for leaf in &field.ty.leaves {
        let resolved = types.follow(leaf, file);
        let plain = |name: &&&str| matches!(known(name), Kind::Other | Kind::Technical | Kind::Id);
        shape.names.extend(resolved.names.iter().filter(plain).map(|name| (*name).to_owned()));
        tagged += usize::from(matches!(resolved.end, End::Tagged));
        if resolved.names.first().is_some_and(|name| known(name) == Kind::Id) {
            shape.kinds.push(Kind::Id);
            continue;
        }
        match resolved.end {
            End::Leaf(Leaf::Named(name)) => shape.kinds.push(known(&name)),
            End::Leaf(Leaf::StaticText) => shape.kinds.push(Kind::Static),
            End::Leaf(Leaf::Bytes) => shape.kinds.push(Kind::Bytes),
            End::Leaf(Leaf::NoData) => shape.kinds.push(Kind::NoData),
            End::Choice => shape.kinds.push(Kind::Choice),
            End::Record => records += 1,
            End::Tagged => shape.kinds.push(Kind::Other),
        }
    }
    let leaves = field.ty.leaves.len();
    shape.record = records > 0 && shape.kinds.is_empty();
    shape.tagged = leaves > 0 && tagged == leaves;
    shape
}

fn known(name: &str) -> Kind {
    match name {
        "String" | "str" | "CompactString" | "SmolStr" | "OsString" | "OsStr" | "ByteString"
        | "FastStr" | "KString" | "EcoString" | "Text" | "SecretString" | "CString" | "CStr"
        | "Str" | "ArrayString" | "FlexStr" | "char" => Kind::Text,
        "Bytes" | "BytesMut" | "ByteBuf" | "Blob" => Kind::Bytes,
        "u8" | "u16" | "i8" | "i16" | "c_short" | "c_ushort" => Kind::Small,
        "u32" | "u64" | "u128" | "usize" | "i32" | "i64" | "i128" | "isize" | "NonZeroU32"
        | "NonZeroU64" | "NonZeroUsize" | "BigInt" | "BigUint" | "AtomicU64" | "AtomicUsize"
        | "AtomicU32" | "c_int" | "c_uint" | "c_long" => Kind::Int,
        "f32" | "f64" | "Decimal" | "BigDecimal" | "OrderedFloat" | "Money" => Kind::Float,
        "bool" | "AtomicBool" => Kind::Bool,
        "NaiveDate" | "Date" | "LocalDate" | "CivilDate" => Kind::Date,
        "DateTime" | "NaiveDateTime" | "OffsetDateTime" | "PrimitiveDateTime" | "SystemTime"
        | "Timestamp" | "Zoned" | "NaiveTime" | "Time" => Kind::Time,
        "Duration" | "Instant" | "TimeDelta" => Kind::Span,
        "IpAddr" | "Ipv4Addr" | "Ipv6Addr" | "IpNet" | "IpNetwork" => Kind::Ip,
        "SocketAddr" | "SocketAddrV4" | "SocketAddrV6" => Kind::Socket,
        "Uuid" | "Ulid" | "ObjectId" => Kind::Uuid,
        "Url" | "Uri" => Kind::Url,
        "PathBuf" | "Path" | "Utf8PathBuf" | "Utf8Path" => Kind::Path,
        "PhantomData" | "Sender" | "Receiver" | "JoinHandle" | "Regex" | "Ident" | "Symbol"
        | "Span" | "TokenStream" | "Atom" | "Vec2" | "Vec3" | "UVec2" | "UVec3" | "IVec2"
        | "IVec3" | "Color" | "Entity" | "Handle" | "Counter" | "Gauge" | "Histogram"
        | "Position" | "Pos" | "Range" | "Version" => Kind::Technical,
        other => by_words(other),
    }
}

/// A type that is known by name only.
fn by_words(name: &str) -> Kind {
    let lists = Words::get();
    let words = split::words(name);
    let last = words.iter().rev().find(|word| !lists.has(word, Role::Carrier));
    match last {
        Some(last) if last == "id" => Kind::Id,
        // `DeviceToken` is what it says, though tokens are something technical.
        _ if lists.hits(&words).iter().any(|hit| {
            hit.end == words.len() && hit.phrase.is_some_and(|phrase| phrase.base >= 0.5)
        }) =>
        {
            Kind::Other
        }
        Some(last) if lists.has(last, Role::Technical) || lists.has(last, Role::Tail) => {
            Kind::Technical
        }
        _ => Kind::Other,
    }
}

impl Shape {
    /// Applies what the type says to a guess.
    pub(super) fn apply(&self, guess: &mut Guess) {
        let category = guess.category;
        let base = guess.base;
        let best = self
            .kinds
            .iter()
            .map(|kind| (fit(*kind, category, base), *kind))
            .max_by(|left, right| left.0.total_cmp(&right.0));
        let Some((factor, kind)) = best else { return };
        if factor > 1.05 {
            guess.because(factor, format!("{} fit", described(kind)));
        } else {
            guess.factor(factor);
        }
    }
}

fn described(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Bytes => "bytes",
        Kind::Date => "dates",
        Kind::Ip => "IP addresses",
        Kind::Float => "fractions",
        Kind::Int => "numbers",
        Kind::Choice => "choices",
        _ => "values of this type",
    }
}

/// How much more or less likely a field of this category has a type of this kind.
fn fit(kind: Kind, category: &str, base: f64) -> f64 {
    let within = |parents: &[&str]| {
        parents.iter().any(|parent| taggant_taxonomy::is_within(category, parent))
    };
    let special = within(&["user.health_and_medical", "user.demographic", "user.criminal_history"]);
    match kind {
        Kind::Text => 1.0,
        Kind::Static | Kind::Span | Kind::NoData => 0.02,
        Kind::Technical => 0.07,
        Kind::Other if base < 0.5 => 0.6,
        Kind::Other => 0.9,
        Kind::Bool if category == "user.demographic.date_of_birth" => 0.02,
        Kind::Bool if special || within(&["user.privacy_preferences"]) => 0.8,
        Kind::Bool => 0.02,
        Kind::Date if category == "user.demographic.date_of_birth" => 1.5,
        Kind::Date if category == "user.financial.credit_card" => 0.5,
        Kind::Date => 0.04,
        Kind::Time if category == "user.demographic.date_of_birth" => 0.9,
        Kind::Time => 0.03,
        Kind::Ip if category == "user.device.ip_address" => 1.6,
        Kind::Socket if category == "user.device.ip_address" => 0.8,
        Kind::Ip | Kind::Socket => 0.03,
        Kind::Uuid if within(&["user.device", "user.unique_id", "user.authorization"]) => 0.9,
        Kind::Uuid => 0.05,
        Kind::Url if within(&["user.contact.url", "user.social", "user.content"]) => 1.0,
        Kind::Url => 0.1,
        Kind::Path if within(&["user.content"]) => 0.4,
        Kind::Path => 0.05,
        Kind::Choice if special || category == "user.contact.address.country" => 1.0,
        Kind::Choice => 0.08,
        Kind::Int => int(category, base),
        Kind::Small if NAMING.iter().any(|at| within(&[at])) => 0.01,
        Kind::Small => int(category, base),
        Kind::Id if within(&["user.device", "user.unique_id", "user.government_id"]) => 0.9,
        Kind::Id => 0.05,
        Kind::Float if category == "user.location.precise" => 1.3,
        Kind::Float if within(&["user.financial", "user.health_and_medical"]) => 0.8,
        Kind::Float => 0.04,
        Kind::Bytes if within(&["user.biometric", "user.content", "user.health_and_medical"]) => {
            1.3
        }
        Kind::Bytes => 0.5,
    }
}

/// Numbers that tell one person from all others have more digits than 16 bits.
const NAMING: &[&str] = &[
    "user.contact.phone_number",
    "user.contact.fax_number",
    "user.government_id",
    "user.financial.bank_account",
    "user.device",
    "user.unique_id",
    "user.workplace",
    "user.health_and_medical.record_id",
    "user.health_and_medical.insurance_beneficiary_id",
];

/// Numbers: known to be written as such, or a symbol or count by another name.
fn int(category: &str, base: f64) -> f64 {
    const NUMBERS: &[&str] = &[
        "user.contact.phone_number",
        "user.contact.fax_number",
        "user.contact.address.postal_code",
        "user.government_id",
        "user.financial",
        "user.demographic.age_range",
        "user.demographic.date_of_birth",
        "user.health_and_medical",
        "user.device.device_id",
        "user.unique_id",
        "user.workplace",
        "user.criminal_history",
    ];
    const FLAGS: &[&str] = &["user.location", "user.device.ip_address", "user.demographic"];
    let within = |list: &[&str]| list.iter().any(|at| taggant_taxonomy::is_within(category, at));
    if within(NUMBERS) {
        1.0
    } else if within(FLAGS) {
        0.5
    } else if category == "user.contact.address.street" && base > 0.8 {
        0.8
    } else {
        0.06
    }
}
