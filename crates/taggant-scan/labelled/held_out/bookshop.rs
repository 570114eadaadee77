//! A book shop in English: accounts, orders, reviews, marketing.

use std::net::IpAddr;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Shopper {
    pub id: u64, //~ -
    pub given_name: String, //~ user.name.first
    pub family_name: String, //~ user.name.last
    pub salutation: Option<String>, //~ user.demographic.gender | user.name | user.demographic
    pub mail: String, //~ user.contact.email
    pub mobile: Option<String>, //~ user.contact.phone_number
    pub birthday: Option<NaiveDate>, //~ user.demographic.date_of_birth
    pub loyalty_number: Option<String>, //~ user.unique_id | user.account
    pub locale: String, //~ user.demographic.language
    pub password_digest: String, //~ user.authorization.password | user.authorization.credentials
    pub created_at: DateTime<Utc>, //~ -
    pub marketing_opt_in: bool, //~ user.privacy_preferences
    pub last_login_ip: Option<IpAddr>, //~ user.device.ip_address
}

pub struct PostalAddress {
    pub recipient: String, //~ user.name
    pub line1: String, //~ user.contact.address.street | user.contact.address
    pub line2: Option<String>, //~ user.contact.address.street | user.contact.address
    pub town: String, //~ user.contact.address.city
    pub county: Option<String>, //~ user.contact.address.state
    pub postcode: String, //~ user.contact.address.postal_code
    pub country_code: String, //~ user.contact.address.country
}

pub struct Order {
    pub number: u64, //~ -
    pub shopper_id: u64, //~ -
    pub lines: Vec<OrderLine>, //~ -
    pub ship_to: PostalAddress, //~ -
    pub total_cents: i64, //~ -
    pub currency: String, //~ -
    pub placed_at: DateTime<Utc>, //~ -
    pub gift_message: Option<String>, //~ user.content.private | user.content
    pub card_last4: Option<String>, //~ user.financial.credit_card
    pub payment_status: PaymentStatus, //~ -
}

pub struct OrderLine {
    pub isbn: String, //~ -
    pub title: String, //~ -
    pub quantity: u32, //~ -
    pub unit_price: i64, //~ -
}

pub struct Review {
    pub book_id: u64, //~ -
    pub reviewer_name: String, //~ user.name
    pub stars: u8, //~ -
    pub body: String, //~ user.content.public | user.content
    pub published: bool, //~ -
}

pub struct Book {
    pub name: String, //~ -
    pub author: String, //~ user.name
    pub publisher: String, //~ -
    pub language: String, //~ -
    pub pages: u16, //~ -
    pub weight_grams: u32, //~ -
}

pub enum PaymentMethod {
    Card {
        pan: String, //~ user.financial.credit_card
        holder: String, //~ user.name
        expiry: String, //~ user.financial.credit_card
        brand: CardBrand, //~ -
    },
    DirectDebit {
        iban: String, //~ user.financial.bank_account
        mandate_reference: String, //~ user.financial.bank_account | user.financial
    },
    Wallet(WalletToken), //~ user.payment | user.financial
    Invoice,
}
