//! One store into another, as a backup does it.

use crate::key::found::STORE;
use crate::key::store::{Change, KeyStore, OwnerKind, Proposal};

/// Copies the keys of the store itself and of one tenant whose data keys are people's first ones, and
/// the history.
pub(super) fn copy(from: &dyn KeyStore, to: &dyn KeyStore, tenant: &str) {
    let events = from.history(1).expect("a history");
    let mut head = None;
    for (index, event) in events.iter().enumerate() {
        let mut change = Change {
            folder: None,
            event: event.clone(),
            branches: Vec::new(),
            services: Vec::new(),
            keys: Vec::new(),
            fence: None,
        };
        if index == 0 {
            change.folder = from.folder().expect("a folder");
            for of in [STORE, tenant] {
                change.branches.extend(from.branches(of).expect("branches"));
            }
            for (of, kind) in
                [(STORE, "history"), (STORE, "identity"), (tenant, "subject"), (tenant, "fence")]
            {
                change.services.extend(from.service_keys(of, kind, &[]).expect("service keys"));
            }
        }
        assert!(to.commit(head, &change).expect("it is written"));
        head = Some(event);
    }
    let rows = from.list(tenant, None, usize::MAX).expect("data keys");
    let people = rows.into_iter().filter(|row| row.owner_kind == OwnerKind::Subject);
    let proposals: Vec<Proposal> = people.map(|row| Proposal { row, version: 0 }).collect();
    assert!(!to.assign(&proposals).expect("they are written").contains(&false));
}
