//! Telefonía, école, viaggi, encontros: Spanish, French, Italian, Portuguese.

pub struct Abonado {
    pub nombre_completo: String, //~ user.name
    pub apellido_materno: Option<String>, //~ user.name.last
    pub nif: String, //~ user.government_id.national_identification_number
    pub correo_electronico: String, //~ user.contact.email
    pub numero_telefono: String, //~ user.contact.phone_number
    pub direccion_postal: String, //~ user.contact.address
    pub cuenta_bancaria: String, //~ user.financial.bank_account
    pub sexo: Option<Sexo>, //~ user.demographic.gender
    pub edad: u8, //~ user.demographic.age_range | user.demographic
    pub plan: Plan, //~ -
    pub creado: DateTime<Utc>, //~ -
}

pub struct Eleve {
    pub nom: String, //~ user.name.last | user.name
    pub prenom: String, //~ user.name.first
    pub date_de_naissance: NaiveDate, //~ user.demographic.date_of_birth
    pub numero_etudiant: String, //~ user.unique_id
    pub adresse: String, //~ user.contact.address
    pub telephone_parent: String, //~ user.contact.phone_number
    pub mot_de_passe: String, //~ user.authorization.password
    pub allergies: Vec<String>, //~ user.health_and_medical
    pub handicap: Option<String>, //~ user.health_and_medical
    pub classe_id: u32, //~ -
}

pub struct Passeggero {
    pub nome: String, //~ user.name.first | user.name
    pub cognome: String, //~ user.name.last
    pub numero_passaporto: String, //~ user.government_id.passport_number
    pub data_nascita: NaiveDate, //~ user.demographic.date_of_birth
    pub telefono: String, //~ user.contact.phone_number
    pub indirizzo: String, //~ user.contact.address
    pub citta: String, //~ user.contact.address.city
    pub posto: String, //~ -
    pub volo: String, //~ -
    pub carta_di_credito: String, //~ user.financial.credit_card
}

pub struct Usuario {
    pub apelido: String, //~ user.account.username | user.name
    pub data_nascimento: NaiveDate, //~ user.demographic.date_of_birth
    pub telefone: String, //~ user.contact.phone_number
    pub genero: Genero, //~ user.demographic.gender
    pub estado_civil: EstadoCivil, //~ user.demographic.marital_status
    pub profissao: String, //~ user.job_title
    pub orientacao_sexual: Option<String>, //~ user.demographic.sexual_orientation
    pub rua: String, //~ user.contact.address.street
    pub ativo: bool, //~ -
}

pub struct Archivo {
    pub nombre_archivo: String, //~ -
    pub ruta: PathBuf, //~ -
    pub tamano: u64, //~ -
    pub direccion_memoria: usize, //~ -
}

pub struct Article {
    pub nom: String, //~ -
    pub prix: u32, //~ -
    pub numero_serie: String, //~ -
}
