//! `taggant scan`

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::Serialize;
use taggant_scan::{
    Baseline, Comparison, Coverage, Error, Finding, Kind, Level, Options, Report, Unread,
};

use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::term::{Table, Tone, count, visible};

/// Which fields of Rust source look personal and carry no tag.
///
/// Goes by names of fields and types in eight languages and by what is around them; nothing is
/// compiled or run. It is a work list: what it guesses, a person judges.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant scan . --deny medium --baseline scan-baseline.txt")]
pub(crate) struct Args {
    /// The folder of a workspace or crate.
    #[arg(value_name = "WORKSPACE", default_value = ".")]
    workspace: PathBuf,
    /// Exit code 1 where a finding of this level or above, or an unread file, is not in the
    /// baseline. With a baseline and without this, all levels count.
    #[arg(long, value_name = "LEVEL")]
    deny: Option<Level>,
    /// Accepted findings; only others are listed.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Writes all present findings as accepted ones.
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
    /// Lists findings of this level and above only.
    #[arg(long, value_name = "LEVEL", default_value = "low")]
    show: Level,
    /// Folders of tests and benches too.
    #[arg(long)]
    include_tests: bool,
    /// Says why each field is listed.
    #[arg(long)]
    why: bool,
}

#[derive(Serialize)]
struct Answer<'a> {
    findings: Vec<&'a Finding>,
    unread: &'a [Unread],
    stale: &'a [String],
    accepted: usize,
    denied: usize,
    coverage: &'a [Coverage],
    total: &'a Coverage,
    files: usize,
    lines: u64,
    fields: u64,
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    // Read first: a baseline that is broken must not be found out about after a long scan.
    let baseline = args.baseline.as_deref().map(read).transpose()?;
    let mut options = Options::default();
    options.include_tests = args.include_tests;
    let report = watched(args, &options, output)?;
    if let Some(path) = &args.write_baseline {
        let text = Baseline::of(&report).to_text();
        fs::write(path, text).map_err(|error| Failure::file(path, &error))?;
        output.remark(&format!("{} accepted: {}", count(listed(&report)), path.display()));
    }
    let found = baseline.unwrap_or_default().compare(&report);
    let denied = args.denied(&found);
    if output.json {
        output.document("scan", &args.answer(&report, &found, denied))?;
    } else {
        args.print(&report, &found, output)?;
    }
    // What has just been accepted is no finding of this run.
    Ok(Exit::finding(denied > 0 && args.write_baseline.is_none()))
}

/// Scans with a bar, where it takes long.
fn watched(args: &Args, options: &Options, output: &Output) -> Result<Report, Failure> {
    let progress = Mutex::new(output.progress("reading source"));
    let watch = |done, total| {
        // A thread that comes too late only misses an update.
        if let Ok(mut progress) = progress.try_lock() {
            progress.expect(|| total);
            progress.advance_to(done);
        }
    };
    taggant_scan::scan_watched(&args.workspace, options, &watch).map_err(failure)
}

fn listed(report: &Report) -> u64 {
    (report.findings.len() + report.unread.len()) as u64
}

fn read(path: &Path) -> Result<Baseline, Failure> {
    let text = fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!("{}: {error}; `--write-baseline` makes one", path.display()))
    })?;
    Baseline::parse(&text).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}

fn failure(error: Error) -> Failure {
    match error {
        Error::NothingToScan(_) => Failure::usage(error.to_string()),
        Error::Io { ref source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
            Failure::usage(error.to_string())
        }
        _ => Failure::new(error.to_string()),
    }
}

impl Args {
    /// How much of what was found fails the run.
    fn denied(&self, found: &Comparison) -> usize {
        let level = match (self.deny, &self.baseline) {
            (Some(level), _) => level,
            (None, Some(_)) => Level::Low,
            (None, None) => return 0,
        };
        found.new.iter().filter(|finding| finding.level >= level).count() + found.unread.len()
    }

    fn shown<'a>(&self, found: &'a Comparison) -> Vec<&'a Finding> {
        let mut shown: Vec<_> = found.new.iter().filter(|new| new.level >= self.show).collect();
        shown.sort_by(|left, right| right.confidence.total_cmp(&left.confidence));
        shown
    }

    fn answer<'a>(&self, report: &'a Report, found: &'a Comparison, denied: usize) -> Answer<'a> {
        Answer {
            findings: self.shown(found),
            unread: &found.unread,
            stale: &found.stale,
            accepted: report.findings.len() - found.new.len(),
            denied,
            coverage: &report.coverage,
            total: &report.total,
            files: report.files,
            lines: report.lines,
            fields: report.fields,
        }
    }

    fn print(&self, report: &Report, found: &Comparison, output: &Output) -> Result<(), Failure> {
        let shown = self.shown(found);
        if !shown.is_empty() {
            output.table(&self.table(&shown))?;
        }
        for unread in &found.unread {
            let (path, place) = (visible(&unread.path), place(unread));
            output.remark(&format!("not read: {path}{place}: {}", unread.reason));
        }
        for entry in &found.stale {
            output.remark(&format!("no longer found, take it out of the baseline: {entry}"));
        }
        if report.coverage.iter().any(|of| of.tagged > 0) {
            output.text("")?;
            output.table(&coverage(report))?;
        }
        let total = &report.total;
        output.text(&format!(
            "{} untagged and {} clear fields look personal, {} are tagged ({}); {} of the findings \
             are accepted; {} fields in {} files",
            count(total.untagged),
            count(total.clear),
            count(total.tagged),
            percent(total.share),
            count((report.findings.len() - found.new.len()) as u64),
            count(report.fields),
            count(report.files as u64),
        ))
    }

    fn table(&self, shown: &[&Finding]) -> Table {
        let mut table = match self.why {
            true => Table::new(&["level", ">sure", "where", "field", "category", "why"]),
            false => Table::new(&["level", ">sure", "where", "field", "category", "type"]),
        };
        for finding in shown {
            let tone = match finding.level {
                Level::High => Tone::Bad,
                Level::Medium => Tone::Warning,
                Level::Low => Tone::Plain,
            };
            let plain = |text: String| (text, Tone::Plain);
            let clear = if finding.kind == Kind::Clear { " (clear)" } else { "" };
            table.toned([
                (finding.level.word().to_owned(), tone),
                plain(format!("{:.2}", finding.confidence)),
                plain(format!("{}:{}:{}", finding.path, finding.line, finding.column)),
                plain(format!("{}.{}{clear}", finding.type_path, finding.field)),
                plain(finding.category.to_owned()),
                plain(if self.why {
                    finding.reasons.join("; ")
                } else {
                    finding.field_type.clone()
                }),
            ]);
        }
        table
    }
}

fn place(unread: &Unread) -> String {
    if unread.line == 0 { String::new() } else { format!(":{}:{}", unread.line, unread.column) }
}

fn coverage(report: &Report) -> Table {
    let mut table = Table::new(&["crate", ">tagged", ">untagged", ">clear", ">coverage"]);
    for of in &report.coverage {
        table.row([
            of.package.clone(),
            count(of.tagged),
            count(of.untagged),
            count(of.clear),
            percent(of.share),
        ]);
    }
    table
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "nothing to cover".to_owned(), |share| format!("{:.0} %", share * 100.0))
}
