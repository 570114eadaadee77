//! A city: residents, courts, elections; with newtypes, aliases and serde names.

pub struct TaxId(String); //~ user.government_id.national_identification_number | user.government_id

pub struct EmailAddress {
    inner: String, //~ user.contact.email
}

pub type Mailbox = EmailAddress;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resident {
    pub uuid: Uuid, //~ -
    #[serde(rename = "surname")]
    pub sn: String, //~ user.name.last
    pub maiden_name: Option<String>, //~ user.name.last | user.name
    pub tax: TaxId, //~ user.government_id.national_identification_number | user.government_id
    pub reach_at: Option<Mailbox>, //~ user.contact.email
    pub ethnicity: Option<String>, //~ user.demographic.race_ethnicity
    pub spoken_languages: Vec<String>, //~ user.demographic.language
    pub household_income: Option<u64>, //~ user.financial
    pub disability: Option<String>, //~ user.health_and_medical
    pub plate: Option<String>, //~ user.government_id.vehicle_registration
    pub dob: NaiveDate, //~ user.demographic.date_of_birth
    pub moved_in: NaiveDate, //~ -
    pub photo: Option<Vec<u8>>, //~ user.content.self_image
    pub fingerprint_template: Option<Vec<u8>>, //~ user.biometric.fingerprint
}

pub struct CourtCase {
    pub docket: String, //~ -
    pub defendant: String, //~ user.name
    pub offence: String, //~ user.criminal_history
    pub prior_convictions: u8, //~ user.criminal_history
    pub judge: String, //~ user.name
    pub courtroom: String, //~ -
    pub next_hearing: Option<DateTime<Utc>>, //~ -
}

pub struct Voter {
    pub party_affiliation: Option<String>, //~ user.demographic.political_opinion
    pub polling_place: String, //~ -
    pub signature_image: Vec<u8>, //~ user.biometric | user.content | user.authorization.biometric | user.content.self_image
    pub precinct: u16, //~ -
}

pub struct BuildingPermit {
    pub parcel: String, //~ -
    pub floors: u8, //~ -
    pub applicant: String, //~ user.name
    pub site_address: String, //~ user.contact.address
    pub height_m: f32, //~ -
    pub architect_phone: String, //~ user.contact.phone_number
}

pub enum Notice {
    Email(EmailAddress), //~ user.contact.email
    Letter {
        addressee: String, //~ user.name
        street: String, //~ user.contact.address.street
        zip: String, //~ user.contact.address.postal_code
    },
    Sms(String), //~ user.contact.phone_number
    Published {
        gazette: String, //~ -
        issue: u32, //~ -
    },
}

pub struct DatingProfile {
    pub nickname: String, //~ user.account.username | user.name
    pub orientation: Option<Orientation>, //~ user.demographic.sexual_orientation
    pub bio: String, //~ user.content.public | user.content | user.demographic.profile
    pub height_cm: u8, //~ user.demographic | user.health_and_medical | user.demographic.profile | user.biometric
    pub last_position: (f64, f64), //~ user.location.precise
    pub search_queries: Vec<String>, //~ user.behavior.search_history
    pub shown: bool, //~ -
}
