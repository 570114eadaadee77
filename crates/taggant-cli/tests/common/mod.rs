//! A data folder as a service would leave it, and the command to ask it.

#![allow(dead_code, unreachable_pub, reason = "not every test file uses everything")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use taggant::{Flow, Runtime, Tagged};

pub const POLICY: &str = r#"
[[allow]]
action = "open"
category = "user"
actor = "svc:*"

[[allow]]
action = "reveal"
category = "user"
location = "https://shipper.example/*"
"#;

#[derive(Tagged)]
#[tagged(dataset = "guests", subject(customer = id), row = id)]
pub struct Guest {
    #[clear]
    pub id: String,
    #[tag("user.name")]
    pub name: String,
    #[tag("user.contact.email", mask = email)]
    pub email: String,
}

/// What must never be printed.
pub const SECRETS: [&str; 6] = [
    "guest-zebra-1",
    "guest-zebra-2",
    "Aurelia Quokka",
    "Bertrand Quokka",
    "aurelia@canary.example",
    "bertrand@canary.example",
];

pub fn guest(number: usize) -> Guest {
    Guest {
        id: SECRETS[number - 1].to_owned(),
        name: SECRETS[number + 1].to_owned(),
        email: SECRETS[number + 3].to_owned(),
    }
}

/// A folder in which two guests were stored, read by two services, and one was disclosed.
pub struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("policy.toml"), POLICY).expect("a policy");
        let runtime =
            Runtime::builder(folder.path()).journal_slots(256).build().expect("a runtime");
        runtime.scope(work);
        runtime.drain().expect("a ledger");
        Self { folder }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn ledger(&self) -> PathBuf {
        self.path().join("ledger.db")
    }

    /// Runs the command on this folder.
    pub fn run(&self, arguments: &[&str]) -> Done {
        self.run_with(arguments, "")
    }

    pub fn run_with(&self, arguments: &[&str], input: &str) -> Done {
        let data = self.path().to_str().expect("a path in UTF-8");
        run_with(&[arguments, &["--data", data]].concat(), input)
    }
}

fn work() {
    let table = Flow::to("postgres://db", "guests").actor("svc:front");
    let rows = [1, 2].map(|n| table.run(|| serde_json::to_string(&guest(n))).expect("sealed"));
    for (actor, times) in [("svc:front", 1), ("svc:desk", 5)] {
        let from = Flow::from("postgres://db", "guests");
        let from = from.purpose("essential.service.operations").actor(actor);
        for row in &rows[..times.min(2)] {
            let read = from.run(|| serde_json::from_str::<Guest>(row));
            assert!(read.is_ok(), "{:?}", read.err());
        }
    }
    let shipper = Flow::to("https://shipper.example", "labels");
    let shipper = shipper.purpose("essential.service.operations").actor("svc:desk");
    serde_json::to_string(&shipper.wrap(&guest(1))).expect("disclosed");
    let _ = serde_json::to_string(&guest(2)).expect("sealed without a flow");
}

/// What a run of the command left.
pub struct Done {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Done {
    /// The answer, as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {} {}", self.out, self.err))
    }

    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.out, self.err);
        self
    }
}

/// Runs the command; what it prints shows no secret.
#[track_caller]
pub fn run(arguments: &[&str]) -> Done {
    run_with(arguments, "")
}

#[track_caller]
pub fn run_with(arguments: &[&str], input: &str) -> Done {
    use std::io::Write;
    let mut child = Command::new(env!("CARGO_BIN_EXE_taggant"))
        .args(arguments)
        .env_remove("TAGGANT_DATA")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    // A command that needs no input may be gone already.
    let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("the command ends");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    let (out, err) = (text(output.stdout), text(output.stderr));
    for secret in SECRETS {
        assert!(!out.contains(secret) && !err.contains(secret), "{arguments:?} prints a secret");
    }
    assert!(!err.contains("panicked"), "{err}");
    Done { code: output.status.code().expect("no signal"), out, err }
}
