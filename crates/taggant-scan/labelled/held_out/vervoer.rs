//! Een koeriersdienst: Nederlandse namen.

pub struct Ontvanger {
    pub voornaam: String, //~ user.name.first
    pub tussenvoegsel: Option<String>, //~ user.name.last | user.name
    pub achternaam: String, //~ user.name.last
    pub telefoonnummer: Option<String>, //~ user.contact.phone_number
    pub e_mail: String, //~ user.contact.email
    pub straatnaam: String, //~ user.contact.address.street
    pub huisnummer: u32, //~ user.contact.address.street
    pub woonplaats: String, //~ user.contact.address.city
    pub bezorgnotitie: Option<String>, //~ user.content | user.content.private | user.contact.address
}

pub struct Chauffeur {
    pub personeelsnummer: String, //~ user.unique_id | user.workplace
    pub naam: String, //~ user.name
    pub rijbewijsnummer: String, //~ user.government_id.drivers_license_number
    pub bsn: String, //~ user.government_id.national_identification_number
    pub rekeningnummer: String, //~ user.financial.bank_account
    pub geboortedatum: Date, //~ user.demographic.date_of_birth
    pub uurloon: Decimal, //~ user.financial
    pub rooster_versie: u32, //~ -
}

pub struct Voertuig {
    pub kenteken: String, //~ user.government_id.vehicle_registration
    pub merk: String, //~ -
    pub laadvermogen_kg: u32, //~ -
    pub bouwjaar: u16, //~ -
}

pub struct Zending {
    pub barcode: String, //~ -
    pub gewicht: f32, //~ -
    pub afmetingen: [u16; 3], //~ -
    pub handtekening: Option<Vec<u8>>, //~ user.biometric | user.content | user.name | user.authorization.biometric
    pub depot_code: String, //~ -
    pub status: ZendingStatus, //~ -
    pub afgeleverd_op: Option<DateTime<Utc>>, //~ -
}

pub struct PositieMelding {
    pub breedtegraad: f64, //~ user.location.precise
    pub lengtegraad: f64, //~ user.location.precise
    pub snelheid: f32, //~ -
    pub tijdstip: DateTime<Utc>, //~ -
}

pub struct Magazijn {
    pub naam: String, //~ -
    pub gangpaden: u16, //~ -
    pub stellingen: Vec<Stelling>, //~ -
    pub openingstijden: String, //~ -
}
