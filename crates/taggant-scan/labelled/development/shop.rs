//! An electronics shop in English.

pub struct Customer {
    pub id: u64, //~ -
    pub first_name: String, //~ user.name.first
    pub last_name: String, //~ user.name.last
    pub email: String, //~ user.contact.email
    pub phone_number: Option<String>, //~ user.contact.phone_number
    pub date_of_birth: Option<NaiveDate>, //~ user.demographic.date_of_birth
    pub gender: Option<Gender>, //~ user.demographic.gender
    pub password_hash: String, //~ user.authorization.password
    pub vat_number: Option<String>, //~ user.government_id | user.government_id.national_identification_number | user.financial
    pub newsletter_consent: bool, //~ user.privacy_preferences
    pub updated_at: DateTime<Utc>, //~ -
    pub email_verified_at: Option<DateTime<Utc>>, //~ -
    pub default_currency: Currency, //~ -
}

pub struct ShippingLabel {
    pub name: String, //~ user.name
    pub company: Option<String>, //~ user.contact.organization | user.workplace
    pub street: String, //~ user.contact.address.street
    pub city: String, //~ user.contact.address.city
    pub state: Option<String>, //~ user.contact.address.state
    pub zip_code: String, //~ user.contact.address.postal_code
    pub country: String, //~ user.contact.address.country
    pub tracking_code: String, //~ -
    pub carrier: String, //~ -
}

pub struct Payment {
    pub amount: i64, //~ -
    pub card_number: String, //~ user.financial.credit_card
    pub cardholder_name: String, //~ user.name
    pub cvc: String, //~ user.financial.credit_card
    pub provider: String, //~ -
    pub transaction_id: String, //~ -
    pub captured: bool, //~ -
}

pub struct Product {
    pub name: String, //~ -
    pub description: String, //~ -
    pub price: Money, //~ -
    pub manufacturer: String, //~ -
    pub country_of_origin: String, //~ -
    pub image_url: Url, //~ -
    pub in_stock: u32, //~ -
}

pub struct Cart {
    pub customer_id: u64, //~ -
    pub items: Vec<CartItem>, //~ -
    pub coupon: Option<String>, //~ -
    pub billing_address: String, //~ user.contact.address
    pub guest_email: Option<String>, //~ user.contact.email
    pub note: Option<String>, //~ user.content | user.content.private
    pub browser: String, //~ user.device
}

pub struct Visit {
    pub cookie_id: String, //~ user.device.cookie_id
    pub ip: IpAddr, //~ user.device.ip_address
    pub user_agent: String, //~ user.device
    pub pages_viewed: Vec<String>, //~ user.behavior.browsing_history
    pub search_terms: Vec<String>, //~ user.behavior.search_history
    pub started_at: DateTime<Utc>, //~ -
    pub duration_ms: u64, //~ -
}
