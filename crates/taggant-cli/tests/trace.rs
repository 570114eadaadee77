//! `taggant trace`: what a service left in files is found, with its names.

mod common;

use std::io::Write;

use common::{Folder, SECRETS, guest, run};
use taggant::{Flow, Runtime};

/// A dump as a backup would hold it.
fn dump(folder: &Folder) -> String {
    let runtime = Runtime::builder(folder.path()).journal_slots(64).build().unwrap();
    let table = Flow::to("postgres://db", "guests");
    let row = |n: usize| {
        runtime.scope(|| table.run(|| serde_json::to_string(&guest(n % 2 + 1)).unwrap()))
    };
    (0..10).map(|n| row(n) + "\n").collect()
}

#[test]
fn sealed_values_in_a_dump_are_named_with_people_and_key_states() {
    let folder = Folder::new();
    let file = folder.path().join("dump.jsonl");
    std::fs::write(&file, dump(&folder)).unwrap();
    let file = file.to_str().unwrap();
    let answer = folder.run(&["trace", file, "--json"]).exits(0).json();
    assert_eq!(answer["schema"], "taggant.trace.v1");
    assert_eq!(answer["envelopes"], 20);
    let fields = answer["sources"][0]["fields"].as_array().unwrap();
    assert_eq!(fields.len(), 2);
    assert_eq!((&fields[0]["dataset"], &fields[0]["path"]), (&"guests".into(), &"name".into()));
    assert_eq!((&fields[0]["people"], &fields[0]["envelopes"]), (&2.into(), &10.into()));
    assert_eq!(fields[0]["states"][0]["state"], "active");

    folder.run_with(&["erase", "person", "--yes", "--file", "-"], &guest(1).id).exits(0);
    let answer = folder.run(&["trace", file, "--json"]).exits(0).json();
    let states = answer["sources"][0]["fields"][0]["states"].as_array().unwrap();
    assert!(states.iter().any(|s| s["state"] == "erased" && s["envelopes"] == 5), "{states:?}");
    let table = folder.run(&["trace", file]).exits(0);
    assert!(table.out.contains("guests.email"), "{}", table.out);
}

#[test]
fn without_a_data_folder_ids_are_printed_and_a_binary_names_them() {
    let folder = Folder::new();
    let file = folder.path().join("dump.jsonl");
    std::fs::write(&file, dump(&folder)).unwrap();
    let file = file.to_str().unwrap();
    let answer = run(&["trace", file, "--data", "/nowhere", "--json"]).exits(0).json();
    let field = &answer["sources"][0]["fields"][0];
    assert_eq!(
        (&field["dataset"], &field["states"][0]["state"]),
        (&().into(), &"not looked up".into())
    );
    // This test is a binary that declares the type.
    let own = std::env::current_exe().unwrap();
    let own = own.to_str().unwrap();
    let named =
        run(&["trace", file, "--data", "/nowhere", "--binary", own, "--json"]).exits(0).json();
    assert_eq!(named["sources"][0]["fields"][0]["dataset"], "guests");
}

#[test]
fn plaintext_is_a_finding_and_is_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("app.log");
    let mut file = std::fs::File::create(&log).unwrap();
    writeln!(file, "sent to {}", SECRETS[4].to_uppercase()).unwrap();
    writeln!(file, "card 4111 1111 1111 1111").unwrap();
    let values = folder.path().join("values.txt");
    std::fs::write(&values, format!("{}\n\n{}\n", SECRETS[4], SECRETS[5])).unwrap();
    let (log, values) = (log.to_str().unwrap(), values.to_str().unwrap());
    let arguments = ["trace", log, "--plaintext-from", values, "--detect", "--json"];
    let answer = run(&arguments).exits(1).json();
    let place = &answer["sources"][0];
    assert_eq!(place["values"][0]["value"], 1);
    let patterns: Vec<&str> = place["patterns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["pattern"].as_str().unwrap())
        .collect();
    assert_eq!(patterns, ["card", "email"]);
    let table = run(&arguments[..5]).exits(1);
    assert!(!table.out.contains("4111"), "{}", table.out);
    run(&["trace", log]).exits(0);
    run(&["trace", "/nowhere/at/all"]).exits(2);
    std::fs::write(values, "short\n").unwrap();
    run(&["trace", log, "--plaintext-from", values]).exits(2);
}

/// The largest memory that a run of the command took, in bytes.
#[cfg(target_os = "linux")]
fn peak(path: &std::path::Path) -> u64 {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_taggant"))
        .args(["trace", "--data", "/nowhere", "--detect", path.to_str().unwrap()])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
        peak = peak.max(kilobytes.unwrap_or(0) * 1024);
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    assert!(peak > 0, "the peak was seen");
    peak
}

#[cfg(target_os = "linux")]
#[test]
fn memory_stays_below_64_mebibytes_whatever_the_input() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    // Many keys, all different: more than are told apart.
    let mut file = std::io::BufWriter::new(std::fs::File::create(path("keys.bin")).unwrap());
    for number in 0..600_000_u64 {
        let mut envelope = vec![0xFE, 0xD1, 1, 1, 1];
        envelope.extend((number % 30_000).to_be_bytes());
        envelope.extend(number.to_be_bytes());
        envelope.extend([7; 8]);
        envelope.extend([9; 40]);
        file.write_all(&envelope).unwrap();
    }
    drop(file);
    // Lines without an end.
    std::fs::write(path("long.txt"), vec![b'a'; 200 << 20]).unwrap();
    // Entries that can't be read, with long names.
    let mut file = std::io::BufWriter::new(std::fs::File::create(path("many.zip")).unwrap());
    for _ in 0..300_000 {
        let mut header = [0; 30];
        header[..4].copy_from_slice(b"PK\x03\x04");
        header[6] = 1; // encrypted
        header[26..28].copy_from_slice(&500_u16.to_le_bytes());
        file.write_all(&header).unwrap();
        file.write_all(&[b'n'; 500]).unwrap();
    }
    drop(file);
    for name in ["keys.bin", "long.txt", "many.zip"] {
        let peak = peak(&path(name));
        assert!(peak <= 64 << 20, "{name}: {peak} bytes");
    }
}
