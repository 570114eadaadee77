//! The records that this thread is writing right now: one frame each, inner last.
//!
//! No borrow is held while code of the user or of a format runs: both may write records too.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::sync::Arc;

use zeroize::Zeroize;

use super::binder::{Binder, Subject, flow_subject};
use super::context::Binding;
use super::decisions::{Decisions, decisions, nothing_done};
use super::integrity::IntegrityItems;
use super::states::States;
use crate::cbor::whose::Whose;
use crate::error::Result;
use crate::field::{FieldRole, RecordSpec};
use crate::flow::resolved::Resolved;
use crate::flow::scope::{self, WriteFlow};
use crate::tag::{Actions, KeyId};

/// A record that is being written.
pub(crate) struct Frame {
    pub(crate) spec: &'static RecordSpec,
    pub(crate) flow: Arc<Resolved>,
    pub(crate) wrap: bool,
    /// Whether the format asks for the names of the fields only: nothing leaves.
    pub(crate) names_only: bool,
    /// How deep in scopes it began: in a scope that was entered since, it is not around.
    depth: usize,
    pub(crate) decisions: Arc<Decisions>,
    /// In a box, which is used again for other records: it is large.
    pub(crate) binding: Box<Binding>,
    /// Index of the frame of the outermost record, which owns the sealing states.
    pub(crate) base: usize,
    /// The `#[nested]` field that is being written.
    pub(crate) nested: Option<usize>,
    /// Whether this record or one around it has integrity.
    pub(crate) covered: bool,
    /// Where in this record its nested field is being written, if it is covered.
    pub(crate) position: Vec<u8>,
    /// Key group: a nested type that names none takes the enclosing record's.
    pub(crate) group: &'static str,
    /// What was done with each field.
    pub(crate) done: Vec<Actions>,
    /// The key of the record's own subject, for the event.
    pub(crate) key: Option<KeyId>,
    /// The blind-index value of the field that was written last.
    pub(crate) lookup: Option<Vec<u8>>,
    pub(crate) integrity: Option<IntegrityItems>,
    /// Whether the event was written before the record (disclosures).
    pub(crate) announced: Option<u64>,
}

/// Reusable buffers of one field.
#[derive(Default)]
pub(crate) struct Scratch {
    pub(crate) bytes: Vec<u8>,
    pub(crate) text: String,
    pub(crate) aad: Vec<u8>,
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.bytes.zeroize();
        self.text.zeroize();
    }
}

#[derive(Default)]
pub(crate) struct Stack {
    pub(crate) frames: Vec<Frame>,
    pub(crate) states: States,
    spare_bindings: Vec<(Box<Binding>, Vec<Actions>)>,
    scratch: Vec<Scratch>,
    canonical: Vec<u8>,
}

thread_local! {
    static STACK: RefCell<Stack> = RefCell::new(Stack::default());
    /// Whether the record that begins next comes through a `#[nested]` field.
    static NESTED: Cell<bool> = const { Cell::new(false) };
}

/// Buffers larger than this are given back to the allocator.
const MAX_KEPT: usize = 64 * 1024;

pub(crate) fn with<R>(work: impl FnOnce(&mut Stack) -> R) -> R {
    STACK.with_borrow_mut(work)
}

impl Stack {
    pub(crate) fn top(&mut self) -> &mut Frame {
        self.frames
            .last_mut()
            .expect("fields are written between the begin and the end of a record")
    }

    pub(crate) fn take_scratch(&mut self) -> Scratch {
        self.scratch.pop().unwrap_or_default()
    }

    pub(crate) fn give_scratch(&mut self, mut scratch: Scratch) {
        if scratch.bytes.capacity() <= MAX_KEPT && self.scratch.len() < 8 {
            scratch.bytes.clear();
            scratch.text.clear();
            self.scratch.push(scratch);
        }
    }
}

/// Where a new record stands.
struct Parent {
    flow: Arc<Resolved>,
    wrap: bool,
    base: Option<usize>,
    covered: bool,
    inherited: Option<Inherited>,
}

struct Inherited {
    subject: Subject,
    group: &'static str,
}

/// Ends the frame when dropped, on unwind too: the state of a record never outlives it.
pub(crate) struct Entered {
    depth: usize,
    _not_send: PhantomData<*const ()>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        with(|stack| {
            while stack.frames.len() > self.depth {
                if let Some(frame) = stack.frames.pop() {
                    stack.retire(frame);
                }
            }
            if self.depth == 0 {
                stack.states.clear();
            }
        });
    }
}

impl Stack {
    fn retire(&mut self, frame: Frame) {
        let index = self.frames.len();
        if frame.base == index {
            self.states.end_of_base(index);
        }
        let Frame { mut binding, mut done, .. } = frame;
        binding.row.clear();
        binding.path.clear();
        binding.place.clear();
        binding.former_paths.clear();
        binding.subjects = Default::default();
        done.clear();
        if self.spare_bindings.len() < 8 {
            self.spare_bindings.push((binding, done));
        }
    }

    /// The record around, unless a scope has been entered since it began.
    fn around(&self) -> Option<&Frame> {
        self.frames.last().filter(|frame| frame.depth == scope::depth())
    }

    /// Where the record in a `#[nested]` field stands, its inherited binding copied into `binding`.
    fn parent(&self, binding: &mut Binding) -> Option<Parent> {
        let frame = self.around()?;
        let field = &frame.spec.fields[frame.nested?];
        binding.place.extend_from_slice(&frame.binding.place);
        binding.place.extend_from_slice(&frame.position);
        if !matches!(field.role, FieldRole::Nested { portable: true }) {
            binding.row.extend_from_slice(&frame.binding.row);
            binding.path.extend_from_slice(&frame.binding.path);
            binding.descend(field);
        }
        Some(Parent {
            flow: frame.flow.clone(),
            wrap: frame.wrap,
            base: Some(frame.base),
            covered: frame.covered,
            inherited: Some(Inherited { subject: frame.binding.subjects[0], group: frame.group }),
        })
    }
}

/// How a record came to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comes {
    /// Through the `#[nested]` field of the record around.
    Nested,
    /// Through serde, to a serializer of this maker. It is a record of its own.
    ToSerializer(Whose),
}

/// The record that begins next comes through a `#[nested]` field.
pub(crate) fn announce_nested() {
    NESTED.set(true);
}

pub(crate) fn take_nested() -> bool {
    NESTED.replace(false)
}

/// The flow of a record of its own.
fn own_flow(to: Whose) -> Result<WriteFlow> {
    if to == Whose::Foreign {
        return scope::for_write(false);
    }
    let around = with(|stack| {
        stack.around().map(|frame| WriteFlow { flow: frame.flow.clone(), wrap: frame.wrap })
    });
    match around {
        // It stands inside a record that the verb was given.
        Some(around) => Ok(around),
        None => {
            scope::count_record();
            scope::for_write(true)
        }
    }
}

/// The flow of the record that is being written, else the ambient one.
pub(crate) fn flow_around() -> Result<Arc<Resolved>> {
    match with(|stack| stack.around().map(|frame| frame.flow.clone())) {
        Some(flow) => Ok(flow),
        None => scope::for_write(false).map(|found| found.flow),
    }
}

/// Begins a record: finds its flow or its enclosing record, its people and its row.
pub(crate) fn begin(
    spec: &'static RecordSpec,
    comes: Comes,
    names_only: bool,
    bind: impl FnOnce(&mut Binder<'_>),
) -> Result<Entered> {
    let (parent, mut binding, mut done, canonical, depth) = with(|stack| {
        let (mut binding, done) = stack.spare_bindings.pop().unwrap_or_default();
        let parent = (comes == Comes::Nested).then(|| stack.parent(&mut binding)).flatten();
        (parent, binding, done, std::mem::take(&mut stack.canonical), stack.frames.len())
    });
    let parent = match parent {
        Some(parent) => parent,
        None => {
            let found = own_flow(match comes {
                // Its record has another flow than the scope that was entered since.
                Comes::Nested => Whose::Foreign,
                Comes::ToSerializer(whose) => whose,
            })?;
            Parent {
                flow: found.flow,
                wrap: found.wrap,
                base: None,
                covered: false,
                inherited: None,
            }
        }
    };
    let decisions = decisions(&parent.flow, parent.wrap, spec)?;
    let canonical = bind_record(spec, &parent, &mut binding, canonical, bind)?;
    done.extend(nothing_done(spec));
    let group = match &parent.inherited {
        Some(inherited) if spec.group == DEFAULT_GROUP => inherited.group,
        _ => spec.group,
    };
    let frame = Frame {
        spec,
        wrap: parent.wrap,
        names_only,
        depth: scope::depth(),
        decisions,
        binding,
        base: parent.base.unwrap_or(depth),
        nested: None,
        covered: parent.covered || spec.integrity.is_some(),
        position: Vec::new(),
        group,
        done,
        key: None,
        lookup: None,
        integrity: spec.integrity.map(|_| IntegrityItems::default()),
        announced: None,
        flow: parent.flow,
    };
    with(|stack| {
        stack.canonical = canonical;
        stack.frames.push(frame);
    });
    Ok(Entered { depth, _not_send: PhantomData })
}

/// The key group of a dataset that names none.
pub(crate) const DEFAULT_GROUP: &str = "main";

fn bind_record(
    spec: &'static RecordSpec,
    parent: &Parent,
    binding: &mut Binding,
    canonical: Vec<u8>,
    bind: impl FnOnce(&mut Binder<'_>),
) -> Result<Vec<u8>> {
    let Binding { subjects, row, .. } = binding;
    let mut binder = Binder::new(&parent.flow, spec, subjects, row, canonical);
    bind(&mut binder);
    let (canonical, bound) = binder.finish();
    bound?;
    inherit_subject(&mut subjects[0], parent.inherited.as_ref().map(|i| i.subject), &parent.flow)?;
    Ok(canonical)
}

/// A record that names no subject has the enclosing record's, else the one that the flow names.
pub(crate) fn inherit_subject(
    own: &mut Subject,
    enclosing: Option<Subject>,
    flow: &Resolved,
) -> Result<()> {
    if *own == Subject::Unset {
        *own = match enclosing {
            Some(enclosing) => enclosing,
            None => flow_subject(flow)?,
        };
    }
    Ok(())
}
