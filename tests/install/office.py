"""An office whose package index stands behind a certificate of its own root.

The index listens on loopback and offers every package of the lock under its real name, version and
dependencies, but empty: what is tried is the way to the packages, not the packages. Only those that
take part in installing are whole.
"""

import base64
import hashlib
import http.server
import re
import ssl
import stat
import subprocess
import zipfile
from contextlib import contextmanager
from functools import partial
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from threading import Thread

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

NEWER = "9999"
"""The version in which every package came out after the lock was written."""

INSTALLERS = ("uv", "pip", "setuptools")
FACTS = (
    "Metadata-Version",
    "Name",
    "Version",
    "Requires-Python",
    "Provides-Extra",
    "Requires-Dist",
)

HOST, SHELVES = "localhost", "shelves"


def locked(lock: str) -> dict[str, Requirement]:
    """Return what a lock pins, by name, markers and extras included, hashes left out."""
    heads = re.findall(r"^[A-Za-z0-9].*?(?= \\$)", lock, re.MULTILINE)
    return {canonicalize_name(one.name): one for one in map(Requirement, heads)}


def pack(package: Distribution, folder: Path, *, whole: bool, version: str = "") -> Path:
    """Write a wheel of an installed package, or of its metadata alone; return it."""
    stem = f"{canonicalize_name(package.name).replace('-', '_')}-{version or package.version}"
    files = dict(_contents(package, stem)) if whole else {}
    facts = {key: package.metadata.get_all(key, []) for key in FACTS}
    facts["Version"] = [version or package.version]
    lines = [f"{key}: {value}" for key, values in facts.items() for value in values]
    files[f"{stem}.dist-info/METADATA"] = "\n".join(lines).encode()
    files[f"{stem}.dist-info/WHEEL"] = (
        b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    record = f"{stem}.dist-info/RECORD"
    rows = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in files.items()]
    files[record] = "\n".join([*rows, f"{record},,", ""]).encode()
    wheel = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (
                stat.S_IFREG | 0o755 if ".data/scripts/" in name else stat.S_IFREG | 0o644
            ) << 16
            archive.writestr(entry, content)
    return wheel


def _contents(package: Distribution, stem: str):
    made = {point.name for point in package.entry_points}
    for file in package.files or ():
        if file.suffix == ".pyc" or file.name in {"RECORD", "INSTALLER", "REQUESTED"}:
            continue
        if file.parts[0] != "..":
            yield str(file), file.read_binary()
        elif file.name not in made and not file.name.startswith("pip"):
            yield f"{stem}.data/scripts/{file.name}", file.read_binary()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def stock(folder: Path, lock: str) -> str:
    """Fill an index with what a lock pins for this machine; return the lock with its hashes."""
    pins = locked(lock)
    lines = []
    for name in [*pins, "uv"]:
        try:
            package = distribution(name)
        except PackageNotFoundError:
            assert not pins[name].marker.evaluate()
            continue
        shelf = folder / SHELVES / name
        shelf.mkdir(parents=True)
        wheel = pack(package, shelf, whole=name in INSTALLERS)
        newer = pack(package, shelf, whole=False, version=NEWER)
        links = [f'<a href="{one.name}">{one.name}</a>' for one in (wheel, newer)]
        (shelf / "index.html").write_text("\n".join(links))
        if name in pins:
            seal = hashlib.sha256(wheel.read_bytes()).hexdigest()
            lines.append(f"{pins[name]} --hash=sha256:{seal}\n")
    return "".join(lines)


@contextmanager
def index(folder: Path):
    """Serve the folder's index over TLS; yield its address. Its root is `root.pem` beside it."""
    _issue(folder)
    serve = partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "index.pem", folder / "index.key")
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://{HOST}:{server.server_port}/{SHELVES}/"
    server.shutdown()
    server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_words):
        """Say nothing: the installers tell what they miss."""


def _issue(folder: Path) -> None:
    """Make the office's root and the certificate it gave its index."""
    key = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    root = ["-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=root of the office"]
    leaf = [
        "-keyout",
        "index.key",
        "-out",
        "index.pem",
        "-subj",
        "/CN=localhost",
        "-CA",
        "root.pem",
        "-CAkey",
        "root.key",
        "-addext",
        "subjectAltName=DNS:localhost",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
    ]
    for words in (root, leaf):
        subprocess.run([*key, *words], cwd=folder, check=True, capture_output=True)
