//! A hospital in English.

pub struct Patient {
    pub patient_id: Uuid, //~ -
    pub mrn: String, //~ user.health_and_medical.record_id
    pub name: String, //~ user.name
    pub birth_date: NaiveDate, //~ user.demographic.date_of_birth
    pub sex: Sex, //~ user.demographic.gender
    pub ssn: Option<String>, //~ user.government_id.national_identification_number
    pub marital_status: Option<MaritalStatus>, //~ user.demographic.marital_status
    pub religion: Option<String>, //~ user.demographic.religious_belief
    pub emergency_contact: String, //~ user.contact | user.name
    pub insurance_number: String, //~ user.health_and_medical.insurance_beneficiary_id
    pub blood_type: BloodType, //~ user.health_and_medical
    pub weight_kg: f32, //~ user.health_and_medical
    pub smoker: bool, //~ user.health_and_medical
    pub admitted_at: DateTime<Utc>, //~ -
    pub ward: String, //~ -
}

pub struct Encounter {
    pub diagnosis: String, //~ user.health_and_medical
    pub symptoms: Vec<String>, //~ user.health_and_medical
    pub prescriptions: Vec<String>, //~ user.health_and_medical
    pub physician: String, //~ user.name
    pub clinical_notes: String, //~ user.health_and_medical | user.content
    pub room: String, //~ -
    pub started: DateTime<Utc>, //~ -
}

pub struct LabResult {
    pub specimen_id: String, //~ -
    pub genome: Vec<u8>, //~ user.health_and_medical.genetic
    pub hiv_positive: bool, //~ user.health_and_medical
    pub heart_rate: u16, //~ user.health_and_medical
    pub unit: String, //~ -
    pub reference_range: (f32, f32), //~ -
}

pub struct Device {
    pub model: String, //~ -
    pub vendor_name: String, //~ -
    pub firmware_version: String, //~ -
    pub ward_name: String, //~ -
    pub health: HealthStatus, //~ -
    pub address: SocketAddr, //~ -
}
