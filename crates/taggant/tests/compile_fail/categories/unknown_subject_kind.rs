use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", subject(custommer = id), row = id)]
struct Customer {
    #[clear]
    id: u64,
    #[tag("user.name", subject(person = id))]
    name: String,
}

fn main() {}
