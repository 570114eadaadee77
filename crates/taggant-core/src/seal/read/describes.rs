//! Which formats say what they hold.
//!
//! serde has no question for it, and a format that is asked for anything when it can't tell fails
//! with the input gone. So the few that can't are known by the path of their types. One that is not
//! known here fails to be read, which is seen at once; nothing is mistaken for something else.

/// Crates whose formats hold values without their types.
const BLIND: [&str; 5] = ["postcard::", "bincode::", "bcs::", "bitcode::", "speedy::"];

/// Whether a deserializer can be asked for whatever stands there.
pub(super) fn says_what_it_holds<D>() -> bool {
    let name = std::any::type_name::<D>();
    !BLIND.iter().any(|format| name.contains(format))
}
