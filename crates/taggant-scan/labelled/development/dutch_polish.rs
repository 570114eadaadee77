//! Dutch bank and Polish courier.

pub struct Rekeninghouder {
    pub naam: String, //~ user.name
    pub geslacht: Geslacht, //~ user.demographic.gender
    pub adres: String, //~ user.contact.address
    pub postcode: String, //~ user.contact.address.postal_code
    pub plaats: String, //~ user.contact.address.city
    pub mobiel: Option<String>, //~ user.contact.phone_number
    pub wachtwoord: String, //~ user.authorization.password
    pub paspoortnummer: Option<String>, //~ user.government_id.passport_number
    pub inkomen: i64, //~ user.financial
    pub beroep: String, //~ user.job_title
    pub aangemaakt: DateTime<Utc>, //~ -
    pub burgerlijke_staat: Staat, //~ user.demographic.marital_status
}

pub struct Bestand {
    pub bestandsnaam: String, //~ -
    pub omvang: u64, //~ -
}

pub struct Odbiorca {
    pub imie_i_nazwisko: String, //~ user.name
    pub adres: String, //~ user.contact.address
    pub miasto: String, //~ user.contact.address.city
    pub telefon: String, //~ user.contact.phone_number
    pub haslo: String, //~ user.authorization.password
    pub nip: Option<String>, //~ user.government_id.national_identification_number | user.government_id
    pub numer_paszportu: Option<String>, //~ user.government_id.passport_number
    pub uwagi: Option<String>, //~ user.content | user.content.private
    pub obywatelstwo: String, //~ user.demographic.race_ethnicity | user.demographic | user.government_id.immigration
}

pub struct Paczka {
    pub numer_paczki: String, //~ -
    pub waga: f32, //~ -
    pub magazyn: String, //~ -
    pub nazwa_pliku: String, //~ -
}
