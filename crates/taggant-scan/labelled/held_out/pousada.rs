//! Uma pousada e uma loja: nomes em português e espanhol.

pub struct Hospede {
    pub nome_completo: String, //~ user.name
    pub sobrenome: Option<String>, //~ user.name.last
    pub cpf: String, //~ user.government_id.national_identification_number
    pub passaporte: Option<String>, //~ user.government_id.passport_number
    pub nascimento: NaiveDate, //~ user.demographic.date_of_birth
    pub celular: String, //~ user.contact.phone_number
    pub endereco: String, //~ user.contact.address
    pub bairro: String, //~ user.contact.address.city | user.contact.address
    pub cidade: String, //~ user.contact.address.city
    pub cep: String, //~ user.contact.address.postal_code
    pub senha_hash: String, //~ user.authorization.password
    pub observacoes: Option<String>, //~ user.content | user.content.private
}

pub struct Quarto {
    pub numero: u16, //~ -
    pub andar: u8, //~ -
    pub diaria: Decimal, //~ -
    pub descricao: String, //~ -
}

pub struct Reserva {
    pub codigo: String, //~ -
    pub entrada: NaiveDate, //~ -
    pub saida: NaiveDate, //~ -
    pub placa_veiculo: Option<String>, //~ user.government_id.vehicle_registration
    pub quantidade_hospedes: u8, //~ -
}

pub struct Cliente {
    pub nombre: String, //~ user.name.first | user.name
    pub apellidos: String, //~ user.name.last
    pub dni: String, //~ user.government_id.national_identification_number
    pub correo: String, //~ user.contact.email
    pub telefono_movil: Option<String>, //~ user.contact.phone_number
    pub fecha_nacimiento: Option<NaiveDate>, //~ user.demographic.date_of_birth
    pub domicilio: String, //~ user.contact.address
    pub contrasena: String, //~ user.authorization.password
    pub fecha_alta: DateTime<Utc>, //~ -
}

pub struct Direccion {
    pub calle: String, //~ user.contact.address.street
    pub ciudad: String, //~ user.contact.address.city
    pub codigo_postal: String, //~ user.contact.address.postal_code
    pub provincia: String, //~ user.contact.address.state
}

pub struct Producto {
    pub nombre: String, //~ -
    pub precio: i64, //~ -
    pub existencias: u32, //~ -
    pub peso: f32, //~ -
    pub proveedor: String, //~ -
}

pub struct Tarjeta {
    pub numero_tarjeta: String, //~ user.financial.credit_card
    pub titular: String, //~ user.name
    pub caducidad: String, //~ user.financial.credit_card
    pub cvv: String, //~ user.financial.credit_card
}
