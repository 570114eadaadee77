//! How answers leave: tables for people, one JSON document for programs.

use std::io::{self, Write};

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use crate::args::{Color, Global};
use crate::exit::{Exit, Failure};
use crate::progress::Progress;
use crate::term::{self, Table};

/// Where the answer goes and how it looks.
pub(crate) struct Output {
    /// Whether programs read it.
    pub(crate) json: bool,
    quiet: bool,
    color: ColorChoice,
}

impl Output {
    pub(crate) fn new(global: &Global) -> Self {
        let color = match global.color {
            Color::Auto => AutoStream::choice(&io::stdout()),
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Self { json: global.json, quiet: global.quiet, color }
    }

    /// Whether colour is used.
    pub(crate) fn is_coloured(&self) -> bool {
        !matches!(self.color, ColorChoice::Never)
    }

    /// Prints an answer as JSON, with the name of its schema (`taggant.<name>.v1`) first.
    pub(crate) fn document<T: Serialize>(&self, name: &str, answer: &T) -> Result<(), Failure> {
        #[derive(Serialize)]
        struct Document<'a, T> {
            schema: String,
            #[serde(flatten)]
            answer: &'a T,
        }
        let document = Document { schema: format!("taggant.{name}.v1"), answer };
        let mut out = io::stdout().lock();
        serde_json::to_writer_pretty(&mut out, &document).map_err(io::Error::from)?;
        Ok(writeln!(out)?)
    }

    /// Prints a table, as wide as the terminal.
    pub(crate) fn table(&self, table: &Table) -> Result<(), Failure> {
        self.text(&table.render(term::width(), self.is_coloured()))
    }

    /// Prints text of several lines or one.
    pub(crate) fn text(&self, text: &str) -> Result<(), Failure> {
        let mut out = AutoStream::new(io::stdout().lock(), self.color);
        out.write_all(text.as_bytes())?;
        if !text.ends_with('\n') {
            out.write_all(b"\n")?;
        }
        Ok(out.flush()?)
    }

    /// A remark for people; it is no part of the answer.
    pub(crate) fn remark(&self, text: &str) {
        if !self.quiet {
            // Where stderr is gone, nobody misses a remark.
            let _ = writeln!(io::stderr().lock(), "{}", term::visible_lines(text));
        }
    }

    /// A bar for work that may take a while.
    pub(crate) fn progress(&self, what: &str) -> Progress {
        Progress::new(what, self.quiet)
    }

    /// Says why there is no answer.
    pub(crate) fn failed(&self, failure: &Failure) -> Exit {
        if !failure.is_silent {
            let text = term::visible_lines(&failure.to_string());
            let _ = writeln!(io::stderr().lock(), "taggant: {text}");
        }
        failure.exit
    }
}
