//! Eine Arztpraxis: deutsche Feldnamen.

pub struct Patient {
    pub id: Uuid, //~ -
    pub vorname: String, //~ user.name.first
    pub nachname: String, //~ user.name.last
    pub geburtsname: Option<String>, //~ user.name.last | user.name
    pub geburtsdatum: NaiveDate, //~ user.demographic.date_of_birth
    pub geschlecht: Geschlecht, //~ user.demographic.gender
    pub familienstand: Option<Familienstand>, //~ user.demographic.marital_status
    pub krankenkasse: String, //~ user.health_and_medical | user.health_and_medical.insurance_beneficiary_id
    pub versichertennummer: String, //~ user.health_and_medical.insurance_beneficiary_id
    pub telefon_privat: Option<String>, //~ user.contact.phone_number
    pub handynummer: Option<String>, //~ user.contact.phone_number
    pub email_adresse: Option<String>, //~ user.contact.email
    pub hausarzt: Option<String>, //~ user.name | user.health_and_medical
    pub allergien: Vec<String>, //~ user.health_and_medical
    pub blutgruppe: Option<Blutgruppe>, //~ user.health_and_medical
    pub angelegt_am: DateTime<Utc>, //~ -
    pub version: u32, //~ -
}

pub struct Anschrift {
    pub strasse: String, //~ user.contact.address.street
    pub hausnummer: String, //~ user.contact.address.street
    pub plz: String, //~ user.contact.address.postal_code
    pub ort: String, //~ user.contact.address.city
    pub land: String, //~ user.contact.address.country
}

pub struct Befund {
    pub patient_id: Uuid, //~ -
    pub diagnose: String, //~ user.health_and_medical
    pub icd10: String, //~ user.health_and_medical
    pub medikamente: Vec<Medikament>, //~ -
    pub arzt: String, //~ user.name
    pub notizen: String, //~ user.health_and_medical | user.content
    pub erstellt: DateTime<Utc>, //~ -
}

pub struct Medikament {
    pub wirkstoff: String, //~ user.health_and_medical
    pub dosis_mg: f32, //~ user.health_and_medical
    pub packungsgroesse: u32, //~ -
}

pub struct Termin {
    pub beginn: DateTime<Utc>, //~ -
    pub dauer: Duration, //~ -
    pub raum: String, //~ -
    pub anlass: Option<String>, //~ user.health_and_medical
}

pub struct Terminal {
    pub geraetename: String, //~ -
    pub standort: String, //~ -
    pub seriennummer: String, //~ -
    pub anzahl_anschluesse: u8, //~ -
    pub adresse: SocketAddr, //~ -
}

pub struct Privatrechnung {
    pub rechnungsnummer: String, //~ -
    pub betrag_cent: i64, //~ -
    pub kontoinhaber: String, //~ user.name
    pub bankverbindung: String, //~ user.financial.bank_account
    pub faellig_am: NaiveDate, //~ -
    pub rechnungsadresse: String, //~ user.contact.address
}
