//! Configuration, queues, metrics, storage.

pub struct AppConfig {
    pub app_name: String, //~ -
    pub listen_addr: SocketAddr, //~ -
    pub hostname: String, //~ -
    pub smtp_password: String, //~ -
    pub sender_email: String, //~ -
    pub support_phone: String, //~ -
    pub country: String, //~ -
    pub redis_url: String, //~ -
    pub user: String, //~ -
    pub language: String, //~ -
}

pub struct EmailQueue {
    pub email_template_id: u64, //~ -
    pub pending: VecDeque<Job>, //~ -
    pub email_count: usize, //~ -
    pub max_email_size: usize, //~ -
    pub sender: Sender<Job>, //~ -
    pub phone_provider: Box<dyn PhoneProvider>, //~ -
    pub recipient: String, //~ user.contact.email | user.name | user.contact
}

pub struct Table {
    pub table_name: String, //~ -
    pub columns: Vec<Column>, //~ -
    pub primary_key: String, //~ -
    pub name: String, //~ -
    pub owner: String, //~ -
}

pub struct Node {
    pub node_name: String, //~ -
    pub ip_address: IpAddr, //~ -
    pub mac: [u8; 6], //~ -
    pub region: String, //~ -
    pub city: String, //~ -
    pub latitude: f64, //~ -
    pub peers: Vec<SocketAddr>, //~ -
}

pub struct TlsIdentity {
    pub certificate: Vec<u8>, //~ -
    pub private_key: Vec<u8>, //~ -
    pub common_name: String, //~ -
    pub issuer: String, //~ -
    pub country: Option<String>, //~ -
}

pub struct Session {
    pub session_id: Uuid, //~ -
    pub user_id: u64, //~ -
    pub client_addr: SocketAddr, //~ user.device.ip_address
    pub login: String, //~ user.account.username
    pub expires_at: SystemTime, //~ -
    pub refresh_token: String, //~ user.authorization.credentials
}

pub struct Socket {
    pub local_address: SocketAddr, //~ -
    pub remote_address: SocketAddr, //~ -
    pub backlog: u32, //~ -
    pub state: SocketState, //~ -
}

#[derive(Parser)]
pub struct Args {
    pub name: String, //~ -
    pub message: Option<String>, //~ -
    pub output: PathBuf, //~ -
    pub address: String, //~ -
}
