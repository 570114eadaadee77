//! Which person a question is about, and who asks. The id is never printed.

use std::io::{IsTerminal, Read};
use std::path::PathBuf;

use clap::Args;
use taggant::Flow;

use crate::args::DEFAULT_TENANT;
use crate::exit::Failure;

/// Longer ids are a wrong file.
const LONGEST: u64 = 4096;

/// A person, by kind and id.
#[derive(Args, Debug)]
pub(crate) struct Person {
    /// The person's id. It stays in the shell's history: --prompt and --file avoid that.
    #[arg(value_name = "ID", conflicts_with_all = ["prompt", "file"])]
    id: Option<String>,
    /// Ask for the id on the terminal, without showing it.
    #[arg(long, conflicts_with = "file")]
    prompt: bool,
    /// Read the id from a file; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The kind of person: a subject kind of the taxonomy.
    #[arg(long, default_value = "customer", value_name = "KIND")]
    pub(crate) kind: String,
    /// The tenant.
    #[arg(long, default_value = DEFAULT_TENANT, value_name = "NAME")]
    pub(crate) tenant: String,
}

impl Person {
    /// The id, from wherever it is to come.
    pub(crate) fn id(&self) -> Result<String, Failure> {
        let id = match (&self.id, &self.file) {
            (Some(id), _) => id.clone(),
            (None, Some(path)) if path.as_os_str() == "-" => read(std::io::stdin())?,
            (None, Some(path)) => {
                let file = std::fs::File::open(path);
                read(file.map_err(|error| Failure::file(path, &error))?)?
            }
            (None, None) if self.prompt || std::io::stdin().is_terminal() => {
                rpassword::prompt_password("id (not shown): ")
                    .map_err(|error| Failure::usage(format!("no terminal to ask at: {error}")))?
            }
            (None, None) => {
                return Err(Failure::usage("whom? Give an id, --prompt or --file"));
            }
        };
        let id = id.trim_end_matches(['\r', '\n']).to_owned();
        if id.is_empty() {
            return Err(Failure::usage("the id is empty"));
        }
        Ok(id)
    }
}

fn read(from: impl Read) -> Result<String, Failure> {
    let mut text = String::new();
    let what = "the id is not text in UTF-8, or can't be read";
    from.take(LONGEST + 1).read_to_string(&mut text).map_err(|_| Failure::new(what))?;
    if text.len() as u64 > LONGEST || text.trim_end().contains('\n') {
        return Err(Failure::usage("one id in one line is expected"));
    }
    // Editors on Windows put a byte order mark first: no part of an id.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The ledger keeps 48 bytes: half a ticket's number would be another ticket.
fn reason(text: &str) -> Result<String, String> {
    if text.len() > 48 {
        return Err(format!("it has {} bytes; 48 are kept", text.len()));
    }
    Ok(text.to_owned())
}

/// Who asks, and why: this goes into the ledger.
#[derive(Args, Debug)]
pub(crate) struct Asker {
    /// On whose behalf this is done. Default: the login name.
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,
    /// Why: a purpose key.
    #[arg(long, default_value = "essential.legal_obligation", value_name = "KEY")]
    purpose: String,
    /// A reason or ticket, up to 48 bytes.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: Option<String>,
}

impl Asker {
    /// The flow under which it is done.
    pub(crate) fn flow(&self, verb: &str, tenant: &str) -> Flow {
        let login = || ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
        let actor = self.actor.clone().unwrap_or_else(|| match login() {
            Some(name) => format!("user:{name}"),
            None => format!("uid:{}", rustix::process::getuid().as_raw()),
        });
        let flow = Flow::from("taggant://command", verb).purpose(&self.purpose);
        let flow = flow.actor(&actor).tenant(tenant);
        match &self.reason {
            Some(reason) => flow.reason(reason),
            None => flow,
        }
    }
}
