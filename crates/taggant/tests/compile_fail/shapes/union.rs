use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
union Number {
    #[clear]
    a: u32,
    #[clear]
    b: f32,
}

fn main() {}
