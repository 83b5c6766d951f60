"""The example of a proxy in front: nginx takes it as it stands, and people keep their addresses."""

import http.client
import re
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
from servers import free_port
from serving import served

from workflow_app.store.models.accounts import SignInAttempt

pytestmark = pytest.mark.deep
EXAMPLE = Path(__file__).parents[2] / "docs" / "nginx.conf"
NAME, CLIENT = "docs.example.ru", "127.0.0.2"
MAIN = """
daemon off; pid {folder}/nginx.pid; error_log stderr; worker_processes 1;
events {{}}
http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
include {folder}/site.conf; }}
"""


@pytest.fixture
def district(sqlite_district):
    return sqlite_district("2025-08-28")


@pytest.fixture
def site(district, tmp_path):
    given = {"PUBLIC_URL": f"https://{NAME}", "TRUSTED_PROXIES": "127.0.0.1", "WEB_WORKERS": "1"}
    with served(
        tmp_path / "web", district.container.database.url, CLOCK="2025-08-28", **given
    ) as one:
        yield one


@pytest.fixture
def port(site, tmp_path):
    """Start nginx by the example, on ports and with a certificate of the test."""
    secure, key, pem = free_port(), tmp_path / "site.key", tmp_path / "site.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            f"/CN={NAME}",
            "-addext",
            f"subjectAltName=DNS:{NAME}",
            "-keyout",
            key,
            "-out",
            pem,
        ],
        check=True,
        capture_output=True,
    )
    example = EXAMPLE.read_text()
    for said, meant in {
        f"/etc/ssl/{NAME}.key": str(key),
        f"/etc/ssl/{NAME}.pem": str(pem),
        "listen 443": f"listen 127.0.0.1:{secure}",
        "listen 80;": f"listen {free_port()};",
        "127.0.0.1:8000": f"127.0.0.1:{site.port}",
    }.items():
        assert said in example
        example = example.replace(said, meant)
    (tmp_path / "site.conf").write_text(example)
    (tmp_path / "main.conf").write_text(MAIN.format(folder=tmp_path))
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    argv = [nginx, "-p", tmp_path, "-c", tmp_path / "main.conf"]
    with subprocess.Popen(argv, stderr=subprocess.PIPE) as process:
        end = time.monotonic() + 10
        while not _listens(secure):
            assert time.monotonic() < end
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.05)
        yield secure
        process.terminate()


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Visitor:
    """Somebody at an address of her own, by TLS."""

    def __init__(self, port, pem):
        context = ssl.create_default_context(cafile=pem)
        self._line = http.client.HTTPSConnection(
            NAME, port, context=context, source_address=(CLIENT, 0), timeout=30
        )
        self._line._create_connection = lambda _, *rest: socket.create_connection(
            ("127.0.0.1", port), *rest
        )
        self._cookies = {}

    def close(self):
        self._line.close()

    def ask(self, method, path, **sent):
        """Return the status and the text of an answer; what the client claims is no address."""
        body = urlencode(sent) if sent else None
        headers = {
            "Host": NAME,
            "X-Forwarded-For": "192.0.2.1",
            "Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self._line.request(method, path, body, headers)
        answer = self._line.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer.status, answer.read().decode()


@pytest.fixture
def visitor(port, tmp_path):
    with closing(Visitor(port, tmp_path / "site.pem")) as found:
        yield found


def test_behind_the_example_failures_count_for_the_address_they_come_from(district, visitor):
    status, page = visitor.ask("GET", "/sign-in")
    assert status == 200
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    sent = {"csrf_token": token, "login": "p102@levokum.example"}
    assert visitor.ask("POST", "/sign-in", **sent, password="не тот")[0] == 422
    keys = [row["key"] for row in district.rows(SignInAttempt)]
    assert keys == ["login:p102@levokum.example", f"address:{CLIENT}"]
    assert visitor.ask("POST", "/sign-in", **sent, password="demo-2025")[0] == 302
    assert visitor.ask("GET", "/")[0] == 200
