//! Rows of accesses that are refused.

use super::raw::{b, n, ns, t};
use super::{Named, refused};

/// The parts of a row, any of which may be wrong.
#[derive(Clone)]
struct Row {
    number: Vec<u8>,
    time: Vec<u8>,
    actions: Vec<u8>,
    field: u64,
    location: u64,
    person: Vec<u8>,
    reason: Vec<u8>,
    trace: Vec<u8>,
}

fn row(number: u64) -> Row {
    Row {
        number: n(number),
        time: t(1000),
        actions: vec![5],
        field: 1,
        location: 1,
        person: vec![1; 16],
        reason: b"ticket".to_vec(),
        trace: vec![7; 16],
    }
}

impl Row {
    fn bytes(&self) -> Vec<u8> {
        [
            self.number.clone(),
            self.time.clone(),
            vec![3, 0],
            ns(&[1, 0]),
            b(&self.actions),
            ns(&[self.field, self.location, 2, 3, 0, 4, 0, 5]),
            b(&self.person),
            n(0),
            b(&self.reason),
            b(&self.trace),
        ]
        .concat()
    }
}

pub(super) fn all() -> Vec<Named> {
    let bad = |name: &str, comment: &str, change: &dyn Fn(&mut Row)| {
        let mut changed = row(8);
        change(&mut changed);
        refused("accesses", name, comment, &row(8).bytes(), &changed.bytes())
    };
    let two = |first: u64, second: u64| [row(first).bytes(), row(second).bytes()].concat();
    let whole = row(8).bytes();
    vec![
        refused("accesses", "order", "rows out of order", &two(8, 9), &two(9, 8)),
        refused("accesses", "twice", "two rows of one event", &two(8, 9), &two(8, 8)),
        refused("accesses", "cut", "the last byte is missing", &whole, &whole[..whole.len() - 1]),
        refused(
            "accesses",
            "trailing",
            "a byte after the last row",
            &whole,
            &[&whole[..], &[0]].concat(),
        ),
        bad("number-longer", "a number in two bytes that one holds", &|row| {
            row.number = vec![0x88, 0]
        }),
        bad("number-64-bits", "an event's number of 2^63", &|row| row.number = n(1 << 63)),
        bad("time-before-1970", "a time of -1 ns", &|row| row.time = t(-1)),
        bad("actions-zero", "actions with a zero at the end", &|row| row.actions = vec![5, 0]),
        bad("actions-33", "actions of 33 bytes", &|row| row.actions = vec![0x11; 33]),
        bad("field-17-bits", "a field's position of 65,536", &|row| row.field = 65_537),
        bad("location-64-bits", "a location's number of 2^63", &|row| row.location = 1 << 63),
        bad("person-15-bytes", "a handle of 15 bytes", &|row| row.person = vec![1; 15]),
        bad("trace-15-bytes", "a trace id of 15 bytes", &|row| row.trace = vec![7; 15]),
        bad("reason-break", "a reason with a line break", &|row| row.reason = b"a\nb".to_vec()),
        bad("reason-escape", "a reason with an escape sequence", &|row| {
            row.reason = b"\x1b[2J".to_vec()
        }),
        bad("reason-not-utf-8", "a reason that is not UTF-8", &|row| row.reason = vec![0xC3]),
    ]
}
