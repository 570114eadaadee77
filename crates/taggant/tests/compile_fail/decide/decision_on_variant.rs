use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
enum Event {
    #[tag("user.name")]
    Named(#[clear] String),
}

fn main() {}
