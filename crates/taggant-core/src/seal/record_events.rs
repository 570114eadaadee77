//! The journal events of records: one per record that crosses a boundary, one per derivation
//! edge, one per access.

use std::sync::atomic::Ordering;
use std::time::{SystemTime, UNIX_EPOCH};

use super::binder::Subject;
use super::held::Unopened;
use super::origin::Label;
use super::read::OpenFrame;
use super::stack::Frame;
use crate::error::{Outcome, Result};
use crate::event::{DefineKind, EventFlags, RecordEvent, RecordKind};
use crate::field::RecordSpec;
use crate::flow::resolved::Resolved;
use crate::tag::{Action, SubjectTag};

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
