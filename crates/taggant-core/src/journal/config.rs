//! How a journal behaves, and what its process says of itself.

use std::time::Duration;

/// How a journal behaves.
#[derive(Clone, Debug)]
pub struct JournalConfig {
    /// The id of the data folder that the journal is part of: what another folder's process wrote
    /// is noticed.
    pub folder: [u8; 16],
    /// How many slots of 192 bytes there are on disk, reserved ahead: events that wait for the
    /// drainer. An event takes one, and more where its reason is long.
    pub slots: usize,
    /// How long an event waits for room before it, and what it would record, fails.
    pub block: Duration,
    /// How often the journal is drained, or flushed to disk where it can't be.
    pub interval: Duration,
}

impl Default for JournalConfig {
    fn default() -> Self {
        Self {
            folder: [0; 16],
            slots: 64 * 1024,
            block: Duration::from_secs(5),
            interval: Duration::from_millis(200),
        }
    }
}

/// What a process says of itself in its start event.
#[derive(Clone, Debug, Default)]
pub struct StartInfo {
    /// Stable name of the service; it stands in the journal's header too.
    pub service: String,
    /// Name of the program.
    pub program: String,
    /// Build id, if the program knows one.
    pub build: String,
    /// SHA-256 of the policy in force.
    pub policy: [u8; 32],
}

impl StartInfo {
    /// The text of the start event: one line per item.
    pub(super) fn text(&self) -> String {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        format!(
            "service\t{}\nprogram\t{}\nbuild\t{}\npid\t{}\nboot\t{}\npolicy\t{}\n",
            one_line(&self.service),
            one_line(&self.program),
            one_line(&self.build),
            std::process::id(),
            boot.trim(),
            crate::hex::encode(&self.policy),
        )
    }
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
