//! Paie et ressources humaines : noms français.

pub struct Salarie {
    pub id: i64, //~ -
    pub matricule: String, //~ user.unique_id | user.workplace
    pub prenom: String, //~ user.name.first
    pub nom_de_famille: String, //~ user.name.last
    pub nom_naissance: Option<String>, //~ user.name.last | user.name
    pub date_naissance: Date, //~ user.demographic.date_of_birth
    pub lieu_naissance: Option<String>, //~ user.demographic | user.contact.address.city | user.location
    pub nationalite: String, //~ user.demographic.race_ethnicity | user.demographic | user.government_id.immigration
    pub numero_securite_sociale: String, //~ user.government_id.national_identification_number
    pub situation_familiale: SituationFamiliale, //~ user.demographic.marital_status
    pub courriel: String, //~ user.contact.email
    pub telephone_portable: Option<String>, //~ user.contact.phone_number
    pub poste: String, //~ user.job_title
    pub salaire_brut: Decimal, //~ user.financial
    pub date_creation: DateTime<Utc>, //~ -
    pub actif: bool, //~ -
}

pub struct Adresse {
    pub numero_rue: String, //~ user.contact.address.street
    pub rue: String, //~ user.contact.address.street
    pub complement: Option<String>, //~ user.contact.address.street | user.contact.address
    pub code_postal: String, //~ user.contact.address.postal_code
    pub ville: String, //~ user.contact.address.city
    pub pays: String, //~ user.contact.address.country
}

pub struct Bulletin {
    pub salarie_id: i64, //~ -
    pub mois: u8, //~ -
    pub annee: u16, //~ -
    pub net_a_payer: Decimal, //~ user.financial
    pub rib: String, //~ user.financial.bank_account
    pub taux_impot: f32, //~ user.financial
    pub lignes: Vec<LigneBulletin>, //~ -
    pub fichier_pdf: PathBuf, //~ -
}

pub struct LigneBulletin {
    pub libelle: String, //~ -
    pub taux: f32, //~ -
    pub montant: Decimal, //~ -
}

pub struct Arret {
    pub motif_medical: String, //~ user.health_and_medical
    pub debut: Date, //~ -
    pub fin: Option<Date>, //~ -
    pub medecin: String, //~ user.name
}

pub struct Entreprise {
    pub raison_sociale: String, //~ -
    pub siret: String, //~ -
    pub nom_convention: String, //~ -
    pub effectif: u32, //~ -
}

pub struct ExportFichier {
    pub nom_fichier: String, //~ -
    pub chemin: PathBuf, //~ -
    pub nombre_lignes: usize, //~ -
    pub encodage: String, //~ -
}
