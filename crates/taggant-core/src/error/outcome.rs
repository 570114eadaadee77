use std::fmt;

/// Writes the enum and everything that is told of each outcome from one table, so that none can be
/// forgotten in one of the places. The compiler refuses a code that stands twice.
macro_rules! outcomes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, retry: $retry:literal;)*) => {
        /// What happened, one variant for each case that a program may want to tell from the others.
        ///
        /// docs/GUIDE.md ("When something is refused") says of each what to do about it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum Outcome {
            $($(#[$doc])* $name = $code,)*
        }

        impl Outcome {
            /// All outcomes, in the order of their codes.
            pub const ALL: [Self; [$($code),*].len()] = [$(Self::$name),*];

            /// The stable name, as it is written in messages and in the ledger.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }

            /// Whether the same call can succeed later although nobody changed the program, its
            /// data or its policy: something that it needs could not be reached.
            ///
            /// A single error may know better than its outcome: ask
            /// [`Error::is_retryable`](crate::Error::is_retryable).
            #[must_use]
            pub const fn is_retryable(self) -> bool {
                match self {
                    $(Self::$name => $retry,)*
                }
            }
        }
    };
}

outcomes! {
    /// No runtime is installed in this process nor scoped to this thread.
    NoRuntime = 1, retry: false;
    /// A tagged record was read outside `Flow::from` and `Flow::ingest`.
    NoFlow = 2, retry: false;
    /// The policy does not allow it; the message prints the rule that would.
    Denied = 3, retry: false;
    /// The key store has no key of that id.
    KeyNotFound = 4, retry: false;
    /// The key store or the root key cannot be asked now.
    KeyUnavailable = 5, retry: true;
    /// The key store is older than the erasures that are known to have happened.
    KeyStoreRolledBack = 6, retry: false;
    /// The data subject was erased.
    Erased = 7, retry: false;
    /// The envelope, its binding or a key row was changed.
    Tampered = 8, retry: false;
    /// The envelope belongs to another field.
    WrongField = 9, retry: false;
    /// The envelope belongs to another data subject.
    WrongSubject = 10, retry: false;
    /// The envelope belongs to another tenant.
    WrongTenant = 11, retry: false;
    /// The envelope belongs to another row or another place in its record.
    WrongRow = 12, retry: false;
    /// Storage held plaintext, or redacted text, where an envelope must be.
    UnexpectedPlaintext = 13, retry: false;
    /// Input from outside held an envelope or redacted text where plaintext must be.
    UnexpectedEnvelope = 14, retry: false;
    /// The envelope has a version, suite, flag or text form that this build does not know.
    UnknownFormat = 15, retry: false;
    /// The input or the configuration is malformed.
    Invalid = 16, retry: false;
    /// The journal cannot take the event, so what it would have recorded was not done.
    JournalUnavailable = 17, retry: true;
}

impl Outcome {
    /// The outcome of a code.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }

    /// A stable small number, for the journal. 0 is kept for success.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
