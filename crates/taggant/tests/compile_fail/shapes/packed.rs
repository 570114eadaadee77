use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
#[repr(C, packed)]
struct Packed {
    #[clear]
    a: u32,
}

fn main() {}
