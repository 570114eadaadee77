//! Sales, recruiting and insurance, with aliases, newtypes and nested types.

pub type Phone = String;
pub type Mobile = Phone;

pub struct Iban(String); //~ user.financial.bank_account
pub struct Meters(f64); //~ -
pub struct Name(String); //~ user.name

pub struct Lead {
    pub contact_name: String, //~ user.name
    pub work_email: String, //~ user.contact.email
    pub primary: Mobile, //~ user.contact.phone_number
    pub secondary: Option<Phone>, //~ user.contact.phone_number
    pub employer: Option<String>, //~ user.workplace
    pub job_title: String, //~ user.job_title
    pub linkedin_url: Option<String>, //~ user.contact.url | user.social
    pub score: u8, //~ -
    pub stage: Stage, //~ -
    pub payout: Iban, //~ user.financial.bank_account
    pub distance: Meters, //~ -
    pub address: HomeAddress, //~ -
}

pub struct HomeAddress {
    pub address_line_1: String, //~ user.contact.address.street | user.contact.address
    pub house_number: String, //~ user.contact.address.street
    pub postal_code: String, //~ user.contact.address.postal_code
    pub region: Option<String>, //~ user.contact.address.state
    pub geo: GeoPoint, //~ user.location.precise
}

pub struct Applicant {
    pub fullName: String, //~ user.name
    pub middleName: Option<String>, //~ user.name
    pub resume: Vec<u8>, //~ user.content | user.demographic.profile | user.content.private
    pub desired_salary: Option<u32>, //~ user.financial
    pub nationality: String, //~ user.demographic.race_ethnicity | user.demographic | user.government_id.immigration
    pub criminal_record: bool, //~ user.criminal_history
    pub drivers_license: Option<String>, //~ user.government_id.drivers_license_number
    pub passport: Option<String>, //~ user.government_id.passport_number
    pub veteran_status: Option<String>, //~ user.demographic
    pub applied_at: DateTime<Utc>, //~ -
    #[serde(rename = "faxNumber")]
    pub f: Option<String>, //~ user.contact.fax_number
}

pub struct CreditReport {
    pub subject_name: String, //~ user.name
    pub credit_score: u16, //~ user.financial
    pub annual_income: u64, //~ user.financial
    pub tax_id: String, //~ user.government_id.national_identification_number | user.government_id
    pub political_party: Option<String>, //~ user.demographic.political_opinion
    pub ethnic_group: Option<String>, //~ user.demographic.race_ethnicity
    pub generated: SystemTime, //~ -
    pub model_name: String, //~ -
}

pub struct Location {
    pub lat: f64, //~ user.location.precise
    pub lng: f64, //~ user.location.precise
    pub accuracy_m: f32, //~ -
}

pub struct Contact {
    pub emails: Vec<String>, //~ user.contact.email
    pub phones: BTreeMap<String, Phone>, //~ user.contact.phone_number
    pub twitter_handle: Option<String>, //~ user.social | user.account.username
    pub website: Option<Url>, //~ user.contact.url
    pub relationship: Option<String>, //~ user.social
    pub fingerprint: [u8; 32], //~ user.biometric.fingerprint
    pub voice_sample: Vec<u8>, //~ user.biometric.voice
    pub iris_scan: Option<Vec<u8>>, //~ user.biometric.retinal
    pub children_names: Vec<String>, //~ user.childrens | user.name
}

pub enum Channel {
    Email(String), //~ user.contact.email
    Phone {
        number: String, //~ user.contact.phone_number
        extension: Option<u16>, //~ user.contact.phone_number
    },
    Push(DeviceToken), //~ user.device.device_id | user.device
    Disabled,
}
