use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[tag("user.contact.emial")]
    email: String,
    #[tag("user.contact.fax")]
    fax: String,
    #[tag("acme.badge")]
    badge: String,
}

fn main() {}
