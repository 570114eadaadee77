//! Lohn und Bank: deutsche Namen.

pub struct Mitarbeiter {
    pub personalnummer: String, //~ user.unique_id | user.workplace
    pub name: String, //~ user.name
    pub vorname: String, //~ user.name.first
    pub geburtsort: String, //~ user.demographic | user.contact.address.city | user.location
    pub staatsangehoerigkeit: String, //~ user.demographic.race_ethnicity | user.demographic | user.government_id.immigration
    pub steuer_id: String, //~ user.government_id.national_identification_number | user.government_id
    pub sozialversicherungsnummer: String, //~ user.government_id.national_identification_number
    pub konfession: Option<String>, //~ user.demographic.religious_belief
    pub gehalt: i64, //~ user.financial
    pub abteilung: String, //~ -
    pub mobilnummer: String, //~ user.contact.phone_number
    pub wohnort: String, //~ user.contact.address.city
    pub postleitzahl: String, //~ user.contact.address.postal_code
    pub straße: String, //~ user.contact.address.street
    pub passwort: String, //~ user.authorization.password
    pub eintrittsdatum: NaiveDate, //~ -
    pub schwerbehindert: bool, //~ user.health_and_medical
}

pub struct Konto {
    pub iban: String, //~ user.financial.bank_account
    pub kontonummer: String, //~ user.financial.bank_account
    pub inhaber: String, //~ user.name
    pub saldo: i64, //~ user.financial
    pub waehrung: String, //~ -
    pub eroeffnet_am: NaiveDate, //~ -
}

pub struct Datei {
    pub dateiname: String, //~ -
    pub pfad: PathBuf, //~ -
    pub groesse: u64, //~ -
    pub beschreibung: String, //~ -
}

pub struct Fahrzeug {
    pub kennzeichen: String, //~ user.government_id.vehicle_registration
    pub hersteller: String, //~ -
    pub fahrername: String, //~ user.name
    pub kilometerstand: u32, //~ -
}
