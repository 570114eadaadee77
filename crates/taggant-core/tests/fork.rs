//! A parent and its forked child never produce the same randomness, nor a nonce twice.
#![cfg(unix)]
// The only way to fork a process is a system call.
#![allow(unsafe_code)]

use std::collections::HashSet;
use std::io::{Read, Write};
use std::os::fd::FromRawFd;

use taggant_core::Outcome;
use taggant_core::cipher::state::SealState;
use taggant_core::cipher::xaes::XaesKey;
use taggant_core::cipher::{fork, random};

/// Runs `work` in a forked child and returns what it gave.
fn in_child(work: impl FnOnce() -> Vec<u8>) -> Vec<u8> {
    let mut ends = [0; 2];
    // SAFETY: `ends` has room for the two descriptors.
    assert_eq!(unsafe { libc::pipe(ends.as_mut_ptr()) }, 0);
    // SAFETY: both descriptors are open and belong to nobody else.
    let (mut reader, mut writer) =
        unsafe { (std::fs::File::from_raw_fd(ends[0]), std::fs::File::from_raw_fd(ends[1])) };
    // SAFETY: the child calls `work`, writes to a pipe and leaves by `_exit`: it takes no lock
    // that a thread of the parent may have held, but the allocator's, which glibc and musl mend.
    match unsafe { libc::fork() } {
        -1 => panic!("fork failed"),
        0 => {
            let written = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
                .is_ok_and(|bytes| writer.write_all(&bytes).is_ok());
            // SAFETY: ends the child without running the test harness a second time.
            unsafe { libc::_exit(i32::from(!written)) }
        }
        child => {
            drop(writer);
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).expect("the pipe is readable");
            let mut status = 0;
            // SAFETY: waits for the child that was made above.
            assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
            assert_eq!(status, 0, "the child failed");
            bytes
        }
    }
}

/// `count` nonces, 32 random bytes each as well.
fn draw(count: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for _ in 0..count {
        out.extend_from_slice(&random::nonce().expect("randomness"));
        let mut bytes = [0; 32];
        random::fill(&mut bytes).expect("randomness");
        out.extend_from_slice(&bytes);
    }
    out
}

/// Sixteen-byte windows at the drawn items' beginnings: no two are ever alike.
fn pieces(bytes: &[u8]) -> impl Iterator<Item = [u8; 16]> + '_ {
    bytes
        .chunks_exact(56)
        .flat_map(|item| [&item[..16], &item[24..40]])
        .map(|piece| piece.try_into().expect("sixteen bytes"))
}

#[test]
fn parent_children_and_grandchildren_draw_different_bytes() {
    // The buffer is half used, so that a child inherits what the parent will draw.
    let mut all = vec![draw(3)];
    for _ in 0..8 {
        all.push(in_child(|| {
            let mut bytes = draw(200);
            bytes.extend(in_child(|| draw(200)));
            bytes.extend(draw(200));
            bytes
        }));
    }
    all.push(draw(600));
    let mut seen = HashSet::new();
    for process in &all {
        for piece in pieces(process) {
            assert!(seen.insert(piece), "two processes drew the same bytes");
        }
    }
    assert_eq!(seen.len(), 2 * (3 + 8 * 600 + 600));
}

#[test]
fn the_generation_counts_forks_and_stays_the_same_between() {
    let own = fork::generation();
    let bytes = in_child(|| {
        let first = fork::generation();
        let inner = in_child(|| fork::generation().to_be_bytes().to_vec());
        [&first.to_be_bytes()[..], &inner, &fork::generation().to_be_bytes()].concat()
    });
    let seen: Vec<u64> = bytes.as_chunks::<8>().0.iter().map(|n| u64::from_be_bytes(*n)).collect();
    assert_eq!(seen, [own + 1, own + 2, own + 1]);
    assert_eq!(fork::generation(), own);
}

/// A record may be on its way out when the process forks: a `Serialize` of the user's may do so.
#[test]
fn a_sealing_state_does_not_seal_in_a_child() {
    let mut state = SealState::new(&XaesKey::new(&[7; 32]), 1).expect("randomness");
    let mut first = *b"before the fork ";
    let before = state.seal(b"", &mut first).expect("seals").nonce;
    let child = in_child(|| {
        let mut buffer = *b"plaintext stays.";
        let refused = state.seal(b"", &mut buffer).map(|_| ()).unwrap_err();
        assert_eq!(refused.outcome(), Outcome::Invalid);
        buffer.to_vec()
    });
    assert_eq!(child, b"plaintext stays.");
    let after = state.seal(b"", &mut first).expect("the parent goes on").nonce;
    assert_ne!(before, after);
}
