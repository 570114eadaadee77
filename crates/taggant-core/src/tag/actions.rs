use super::Action;

/// What was done with 64 fields: a four-bit [`Action`] code each, the low nibble of a byte first. 0
/// means that the field was not there.
///
/// ```
/// use taggant_core::tag::{Action, Actions};
///
/// let mut done = Actions::NONE;
/// done.set(3, Action::Seal);
/// assert_eq!(done.get(3), Some(Action::Seal));
/// assert_eq!(done.codes(64).collect::<Vec<_>>(), [(67, Action::Seal.code())]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Actions(pub [u8; 32]);

impl Actions {
    /// Nothing was done with any field.
    pub const NONE: Self = Self([0; 32]);

    /// How many fields one has room for.
    pub const FIELDS: usize = 64;

    /// An event about one field says in the first place what was done with it.
    #[must_use]
    pub fn one(action: Action) -> Self {
        let mut one = Self::NONE;
        one.set(0, action);
        one
    }

    /// Without what was done with any field but the first.
    #[must_use]
    pub fn first_alone(mut self) -> Self {
        (1..Self::FIELDS).for_each(|index| self.clear(index));
        self
    }

    /// Says what was done with a field; in place of what was said of it before.
    ///
    /// # Panics
    /// Where the field is not one of the 64.
    pub fn set(&mut self, index: usize, action: Action) {
        self.clear(index);
        self.0[index / 2] |= action.code() << shift(index);
    }

    /// Says that nothing was done with a field.
    ///
    /// # Panics
    /// Where the field is not one of the 64.
    pub fn clear(&mut self, index: usize) {
        self.0[index / 2] &= !(0xF << shift(index));
    }

    /// The code of a field as it is written, which a newer build may have made.
    ///
    /// # Panics
    /// Where the field is not one of the 64.
    #[must_use]
    pub const fn code(&self, index: usize) -> u8 {
        self.0[index / 2] >> shift(index) & 0xF
    }

    /// What was done with a field.
    ///
    /// # Panics
    /// Where the field is not one of the 64.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Action> {
        Action::from_code(self.code(index))
    }

    /// Whether nothing was done with any field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::NONE
    }

    /// The fields that something was done with, counted from that of the first nibble, and the
    /// codes.
    pub fn codes(self, first_field: u16) -> impl Iterator<Item = (usize, u8)> {
        let first = usize::from(first_field);
        (0..Self::FIELDS)
            .map(move |index| (first + index, self.code(index)))
            .filter(|(_, code)| *code != 0)
    }
}

const fn shift(index: usize) -> usize {
    4 * (index % 2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn action() -> impl Strategy<Value = Action> {
        prop::sample::select(Action::ALL.to_vec())
    }

    proptest! {
        #[test]
        fn what_is_set_is_told_and_its_neighbours_stay(
            before: [u8; 32], index in 0..Actions::FIELDS, action in action(),
        ) {
            let before = Actions(before);
            let mut after = before;
            after.set(index, action);
            for other in 0..Actions::FIELDS {
                let code = if other == index { action.code() } else { before.code(other) };
                prop_assert_eq!(after.code(other), code);
            }
            prop_assert_eq!(after.get(index), Some(action));
            after.clear(index);
            prop_assert_eq!((after.code(index), after.get(index)), (0, None));
        }

        #[test]
        fn codes_are_those_of_each_field_that_has_one(bytes: [u8; 32], first: u16) {
            let actions = Actions(bytes);
            let told: Vec<_> = actions.codes(first).collect();
            let looked_up: Vec<_> = (0..Actions::FIELDS)
                .map(|index| (usize::from(first) + index, actions.code(index)))
                .filter(|(_, code)| *code != 0)
                .collect();
            prop_assert_eq!(actions.is_empty(), told.is_empty());
            prop_assert_eq!(told, looked_up);
        }
    }

    #[test]
    fn the_low_nibble_comes_first() {
        let mut actions = Actions::one(Action::Seal);
        actions.set(1, Action::Ingest);
        assert_eq!(actions.0[0], Action::Seal.code() | Action::Ingest.code() << 4);
    }
}
