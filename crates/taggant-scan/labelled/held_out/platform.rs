//! Service configuration and telemetry of machines.

#[derive(Deserialize)]
pub struct ServerConfig {
    pub host: String, //~ -
    pub port: u16, //~ -
    pub bind_address: SocketAddr, //~ -
    pub server_name: String, //~ -
    pub admin_email: String, //~ -
    pub tls_cert_path: PathBuf, //~ -
    pub log_level: String, //~ -
    pub max_connections: usize, //~ -
    pub country_header: String, //~ -
}

pub struct DatabaseConfig {
    pub username: String, //~ -
    pub password: String, //~ -
    pub database_name: String, //~ -
    pub schema: String, //~ -
    pub pool_size: u32, //~ -
}

pub struct SmtpSettings {
    pub relay: String, //~ -
    pub from_address: String, //~ -
    pub email_template_dir: PathBuf, //~ -
    pub phone_regex: Regex, //~ -
    pub retry_count: u8, //~ -
    pub timeout: Duration, //~ -
}

pub struct Deployment {
    pub name: String, //~ -
    pub namespace: String, //~ -
    pub image: String, //~ -
    pub labels: BTreeMap<String, String>, //~ -
    pub node_name: Option<String>, //~ -
    pub service_account_name: String, //~ -
    pub pod_ip: Option<IpAddr>, //~ -
    pub zone: String, //~ -
    pub state: PodState, //~ -
}

pub struct Metric {
    pub name: &'static str, //~ -
    pub title: String, //~ -
    pub unit: Unit, //~ -
    pub city_count: u64, //~ -
    pub email_failures: Counter, //~ -
    pub description: String, //~ -
}

pub struct AccessLogLine {
    pub remote_addr: IpAddr, //~ user.device.ip_address
    pub remote_user: Option<String>, //~ user.account.username
    pub request_path: String, //~ -
    pub referer: Option<String>, //~ user.behavior.browsing_history
    pub session_cookie: Option<String>, //~ user.device.cookie | user.device.cookie_id | user.authorization.credentials
    pub status_code: u16, //~ -
    pub response_bytes: u64, //~ -
}

pub struct FeatureFlag {
    pub key: String, //~ -
    pub owner_team: String, //~ -
    pub rollout_percent: u8, //~ -
    pub expires: Option<NaiveDate>, //~ -
}

pub struct AuditEntry {
    pub operator_login: String, //~ user.account.username
    pub source_ip: IpAddr, //~ user.device.ip_address
    pub action: AuditAction, //~ -
    pub object_name: String, //~ -
    pub at: SystemTime, //~ -
}
