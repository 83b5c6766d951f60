"""The server that says who somebody is: authorization code with PKCE, by OpenID Connect Core 1.0.

1. `begin` gives the address a browser is sent to, and three secrets its cookie keeps: the state,
   the nonce, the verifier (RFC 7636).
2. The browser comes back with a code; `conclude` hands it in with the verifier for an ID token.
3. Its signature is checked by the provider's keys, then issuer, audience, party, term and nonce.

What the provider publishes of itself is asked for when it is needed first, and kept for an hour;
its silence is kept for some seconds, so that few requests wait for it.
"""

import datetime as dt
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import structlog
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from workflow_app.config import Settings, is_private_way
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.text import cleaned
from workflow_app.oidc.transport import ProviderError, Transport
from workflow_app.services.accounts.identities import STALE, Identity

log = structlog.get_logger()
T = TypeVar("T")

BACK = "/sign-in/provider/back"
"""Where browsers come back to: the address that is registered with the provider."""
KEPT_SECONDS, SILENCE_SECONDS = 3600.0, 10.0
AT_ONCE = 8
"""So many threads of a process wait for the provider at most; the others serve pages."""
LEEWAY = 60
"""Seconds by which the clocks may differ."""
LONGEST_SUBJECT = 255
LONGEST_CODE = 4096
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures by a key pair alone: neither `none` nor one by the secret we share."""
KEY_TYPES = frozenset({"RSA", "EC"})
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_NONSENSE = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Begun:
    """Where a browser is sent, and what it keeps until it comes back."""

    url: str
    state: str
    nonce: str
    verifier: str


class Provider:
    """One provider; shared by the threads of a process."""

    def __init__(self, settings: Settings) -> None:
        self.title, self.issuer = settings.oidc_title, settings.oidc_issuer
        self._id, self._secret = settings.oidc_client_id, settings.oidc_client_secret
        self._back = settings.public_url + BACK
        self._http = Transport()
        self._lock, self._places = threading.Lock(), threading.BoundedSemaphore(AT_ONCE)
        self._kept: dict[str, tuple[float, object]] = {}
        self._silent_until, self._silence = 0.0, ""

    @property
    def is_away(self) -> Refusal:
        """What is said while the provider is away or talks nonsense."""
        said = f"Войти через {self.title} сейчас нельзя: тот сервер не отвечает или отвечает с"
        return Refusal("provider_away", f"{said} ошибкой. Войдите с паролем или попробуйте позже.")

    @property
    def is_unproved(self) -> Refusal:
        """What is said of an answer that proves nobody."""
        said = f"Ответ на вход через {self.title} не прошёл проверку, поэтому вход не открыт."
        return Refusal("provider_unproved", f"{said} Начните вход ещё раз или войдите с паролем.")

    @property
    def is_cancelled(self) -> Refusal:
        """What is said to who has changed her mind."""
        said = f"Вход через {self.title} отменён. Начните его ещё раз или войдите с паролем."
        return Refusal("provider_cancelled", said)

    def begin(self, *, anew: bool = False) -> Begun | Refusal:
        """Return where a browser is sent; `anew` asks the provider not to take an open visit."""
        state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        verifier = secrets.token_urlsafe(48)
        more = {"prompt": "login"} if anew else {}
        try:
            published = self._published()
            url, _ = self._client(published).create_authorization_url(
                published["authorization_endpoint"],
                state=state,
                code_verifier=verifier,
                nonce=nonce,
                **more,
            )
        except ProviderError as error:
            return self._away(error)
        except _NONSENSE as error:
            return self._away(ProviderError(f"{type(error).__name__} в том, что он публикует"))
        return Begun(url, state, nonce, verifier)

    def conclude(
        self, code: str, nonce: str, verifier: str, real_now: dt.datetime
    ) -> Identity | Refusal:
        """Return who came back with a code, or why that is not known."""
        if not self._places.acquire(blocking=False):
            return self.is_away
        try:
            token = self._redeemed(code, verifier)
            return self._identity(token, nonce, int(real_now.timestamp()))
        except ProviderError as error:
            return self._away(error)
        except OAuth2Error as error:
            log.warning("oidc_refused", error=cleaned(str(error.error))[:100])
            return STALE if error.error == "invalid_grant" else self.is_away
        except _NONSENSE as error:
            # Not the mistake itself, which may repeat a token: its kind, and which claim.
            what = type(error).__name__, str(getattr(error, "claim", ""))[:40]
            log.warning("oidc_unproved", error=" ".join(what))
            return self.is_unproved
        finally:
            self._places.release()

    def complaints(self) -> Iterator[str]:
        """Yield a sentence about whatever stands between people and this way in."""
        try:
            self._keys(self._published())
        except ProviderError as error:
            yield f"вход через OIDC_ISSUER не работает: {error}"

    def _away(self, error: ProviderError) -> Refusal:
        log.warning("oidc_away", error=cleaned(str(error))[:300])
        return self.is_away

    def _client(self, published: Mapping[str, Any]) -> OAuth2Client:
        ways = published.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        basic = "client_secret_basic" in ways
        return OAuth2Client(
            self._http,
            client_id=self._id,
            client_secret=self._secret,
            token_endpoint_auth_method="client_secret_basic" if basic else "client_secret_post",
            scope="openid email",
            redirect_uri=self._back,
            code_challenge_method="S256",
        )

    def _redeemed(self, code: str, verifier: str) -> Mapping[str, Any]:
        published = self._published()
        token: Mapping[str, Any] = self._client(published).fetch_token(
            published["token_endpoint"],
            grant_type="authorization_code",
            code=code[:LONGEST_CODE],
            code_verifier=verifier,
        )
        return token

    def _identity(self, token: Mapping[str, Any], nonce: str, now: int) -> Identity:
        proof = self._decoded(str(token["id_token"]))
        options = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self._id},
        }
        asked = {"nonce": nonce, "client_id": self._id, "access_token": token.get("access_token")}
        claims = CodeIDToken(proof.claims, proof.header, options, asked)
        claims.validate(now=now, leeway=LEEWAY)
        subject, email = claims["sub"], claims.get("email")
        if not _is_text(subject) or not 0 < len(subject) <= LONGEST_SUBJECT:
            raise ValueError("sub")
        is_verified = claims.get("email_verified") is True and _is_text(email)
        return Identity(self.issuer, subject, email if is_verified else "")

    def _decoded(self, id_token: str) -> jwt.Token:
        """Return what a token says, by a key of the provider; it may have a new one since."""
        rules = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        published = self._published()
        try:
            return jwt.decode(id_token, self._keys(published), registry=rules)
        except InvalidKeyIdError:
            return jwt.decode(id_token, self._keys(published, anew=True), registry=rules)

    def _keys(self, published: Mapping[str, Any], *, anew: bool = False) -> KeySet:
        return self._fetched(published["jwks_uri"], _key_set, anew=anew)

    def _published(self) -> Mapping[str, Any]:
        """Return what the provider says of itself (OpenID Connect Discovery 1.0)."""
        url = self.issuer.rstrip("/") + "/.well-known/openid-configuration"
        return self._fetched(url, self._fit)

    def _fit(self, said: dict[str, Any]) -> Mapping[str, Any]:
        if said.get("issuer") != self.issuer:
            told = cleaned(str(said.get("issuer")))[:200]
            raise ProviderError(f"он называет себя «{told}», а не {self.issuer}")
        for name in ENDPOINTS:
            url = said.get(name)
            if not isinstance(url, str) or not url.isprintable() or not is_private_way(url):
                raise ProviderError(f"{name} — не адрес https")
        return said

    def _fetched(self, url: str, read: Callable[[dict[str, Any]], T], *, anew: bool = False) -> T:
        """Return what is published at an address; one thread asks, the others wait for it."""
        with self._lock:
            now = time.monotonic()
            kept = self._kept.get(url)
            if kept and not anew and now - kept[0] < KEPT_SECONDS:
                return cast("T", kept[1])
            if now < self._silent_until:
                raise ProviderError(self._silence)
            try:
                said = read(self._http.get(url))
            except ProviderError as error:
                self._silent_until, self._silence = now + SILENCE_SECONDS, str(error)
                raise
            self._kept[url] = (now, said)
            return said


def _is_text(value: object) -> bool:
    """Tell whether a claim is a text that a database can be asked for."""
    return isinstance(value, str) and value.isprintable()


def _key_set(said: dict[str, Any]) -> KeySet:
    """Return the keys that sign; a key for anything else may be of a kind nobody here knows."""
    keys = said.get("keys")
    known = [
        key
        for key in (keys if isinstance(keys, list) else ())
        if isinstance(key, dict) and key.get("kty") in KEY_TYPES and key.get("use", "sig") == "sig"
    ]
    try:
        return KeySet.import_key_set({"keys": known})
    except _NONSENSE as error:
        raise ProviderError(f"ключи не читаются: {type(error).__name__}") from error
