//! Interleaved rounds: in each round every case runs for about the same short time, so that a
//! machine that slows down slows all of them. Ratios are taken within a round, then the median.
//!
//! What is measured is the time of the processor in this thread, the kernel's work for it included:
//! what else the machine does, the drainer of the journal too, is not in it.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Nanoseconds that the processor has worked for this thread.
fn worked() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

/// One thing to measure.
pub(crate) struct Case<'a> {
    pub(crate) name: &'static str,
    run: Box<dyn FnMut() + 'a>,
}

impl<'a> Case<'a> {
    pub(crate) fn new(name: &'static str, run: impl FnMut() + 'a) -> Self {
        Self { name, run: Box::new(run) }
    }

    fn batch(&mut self, times: u32) -> f64 {
        let start = worked();
        for _ in 0..times {
            (self.run)();
        }
        (worked() - start) / f64::from(times)
    }

    /// How many runs fill a batch. The first runs do what is done once, and do not count.
    fn calibrate(&mut self, batch: Duration) -> u32 {
        self.batch(1_000);
        let mut times = 16;
        loop {
            let each = self.batch(times);
            if each * f64::from(times) > batch.as_nanos() as f64 / 4.0 {
                return ((batch.as_nanos() as f64 / each) as u32).max(1);
            }
            times *= 2;
        }
    }
}

/// What came out for one case.
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    pub(crate) nanoseconds: f64,
    /// Against the first case.
    pub(crate) ratio: f64,
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Measures all cases; `between` runs outside the clock after each batch.
pub(crate) fn interleaved(
    cases: &mut [Case<'_>],
    rounds: usize,
    between: &dyn Fn(),
) -> Vec<Measured> {
    let batch = Duration::from_millis(2);
    let mut times = Vec::new();
    for case in &mut *cases {
        times.push(case.calibrate(batch));
        between();
    }
    let mut taken = vec![Vec::with_capacity(rounds); cases.len()];
    for round in 0..rounds {
        for step in 0..cases.len() {
            let at = (step + round) % cases.len();
            taken[at].push(cases[at].batch(times[at]));
            between();
        }
    }
    let result = |at: usize| Measured {
        name: cases[at].name,
        nanoseconds: median(taken[at].clone()),
        ratio: median(taken[at].iter().zip(&taken[0]).map(|(own, base)| own / base).collect()),
    };
    (0..cases.len()).map(result).collect()
}
