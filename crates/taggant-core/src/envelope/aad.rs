//! The associated data: what an envelope is bound to.

use super::header::HEADER_LEN;

/// Appends the associated data: the whole header, then tenant, path and row, each behind a
/// presence byte (00 or 01) and, where present, its length as a big-endian u64. Framing keeps the
/// parts from running into each other.
pub fn write_aad(
    out: &mut Vec<u8>,
    header: &[u8; HEADER_LEN],
    tenant: &str,
    path: Option<&[u8]>,
    row: Option<&[u8]>,
) {
    out.extend_from_slice(header);
    for part in [Some(tenant.as_bytes()), path, row] {
        match part {
            None => out.push(0),
            Some(part) => {
                out.push(1);
                out.extend_from_slice(&(part.len() as u64).to_be_bytes());
                out.extend_from_slice(part);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        let aad = |tenant: &str, path: Option<&[u8]>, row: Option<&[u8]>| {
            let mut out = Vec::new();
            write_aad(&mut out, &[0; HEADER_LEN], tenant, path, row);
            out
        };
        let all = [
            aad("ab", None, Some(b"c")),
            aad("a", None, Some(b"bc")),
            aad("ab", Some(b"c"), None),
            aad("ab", None, None),
            aad("ab", Some(b""), None),
            aad("ab", None, Some(b"")),
        ];
        for (i, a) in all.iter().enumerate() {
            assert!(all.iter().skip(i + 1).all(|b| a != b));
        }
    }
}
