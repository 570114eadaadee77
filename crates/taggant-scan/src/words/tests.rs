use super::{Words, of_name};

fn found(name: &str) -> Option<&'static str> {
    let words = of_name(name);
    let hits = Words::get().hits(&words);
    hits.iter().find_map(|hit| hit.phrase).map(|phrase| phrase.category)
}

#[test]
fn names_match_in_any_case_joined_split_and_plural() {
    for name in ["email", "eMail", "e_mail", "EMAILS", "customer_email", "emailAddress"] {
        assert_eq!(found(name), Some("user.contact.email"), "{name}");
    }
    for name in ["date_of_birth", "dateOfBirth", "birthdate", "Geburtsdatum", "data_nascita"] {
        assert_eq!(found(name), Some("user.demographic.date_of_birth"), "{name}");
    }
}

#[test]
fn a_longer_phrase_that_is_not_personal_wins() {
    for name in ["file_name", "hostname", "type_name", "return_address", "health_check"] {
        assert_eq!(found(name), None, "{name}");
    }
}

#[test]
fn compounds_go_by_what_stands_before() {
    assert_eq!(found("kundenname"), Some("user.name"));
    assert_eq!(found("privattelefonnummer"), Some("user.contact.phone_number"));
    assert_eq!(found("dateiname"), None);
    assert_eq!(found("tabellename"), None);
    assert_eq!(found("rename"), None);
}

#[test]
fn umlauts_match_with_and_without_dots() {
    for name in ["empfänger", "empfaenger"] {
        assert_eq!(found(name), Some("user.contact"), "{name}");
    }
}
