//! A real `pg_dump` of a real server, in every format and compression that this version has.
//!
//! Without PostgreSQL on the machine the test says so and is skipped; under `CI=true` that fails.

#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use taggant_trace::{Options, Source, Tracer};

/// PostgreSQL refuses to run as root: then this user runs it.
const NOBODY: u32 = 65_534;

struct Server {
    bin: PathBuf,
    folder: tempfile::TempDir,
    is_root: bool,
}

impl Server {
    fn start(bin: PathBuf) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let uid = Command::new("id").arg("-u").output().unwrap().stdout;
        let server = Self { bin, folder, is_root: uid == b"0\n" };
        if server.is_root {
            std::os::unix::fs::chown(server.folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(server.folder.path(), mode).unwrap();
        let data = server.path("data");
        server.run("initdb", &["-D", &data, "-U", "shop", "-A", "trust", "-N"]);
        let options =
            format!("-c listen_addresses= -c fsync=off -k {}", server.folder.path().display());
        server.run(
            "pg_ctl",
            &["-D", &data, "-o", &options, "-w", "-l", &server.path("log"), "start"],
        );
        server
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn try_run(&self, program: &str, arguments: &[&str]) -> bool {
        let mut command = Command::new(self.bin.join(program));
        command.args(arguments).env("PGHOST", self.folder.path()).env("PGUSER", "shop");
        command.current_dir(self.folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        if self.is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        command.status().unwrap().success()
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        assert!(self.try_run(program, arguments), "{program} {arguments:?}");
    }

    fn sql(&self, text: &str) {
        let path = self.path("script.sql");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        self.run("psql", &["-v", "ON_ERROR_STOP=1", "-d", "postgres", "-f", &path]);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.try_run("pg_ctl", &["-D", &self.path("data"), "-m", "immediate", "stop"]);
    }
}

/// Where the programs of the newest version are.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let bins = versions.map(|version| version.path().join("bin"));
    bins.filter(|bin| bin.join("initdb").is_file() && bin.join("pg_dump").is_file()).max()
}

fn trace(path: &str) -> Vec<Source> {
    let mut sources = Vec::new();
    let tracer = Tracer::new(Options::default());
    tracer.path(Path::new(path), &mut |source| sources.push(source), &mut |_| ()).unwrap();
    sources
}

#[test]
fn every_format_of_a_real_dump_is_read() {
    let Some(bin) = programs() else {
        taggant_core::skip::skip("PostgreSQL is not on this machine; install postgresql");
        return;
    };
    let envelope: Vec<u8> = [0xFE, 0xD1, 1, 1, 1].into_iter().chain([0x5A; 80]).collect();
    let text = format!("tgt1.{}", URL_SAFE_NO_PAD.encode(&envelope));
    let hex = taggant_core::hex::encode(&envelope);
    let server = Server::start(bin);
    server.sql(&format!(
        "CREATE SCHEMA shop; CREATE TABLE shop.customers (id int, email text, raw bytea);
         INSERT INTO shop.customers SELECT n, '{text}', '\\x{hex}' FROM generate_series(1, 1000) n;
         SELECT lo_from_bytea(0, '\\x{hex}');"
    ));
    let out = server.path("dump");
    let mut formats = vec![
        vec!["-Fp"],
        vec!["-Fp", "--inserts"],
        vec!["-Fp", "-Z", "6"],
        vec!["-Fc"],
        vec!["-Fc", "-Z", "0"],
        vec!["-Ft"],
        vec!["-Fd"],
    ];
    // From version 16 on.
    if server.try_run("pg_dump", &["-Fc", "-Z", "zstd", "-f", &server.path("try"), "postgres"]) {
        formats.push(vec!["-Fc", "-Z", "zstd"]);
    }
    for format in formats {
        let arguments = [format.as_slice(), &["-f", &out, "postgres"]].concat();
        server.run("pg_dump", &arguments);
        let sources = trace(&out);
        let found: u64 = sources.iter().map(Source::envelopes).sum();
        let remarks: Vec<&String> = sources.iter().flat_map(|source| &source.remarks).collect();
        assert_eq!((found, remarks), (2001, vec![]), "{format:?}");
        if format == ["-Fc"] {
            let table = sources.iter().find(|source| source.name.ends_with("!shop.customers"));
            assert_eq!(table.map(Source::envelopes), Some(2000), "{sources:?}");
        }
        let path = Path::new(&out);
        if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }
            .unwrap();
    }
}
