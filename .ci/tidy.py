"""Checks what docs/ARCHITECTURE.md promises of the tree. Plain Python and cargo, nothing to install."""

import pathlib
import re
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
CORE = ROOT / "crates/taggant-core/src"

# In core each module names only earlier ones.
ORDER = [
    ["hex", "tag", "subject", "field", "error", "inventory", "place", "skip"],
    ["envelope", "cbor"],
    ["cipher"],
    ["key"],
    ["redact", "event", "journal"],
    ["policy"],
    ["flow"],
    ["seal"],
]
RANK = {module: rank for rank, modules in enumerate(ORDER) for module in modules}

# The only files that may hold unsafe code.
UNSAFE = {
    "crates/taggant-core/src/journal/map.rs",
    "crates/taggant-core/src/cipher/fork.rs",
    "crates/taggant-core/src/cipher/fork/hold.rs",
    "benches/src/alloc.rs",
}

# Each crate may name only these of ours (dev-dependencies aside).
MAY_USE = {
    "taggant-taxonomy": set(),
    "taggant-core": {"taggant-taxonomy"},
    "taggant-derive": {"taggant-taxonomy"},
    "taggant-scan": {"taggant-taxonomy"},
    "taggant-ledger": {"taggant-core"},
    "taggant-store": {"taggant-core", "taggant-ledger"},
    "taggant-lineage": {"taggant-core", "taggant-ledger", "taggant-taxonomy"},
    "taggant": {"taggant-core", "taggant-derive", "taggant-ledger", "taggant-store", "taggant-taxonomy"},
    "taggant-inventory": {"taggant-core"},
    "taggant-trace": {"taggant-core"},
    "taggant-testing": {"taggant", "taggant-trace"},
    "taggant-cli": {"taggant", "taggant-inventory", "taggant-lineage", "taggant-scan", "taggant-taxonomy", "taggant-trace"},
}

# Crates that answer questions know no database, directly or through what they use.
WITHOUT_DATABASE = ["taggant-core", "taggant-ledger", "taggant-lineage"]
# So does the facade without the feature that brings one.
EMBEDDED = "embedded"
DATABASES = {"rusqlite", "libsqlite3-sys", "sqlx", "postgres", "tokio-postgres"}

problems = []


def files(*patterns):
    """Files of the tree, new ones included."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()
    return [path for path in sorted(set(listed)) if (ROOT / path).is_file()]


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def without_comments(text):
    return re.sub(r"//[^\n]*", "", text)


def named_modules(text):
    """Top-level modules of core that a source text names."""
    found = set(re.findall(r"\bcrate::([a-z_]+)\b", text))
    for group in re.findall(r"\bcrate::\{([^;]*)\}", text):
        depth = 0
        for word in re.findall(r"[a-zA-Z_]+|[{}]", group):
            if word == "{":
                depth += 1
            elif word == "}":
                depth -= 1
            elif depth == 0 and word in RANK:
                found.add(word)
    return found & RANK.keys()


def check_order():
    seen = set()
    for path in files("crates/taggant-core/src/*.rs"):
        parts = pathlib.Path(path).relative_to("crates/taggant-core/src").parts
        module = parts[0].removesuffix(".rs")
        if module == "lib":
            continue
        if module not in RANK:
            problems.append(f"{path}: module {module} has no place in the order of core")
            continue
        seen.add(module)
        text = without_comments(read(path)).split("#[cfg(test)]")[0]
        for named in named_modules(text):
            if named != module and RANK[named] > RANK[module]:
                problems.append(f"{path}: {module} names {named}, which comes later")
    for module in RANK.keys() - seen:
        problems.append(f"core: module {module} of the order does not exist")


def check_unsafe():
    for path in files("*.rs"):
        text = without_comments(read(path))
        text = re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)
        if re.search(r"\bunsafe\s*(\{|fn\b|impl\b|extern\b)", text) and path not in UNSAFE:
            if path.startswith(("tests/", "fuzz/")) or "/tests/" in path or "/examples/" in path:
                continue
            problems.append(f"{path}: unsafe code outside {', '.join(sorted(UNSAFE))}")


def check_named_tests():
    """Claims of these pages name the tests that show them: those exist."""
    text = "\n".join(read(path) for path in files("*.rs"))
    functions = set(re.findall(r"\bfn ([a-z0-9_]+)", text))
    for page in ["docs/THREATS.md", "docs/TESTING.md"]:
        for name in re.findall(r"`([a-z0-9]+(?:_[a-z0-9]+){3,})`", read(page)):
            if name not in functions:
                problems.append(f"{page}: there is no test {name}")


def check_sources():
    """An error of serde or of a format quotes its input, so none becomes the source of ours."""
    for path in files(*(f"crates/taggant-core/src/{room}/*.rs" for room in ["cbor", "envelope", "redact", "seal"])):
        if ".with_source(" in without_comments(read(path)):
            problems.append(f"{path}: an error beside tagged values has no source; replace it")


def check_dependencies():
    for path in files("crates/*/Cargo.toml"):
        crate = tomllib.loads(read(path))
        name = crate["package"]["name"]
        ours = {used for used in crate.get("dependencies", {}) if used.startswith("taggant")}
        if name not in MAY_USE:
            problems.append(f"{path}: {name} is missing from the map of crates")
        elif extra := ours - MAY_USE[name]:
            problems.append(f"{path}: {name} may not depend on {', '.join(sorted(extra))}")
        lints = crate.get("lints", {})
        if not lints.get("workspace") and "unsafe_code" not in lints.get("rust", {}):
            problems.append(f"{path}: no lints")


def check_databases():
    facade = tomllib.loads(read("crates/taggant/Cargo.toml"))
    if not facade["dependencies"]["taggant-store"].get("optional"):
        problems.append("crates/taggant/Cargo.toml: taggant-store must be optional")
    if facade["features"].get("default") != [EMBEDDED]:
        problems.append(f"crates/taggant/Cargo.toml: {EMBEDDED} must be the only default feature")
    for crate in [*WITHOUT_DATABASE, "taggant"]:
        tree = subprocess.run(
            ["cargo", "tree", "-p", crate, "--no-default-features", "-e", "normal",
             "--prefix", "none", "--format", "{p}"],
            cwd=ROOT, check=True, capture_output=True, text=True,
        ).stdout
        used = {line.split()[0] for line in tree.splitlines() if line.strip()}
        for found in sorted(used & (DATABASES | {"taggant-store"})):
            problems.append(f"{crate} without default features links {found}")


def anchors(text):
    """GitHub's anchors of the headings of a page."""
    found = set()
    for heading in re.findall(r"^#+ (.*)$", text, re.M):
        heading = re.sub(r"[^\w\- ]", "", heading.lower().replace("`", ""))
        found.add(heading.replace(" ", "-"))
    return found


def check_links():
    for path in files("*.md"):
        text = re.sub(r"```.*?```", "", read(path), flags=re.S)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            at = (ROOT / path).parent / file if file else ROOT / path
            if not at.exists():
                problems.append(f"{path}: {target} does not exist")
            elif anchor and at.suffix == ".md" and anchor not in anchors(at.read_text()):
                problems.append(f"{path}: {target}: no such heading")


def check_readme():
    """The README is compiled as a doctest of the facade, so its example must be in it as Rust."""
    if "README.md" not in read("crates/taggant/src/lib.rs"):
        problems.append("crates/taggant/src/lib.rs: the README is not compiled as a doctest")
    if not re.search(r"^```rust$", read("README.md"), re.M):
        problems.append("README.md: no example")


def report_lengths():
    sources = [path for path in files("crates/*.rs") if "/src/" in path]
    lengths = sorted((read(path).count("\n"), path) for path in sources)
    long = [entry for entry in lengths if entry[0] > 300]
    print(f"{len(lengths)} source files, median {lengths[len(lengths) // 2][0]} lines,"
          f" {len(long)} over 300")
    for length, path in long:
        print(f"  {length} {path}")
        if length > 600:
            problems.append(f"{path}: {length} lines answer more than one question")


def main():
    for check in [check_order, check_unsafe, check_sources, check_named_tests, check_dependencies, check_databases, check_links, check_readme]:
        check()
    report_lengths()
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
