//! Tables that fit the terminal.

use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, ContentArrangement, presets};

use super::visible;

/// How a cell stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

    /// The tone of an action or form.
    pub(crate) fn of_protection(word: &str) -> Self {
        match word {
            "seal" | "sealed" | "reseal" => Self::Good,
            "mask" | "masked" | "pseudonymise" | "pseudonymised" => Self::Warning,
            "reveal" | "plaintext" => Self::Bad,
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

    /// Long cells are broken so that lines are at most `width` columns long.
    pub(crate) fn render(&self, width: usize, is_coloured: bool) -> String {
        let mut table = comfy_table::Table::new();
        table.load_preset(presets::NOTHING);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
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
        let mut words: Vec<(&str, Tone)> =
            self.rows.iter().flatten().map(|(t, tone)| (t.as_str(), *tone)).collect();
        words.retain(|(text, tone)| *tone != Tone::Plain && !text.is_empty());
        words.sort_unstable_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        words.dedup();
        let mut out = Vec::with_capacity(lines.len());
        for (number, line) in lines.iter().enumerate() {
            if number == 0 {
                out.push(format!("{bold}{line}{bold:#}"));
                continue;
            }
            let mut styled = (*line).to_owned();
            for (word, tone) in &words {
                let style = tone.style();
                let parts: Vec<&str> = styled.split(' ').collect();
                let parts = parts.into_iter().map(|part| {
                    if part == *word { format!("{style}{part}{style:#}") } else { part.to_owned() }
                });
                styled = parts.collect::<Vec<_>>().join(" ");
            }
            out.push(styled);
        }
        out.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::{Table, Tone};

    #[test]
    fn a_table_fits_the_width_and_loses_nothing() {
        let mut table = Table::new(&["place", ">count"]);
        table.row(["https://shipper.example/a/very/long/path/of/labels".into(), "12".into()]);
        let text = table.render(30, false);
        assert!(text.lines().all(|line| line.chars().count() <= 30), "{text}");
        let joined: String = text.split_whitespace().collect();
        assert!(joined.contains("12") && joined.contains("labels"), "{text}");
    }

    #[test]
    fn colour_is_only_there_when_asked_for() {
        let mut table = Table::new(&["form"]);
        table.toned([("plaintext".into(), Tone::of_protection("plaintext"))]);
        assert!(!table.render(80, false).contains('\u{1b}'));
        assert!(table.render(80, true).contains('\u{1b}'));
    }
}
