//! A mobile carrier: subscribers, call records, network elements.

pub type Msisdn = String;
pub type Seconds = u32;

pub struct Imsi(pub u64); //~ user.device.device_id | user.unique_id

pub struct Subscriber {
    pub subscriber_key: u64, //~ -
    pub msisdn: Msisdn, //~ user.contact.phone_number
    pub sim: Imsi, //~ user.device.device_id | user.unique_id
    pub imei: Option<String>, //~ user.device.device_id
    pub full_name: String, //~ user.name
    pub id_document_number: String, //~ user.government_id | user.government_id.national_identification_number | user.government_id.passport_number
    pub voicemail_pin: String, //~ user.authorization.credentials | user.authorization.password | user.authorization
    pub tariff: TariffCode, //~ -
    pub balance_cents: i64, //~ user.financial
    pub activated: DateTime<Utc>, //~ -
}

pub struct CallRecord {
    pub caller: Msisdn, //~ user.contact.phone_number
    pub callee: Msisdn, //~ user.contact.phone_number
    pub started: DateTime<Utc>, //~ -
    pub duration: Seconds, //~ -
    pub cell_id: u32, //~ user.location.imprecise | user.location
    pub latitude: f64, //~ user.location.precise
    pub longitude: f64, //~ user.location.precise
    pub charge: i64, //~ -
    pub trunk: TrunkId, //~ -
}

pub struct DataSession {
    pub assigned_ip: Ipv4Addr, //~ user.device.ip_address
    pub visited_hosts: Vec<String>, //~ user.behavior.browsing_history
    pub bytes_up: u64, //~ -
    pub bytes_down: u64, //~ -
    pub apn: String, //~ -
    pub user_agent: Option<String>, //~ user.device
}

pub struct CellTower {
    pub site_name: String, //~ -
    pub lat: f64, //~ -
    pub lon: f64, //~ -
    pub azimuth: u16, //~ -
    pub band: Band, //~ -
    pub management_address: SocketAddr, //~ -
}

pub struct Route {
    pub prefix: IpNet, //~ -
    pub next_hop: IpAddr, //~ -
    pub interface_name: String, //~ -
    pub metric: u32, //~ -
}

pub struct SupportTicket {
    pub ticket_no: u64, //~ -
    pub contact_phone: Option<Msisdn>, //~ user.contact.phone_number
    pub contact_email: Option<String>, //~ user.contact.email
    pub description: String, //~ user.content | user.content.private
    pub agent_initials: String, //~ user.name
    pub priority: Priority, //~ -
    pub queue_name: &'static str, //~ -
}
