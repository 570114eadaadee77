//! What a closure writes to stdout and stderr is seen, whichever way it goes.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use taggant_testing::{LeakProbe, canary};

/// Whether the probe refuses what the closure writes, and says so without the value.
fn is_caught(secret: &str, work: impl FnOnce()) -> bool {
    let probe = LeakProbe::new().value("guests.email", secret);
    match catch_unwind(AssertUnwindSafe(|| probe.run(work))) {
        Ok(()) => false,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().expect("an assertion's message");
            assert!(text.contains("guests.email") && !text.contains(secret), "{text}");
            true
        }
    }
}

#[test]
fn print_is_caught() {
    let secret = canary::email();
    assert!(is_caught(&secret, || println!("to {secret}")));
}

#[test]
fn eprint_is_caught() {
    let secret = canary::email();
    assert!(is_caught(&secret, || eprintln!("to {secret}")));
}

#[test]
fn dbg_in_a_loop_of_runs_is_caught_in_whichever_run_it_is() {
    let secret = canary::email();
    let caught = (0..4).filter(|run| {
        is_caught(&secret, || {
            if *run == 2 {
                println!("to {secret}");
            }
        })
    });
    // A harness that takes the text away lets the first run tell of all.
    assert_eq!(caught.count(), 1);
}

#[test]
fn bytes_to_the_handle_are_caught() {
    let secret = canary::email();
    assert!(is_caught(&secret, || std::io::stdout().write_all(secret.as_bytes()).unwrap()));
    let secret = canary::email();
    assert!(is_caught(&secret, || std::io::stderr().write_all(secret.as_bytes()).unwrap()));
}

#[test]
fn a_child_process_and_another_thread_are_caught() {
    let secret = canary::word();
    assert!(is_caught(&secret, || {
        let mut echo = std::process::Command::new("echo");
        assert!(echo.arg(&secret).status().unwrap().success());
    }));
    let secret = canary::word();
    assert!(is_caught(&secret, || {
        let own = secret.clone();
        std::thread::spawn(move || std::io::stdout().write_all(own.as_bytes()).unwrap())
            .join()
            .unwrap();
    }));
}

#[test]
fn what_shows_nothing_passes() {
    let secret = canary::email();
    assert!(!is_caught(&secret, || println!("nothing to see")));
}

#[test]
fn a_thread_whose_prints_nobody_can_see_is_refused() {
    let thread = std::thread::Builder::new().name("worker".into()).spawn(|| {
        let probe = LeakProbe::new().value("guests.email", "maria@example.com");
        catch_unwind(AssertUnwindSafe(|| probe.run(|| println!("hello")))).is_err()
    });
    let refused = thread.unwrap().join().unwrap();
    // Run by hand with --nocapture, all is seen.
    let is_seen = std::env::args().any(|argument| argument == "--nocapture");
    assert_eq!(refused, !is_seen);
}

#[test]
fn what_was_written_meanwhile_is_not_lost() {
    let program = std::env::current_exe().unwrap();
    let mut again = std::process::Command::new(program);
    again.args(["--exact", "writer", "--nocapture", "--ignored"]);
    let output = again.output().unwrap();
    let (out, err) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(out.contains("first\nsecond\nthird\n"), "{out}");
    assert!(err.contains("an error\n"), "{err}");
    assert!(!out.contains('\u{200b}'), "the mark is not passed on");
}

#[test]
#[ignore = "run by another test"]
fn writer() {
    let probe = LeakProbe::new().value("guests.email", "maria@example.com");
    println!("first");
    probe.run(|| {
        println!("second");
        eprintln!("an error");
    });
    println!("third");
}
