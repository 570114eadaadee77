//! What is known of formats that serde can't be asked.
//!
//! A format that is asked for anything when it can't tell fails with the input gone. So the few that can't are known by the path of their types. One that is not
//! known here fails to be read, which is seen at once; nothing is mistaken for something else.

/// Crates whose formats hold values without their types.
const BLIND: [&str; 5] = ["postcard::", "bincode::", "bcs::", "bitcode::", "speedy::"];

/// Whether a deserializer can be asked for whatever stands there.
pub(crate) fn says_what_it_holds<D>() -> bool {
    let name = std::any::type_name::<D>();
    !BLIND.iter().any(|format| name.contains(format))
}

/// A pass of CSV over its first row, for the header: no value is written.
const NAMES_ONLY: &str = "csv::serializer::SeHeader";

/// Whether a serializer takes the names of the fields and drops their values.
pub(crate) fn asks_for_names<S>() -> bool {
    std::any::type_name::<S>().contains(NAMES_ONLY)
}
