//! CSV (RFC 4180) that a spreadsheet does not run.

/// One line. A cell that a spreadsheet would take for a formula gets an apostrophe before it.
pub(super) fn line(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    format!("{}\r\n", cells.join(","))
}

fn quoted(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = format!("{}{}", if is_formula { "'" } else { "" }, cell.replace('"', "\"\""));
    if is_formula || text.contains(['"', ',', '\n', '\r', ';']) {
        format!("\"{text}\"")
    } else {
        text
    }
}
