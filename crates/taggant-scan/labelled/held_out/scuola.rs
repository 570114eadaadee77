//! Una scuola: nomi italiani.

pub struct Studente {
    pub id: u32, //~ -
    pub nome: String, //~ user.name.first | user.name
    pub cognome: String, //~ user.name.last
    pub data_di_nascita: NaiveDate, //~ user.demographic.date_of_birth
    pub luogo_nascita: String, //~ user.demographic | user.location | user.contact.address.city
    pub codice_fiscale: String, //~ user.government_id.national_identification_number
    pub sesso: Sesso, //~ user.demographic.gender
    pub cittadinanza: String, //~ user.demographic | user.demographic.race_ethnicity | user.government_id.immigration
    pub classe: String, //~ -
    pub disabilita: Option<String>, //~ user.health_and_medical
    pub religione: Option<bool>, //~ user.demographic.religious_belief
    pub foto: Vec<u8>, //~ user.content.self_image
    pub allergie: Vec<String>, //~ user.health_and_medical
    pub media_voti: f32, //~ user.demographic.profile | user.content | user.demographic
}

pub struct Genitore {
    pub cellulare: String, //~ user.contact.phone_number
    pub posta_elettronica: Option<String>, //~ user.contact.email
    pub professione: Option<String>, //~ user.job_title
    pub reddito_annuo: Option<u32>, //~ user.financial
    pub parentela: Parentela, //~ -
}

pub struct Residenza {
    pub via: String, //~ user.contact.address.street
    pub civico: String, //~ user.contact.address.street
    pub cap: String, //~ user.contact.address.postal_code
    pub comune: String, //~ user.contact.address.city
    pub provincia: String, //~ user.contact.address.state
}

pub struct Materia {
    pub nome_materia: String, //~ -
    pub ore_settimanali: u8, //~ -
    pub aula: String, //~ -
    pub codice: String, //~ -
}

pub struct Voto {
    pub studente_id: u32, //~ -
    pub materia: String, //~ -
    pub valore: f32, //~ user.demographic.profile | user.content | user.demographic
    pub giudizio: Option<String>, //~ user.content | user.content.private
    pub registrato: DateTime<Utc>, //~ -
}

pub struct Biblioteca {
    pub titolo: String, //~ -
    pub scaffale: String, //~ -
    pub copie: u16, //~ -
    pub indirizzo: String, //~ -
}
