#!/usr/bin/env python3
"""Writes the seeds of the target trace_bytes: one small file of each kind. Needs zstd."""
import base64, bz2, gzip, io, lzma, os, sqlite3, struct, subprocess, tarfile, tempfile, zipfile, zlib

folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "trace_bytes")
envelope = bytes([0xFE, 0xD1, 1, 1, 1]) + bytes(range(0xA0, 0xA8)) + b"k" * 16 + bytes(range(40, 96))
text = b"tgt1." + base64.urlsafe_b64encode(envelope).rstrip(b"=")
value = b"Zebulon-Quartermaine-4929"
line = b'{"id":7,"email":"' + text + b'","note":"' + value + b' 4111 1111 1111 1111"}\n'


def write(name, content):
    with open(os.path.join(folder, name), "wb") as file:
        file.write(content)


def through(*command, content=line):
    return subprocess.run(command, input=content, stdout=subprocess.PIPE, check=True).stdout


def tar(content):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in ["t.json", "folder/" * 20 + "t.json"]:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def zipped(content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for method in [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2]:
            archive.writestr(zipfile.ZipInfo(f"t{method}.json"), content, method)
    return out.getvalue()


def database():
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "t.db")
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA page_size = 512")
        connection.execute("CREATE TABLE t (document TEXT, raw BLOB)")
        row = ("x" * 420 + text.decode() + "y" * 300, b"z" * 50 + envelope + b"z" * 500)
        connection.execute("INSERT INTO t VALUES (?, ?)", row)
        connection.commit()
        connection.close()
        with open(path, "rb") as file:
            return file.read()


def dump():
    """As `pg_dump --format=custom` of version 1.14 writes a table."""
    number = lambda value: bytes([value < 0]) + struct.pack("<I", abs(value))
    words = lambda *texts: b"".join(number(len(one)) + one for one in texts)
    head = b"PGDMP\x01\x0e\x00\x04\x08\x01" + number(-1) + number(0) * 7 + words(b"db", b"15", b"15")
    entry = number(3) + number(1) + words(b"0", b"16384", b"t", b"TABLE DATA") + number(3)
    entry += words(b"", b"", b"COPY t FROM stdin;", b"public", b"", b"", b"me", b"false")
    entry += number(-1) + b"\x02" + bytes(8)
    packed = zlib.compress(line)
    return head + number(1) + entry + b"\x01" + number(3) + number(len(packed)) + packed + number(0)


os.makedirs(folder, exist_ok=True)
wrapped = base64.encodebytes(b"x" * 20 + envelope + b"x" * 60)
write("line.json", line)
write("raw.bin", b"'" + envelope + b"', \\x" + envelope.hex().encode())
write("mysql.sql", b"INSERT INTO t VALUES (_binary '" + envelope.replace(b"'", b"\\'") + b"');")
write("wrapped.txt", wrapped + base64.encodebytes(b"y" + line) + text.hex().upper().encode())
write("utf16.txt", line.decode().encode("utf-16-le") + envelope.hex().encode().decode().encode("utf-16-be"))
write("t.gz", gzip.compress(line, mtime=0) * 2)
write("t.bz2", bz2.compress(line))
write("t.xz", lzma.compress(line, preset=0))
write("t.zst", through("zstd", "-1", "-c"))
write("t.tar", tar(line))
write("t.tar.gz.zip", zipped(gzip.compress(tar(line), mtime=0)))
write("t.zip", zipped(line))
write("t.db", database())
write("t.dump", dump())
write("bomb.gz", gzip.compress(bytes(6 << 20), mtime=0))
ids = b"+14155552671 DE89370400440532013000 12345678Z 1 85 05 78 006 084 36 maria@example.com\n"
write("forms.txt", ids)
