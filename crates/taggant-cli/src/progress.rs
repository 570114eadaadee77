//! A bar on stderr for work that takes over a second, on a terminal only.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work of less than this shows no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// The progress of some work, in bytes or items.
pub(crate) struct Progress {
    bar: ProgressBar,
    started: Instant,
    /// Whether there is a terminal to show it on.
    is_watched: bool,
    is_shown: bool,
}

impl Progress {
    pub(crate) fn new(what: &str, quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        bar.set_message(what.to_owned());
        let is_watched = !quiet && std::io::stderr().is_terminal();
        Self { bar, started: Instant::now(), is_watched, is_shown: false }
    }

    /// How much there is to do, in bytes; only asked where somebody may see it.
    pub(crate) fn expect(&self, bytes: impl FnOnce() -> u64) {
        if self.is_watched {
            self.bar.set_length(bytes());
        }
    }

    /// How much is done, in bytes.
    pub(crate) fn advance_to(&mut self, bytes: u64) {
        self.bar.set_position(bytes);
        if self.is_watched && !self.is_shown && self.started.elapsed() > PATIENCE {
            self.is_shown = true;
            let known = "{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
            let open = "{msg} {spinner} {bytes} {bytes_per_sec}";
            let template = if self.bar.length().is_some() { known } else { open };
            let style = ProgressStyle::with_template(template);
            self.bar.set_style(style.expect("the template is fixed"));
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
