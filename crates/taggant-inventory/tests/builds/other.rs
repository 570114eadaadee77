//! A second program that does not agree with the first.

use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", subject(employee = id), row = id, group = "other")]
struct CustomerView {
    #[clear]
    id: u64,
    #[tag("user.contact")]
    email: String,
    #[clear]
    name: String,
    #[tag("user.name", alias = "town")]
    place: String,
}
