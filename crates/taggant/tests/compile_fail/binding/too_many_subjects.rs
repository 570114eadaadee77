use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", subject(customer = id), row = id)]
struct Customer {
    #[clear]
    id: u64,
    #[clear]
    e0: u64,
    #[tag("user.name", subject(employee = e0))]
    n0: String,
    #[clear]
    e1: u64,
    #[tag("user.name", subject(employee = e1))]
    n1: String,
    #[clear]
    e2: u64,
    #[tag("user.name", subject(employee = e2))]
    n2: String,
    #[clear]
    e3: u64,
    #[tag("user.name", subject(employee = e3))]
    n3: String,
    #[clear]
    e4: u64,
    #[tag("user.name", subject(employee = e4))]
    n4: String,
    #[clear]
    e5: u64,
    #[tag("user.name", subject(employee = e5))]
    n5: String,
    #[clear]
    e6: u64,
    #[tag("user.name", subject(employee = e6))]
    n6: String,
    #[clear]
    e7: u64,
    #[tag("user.name", subject(employee = e7))]
    n7: String,
    #[clear]
    e8: u64,
    #[tag("user.name", subject(employee = e8))]
    n8: String,
}

fn main() {}
