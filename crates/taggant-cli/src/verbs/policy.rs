//! `taggant policy`

use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;
use taggant::policy::{Action, Request};
use taggant::{Location, Policy};

use crate::args::Global;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Ask a policy: which rule decides, and does it do what is expected.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
    /// The policy. Default: policy.toml in the data folder.
    #[arg(long, global = true, value_name = "FILE")]
    policy: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Explain(Explain),
    Test(Test),
}

/// Print the rule that decides a request, and the rule that would allow it if it is refused.
///
/// Exit code 1 where it is refused.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Example:\n  taggant policy explain --action reveal --category user.name \\\n      \
    --purpose essential.service.operations --location https://shipper.example/labels --wrap"
)]
struct Explain {
    /// seal, reveal, open, ingest, lookup, reseal ...
    #[arg(long, value_parser = action, value_name = "WORD")]
    action: Action,
    /// A category of the field or of its origins; may be repeated.
    #[arg(long, required = true, value_name = "KEY")]
    category: Vec<String>,
    /// What for.
    #[arg(long, value_name = "KEY")]
    purpose: Option<String>,
    /// Where to or from: namespace and name, with a slash between.
    #[arg(long, value_name = "PLACE")]
    location: String,
    /// Who.
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,
    /// On whose behalf.
    #[arg(long, value_name = "NAME")]
    on_behalf: Option<String>,
    /// The place is a log.
    #[arg(long)]
    log: bool,
    /// Value and sink are named together, by `Flow::wrap`.
    #[arg(long)]
    wrap: bool,
}

/// Run a table of expectations: `[[expect]]` with action, category, location and expect.
///
/// Exit code 1 where one does not hold, or where there is none.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant policy test policy.expect.toml")]
struct Test {
    /// The table.
    file: PathBuf,
}

fn action(word: &str) -> Result<Action, String> {
    Action::ALL
        .into_iter()
        .find(|action| action.name() == word)
        .ok_or_else(|| format!("the actions are {}", Action::ALL.map(Action::name).join(", ")))
}

pub(crate) fn run(args: &Args, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let path = args.policy.clone().unwrap_or_else(|| global.data.join("policy.toml"));
    let policy = Policy::from_toml(&read(&path)?)?;
    match &args.verb {
        Verb::Explain(request) => explain(&policy, request, output),
        Verb::Test(test) => expect(&policy, test, output),
    }
}

fn read(path: &std::path::Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))
}

#[derive(Serialize)]
struct Explained {
    action: &'static str,
    rule: String,
    would_reveal: bool,
    explanation: Vec<String>,
    /// The rule that would allow it.
    to_add: Option<String>,
}

fn explain(policy: &Policy, asked: &Explain, output: &Output) -> Result<Exit, Failure> {
    let categories: Vec<&str> = asked.category.iter().map(String::as_str).collect();
    let location = Location::parse(&asked.location)?;
    let request = Request {
        action: asked.action,
        categories: &categories,
        purpose: asked.purpose.as_deref(),
        location: &location,
        actor: asked.actor.as_deref(),
        on_behalf: asked.on_behalf.as_deref(),
        log: asked.log,
        wrap: asked.wrap,
    };
    let decision = policy.decide(&request);
    let refused = decision.action == Action::Deny
        || asked.action == Action::Reveal && decision.action != Action::Reveal;
    let explanation = policy.explain(&request);
    let to_add = refused.then(|| policy.refusal(&request));
    if output.json {
        let explanation = explanation.lines().map(|line| line.trim().to_owned()).collect();
        let answer = Explained {
            action: decision.action.name(),
            rule: decision.rule.to_string(),
            would_reveal: decision.would_reveal,
            explanation,
            to_add,
        };
        output.document("policy.explain", &answer)?;
    } else {
        output.text(explanation.trim_end())?;
        if let Some(rule) = to_add {
            output.text(&format!("\n{}", rule.trim_end()))?;
        }
    }
    Ok(Exit::finding(refused))
}

#[derive(Serialize)]
struct Tested {
    total: usize,
    failures: Vec<Failed>,
}

#[derive(Serialize)]
struct Failed {
    number: usize,
    what: String,
}

fn expect(policy: &Policy, test: &Test, output: &Output) -> Result<Exit, Failure> {
    let report = policy.test(&read(&test.file)?)?;
    let passed = report.passed();
    let failed = report.failures.into_iter();
    let failures = failed.map(|one| Failed { number: one.number, what: one.what }).collect();
    let answer = Tested { total: report.total, failures };
    if output.json {
        output.document("policy.test", &answer)?;
        return Ok(Exit::finding(!passed));
    }
    for one in &answer.failures {
        output.text(&format!("expectation {}: {}", one.number, one.what.trim_end()))?;
    }
    output.text(&match (answer.total, answer.failures.len()) {
        (0, _) => "there is no [[expect]] in the file: nothing was tested".to_owned(),
        (total, 0) => format!("all {total} expectations hold"),
        (total, failed) => format!("{failed} of {total} expectations do not hold"),
    })?;
    Ok(Exit::finding(!passed))
}
