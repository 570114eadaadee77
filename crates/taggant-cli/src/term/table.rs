//! Tables that fit the terminal.

use std::borrow::Cow;
use std::collections::HashMap;

use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, ContentArrangement, presets};
use taggant::ledger::Protection;

use super::visible;

/// How a cell stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tone {
    /// As it is.
    Plain,
    /// Protected.
    Good,
    /// To be looked at.
    Warning,
    /// Plaintext, or broken.
    Bad,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Good => Style::new().fg_color(Some(AnsiColor::Green.into())),
            Self::Warning => Style::new().fg_color(Some(AnsiColor::Yellow.into())),
            Self::Bad => Style::new().fg_color(Some(AnsiColor::Red.into())).bold(),
        }
    }

    /// The tone of how a value stands at a place.
    pub(crate) fn of(protection: Protection) -> Self {
        match protection {
            Protection::Plaintext => Self::Bad,
            Protection::Unknown | Protection::Pseudonymised | Protection::Masked => Self::Warning,
            Protection::Sealed => Self::Good,
            _ => Self::Plain,
        }
    }
}

/// A table: a heading per column, rows of as many cells.
pub(crate) struct Table {
    headings: Vec<&'static str>,
    right: Vec<bool>,
    rows: Vec<Vec<(String, Tone)>>,
}

impl Table {
    /// A heading that begins with `>` has its column aligned to the right: numbers.
    pub(crate) fn new(headings: &[&'static str]) -> Self {
        Self {
            right: headings.iter().map(|heading| heading.starts_with('>')).collect(),
            headings: headings.iter().map(|heading| heading.trim_start_matches('>')).collect(),
            rows: Vec::new(),
        }
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.toned(cells.map(|cell| (cell, Tone::Plain)));
    }

    pub(crate) fn toned<const N: usize>(&mut self, cells: [(String, Tone); N]) {
        debug_assert_eq!(N, self.headings.len());
        self.rows.push(cells.map(|(text, tone)| (visible(&text), tone)).into());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Long cells are broken so that lines are at most `width` columns long, if there is one.
    pub(crate) fn render(&self, width: Option<usize>, is_coloured: bool) -> String {
        let mut table = comfy_table::Table::new();
        table.load_preset(presets::NOTHING);
        if let Some(width) = width {
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
        } else {
            table.set_content_arrangement(ContentArrangement::Disabled);
        }
        table.set_header(self.headings.iter().map(|heading| heading.to_uppercase()));
        for row in &self.rows {
            table.add_row(row.iter().map(|(text, _)| text.clone()).collect::<Vec<_>>());
        }
        for (index, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, 2));
            if self.right[index] {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let text = table.to_string();
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        if !is_coloured {
            return lines.join("\n");
        }
        self.colour(&lines)
    }

    /// Styles go in after the layout, which must not count them.
    fn colour(&self, lines: &[&str]) -> String {
        let bold = Style::new().bold();
        let cells = self.rows.iter().flatten();
        // A word that stands for several things is shown as the worst of them.
        let mut words: HashMap<&str, Tone> = HashMap::new();
        for (text, tone) in cells.filter(|(text, tone)| *tone != Tone::Plain && !text.is_empty()) {
            let known = words.entry(text).or_insert(*tone);
            *known = (*tone).max(*known);
        }
        let lines = lines.iter().enumerate().map(|(number, line)| match number {
            0 => format!("{bold}{line}{bold:#}"),
            _ => coloured(line, &words),
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn coloured(line: &str, words: &HashMap<&str, Tone>) -> String {
    let parts = line.split(' ').map(|part| match words.get(part) {
        Some(tone) => {
            let style = tone.style();
            Cow::Owned(format!("{style}{part}{style:#}"))
        }
        None => Cow::Borrowed(part),
    });
    parts.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use taggant::ledger::Protection;

    use super::{Table, Tone};

    #[test]
    fn a_table_fits_the_width_and_loses_nothing() {
        let mut table = Table::new(&["place", ">count"]);
        table.row(["https://shipper.example/a/very/long/path/of/labels".into(), "12".into()]);
        let text = table.render(Some(30), false);
        assert!(text.lines().all(|line| line.chars().count() <= 30), "{text}");
        let joined: String = text.split_whitespace().collect();
        assert!(joined.contains("12") && joined.contains("labels"), "{text}");
    }

    #[test]
    fn colour_is_only_there_when_asked_for() {
        let mut table = Table::new(&["form"]);
        table.toned([("plaintext".into(), Tone::of(Protection::Plaintext))]);
        assert!(!table.render(Some(80), false).contains('\u{1b}'));
        assert!(table.render(Some(80), true).contains('\u{1b}'));
    }

    #[test]
    fn without_a_terminal_no_cell_is_broken() {
        let mut table = Table::new(&["place", ">count"]);
        let place = "https://shipper.example/".to_owned() + &"label/".repeat(100);
        table.row([place.clone(), "12".into()]);
        assert!(table.render(None, false).contains(&place));
    }

    #[test]
    fn colour_goes_by_words_in_time_that_grows_with_the_rows_only() {
        let mut table = Table::new(&["form", "place"]);
        for number in 0..20_000 {
            let tone = if number % 2 == 0 { Tone::Good } else { Tone::Bad };
            table.toned([(format!("w{number}"), tone), ("p".into(), Tone::Plain)]);
        }
        let text = table.render(None, true);
        assert_eq!(text.matches("\u{1b}[32m").count(), 10_000);
    }
}
