//! `taggant report`, `taggant export` and `taggant drift` on a data folder.

mod common;

use common::{Folder, guest};

#[test]
fn records_of_processing_are_written_as_csv_and_fides() {
    let folder = Folder::new();
    let (csv, fides) = (folder.path().join("r.csv"), folder.path().join("f.yml"));
    let own = std::env::current_exe().unwrap();
    let arguments = ["report", "ropa", "--json", "--binary", own.to_str().unwrap(), "--csv"];
    let files = [csv.to_str().unwrap(), "--fides", fides.to_str().unwrap()];
    let answer = folder.run(&[&arguments[..], &files].concat()).exits(0).json();
    assert_eq!(answer["schema"], "taggant.report.ropa.v1");
    let rows = answer["activities"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["subjects"][0] == "customer"), "{rows:?}");
    assert!(rows.iter().any(|row| row["recipients"][0]["form"] == "plaintext"));
    let csv = std::fs::read_to_string(csv).unwrap();
    assert!(csv.contains("TO BE FILLED IN BY A PERSON") && csv.contains("guests"), "{csv}");
    let fides = std::fs::read_to_string(fides).unwrap();
    assert!(fides.contains("fides_key: \"guests\""), "{fides}");
    folder.run(&["report", "ropa"]).exits(0);
}

#[test]
fn a_person_gets_an_answer_and_the_question_is_recorded() {
    let folder = Folder::new();
    let ask = ["report", "dsar", "--file", "-", "--json"];
    let answer = folder.run_with(&ask, &guest(1).id).exits(0).json();
    assert_eq!(answer["recipients"][0], "https://shipper.example/labels");
    let consulted = answer["consultations"].as_array().unwrap();
    assert_eq!(consulted[0]["what"], "the ledger was asked");
    assert!(consulted.iter().any(|one| one["what"] == "disclosed"));
    folder.run_with(&ask[..4], &guest(2).id).exits(0);
    assert_eq!(folder.run_with(&ask, "nobody").exits(0).json()["known"], false);
}

#[test]
fn access_and_coverage_are_reported() {
    let folder = Folder::new();
    let access = folder.run(&["report", "access", "--json"]).exits(0).json();
    assert_eq!(access["actors"][0]["principal"], "svc:desk");
    folder.run(&["report", "access"]).exits(0);
    // One record was written without a flow.
    let coverage = folder.run(&["report", "coverage", "--json"]).exits(1).json();
    assert_eq!(coverage["unknown_flows"][0]["dataset"], "guests");
    assert_eq!(coverage["unknown"], 1);
    let table = folder.run(&["report", "coverage"]).exits(1);
    assert!(table.out.contains("1 of"), "{}", table.out);
}

#[test]
fn events_are_exported_once_and_what_comes_later_with_the_next_run() {
    let folder = Folder::new();
    let file = folder.path().join("events.ndjson");
    let arguments = ["export", "openlineage", "--json", "--to", file.to_str().unwrap()];
    let first = folder.run(&arguments).exits(0).json();
    assert!(first["events"].as_u64().unwrap() >= 3);
    assert_eq!(folder.run(&arguments).exits(0).json()["events"], 0);
    let lines = std::fs::read_to_string(&file).unwrap();
    assert_eq!(lines.lines().count() as u64, first["events"].as_u64().unwrap());
    assert!(lines.lines().all(|line| line.contains("\"eventType\":\"RUNNING\"")));
    folder.run(&["export", "openlineage"]).exits(2);
    let url = ["export", "openlineage", "--attempts", "1", "--url"];
    folder.run(&[&url[..], &["http://user:secret@127.0.0.1:1/"]].concat()).exits(2);
}

#[test]
fn what_one_target_got_another_one_gets_too() {
    let folder = Folder::new();
    let export = |name: &str| {
        let file = folder.path().join(name);
        let arguments = ["export", "openlineage", "--json", "--to", file.to_str().unwrap()];
        folder.run(&arguments).exits(0).json()["events"].as_u64().unwrap()
    };
    let first = export("a.ndjson");
    assert!(first >= 3);
    assert_eq!((export("b.ndjson"), export("a.ndjson")), (first, 0));
}

#[test]
fn an_endpoint_that_is_down_is_a_failure_and_nothing_is_lost() {
    let folder = Folder::new();
    let url = ["export", "openlineage", "--attempts", "1", "--url", "http://127.0.0.1:1/api"];
    folder.run(&url).exits(3);
    let file = folder.path().join("events.ndjson");
    let arguments = ["export", "openlineage", "--json", "--to", file.to_str().unwrap()];
    assert!(folder.run(&arguments).exits(0).json()["events"].as_u64().unwrap() >= 3);
}

#[test]
fn drift_is_a_finding_until_it_is_declared() {
    let folder = Folder::new();
    let file = folder.path().join("places.toml");
    std::fs::write(&file, "").unwrap();
    let path = file.to_str().unwrap();
    let answer = folder.run(&["drift", path, "--json"]).exits(1).json();
    assert_eq!(answer["findings"][0]["what"], "new_plaintext_flow");
    let table = folder.run(&["drift", path]).exits(1);
    assert!(table.out.contains("[[place]]"), "{}", table.out);
    let declared = folder.run(&["drift", "--declare"]).exits(0);
    std::fs::write(&file, declared.out).unwrap();
    folder.run(&["drift", path]).exits(0);
    std::fs::write(&file, "[[place]]\nlocation = 1").unwrap();
    folder.run(&["drift", path]).exits(2);
    folder.run(&["drift"]).exits(2);
}
