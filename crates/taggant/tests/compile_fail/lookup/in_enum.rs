use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
enum Event {
    A {
        #[tag("user.name", lookup = "name_index")]
        name: String,
    },
}

fn main() {}
