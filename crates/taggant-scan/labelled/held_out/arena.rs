//! An online game: players, chat, matches, and the engine underneath.

#[derive(Component)]
pub struct PlayerProfile {
    pub player_id: Uuid, //~ -
    pub gamertag: String, //~ user.account.username
    pub real_name: Option<String>, //~ user.name
    pub email_verified: bool, //~ -
    pub parent_email: Option<String>, //~ user.contact.email | user.childrens
    pub age_bracket: AgeBracket, //~ user.demographic.age_range
    pub country: Option<String>, //~ user.contact.address.country
    pub avatar_url: String, //~ user.content.self_image | user.contact.url
    pub friends: Vec<Uuid>, //~ user.social
    pub level: u32, //~ -
    pub xp: u64, //~ -
}

pub struct ChatMessage {
    pub channel: ChannelId, //~ -
    pub sender: Uuid, //~ -
    pub text: String, //~ user.content.private | user.content
    pub sent_at: SystemTime, //~ -
    pub voice_clip: Option<Vec<u8>>, //~ user.biometric.voice | user.content
}

pub struct Purchase {
    pub sku: String, //~ -
    pub price: u32, //~ -
    pub store_receipt: String, //~ -
    pub billing_email: String, //~ user.contact.email
}

pub struct Sprite {
    pub name: String, //~ -
    pub texture: Handle<Image>, //~ -
    pub position: Vec3, //~ -
    pub location: UVec2, //~ -
    pub age: f32, //~ -
    pub health: f32, //~ -
    pub phone_overlay: bool, //~ -
}

pub struct Npc {
    pub first_name: &'static str, //~ -
    pub dialogue: Vec<Line>, //~ -
    pub home: Vec3, //~ -
    pub race: Race, //~ -
    pub gender: SpriteVariant, //~ -
}

pub struct Weapon {
    pub title: String, //~ -
    pub damage: u16, //~ -
    pub weight: f32, //~ -
    pub owner: Entity, //~ -
}

pub struct AntiCheatReport {
    pub hardware_fingerprint: String, //~ user.device.device_id | user.device
    pub mac_address: String, //~ user.device.device_id | user.device
    pub client_ip: IpAddr, //~ user.device.ip_address
    pub process_names: Vec<String>, //~ user.device
    pub verdict: Verdict, //~ -
}
