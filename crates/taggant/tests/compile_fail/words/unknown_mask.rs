use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[tag("user.contact.email", mask = emial)]
    email: String,
    #[tag("user.name", mask = none)]
    name: String,
}

fn main() {}
