//! The verbs that ask and change a data folder, as they are run.

mod common;

use common::{Folder, guest, run};
use taggant::{Flow, Outcome, Runtime};

#[test]
fn init_makes_a_folder_and_leaves_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    let made = run(&["init", "--data", data, "--json"]).exits(0).json();
    assert_eq!(made["schema"], "taggant.init.v1");
    assert_eq!(made["made"].as_array().unwrap().len(), 4);
    let policy = folder.path().join("data/policy.toml");
    std::fs::write(&policy, "# mine\n").unwrap();
    let again = run(&["init", "--data", data, "--json"]).exits(0).json();
    assert_eq!(again["made"].as_array().unwrap().len(), 0);
    assert_eq!(std::fs::read_to_string(policy).unwrap(), "# mine\n");
    // What it wrote is a policy.
    run(&["policy", "test", "/dev/null", "--data", data]).exits(1);
}

#[test]
fn flows_are_filtered_and_a_copied_ledger_needs_no_key() {
    let folder = Folder::new();
    let all = folder.run(&["flows", "--json"]).exits(0).json();
    assert_eq!(all["schema"], "taggant.flows.v1");
    let all = all["flows"].as_array().unwrap().len();
    let email = folder.run(&["flows", "--json", "--category", "user.contact"]).json();
    let email = email["flows"].as_array().unwrap();
    assert!(!email.is_empty() && email.len() < all);
    assert!(email.iter().all(|flow| flow["path"] == "email"));
    let revealed = folder.run(&["flows", "--json", "--action", "reveal"]).json();
    assert_eq!(revealed["flows"][0]["location"], "https://shipper.example/labels");
    let unknown = folder.run(&["flows", "--json", "--unknown"]).json();
    assert!(unknown["flows"].as_array().unwrap().iter().all(|flow| flow["unknown"] == true));
    let future = folder.run(&["flows", "--json", "--since", "2500-01-01"]).json();
    assert_eq!(future["flows"].as_array().unwrap().len(), 0);

    let copy = tempfile::tempdir().unwrap();
    let file = copy.path().join("copy.db");
    std::fs::copy(folder.ledger(), &file).unwrap();
    let half = run(&["flows", "--ledger", file.to_str().unwrap()]).exits(3);
    assert!(half.err.contains("-wal"), "{}", half.err);
    std::fs::copy(folder.path().join("ledger.db-wal"), copy.path().join("copy.db-wal")).unwrap();
    let file = file.to_str().unwrap();
    let copied = run(&["flows", "--ledger", file]).exits(0);
    assert!(copied.out.contains("guests.email"), "{}", copied.out);
    run(&["erase", "person", "x", "--ledger", file]).exits(2);
}

#[test]
fn wrong_usage_is_two_and_a_broken_ledger_is_three() {
    run(&["flows", "--data", "/nowhere"]).exits(2);
    run(&["flows", "--since", "yesterday"]).exits(2);
    run(&["no-such-verb"]).exits(2);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.db");
    std::fs::write(&file, "no database").unwrap();
    run(&["flows", "--ledger", file.to_str().unwrap()]).exits(3);
}

#[test]
fn actors_are_compared_and_whoever_saw_most_people_comes_first() {
    let folder = Folder::new();
    let answer = folder.run(&["actors", "--json"]).exits(0).json();
    assert_eq!(answer["schema"], "taggant.actors.v1");
    assert_eq!(answer["actors"][0]["principal"], "svc:desk");
    assert_eq!(answer["actors"][0]["people"], 2);
    assert_eq!(answer["actors"][1]["people"], 1);
    assert_eq!(answer["median_people"], 1.5);
    folder.run(&["actors", "--deny-above", "1.2"]).exits(1);
    folder.run(&["actors", "--deny-above", "2"]).exits(0);
}

#[test]
fn an_erased_person_is_gone_and_the_work_list_is_followed_up() {
    let folder = Folder::new();
    folder.run(&["erase", "person", &guest(1).id]).exits(2);
    let id = folder.path().join("id.txt");
    std::fs::write(&id, format!("{}\n", guest(1).id)).unwrap();
    let arguments = ["erase", "person", "--yes", "--json", "--reason", "request 7", "--file"];
    let done = folder.run(&[&arguments[..], &[id.to_str().unwrap()]].concat()).exits(0).json();
    assert_eq!(done["schema"], "taggant.erase.receipt.v1");
    assert_eq!((&done["number"], &done["provisional"]), (&1.into(), &true.into()));
    let lines = done["lines"].as_array().unwrap().len();
    assert!(lines >= 2, "{done}");

    let list = folder.run(&["erase", "list", "--json"]).exits(1).json();
    assert_eq!(list["erasures"][0]["open_lines"], lines);
    for line in 1..=lines {
        folder.run(&["erase", "confirm", "1", &line.to_string()]).exits(0);
    }
    folder.run(&["erase", "list"]).exits(0);
    folder.run(&["erase", "confirm", "1", "99"]).exits(3);
    folder.run(&["erase", "show", "9"]).exits(3);

    let runtime = Runtime::builder(folder.path()).journal_slots(64).build().unwrap();
    let to = Flow::to("postgres://db", "guests");
    assert!(runtime.scope(|| to.run(|| serde_json::to_string(&guest(1)))).is_err());
    assert_eq!(taggant::Error::last().unwrap().outcome(), Outcome::Erased);
    assert!(runtime.scope(|| to.run(|| serde_json::to_string(&guest(2)))).is_ok());
}

#[test]
fn the_id_may_come_from_standard_input() {
    let folder = Folder::new();
    let arguments = ["erase", "person", "--yes", "--file", "-"];
    folder.run_with(&arguments, &format!("{}\n", guest(2).id)).exits(0);
    folder.run_with(&arguments, "one\ntwo\n").exits(2);
    folder.run_with(&arguments, "").exits(2);
}

#[test]
fn a_policy_is_explained_and_tested() {
    let folder = Folder::new();
    let explain = ["policy", "explain", "--action", "reveal", "--category", "user.name"];
    let purpose = ["--purpose", "essential.service.operations", "--wrap", "--location"];
    let ask = |place: &str| folder.run(&[&explain[..], &purpose[..], &[place]].concat());
    let allowed = ask("https://shipper.example/labels").exits(0);
    assert!(allowed.out.contains("allow rule 2: decides"), "{}", allowed.out);
    let refused = ask("https://elsewhere.example/labels").exits(1);
    assert!(refused.out.contains("[[allow]]"), "the rule to add: {}", refused.out);
    let unknown = folder.run(&["policy", "explain", "--action", "shred"]).exits(2);
    assert!(unknown.err.contains("reseal"), "{}", unknown.err);

    let table = folder.path().join("expect.toml");
    let write = |expected: &str| {
        let case = "[[expect]]\naction = \"open\"\ncategory = \"user\"\nactor = \"svc:a\"\n\
                    purpose = \"essential\"\nlocation = \"postgres://db/guests\"\n";
        std::fs::write(&table, format!("{case}expect = \"{expected}\"\n")).unwrap();
    };
    let test = || folder.run(&["policy", "test", table.to_str().unwrap()]);
    write("open");
    test().exits(0);
    write("deny");
    test().exits(1);
    write("shred");
    test().exits(3);
}

#[test]
fn every_verb_has_help_with_an_example_and_completions_know_it() {
    let help = run(&["--help"]).exits(0).out;
    let verbs = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let verbs: Vec<&str> = verbs
        .take_while(|line| !line.is_empty())
        // A long summary goes on below itself.
        .filter(|line| !line.starts_with("   "))
        .filter_map(|l| l.split_whitespace().next())
        .collect();
    assert!(verbs.len() > 5, "{verbs:?}");
    let script = run(&["completions", "bash"]).exits(0).out;
    for verb in verbs.into_iter().filter(|verb| *verb != "help") {
        assert!(script.contains(verb), "{verb}");
        let own = run(&[verb, "--help"]).exits(0).out;
        let has_verbs = own.contains("Commands:");
        assert!(has_verbs || own.contains("\nExample"), "{verb} has no example");
    }
}

#[test]
fn asking_about_a_person_is_recorded_and_the_answer_is_whole() {
    let folder = Folder::new();
    let ask = ["subject", "--actor", "user:dana", "--reason", "request 9", "--file", "-", "--json"];
    let about = folder.run_with(&ask, &guest(1).id).exits(0).json();
    assert_eq!(about["schema"], "taggant.subject.v1");
    let places = about["places"].as_array().unwrap();
    let at = |place: &str| places.iter().find(|one| one["location"] == place).unwrap();
    assert_eq!(at("postgres://db/guests")["form"], "sealed");
    assert_eq!(at("https://shipper.example/labels")["form"], "plaintext");
    let newest = &about["accesses"][0];
    assert_eq!((&newest["kind"], &newest["actor"]), (&"query".into(), &"user:dana".into()));
    assert_eq!(newest["reason"], "request 9");
    let total = about["accesses_total"].as_u64().unwrap();

    let again = folder.run_with(&ask, &guest(1).id).json();
    assert_eq!(again["accesses_total"].as_u64().unwrap(), total + 1);
    let table = folder.run_with(&["subject", "--file", "-"], &guest(1).id).exits(0);
    assert!(table.out.contains("https://shipper.example/labels"), "{}", table.out);
    // Somebody who is not there: the question is recorded all the same, about nobody.
    let nobody = folder.run_with(&ask, "nobody").exits(0).json();
    assert_eq!(nobody["known"], false);
    folder.run_with(&["subject", "--file", "-", "--kind", "custumer"], "x").exits(3);
    folder.run_with(&["subject", "--file", "-", "--purpose", "nosuch"], "x").exits(3);
}

#[test]
fn keys_are_listed_rotated_and_retired() {
    let folder = Folder::new();
    let list = |more: &[&str]| folder.run(&[&["keys", "list", "--json"], more].concat());
    let groups = list(&[]).exits(0).json()["groups"].clone();
    assert_eq!(groups.as_array().unwrap().len(), 1);
    assert_eq!((&groups[0]["state"], &groups[0]["people"]), (&"active".into(), &2.into()));
    let id = list(&["--each"]).json()["keys"][0]["id"].as_str().unwrap().to_owned();
    folder.run(&["keys", "retire", &id, "--compromised"]).exits(0);
    list(&[]).exits(1);
    folder.run(&["keys", "retire", &"0".repeat(32)]).exits(3);
    folder.run(&["keys", "retire", "xyz"]).exits(2);
    assert_eq!(folder.run(&["keys", "rotate", "data", "--json"]).exits(0).json()["changed"], 1);
    folder.run(&["keys", "rotate", "branch"]).exits(0);
}

#[test]
fn a_root_key_is_replaced_and_the_old_one_opens_nothing_any_more() {
    let folder = Folder::new();
    let old = std::fs::read(folder.path().join("root.key")).unwrap();
    let new = folder.path().join("root2.key");
    let mistyped = folder.path().join("root3.key");
    let file = mistyped.to_str().unwrap();
    folder.run(&["keys", "rotate", "root", "--only", "--new", file]).exits(2);
    assert!(!mistyped.exists());
    folder.run(&["keys", "list"]).exits(0);
    folder.run(&["keys", "rotate", "root", "--new", new.to_str().unwrap()]).exits(0);
    let root = folder.path().join("root.key");
    std::fs::rename(&new, &root).unwrap();
    folder.run(&["keys", "rotate", "root", "--only", "--new", root.to_str().unwrap()]).exits(0);
    folder.run(&["keys", "list"]).exits(0);
    std::fs::write(&root, old).unwrap();
    folder.run(&["keys", "list"]).exits(3);
}

#[test]
fn a_person_s_id_is_not_repeated_where_the_arguments_are_wrong() {
    let id = &guest(1).id;
    for wrong in [
        &["erase", id][..],
        &["subject", "x", id],
        &["subject", "x", &format!("-{id}")],
        &["subject", "x", &format!("--{id}")],
        &["erase", "show", id],
        &["erase", "person", "--yes", "x", id],
        &["subject", "--limit", id],
        &["report", "dsar", "x", id],
        &["--color", id, "subject", "x"],
    ] {
        run(wrong).exits(2);
    }
    let kidn = run(&["subject", "--kidn", "employee", "x"]).exits(2);
    assert!(kidn.err.contains("--kidn") && kidn.err.contains("--kind"), "{}", kidn.err);
}

#[test]
fn misspelt_tenants_and_key_groups_are_told_and_get_no_keys() {
    let folder = Folder::new();
    let id = &guest(1).id;
    for wrong in [
        &["subject", id, "--tenant", "defualt"][..],
        &["report", "dsar", id, "--tenant", "defualt"],
        &["erase", "person", id, "--yes", "--tenant", "defualt"],
        &["erase", "person", id, "--yes", "--group", "mian"],
        &["keys", "list", "--tenant", "defualt"],
        &["keys", "rotate", "data", "--group", "mian"],
        &["keys", "rotate", "branch", "--group", "mian"],
        &["keys", "rotate", "index", "--dataset", "guest", "--index", "x"],
        &["trace", "--tenant", "defualt", "/dev/null"],
    ] {
        folder.run(wrong).exits(2);
        let again = folder.run(wrong).exits(2);
        assert!(again.err.contains("there is no") || again.err.contains("knows no"), "{wrong:?}");
    }
    assert_eq!(folder.run(&["erase", "list", "--json"]).json()["erasures"], serde_json::json!([]));
    assert_eq!(folder.run(&["keys", "list", "--json"]).json()["groups"][0]["people"], 2);
}

#[test]
fn erasing_somebody_who_is_not_known_is_told() {
    let folder = Folder::new();
    let arguments = ["erase", "person", "--yes", "--json", "--file", "-"];
    let mistyped = folder.run_with(&arguments, "guest-quagga").exits(1);
    assert_eq!(mistyped.json()["known"], false);
    assert!(mistyped.err.contains("is the id right?"), "{}", mistyped.err);
    assert_eq!(folder.run_with(&arguments, &guest(1).id).exits(0).json()["known"], true);
}

#[test]
fn a_receipt_of_some_key_groups_does_not_claim_the_others() {
    let folder = Folder::new();
    let arguments = ["erase", "person", "--yes", "--group", "main", "--file", "-"];
    let receipt = folder.run_with(&arguments, &guest(1).id).exits(0);
    assert!(receipt.out.contains("others are not"), "{}", receipt.out);
}

#[test]
fn words_that_would_silently_match_nothing_are_refused() {
    let folder = Folder::new();
    folder.run(&["actors", "--deny-above", "nan"]).exits(2);
    folder.run(&["actors", "--deny-above=-1"]).exits(2);
    let shred = folder.run(&["flows", "--action", "shred"]).exits(2);
    assert!(shred.err.contains("pseudonymise"), "{}", shred.err);
    let long = "r".repeat(49);
    folder.run_with(&["subject", "--file", "-", "--reason", &long], &guest(1).id).exits(2);
    let marked = format!("\u{feff}{}\r\n", guest(1).id);
    let about = folder.run_with(&["subject", "--file", "-", "--json"], &marked).exits(0).json();
    assert_eq!(about["known"], true, "a byte order mark is no part of an id");
}

#[test]
fn hostile_names_do_not_drive_the_terminal() {
    let hostile = "/nowhere/\u{1b}[31m\u{9b}2J\u{202e}x";
    for arguments in [
        &["trace", hostile][..],
        &["flows", "--ledger", hostile],
        &["subject", "x", "--data", hostile],
        &["policy", "test", "--policy", hostile, "x"],
    ] {
        let done = run(arguments).exits(2);
        let wrote = done.out + &done.err;
        assert!(!wrote.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{arguments:?}: {wrote:?}");
    }
}
