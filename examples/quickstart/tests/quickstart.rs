//! Runs the program as a user would, and tries to make it leak.

use std::path::Path;
use std::process::{Command, Output};

use taggant_testing::LeakProbe;

fn run(csv: Option<&Path>, data: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quickstart"));
    command.args(csv).arg("--data").arg(data);
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn the_sample_runs_to_the_proof_and_prints_no_more_than_it_says() {
    let data = tempfile::tempdir().unwrap();
    let output = run(None, data.path());
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    assert!(out.contains("0 plaintexts found of"), "{out}");
    assert!(out.contains("reading them now: Erased; writing them again: Erased"), "{out}");
    assert!(out.contains("action = \"open\""), "the refusal prints the rule: {out}");
    let map = std::fs::read_to_string(data.path().join("map.html")).unwrap();
    let events = std::fs::read_to_string(data.path().join("openlineage.ndjson")).unwrap();
    assert!(events.lines().count() > 5 && out.contains("openlineage.ndjson"), "{out}");
    assert!(out.contains("map.html") && map.contains("https://shipper.example/labels"), "{out}");
    // Everything but the one label and the four digits that were revealed on purpose.
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(concat!(env!("CARGO_MANIFEST_DIR"), "/data/orders.csv"))
        .unwrap();
    let revealed = out.split("the shipper gets:").nth(1).unwrap().split("charged").next().unwrap();
    let mut probe = LeakProbe::new();
    for row in reader.byte_records() {
        let row = row.unwrap();
        for column in [2, 3, 4, 5, 10] {
            let Some(Ok(value)) = row.get(column).map(std::str::from_utf8) else { continue };
            if value.chars().count() >= 12 && !revealed.contains(value) && !value.starts_with('<') {
                probe = probe.value(&format!("column {column}"), value);
            }
        }
    }
    assert!(probe.len() > 3000, "{}", probe.len());
    probe.assert_sealed(out);
    probe.assert_sealed(err);
    probe.assert_sealed(data.path());
}

#[test]
fn bad_rows_are_named_by_line_and_column_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("mixed.csv");
    let good = |order: u32| {
        format!(
            "{order},{order},Some Canary Name,canary.{order}@example.org,+1 555 0100 0000,Canary \
             Street 1,Town,12345,ES,1980-01-01,4111 1111 1111 1111,Item,100,2025-01-01\n"
        )
    };
    let head = "order_id,customer_id,name,email,phone,street,city,postal_code,country,born,card,\
                item,amount_cents,ordered_on\n";
    let broken = [
        good(2).replace("1980-01-01", "canary-of-a-birthday"),
        good(3).replace(",100,", ",canary-of-an-amount,"),
        good(4).replacen("4,4,", "4,canary-of-an-id,", 1),
        good(5).replace("Some Canary Name", "tgt1.AAAA"),
    ];
    std::fs::write(&csv, format!("{head}{}{}{}", good(1), broken.concat(), good(6))).unwrap();
    let output = run(Some(&csv), &folder.path().join("data"));
    let out = text(&output.stdout);
    assert!(output.status.success(), "{out}{}", text(&output.stderr));
    assert!(out.contains("2 orders of 2 customers taken, 4 rows refused"), "{out}");
    for expected in [
        "line 3, column 10 (born)",
        "line 4, column 13 (amount_cents)",
        "line 5, column 2 (customer_id)",
        "line 6, column 3 (name): a sealed or redacted value came back in",
    ] {
        assert!(out.contains(expected), "{expected}: {out}");
    }
    assert!(!out.contains("canary-of"), "{out}");
}

#[test]
fn hostile_files_end_with_a_message() {
    let folder = tempfile::tempdir().unwrap();
    let head = "order_id,customer_id,name,email,phone,street,city,postal_code,country,born,card,\
                item,amount_cents,ordered_on\n";
    let huge = format!("{head}1,1,{}\n", "canary-canary ".repeat(100_000));
    for (name, code, content) in [
        ("empty", 2, Vec::new()),
        ("header", 1, head.as_bytes().to_vec()),
        ("binary", 2, (0..=255).cycle().take(10_000).collect()),
        ("huge", 1, huge.into_bytes()),
        ("columns", 2, b"a,b,c\n1,2,3\n".to_vec()),
    ] {
        let csv = folder.path().join(name);
        std::fs::write(&csv, content).unwrap();
        let output = run(Some(&csv), &folder.path().join(format!("{name}-data")));
        let err = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{name}: {err}");
        assert!(!err.is_empty() && err.len() < 1000, "{name}: {err}");
        assert!(!text(&output.stdout).contains("canary"), "{name}");
    }
    let output = run(Some(&folder.path().join("not-there.csv")), folder.path());
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_short_card_number_is_not_shown_and_ends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("short.csv");
    let head = "order_id,customer_id,name,email,phone,street,city,postal_code,country,born,card,\
                item,amount_cents,ordered_on\n";
    let row = "1,1,Some Canary Name,canary.1@example.org,+1 555 0100 0000,Canary Street 1,Town,\
               12345,ES,1980-01-01,987,Canary item,100,2025-01-01\n";
    std::fs::write(&csv, format!("{head}{row}")).unwrap();
    let data = folder.path().join("data");
    let output = run(Some(&csv), &data);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(!err.contains("panicked"), "{err}");
    assert!(out.contains("the card that ends in ****"), "{out}{err}");
    let again = run(Some(&csv), &data);
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again.stderr).contains("holds the files of an earlier run"));
}
