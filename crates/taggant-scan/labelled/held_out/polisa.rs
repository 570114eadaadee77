//! Ubezpieczenia: polskie nazwy.

pub struct Ubezpieczony {
    pub id: i64, //~ -
    pub imie: String, //~ user.name.first
    pub drugie_imie: Option<String>, //~ user.name.first | user.name
    pub nazwisko: String, //~ user.name.last
    pub nazwisko_rodowe: Option<String>, //~ user.name.last
    pub pesel: String, //~ user.government_id.national_identification_number
    pub numer_dowodu: String, //~ user.government_id.national_identification_number | user.government_id
    pub data_urodzenia: NaiveDate, //~ user.demographic.date_of_birth
    pub plec: Plec, //~ user.demographic.gender
    pub telefon_komorkowy: String, //~ user.contact.phone_number
    pub adres_email: Option<String>, //~ user.contact.email
    pub numer_konta: Option<String>, //~ user.financial.bank_account
    pub zawod: String, //~ user.job_title
    pub palacy: bool, //~ user.health_and_medical
    pub utworzono: DateTime<Utc>, //~ -
}

pub struct AdresZamieszkania {
    pub ulica: String, //~ user.contact.address.street
    pub numer_domu: String, //~ user.contact.address.street
    pub kod_pocztowy: String, //~ user.contact.address.postal_code
    pub miejscowosc: String, //~ user.contact.address.city
    pub wojewodztwo: String, //~ user.contact.address.state
    pub kraj: String, //~ user.contact.address.country
}

pub struct Polisa {
    pub numer_polisy: String, //~ user.financial | user.unique_id
    pub skladka_grosze: i64, //~ -
    pub poczatek: NaiveDate, //~ -
    pub koniec: NaiveDate, //~ -
    pub wariant: Wariant, //~ -
    pub uposazony: String, //~ user.name
}

pub struct Szkoda {
    pub opis_zdarzenia: String, //~ user.content | user.content.private
    pub kwota: i64, //~ -
    pub numer_rejestracyjny: String, //~ user.government_id.vehicle_registration
    pub choroba: Option<String>, //~ user.health_and_medical
    pub zalaczniki: Vec<PathBuf>, //~ -
}
