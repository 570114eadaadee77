//! The Merkle tree of RFC 9162, held as the roots of its whole subtrees.

use sha2::{Digest, Sha256};

/// A SHA-256.
pub(crate) type Hash = [u8; 32];

/// The hash of a leaf.
pub(crate) fn leaf(entry: &Hash) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

/// The hash of a node.
fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// A tree that grows: O(log n) hashes, largest subtree first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tree {
    size: u64,
    roots: Vec<Hash>,
}

impl Tree {
    /// How many leaves it has.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Adds the leaf of an entry.
    pub(crate) fn add(&mut self, entry: &Hash) {
        let mut hash = leaf(entry);
        // A subtree of 2^k leaves is whole for each low bit k that is set.
        for _ in 0..self.size.trailing_ones() {
            let left = self.roots.pop().expect("a root for each bit of the size");
            hash = node(&left, &hash);
        }
        self.roots.push(hash);
        self.size += 1;
    }

    /// The root of the whole; of an empty tree the hash of nothing.
    pub(crate) fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev();
        let Some(last) = roots.next() else { return Sha256::digest([]).into() };
        roots.fold(*last, |right, left| node(left, &right))
    }

    /// The roots of the whole subtrees, one after the other.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        self.roots.concat()
    }

    /// `None` where the bytes are not those of a tree of this size.
    pub(crate) fn from_bytes(size: u64, bytes: &[u8]) -> Option<Self> {
        let (roots, rest) = bytes.as_chunks::<32>();
        let is_whole = rest.is_empty() && roots.len() == size.count_ones() as usize;
        is_whole.then(|| Self { size, roots: roots.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition of RFC 9162, section 2.1.1.
    fn defined(entries: &[Hash]) -> Hash {
        match entries {
            [] => Sha256::digest([]).into(),
            [one] => leaf(one),
            many => {
                let k = many.len().next_power_of_two() / 2;
                node(&defined(&many[..k]), &defined(&many[k..]))
            }
        }
    }

    #[test]
    fn the_tree_is_that_of_the_rfc_and_survives_being_stored() {
        let entries: Vec<Hash> = (0..130_u8).map(|n| [n; 32]).collect();
        let mut tree = Tree::default();
        for (n, entry) in entries.iter().enumerate() {
            assert_eq!(tree.root(), defined(&entries[..n]));
            let stored = Tree::from_bytes(tree.size(), &tree.to_bytes());
            assert_eq!(stored.as_ref(), Some(&tree));
            assert!(Tree::from_bytes(2 * tree.size() + 1, &tree.to_bytes()).is_none());
            tree.add(entry);
        }
        assert!(tree.to_bytes().len() <= 8 * 32, "no more than log n hashes");
    }
}
