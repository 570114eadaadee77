//! Contents that are refused for the form of their bytes, or for what stands in them.

use super::raw::{accesses, b, content, edge, n, ns, one, run, s, section, seen, t, text};
use super::{Named, refused};

fn bad(name: &str, comment: &str, sound: &[u8], bytes: &[u8]) -> Named {
    refused("content", name, comment, sound, bytes)
}

pub(super) fn all() -> Vec<Named> {
    [frame(), numbers(), values(), texts(), runs()].concat()
}

/// One text: what most of them are made from.
fn sound() -> Vec<u8> {
    one(3, &[text(1, "a")])
}

fn frame() -> Vec<Named> {
    let (texts, outcomes) = (section(3, &[text(1, "a")]), section(14, &[vec![1, 0, 1]]));
    let both = content(&[texts.clone(), outcomes.clone()]);
    let with = |version: u8| [&[version], &sound()[1..]].concat();
    vec![
        bad("nothing", "no bytes at all", &[1], &[]),
        bad("version-0", "version 0", &sound(), &with(0)),
        bad("version-2", "version 2", &sound(), &with(2)),
        bad("section-0", "a zero byte at the end", &sound(), &[&sound()[..], &[0]].concat()),
        bad(
            "section-20",
            "a section that is unknown",
            &one(9, &[vec![7; 16]]),
            &one(20, &[vec![7; 16]]),
        ),
        bad("section-order", "sections out of order", &both, &content(&[outcomes, texts.clone()])),
        bad(
            "section-twice",
            "a section twice",
            &sound(),
            &content(&[texts, section(3, &[text(2, "b")])]),
        ),
        bad("section-empty", "a section without items", &sound(), &one(3, &[])),
        bad("section-cut", "the end of the last item is missing", &sound(), &sound()[..4]),
        bad("section-code-alone", "a section that ends after its code", &sound(), &sound()[..2]),
        bad(
            "count-high",
            "a count of two, and one item",
            &sound(),
            &[&[1, 3, 2][..], &sound()[3..]].concat(),
        ),
        bad(
            "count-huge",
            "a count for which there is no memory",
            &sound(),
            &[&[1, 3][..], &n(u64::MAX >> 1), &sound()[3..]].concat(),
        ),
        bad(
            "text-length",
            "a text that is longer than what is left",
            &sound(),
            &content(&[[vec![3, 1, 1], n(u64::MAX), b"a".to_vec()].concat()]),
        ),
    ]
}

fn numbers() -> Vec<Named> {
    let number = |number: &[u8]| one(3, &[[number, &s("a")].concat()]);
    let dictionary = |number: u64| one(5, &[[n(1), n(number), vec![3], n(1)].concat()]);
    let place = |location: u64| {
        one(13, &[[vec![7; 16], n(1), ns(&[1, location]), vec![1, 1], seen()].concat()])
    };
    vec![
        bad(
            "number-longer",
            "a number in two bytes that one holds",
            &number(&[1]),
            &number(&[0x81, 0]),
        ),
        bad(
            "number-11-bytes",
            "a number in eleven bytes",
            &number(&[1]),
            &number(&[[0x80; 10].as_slice(), &[1]].concat()),
        ),
        bad(
            "number-65-bits",
            "a number of 65 bits",
            &number(&[1]),
            &number(&[[0xFF; 9].as_slice(), &[3]].concat()),
        ),
        bad(
            "number-64-bits",
            "2^63: a database has no room for it",
            &place(u64::MAX >> 1),
            &place(1 << 63),
        ),
        bad("number-of-text-0", "a text with the number of none", &number(&[1]), &number(&[0])),
        bad(
            "number-of-instance-0",
            "an instance with the number of none",
            &one(1, &[[n(1), vec![7; 16]].concat()]),
            &one(1, &[[n(0), vec![7; 16]].concat()]),
        ),
        bad(
            "number-of-dataset-0",
            "a dataset with the number of none",
            &one(4, &[[n(1), t(1), s("")].concat()]),
            &one(4, &[[n(0), t(1), s("")].concat()]),
        ),
        bad(
            "dictionary-33-bits",
            "a number of an instance's dictionary of 33 bits",
            &dictionary(u64::from(u32::MAX)),
            &dictionary(1 << 32),
        ),
        bad(
            "dictionary-of-none",
            "a dictionary of the instance 0",
            &dictionary(1),
            &one(5, &[vec![0, 1, 3, 1]]),
        ),
        bad("start-of-none", "a start of the instance 0", &start(1, "a"), &start(0, "a")),
        bad(
            "change-of-none",
            "a policy in the instance 0",
            &one(7, &[[ns(&[1, 1]), t(1), s("")].concat()]),
            &one(7, &[[ns(&[0, 1]), t(1), s("")].concat()]),
        ),
        bad("finding-of-none", "a finding of the instance 0", &finding(1, "a"), &finding(0, "a")),
    ]
}

fn values() -> Vec<Named> {
    let sum = |first: i64, after: u64, count: u64| {
        one(11, &[edge(1, &[t(first), ns(&[after, count])].concat())])
    };
    let derived = |field: u64| one(12, &[[ns(&[1, field, 5, 1]), vec![5], seen()].concat()]);
    let unknown = |byte: u8| {
        one(
            11,
            &[[ns(&[1]), vec![1, 0, byte], ns(&[1, 2, 3, 0, 4, 0]), b(&[0x51]), seen()].concat()],
        )
    };
    let actions = |actions: &[u8]| {
        one(11, &[[ns(&[1]), vec![1, 0, 0], ns(&[1, 2, 3, 0, 4, 0]), b(actions), seen()].concat()])
    };
    let outcome = |count: u64| one(14, &[[vec![1, 0], n(count)].concat()]);
    let place = |places: &[Vec<u8>]| {
        one(13, &[[vec![7; 16], n(places.len() as u64), places.concat()].concat()])
    };
    let there = [ns(&[1, 1]), vec![1, 1], seen()].concat();
    let dropped = |number: u8, service: &str| {
        one(19, &[[vec![5; 16], s(service), vec![number], n(1)].concat()])
    };
    vec![
        bad("time-before-1970", "a time of -1 ns", &sum(1, 0, 1), &sum(-1, 0, 1)),
        bad(
            "time-wraps",
            "a time after the largest one",
            &content(&[section(
                11,
                &[
                    edge(1, &[t(i64::MAX), ns(&[0, 1])].concat()),
                    edge(2, &[t(0), ns(&[0, 1])].concat()),
                ],
            )]),
            &content(&[section(
                11,
                &[
                    edge(1, &[t(i64::MAX), ns(&[0, 1])].concat()),
                    edge(2, &[t(1), ns(&[0, 1])].concat()),
                ],
            )]),
        ),
        bad(
            "last-time-wraps",
            "a last time after the largest one",
            &sum(1, u64::MAX / 2 - 1, 1),
            &sum(1, u64::MAX / 2, 1),
        ),
        bad(
            "last-before-first",
            "a last time before the first one",
            &sum(9, 0, 1),
            &sum(9, u64::MAX, 1),
        ),
        bad("count-33-bits", "a count of 2^32", &sum(9, 0, (1 << 32) - 1), &sum(9, 0, 1 << 32)),
        bad("field-17-bits", "a field's position of 65,536", &derived(65_535), &derived(65_536)),
        bad("flag", "a flag that is neither 0 nor 1", &unknown(1), &unknown(2)),
        bad(
            "actions-zero",
            "actions with a zero at the end",
            &actions(&[0x51]),
            &actions(&[0x51, 0]),
        ),
        bad("actions-33", "actions of 33 bytes", &actions(&[0x11; 32]), &actions(&[0x11; 33])),
        bad("outcomes-0", "an outcome that there was not", &outcome(1), &outcome(0)),
        bad(
            "outcomes-33-bits",
            "an outcome 2^32 times",
            &outcome((1 << 32) - 1),
            &outcome(1 << 32),
        ),
        bad(
            "person-without-place",
            "a person without a place",
            &place(std::slice::from_ref(&there)),
            &place(&[]),
        ),
        bad("lane-64", "a lane above 63", &dropped(63, "a"), &dropped(64, "a")),
        bad("lane-service", "a service with a line break", &dropped(3, "a b"), &dropped(3, "a\nb")),
    ]
}

fn start(instance: u64, program: &str) -> Vec<u8> {
    one(2, &[[n(instance), t(1), s(program), s("b"), s("1"), s(""), s("")].concat()])
}

fn finding(instance: u64, what: &str) -> Vec<u8> {
    one(16, &[[ns(&[instance, 1]), vec![1], s(what)].concat()])
}

fn texts() -> Vec<Named> {
    let with = |bytes: &[u8]| one(3, &[[n(1), b(bytes)].concat()]);
    let named = |name: &str, comment: &str, text: &str| {
        bad(&format!("text-{name}"), comment, &with(b"a b"), &with(text.as_bytes()))
    };
    let dataset = |text: &str| one(4, &[[n(1), t(1), s(text)].concat()]);
    let policy = |digest: &str, text: &str| one(6, &[[s(digest), s(text), t(1)].concat()]);
    let change = |digest: &str| one(7, &[[ns(&[1, 1]), t(1), s(digest)].concat()]);
    let erasure = |groups: &str, what: &str| {
        let line = [s("a"), s("b"), s(what)].concat();
        one(17, &[[vec![3; 16], n(1), vec![4; 16], t(1), s(groups), t(1), n(1), line].concat()])
    };
    vec![
        bad("text-not-utf-8", "a text that is not UTF-8", &with(b"a"), &with(&[0xFF])),
        bad(
            "text-surrogate",
            "half a character of UTF-16",
            &with(b"a"),
            &with(&[0xED, 0xA0, 0x80]),
        ),
        named("break", "a line break in a name", "a\nb"),
        named("list-open", "origins whose last line has no end", "a.b@c\nd.e@f"),
        named("list-gap", "an empty line among origins", "a.b@c\n\nd.e@f\n"),
        named("list-first", "an empty line before origins", "\na.b@c\n"),
        named("tab", "a tab", "a\tb"),
        named("return", "a carriage return", "a\rb"),
        named("zero", "a zero character", "a\0b"),
        named("escape", "an escape sequence of terminals", "\u{1b}[2J"),
        named("delete", "U+007F", "a\u{7f}b"),
        named("c1", "U+009B, an escape in one character", "a\u{9b}b"),
        named("line-separator", "U+2028", "a\u{2028}b"),
        named("paragraph-separator", "U+2029", "a\u{2029}b"),
        bad(
            "dataset-return",
            "a description with a carriage return",
            &dataset("a\tb\nc\n"),
            &dataset("a\tb\r\n"),
        ),
        bad("policy-tab", "a policy with a tab", &policy("a", "b\nc"), &policy("a", "b\tc")),
        bad("policy-digest", "a digest with a line break", &policy("a", "b"), &policy("a\n", "b")),
        bad("change-digest", "a digest with a line break", &change("a"), &change("a\n")),
        bad("start-program", "a program with a line break", &start(1, "a"), &start(1, "a\n")),
        bad("finding-words", "a finding with a line break", &finding(1, "a"), &finding(1, "a\n")),
        bad(
            "erasure-groups",
            "key groups with a line break",
            &erasure("*", "c"),
            &erasure("*\n", "c"),
        ),
        bad(
            "erasure-line",
            "a line of a work list with a line break",
            &erasure("*", "c"),
            &erasure("*", "c\n"),
        ),
    ]
}

fn runs() -> Vec<Named> {
    let one_run = |instance, first, next| content(&[run(instance, first, next)]);
    let both = |count| content(&[run(1, 7, 10), accesses(count)]);
    vec![
        bad("run-empty", "a run without events", &one_run(1, 7, 8), &one_run(1, 7, 7)),
        bad(
            "run-backwards",
            "a run that ends before it begins",
            &one_run(1, 7, 8),
            &one_run(1, 7, 6),
        ),
        bad("run-of-none", "a run of the instance 0", &one_run(1, 7, 8), &one_run(0, 7, 8)),
        bad("accesses-without-run", "accesses of no run", &both(3), &content(&[accesses(3)])),
        bad("accesses-0", "accesses that there are not", &both(1), &both(0)),
        bad("accesses-above", "more accesses than events", &both(3), &both(4)),
    ]
}
