"""The second factor: a code of her telephone beside a person's password (TOTP, RFC 6238).

1. Her page shows a new secret; it comes back sealed in the form, with a code that it gives and her
   password, and counts from then on. Ten recovery codes are shown, once.
2. A right password opens no session then, but a short link kind `second_step` of this browser; the
   code that follows uses it up. A code is good once, one step of 30 s early or late.
3. Whoever lost the telephone takes a recovery code; without one, the factor is dropped by others.

The secret is encrypted, and recovery codes are hashed, with keys that follow from SECRET_KEY: a
copy of the database alone gives neither.
"""

import base64
import binascii
import datetime as dt
import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Protocol

from workflow_app.engine.checks.authority import signing_offices
from workflow_app.engine.process import Process
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Actor
from workflow_app.services.accounts import access as doors
from workflow_app.services.administration import ADMIN_ROLES

ISSUER = "Сети школ"
STEP_SECONDS = 30
RECOVERY_CODES = 10
FEW_LEFT = 3
RECOVERY_DIGITS = 16
"""53 bits; digits alone, as the keyboard of a telephone offers them for a code."""

WRONG_CODE = Refusal("wrong_code", "Код не подходит: возьмите новый в приложении", "code")
OTHER_PICTURE = Refusal(
    "wrong_code",
    "Код не подходит. Возьмите новый, а если страница открывалась заново, отсканируйте картинку"
    " ещё раз: она другая.",
    "code",
)
STALE_STEP = Refusal("step_expired", "Время вышло. Введите почту и пароль ещё раз.")
STALE_SECRET = Refusal(
    "secret_expired", "Страница устарела: отсканируйте код на ней заново", "code"
)
UNREADABLE = Refusal(
    "factor_unreadable",
    "Второй фактор не читается: у сервера другой SECRET_KEY. Обратитесь к администратору.",
    "code",
)
IS_ON = Refusal("factor_is_on", "Второй фактор уже включён", "code")


@dataclass(frozen=True, slots=True)
class Factor:
    """A person's second factor as it is kept."""

    secret: str
    """Sealed; see `seal`."""
    created_at: dt.datetime
    codes_left: int


class Factors(doors.Access, Protocol):
    """The part of the store that keeps second factors."""

    def factor(self, person_id: int) -> Factor | None:
        """Return a person's second factor, if she has one."""

    def put_factor(
        self, person_id: int, secret: str, step: int, code_hashes: Sequence[str]
    ) -> None:
        """Insert a second factor whose code of a step was used already."""

    def take_step(self, person_id: int, step: int) -> bool:
        """Use up the codes until a step; False when that was done."""

    def use_recovery(self, person_id: int, code_hash: str) -> bool:
        """Use up a recovery code; False when there is none such."""

    def drop_factor(self, person_id: int) -> bool:
        """Delete a person's second factor; False when she has none."""


def _key(secret_key: str, use: bytes) -> bytes:
    return hmac.digest(secret_key.encode(), b"workflow second factor: " + use, "sha256")


def seal(secret_key: str, secret: str, about: str) -> str:
    """Return a secret that only this server reads again, and only for the same purpose."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 (0.1 s)

    nonce = secrets.token_bytes(12)
    sealed = AESGCM(_key(secret_key, b"seal")).encrypt(nonce, secret.encode(), about.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(secret_key: str, sealed: str, about: str) -> str | None:
    """Return the secret; None when it was sealed elsewhere, for something else, or changed."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    try:
        raw = base64.urlsafe_b64decode(sealed.encode())
        opened = AESGCM(_key(secret_key, b"seal")).decrypt(raw[:12], raw[12:], about.encode())
    except (InvalidTag, ValueError, binascii.Error):
        return None
    return opened.decode()


def new_secret(secret_key: str, person_id: int) -> tuple[str, str]:
    """Return a new secret for a telephone, and the same sealed for its way through a form."""
    import pyotp  # noqa: PLC0415 (a page in a thousand needs it)

    secret = pyotp.random_base32()
    return secret, seal(secret_key, secret, f"new {person_id}")


def shown_again(secret_key: str, person_id: int, sealed: str) -> str | None:
    """Return the secret that a form has brought back."""
    return unseal(secret_key, sealed, f"new {person_id}")


def address_of(secret: str, login: str) -> str:
    """Return what the picture on her page says to an authenticator."""
    import pyotp  # noqa: PLC0415

    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def plain_code(typed: str) -> str:
    """Return a code as it is compared, however it was spaced.

    >>> plain_code("123 456"), plain_code("1234-5678-9012-3456")
    ('123456', '1234567890123456')
    """
    return re.sub(r"[\s-]", "", typed)


def _step(secret: str, code: str, real_now: dt.datetime) -> int | None:
    """Return the step a code belongs to: this one, or the one before or after."""
    import pyotp  # noqa: PLC0415

    totp, now = pyotp.TOTP(secret), int(real_now.timestamp()) // STEP_SECONDS
    fitting = [
        step
        for step in (now - 1, now, now + 1)
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())
    ]
    return fitting[-1] if fitting else None


def _hash(secret_key: str, person_id: int, code: str) -> str:
    return hmac.digest(
        _key(secret_key, b"recovery"), f"{person_id} {code}".encode(), "sha256"
    ).hex()


def check(
    access: Factors, secret_key: str, person_id: int, typed: str, real_now: dt.datetime
) -> Refusal | None:
    """Use up a code of the telephone, or a recovery code; guesses are counted."""
    limit = (f"code:{person_id}", doors.MOST_FAILURES)
    if doors.is_too_often(access, [limit]):
        return replace(doors.TOO_OFTEN, field="code")
    refusal = _use(access, secret_key, person_id, plain_code(typed), real_now)
    if refusal is None:
        access.forget_failures(limit[0])
    elif refusal is not UNREADABLE:
        access.record_failure(limit[0])
    return refusal


def _use(
    access: Factors, secret_key: str, person_id: int, code: str, real_now: dt.datetime
) -> Refusal | None:
    factor = access.factor(person_id)
    if factor is None:
        return WRONG_CODE
    if not re.fullmatch("[0-9]{6}", code):
        if not access.use_recovery(person_id, _hash(secret_key, person_id, code)):
            return WRONG_CODE
        left = factor.codes_left - 1
        access.record_of(person_id, "recovery_code", f"Резервный код, осталось {left}")
        few = (
            " Создайте новые: выключите второй фактор и включите снова." if left < FEW_LEFT else ""
        )
        access.put_letter(
            person_id,
            "Использован резервный код",
            f"Вместо кода из приложения введён резервный код. Осталось кодов: {left}.{few}\n"
            "Если это были не вы, смените пароль и сообщите администратору.",
        )
        return None
    secret = unseal(secret_key, factor.secret, f"kept {person_id}")
    if secret is None:
        return UNREADABLE
    step = _step(secret, code, real_now)
    return None if step is not None and access.take_step(person_id, step) else WRONG_CODE


def switch_on(
    access: Factors, secret_key: str, person_id: int, sealed: str, typed: str, real_now: dt.datetime
) -> tuple[str, ...] | Refusal:
    """Keep the secret a telephone has, once it gave a code; return the recovery codes."""
    if access.factor(person_id):
        return IS_ON
    secret = shown_again(secret_key, person_id, sealed)
    if secret is None:
        return STALE_SECRET
    step = _step(secret, plain_code(typed), real_now)
    if step is None:
        return OTHER_PICTURE
    codes = tuple(_new_code() for _ in range(RECOVERY_CODES))
    hashes = [_hash(secret_key, person_id, plain_code(code)) for code in codes]
    access.put_factor(person_id, seal(secret_key, secret, f"kept {person_id}"), step, hashes)
    access.record_of(person_id, "second_factor_on", "Второй фактор включён")
    return codes


def _new_code() -> str:
    digits = f"{secrets.randbelow(10**RECOVERY_DIGITS):0{RECOVERY_DIGITS}}"
    return "-".join(digits[at : at + 4] for at in range(0, RECOVERY_DIGITS, 4))


def switch_off(
    access: Factors, secret_key: str, person_id: int, typed: str, real_now: dt.datetime
) -> Refusal | None:
    """Delete her second factor for one of its codes."""
    refusal = check(access, secret_key, person_id, typed, real_now)
    if refusal:
        return refusal
    access.drop_factor(person_id)
    access.record_of(person_id, "second_factor_off", "Второй фактор выключен")
    text = "Если это были не вы, смените пароль и сообщите администратору."
    access.put_letter(person_id, "Второй фактор выключен", text)
    return None


def drop_second_factor(access: Factors, person_id: int) -> bool:
    """Take the factor of somebody who lost her telephone; False when she has none.

    Who may ask for that is decided before, and written down there. Her sessions end: whoever found
    the telephone may have one of them.
    """
    if not access.drop_factor(person_id):
        return False
    access.end_sessions(person_id)
    access.end_links(person_id)
    text = "Входите с паролем и настройте второй фактор на новом телефоне: страница «Мой доступ»."
    access.put_letter(person_id, "Второй фактор снят", text)
    return True


def is_demanded_of(actor: Actor, processes: Iterable[Process]) -> bool:
    """Tell whether a person signs or administers in one of her capacities."""
    offices = weighty_offices(processes)
    return any(capacity.role in offices for capacity in actor.capacities)


def weighty_offices(processes: Iterable[Process]) -> frozenset[str]:
    """Return the offices whose holders sign or administer."""
    return ADMIN_ROLES.union(*map(_signing, processes))


@cache
def _signing(process: Any) -> frozenset[str]:
    return signing_offices(process)
