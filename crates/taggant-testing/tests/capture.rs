//! What is caught of running code. These tests change the process's panic hook: a file of their own.

use taggant_testing::{Captured, LeakProbe, canary};

/// Logs when its thread ends.
struct Late;

impl Drop for Late {
    fn drop(&mut self) {
        log::info!("the end of a thread");
    }
}

thread_local! {
    static LATE: Late = const { Late };
}

#[test]
fn logging_while_a_thread_ends_does_not_end_the_process() {
    let thread = std::thread::spawn(|| {
        LATE.with(|_| ());
        Captured::of(|| log::info!("first")).0.output
    });
    assert!(String::from_utf8(thread.join().unwrap()).unwrap().contains("first"));
}

#[test]
fn a_panic_is_caught_when_another_hook_took_the_place_of_ours() {
    let secret = canary::word();
    let probe = LeakProbe::new().value("secret", &secret);
    drop(Captured::of(|| ()));
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let (formatted, _) = Captured::of(|| panic!("{secret}"));
    let (carried, _) = Captured::of(|| std::panic::panic_any(secret.clone()));
    std::panic::set_hook(hook);
    assert!(!probe.find(&formatted.output).is_empty());
    assert!(!probe.find(&carried.output).is_empty());
}
