"""A provider of OpenID Connect that listens on loopback, and misbehaves as it is told to."""

import base64
import hashlib
import json
import secrets
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey

CLIENT, SECRET = "workflow", "s3cret-of-the-client"
DRIPS = -1
"""Seconds before an answer that never comes to its end."""
DISCOVERY = "/.well-known/openid-configuration"


class OpenIdProvider(ThreadingHTTPServer):
    """Knows one person at a time; `spoil` holds what it does wrong."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.issuer = f"http://127.0.0.1:{self.server_port}/realms/school"
        self.person = {"sub": "a-1", "email": "p006@levokum.example", "email_verified": True}
        self.rotate("first")
        self.now = time.time
        self.spoil, self.codes, self.asked, self.shows_page = {}, {}, [], False

    def rotate(self, kid):
        self.key = ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})

    def published(self):
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["ES256"],
        }
        return said | self.spoil.get("published", {})

    def code(self, query):
        """Give a code for what a browser was sent here with."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = (query, self.person)
        return code

    def id_token(self, query, person):
        now = int(self.now())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 60,
            "nonce": query["nonce"],
            **person,
            **self.spoil.get("claims", {}),
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        key, header = self.spoil.get("key", self.key), {"alg": "ES256", "kid": self.key.kid}
        if (alg := self.spoil.get("alg")) == "none":
            head, body = (
                base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=")
                for one in ({"alg": "none"}, claims)
            )
            return f"{head}.{body}."
        if alg == "HS256":
            rules = jws.JWSRegistry(algorithms=["HS256"])
            header["alg"] = alg
            secret = OctKey.import_key(SECRET.ljust(32, "."))
            return jwt.encode(header, claims, secret, registry=rules)
        return jwt.encode(header, claims, key)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server, parts = self.server, urlsplit(self.path)
        server.asked.append(parts.path)
        if self._spoilt(parts.path):
            return
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path.endswith(DISCOVERY):
            self._say(200, server.published())
        elif parts.path.endswith("/keys"):
            public = server.key.as_dict(private=False)
            self._say(200, {"keys": [{"kty": "AKP", "kid": "unknown"}, public]})
        elif parts.path.endswith("/authorize"):
            self._authorize(query)
        else:
            self._say(404, {})

    def _authorize(self, query):
        answer = {"state": query["state"], "iss": self.server.issuer}
        answer |= self.server.spoil.get("answer") or {"code": self.server.code(query)}
        target = f"{query['redirect_uri']}?{urlencode(answer)}"
        if not self.server.shows_page:
            self._say(302, {}, Location=target)
            return
        link = f'<a href="{target.replace("&", "&amp;")}">I</a>'
        page = f'<!doctype html><title>P</title><link rel="icon" href="data:,">{link}'
        self._say(200, page.encode(), **{"Content-Type": "text/html"})

    def do_POST(self):
        path, length = urlsplit(self.path).path, int(self.headers["Content-Length"])
        form = {name: one[0] for name, one in parse_qs(self.rfile.read(length).decode()).items()}
        self.server.asked.append(path)
        if self._spoilt(path):
            return
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        sent = (form.get("client_id"), form.get("client_secret"))
        if self.headers.get("Authorization") != f"Basic {basic}" and sent != (CLIENT, SECRET):
            self._say(401, {"error": "invalid_client"})
            return
        take = self.server.codes.get if "replay" in self.server.spoil else self.server.codes.pop
        query, person = take(form["code"], None) or ({}, {})
        proof = hashlib.sha256(form["code_verifier"].encode()).digest()
        if query.get("code_challenge") != base64.urlsafe_b64encode(proof).decode().rstrip("="):
            self._say(400, {"error": "invalid_grant", "error_description": "<b>x</b>"})
            return
        assert query["code_challenge_method"] == "S256"
        assert form["redirect_uri"] == query["redirect_uri"]
        token = {"access_token": "x", "token_type": "Bearer"}
        self._say(200, token | {"id_token": self.server.id_token(query, person)})

    def _spoilt(self, path):
        """Answer with whatever was asked for instead: (status, body, seconds before it)."""
        for ending, (status, body, seconds) in self.server.spoil.get("at", {}).items():
            if path.endswith(ending):
                if seconds == DRIPS:
                    self._drip()
                    return True
                time.sleep(seconds)
                self._say(status, body, Location=f"{self.server.issuer}/elsewhere")
                return True
        return False

    def _drip(self):
        """Answer so slowly that each byte comes in time and the whole never does."""
        self.send_response(200)
        self.send_header("Content-Length", "60")
        self.end_headers()
        with suppress(OSError):
            for _ in range(60):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.05)

    def _say(self, status, said, **headers):
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        with suppress(OSError):  # who was asked too slowly is gone
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_said):
        pass


@contextmanager
def open_provider(tls=None):
    server = OpenIdProvider()
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.issuer = server.issuer.replace("http://127.0.0.1", "https://localhost")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def trust(container, server, **more):
    """Let a house be entered through a provider."""
    settings = container.settings.model_copy(
        update={
            "oidc_issuer": server.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            "oidc_title": "портал района",
            **more,
        }
    )
    object.__setattr__(container, "settings", settings)
    server.now = lambda: container.clock.real().timestamp()
    container.__dict__.pop("identity_provider", None)
