use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "events", subject(customer = id), row = id)]
enum Event {
    A {
        #[clear]
        id: u64,
    },
    B {
        #[tag("user.name")]
        name: String,
    },
    C,
}

fn main() {}
