//! Game server and engine.

pub struct Account {
    pub username: String, //~ user.account.username
    pub display_name: String, //~ user.account.username | user.name
    pub recovery_email: String, //~ user.contact.email
    pub totp_secret: String, //~ user.authorization.credentials
    pub access_token: String, //~ user.authorization.credentials
    pub ban_reason: Option<String>, //~ user.content | user.behavior
    pub rank: u32, //~ -
    pub timezone: String, //~ user.location.imprecise
}

pub struct Character {
    pub name: String, //~ -
    pub race: Race, //~ -
    pub health: u32, //~ -
    pub title: Option<String>, //~ -
    pub weight: f32, //~ -
    pub language: Language, //~ -
    pub address: AssetPath, //~ -
}

pub struct Level {
    pub name: String, //~ -
    pub author: String, //~ user.name
    pub location: Vec2, //~ -
    pub state: LevelState, //~ -
    pub street_tiles: Vec<Tile>, //~ -
}

pub struct LeaderboardRow {
    pub nick: String, //~ user.account.username
    pub score: u64, //~ -
    pub device_id: String, //~ user.device.device_id
    pub advertising_id: Option<Uuid>, //~ user.device.device_id | user.unique_id.pseudonymous | user.unique_id
}

pub struct Renderer {
    pub device: wgpu::Device, //~ -
    pub surface_name: &'static str, //~ -
    pub viewport_position: (f32, f32), //~ -
}
