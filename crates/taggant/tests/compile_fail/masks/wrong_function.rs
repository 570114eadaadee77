use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[tag("user.name", mask = self::hide)]
    name: String,
}

fn hide(_: &u32) -> String {
    String::new()
}

fn main() {}
