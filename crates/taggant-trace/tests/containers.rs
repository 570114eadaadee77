//! What is packed is found, with the names of what it is packed in; hostile packing ends.

use std::io::{Read, Write};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use taggant_trace::{Format, Options, Source, Tracer, Values};

const FIELD: &str = "a1a2a3a4a5a6a7a8";

fn envelope(key: u8) -> Vec<u8> {
    let mut bytes = vec![0xFE, 0xD1, 1, 1, 1];
    bytes.extend([0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8]);
    bytes.extend([key; 16]);
    bytes.extend([0x55; 56]);
    bytes
}

fn text(key: u8) -> String {
    format!("tgt1.{}", URL_SAFE_NO_PAD.encode(envelope(key)))
}

/// A table with three sealed values of two keys.
fn table() -> Vec<u8> {
    let row = |id: u8, key: u8| format!("{id},\"{}\",clear text\n", text(key));
    [row(1, 1), row(2, 1), row(3, 2)].concat().into_bytes()
}

fn trace(path: &Path) -> Vec<Source> {
    trace_with(&Tracer::new(Options::default()), path)
}

fn trace_with(tracer: &Tracer, path: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    let read = tracer.path(path, &mut |source| sources.push(source), &mut |_| ()).unwrap();
    assert!(read > 0 || sources.is_empty());
    sources
}

/// Writes bytes to a file of that name and traces it.
fn packed(name: &str, bytes: &[u8]) -> Vec<Source> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let mut sources = trace(&path);
    let prefix = format!("{}/", folder.path().display());
    for source in &mut sources {
        source.name = source.name.strip_prefix(&prefix).unwrap().to_owned();
    }
    sources
}

#[track_caller]
fn has_the_table(sources: &[Source], name: &str) {
    let source = sources.iter().find(|source| source.name == name);
    let source = source.unwrap_or_else(|| panic!("{name} is not in {sources:#?}"));
    assert_eq!(source.remarks, Vec::<String>::new());
    assert_eq!(source.envelopes(), 3);
    assert_eq!(source.fields.len(), 1);
    assert_eq!((source.fields[0].field_id.as_str(), source.fields[0].first_offset), (FIELD, 3));
    let keys: Vec<u64> = source.fields[0].keys.iter().map(|key| key.count).collect();
    assert_eq!(keys, [2, 1]);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    liblzma::read::XzEncoder::new(bytes, 6).read_to_end(&mut out).unwrap();
    out
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    bzip2::read::BzEncoder::new(bytes, bzip2::Compression::default())
        .read_to_end(&mut out)
        .unwrap();
    out
}

fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

/// A ZIP archive; `streamed` ones have their sizes behind the data.
fn zip(entries: &[(&str, u16, Vec<u8>)], streamed: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, method, bytes) in entries {
        let size = if streamed { 0 } else { u32::try_from(bytes.len()).unwrap() };
        out.extend(b"PK\x03\x04");
        out.extend(20_u16.to_le_bytes());
        out.extend(if streamed { 8_u16 } else { 0 }.to_le_bytes());
        out.extend(method.to_le_bytes());
        out.extend([0; 8]); // time, date, CRC
        out.extend(size.to_le_bytes());
        out.extend(0_u32.to_le_bytes());
        out.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        out.extend(0_u16.to_le_bytes());
        out.extend(name.as_bytes());
        out.extend(bytes);
        if streamed {
            out.extend(b"PK\x07\x08");
            out.extend([1; 12]);
        }
    }
    out.extend(b"PK\x05\x06");
    out.extend([0; 18]);
    out
}

#[test]
fn plain_and_compressed_files_are_searched() {
    has_the_table(&packed("t.csv", &table()), "t.csv");
    has_the_table(&packed("t.csv.gz", &gzip(&table())), "t.csv.gz!t.csv");
    has_the_table(&packed("t.csv.zst", &zstd(&table())), "t.csv.zst!t.csv");
    has_the_table(&packed("t.csv.xz", &xz(&table())), "t.csv.xz!t.csv");
    has_the_table(&packed("t.csv.bz2", &bzip2(&table())), "t.csv.bz2!t.csv");
    // Several members in one file are one.
    let (first, rest) = (&table()[..100], &table()[100..]);
    has_the_table(&packed("t.gz", &[gzip(first), gzip(rest)].concat()), "t.gz!t");
    has_the_table(&packed("t.zst", &[zstd(first), zstd(rest)].concat()), "t.zst!t");
}

#[test]
fn archives_are_searched_entry_by_entry_and_into_each_other() {
    let long = format!("{}/table.csv", "folder/".repeat(40));
    let archive = tar(&[("a/table.csv", &table()), ("empty", b""), (&long, &table())]);
    let sources = packed("b.tar", &archive);
    assert_eq!(sources.len(), 2);
    has_the_table(&sources, "b.tar!a/table.csv");
    has_the_table(&sources, &format!("b.tar!{long}"));
    has_the_table(&packed("b.tar.gz", &gzip(&archive)), "b.tar.gz!b.tar!a/table.csv");
    for streamed in [false, true] {
        let entries = [
            (
                "stored.csv",
                if streamed { 8 } else { 0 },
                if streamed { deflate(&table()) } else { table() },
            ),
            ("packed.csv", 8, deflate(&table())),
            ("in.tar.xz", 8, deflate(&xz(&archive))),
        ];
        let sources = packed("c.zip", &zip(&entries, streamed));
        assert_eq!(sources.len(), 4, "{sources:#?}");
        has_the_table(&sources, "c.zip!stored.csv");
        has_the_table(&sources, "c.zip!packed.csv");
        has_the_table(&sources, "c.zip!in.tar.xz!in.tar!a/table.csv");
    }
    let methods = [("a", 12, bzip2(&table())), ("b", 93, zstd(&table())), ("c", 95, xz(&table()))];
    let sources = packed("d.zip", &zip(&methods, false));
    for name in ["d.zip!a", "d.zip!b", "d.zip!c"] {
        has_the_table(&sources, name);
    }
}

#[test]
fn a_folder_is_searched_and_links_in_it_are_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    std::fs::write(folder.path().join("sub/t.csv"), table()).unwrap();
    std::fs::write(folder.path().join("nothing.txt"), "nothing").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path(), folder.path().join("sub/loop")).unwrap();
    let sources = trace(folder.path());
    assert_eq!(sources.len(), 1);
    assert!(sources[0].name.ends_with("sub/t.csv"));
}

#[test]
fn a_mysql_dump_with_escaped_bytes_is_read() {
    let mut raw = envelope(b'\'');
    raw[4] = 0;
    raw[6] = b'\n';
    let mut dump = b"INSERT INTO `t` VALUES (1,_binary '".to_vec();
    for byte in raw {
        match byte {
            0 => dump.extend(b"\\0"),
            b'\n' => dump.extend(b"\\n"),
            b'\'' => dump.extend(b"\\'"),
            byte => dump.push(byte),
        }
    }
    dump.extend(b"');\n");
    let sources = packed("dump.sql", &dump);
    assert_eq!(sources[0].fields[0].field_id, "a10aa3a4a5a6a7a8");
    assert_eq!(sources[0].fields[0].keys[0].key_id, "27".repeat(16));
}

#[test]
fn values_in_an_sqlite_file_are_found_also_across_its_pages() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    let database = rusqlite::Connection::open(&path).unwrap();
    database
        .execute_batch("PRAGMA page_size = 512; CREATE TABLE t (document TEXT, raw BLOB)")
        .unwrap();
    let rows = 200;
    for row in 0..rows {
        // At a different place in each row, so that every kind of split comes.
        let document = format!("{}{}{}", "x".repeat(row * 7), text(1), "y".repeat(700));
        let raw = [vec![b'z'; row * 5], envelope(2), vec![b'z'; 900]].concat();
        database.execute("INSERT INTO t VALUES (?1, ?2)", (document, raw)).unwrap();
    }
    // What pages leave behind when they are split would be found a second time.
    database.execute_batch("VACUUM").unwrap();
    drop(database);
    let sources = trace(&path);
    assert_eq!((sources.len(), sources[0].format), (1, Format::Sqlite));
    assert_eq!(sources[0].envelopes(), 2 * rows as u64);
}

#[test]
fn what_is_only_in_the_log_of_an_sqlite_file_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    let database = rusqlite::Connection::open(&path).unwrap();
    database.execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0").unwrap();
    database.execute_batch("CREATE TABLE t (document TEXT)").unwrap();
    database.execute("INSERT INTO t VALUES (?1)", [text(1)]).unwrap();
    let sources = trace(folder.path());
    assert_eq!(sources.len(), 1);
    assert!(sources[0].name.ends_with("shop.db-wal"), "{}", sources[0].name);
}

#[test]
fn damaged_and_cut_archives_say_so_and_what_was_read_counts() {
    let whole = gzip(&[table(), vec![b'x'; 100_000], table()].concat());
    let sources = packed("cut.gz", &whole[..whole.len() - 20]);
    assert_eq!(sources.len(), 1);
    assert!(sources[0].envelopes() >= 3 && sources[0].remarks.len() == 1, "{sources:?}");
    let archive = tar(&[("a", &table()), ("b", &table())]);
    let sources = packed("cut.tar", &archive[..archive.len() / 2]);
    assert!(sources.iter().any(|source| !source.remarks.is_empty()), "{sources:?}");
    has_the_table(&sources, "cut.tar!a");
    let sources = packed("bad.xz", &[b"\xFD7zXZ\0".as_slice(), &[7; 100]].concat());
    assert_eq!(sources[0].remarks.len(), 1);
    let encrypted = {
        let mut bytes = zip(&[("secret", 0, table())], false);
        bytes[6] = 1;
        bytes
    };
    assert!(packed("e.zip", &encrypted)[0].remarks[0].contains("encrypted"));
}

#[test]
fn a_bomb_is_not_read_to_its_end() {
    // A hundred megabytes of zeros in a few hundred bytes, packed again and again.
    let mut bomb = zstd(&vec![0; 100 << 20]);
    for _ in 0..3 {
        bomb = zstd(&bomb);
    }
    let options = Options { max_ratio: 100, ..Options::default() };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.zst");
    std::fs::write(&path, &bomb).unwrap();
    let sources = trace_with(&Tracer::new(options), &path);
    assert!(sources[0].remarks[0].contains("bomb"), "{sources:?}");
    assert!(sources[0].bytes < 70 << 20);
    let options = Options { max_expanded: 1 << 20, ..Options::default() };
    let sources = trace_with(&Tracer::new(options), &path);
    assert!(sources[0].bytes <= 1 << 20, "{sources:?}");
    assert_eq!(sources[0].remarks.len(), 1);
}

#[test]
fn endless_nesting_and_too_many_entries_end() {
    let mut nested = gzip(&table());
    for _ in 0..20 {
        nested = gzip(&nested);
    }
    let sources = packed("n.gz", &nested);
    assert_eq!(sources.len(), 1);
    assert!(sources[0].remarks[0].contains("deep"), "{sources:?}");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("many.tar");
    let entries: Vec<(String, Vec<u8>)> = (0..50).map(|n| (format!("{n}"), table())).collect();
    let entries: Vec<(&str, &[u8])> =
        entries.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
    std::fs::write(&path, tar(&entries)).unwrap();
    let options = Options { max_entries: 10, ..Options::default() };
    let sources = trace_with(&Tracer::new(options), &path);
    assert_eq!(sources.len(), 11);
    assert!(sources[10].remarks[0].contains("too many"), "{:?}", sources[10]);
}

#[test]
fn names_that_climb_out_are_names_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.zip");
    std::fs::write(&path, zip(&[("../../escaped.csv", 0, table())], false)).unwrap();
    let sources = trace(&path);
    assert!(sources[0].name.ends_with("t.zip!../../escaped.csv"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_long_name_of_a_hostile_archive_takes_no_memory() {
    // A GNU long name of a gigabyte, in zeros that gzip makes small.
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNULongName);
    header.set_path("././@LongLink").unwrap();
    header.set_size(200 << 20);
    header.set_cksum();
    let bytes = [header.as_bytes().as_slice(), &vec![b'n'; 200 << 20]].concat();
    let sources = packed("long.tar.zst", &zstd(&bytes));
    // It ends without an entry; that it does not take the memory is measured with the command.
    assert!(sources.len() <= 1, "{sources:?}");
}

#[test]
fn given_values_are_found_in_disguise_and_named_by_number_only() {
    let values = Values::new(["maria@example.com", "4111 1111 1111 1111"]).unwrap();
    let tracer = Tracer::new(Options::default()).values(values);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.gz");
    let hex: String = "maria@example.com".bytes().map(|byte| format!("{byte:02X}")).collect();
    let log = format!("{} 4111%201111%201111%201111 {hex} MARIA@EXAMPLE.COM", " ".repeat(3 << 20));
    std::fs::write(&path, gzip(log.as_bytes())).unwrap();
    let sources = trace_with(&tracer, &path);
    let found = &sources[0].values;
    assert_eq!((found[0].value, found[0].count), (1, 2));
    assert_eq!((found[1].value, found[1].count, found[1].first_offset), (2, 1, (3 << 20) + 1));
    assert!(!format!("{sources:?}").contains("maria"));
    assert!(Values::new(["short"]).is_err());
    assert!(Values::new([]).is_err());
}
