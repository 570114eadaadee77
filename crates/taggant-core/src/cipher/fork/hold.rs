//! Holds off forks while something is under way that a child must not inherit half done: a database
//! transaction, a lock that another thread holds. Databases are closed before a fork, because
//! SQLite forbids to carry a connection across one.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, Once, PoisonError, Weak};
use std::time::{Duration, Instant};

/// What must be put in order at a fork.
pub trait AtFork: Send + Sync {
    /// Called in the parent, before. No other thread holds forks off, so no lock that is taken
    /// under [`hold`] is.
    fn before(&self) {}

    /// Called in the child, which has one thread.
    fn in_child(&self) {}
}

/// As long as it lives, no other thread forks. It is taken before the locks that a child must not
/// find taken; a thread that has one may take another.
pub struct Hold {
    /// It belongs to its thread.
    _thread: PhantomData<*const ()>,
}

struct Gate {
    /// Threads that hold forks off.
    holders: usize,
    /// How many threads wait to fork. One that has forked must not let others in before the next.
    pending: usize,
    hooks: Vec<Weak<dyn AtFork>>,
}

static GATE: Mutex<Gate> = Mutex::new(Gate { holders: 0, pending: 0, hooks: Vec::new() });
static CHANGED: Condvar = Condvar::new();

/// A fork waits for so long at most, and then leaves the child as it is.
const LONGEST: Duration = Duration::from_secs(10);

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    /// The gate, locked by the thread that forks, from before to after the fork.
    static FORKING: RefCell<Option<MutexGuard<'static, Gate>>> = const { RefCell::new(None) };
}

fn gate() -> MutexGuard<'static, Gate> {
    GATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Holds off forks of this process until the result is dropped.
#[must_use]
pub fn hold() -> Hold {
    let depth = DEPTH.get();
    if depth == 0 {
        handlers();
        CHANGED
            .wait_while(gate(), |gate| gate.pending > 0)
            .unwrap_or_else(PoisonError::into_inner)
            .holders += 1;
    }
    DEPTH.set(depth + 1);
    Hold { _thread: PhantomData }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let depth = DEPTH.get() - 1;
        DEPTH.set(depth);
        if depth == 0 {
            let mut gate = gate();
            gate.holders -= 1;
            if gate.pending > 0 && gate.holders == 0 {
                CHANGED.notify_all();
            }
        }
    }
}

/// Tells `what` of each fork, as long as it lives.
pub fn register(what: &Arc<dyn AtFork>) {
    handlers();
    let mut gate = gate();
    gate.hooks.retain(|hook| hook.strong_count() > 0);
    gate.hooks.push(Arc::downgrade(what));
}

fn handlers() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        #[cfg(unix)]
        {
            // SAFETY: `fork` calls the handlers in the thread that forks, the child's in the child;
            // they take no arguments and don't unwind.
            let code = unsafe { libc::pthread_atfork(Some(before), Some(after), Some(in_child)) };
            assert!(code == 0, "no memory for a fork handler");
        }
    });
}

/// Runs hooks as one who holds forks off, which is what this thread does.
#[cfg(unix)]
fn run(hooks: Vec<Arc<dyn AtFork>>, what: fn(&dyn AtFork)) {
    DEPTH.set(1);
    for hook in &hooks {
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| what(&**hook)));
    }
    // Their last owner may have gone meanwhile: then they end here.
    drop(hooks);
    DEPTH.set(0);
}

#[cfg(unix)]
extern "C" fn before() {
    // What the forking thread itself is in the middle of can't be put in order.
    if DEPTH.get() > 0 {
        return;
    }
    let until = Instant::now() + LONGEST;
    let mut gate = gate();
    gate.pending += 1;
    while gate.holders > 0 && Instant::now() < until {
        let left = until.saturating_duration_since(Instant::now());
        gate = CHANGED.wait_timeout(gate, left).unwrap_or_else(PoisonError::into_inner).0;
    }
    // From here on the locked gate itself keeps others out.
    gate.pending -= 1;
    CHANGED.notify_all();
    if gate.holders == 0 {
        let hooks = gate.hooks.iter().filter_map(Weak::upgrade).collect();
        run(hooks, |hook| hook.before());
        let _ = FORKING.try_with(|forking| *forking.borrow_mut() = Some(gate));
    }
}

#[cfg(unix)]
extern "C" fn after() {
    drop(FORKING.try_with(RefCell::take));
}

#[cfg(unix)]
extern "C" fn in_child() {
    let Ok(Some(mut gate)) = FORKING.try_with(RefCell::take) else { return };
    // Those who wait to fork are the parent's.
    gate.pending = 0;
    let hooks = gate.hooks.iter().filter_map(Weak::upgrade).collect();
    drop(gate);
    run(hooks, |hook| hook.in_child());
}
