"""Passwords: hashed outside every transaction, one at a time in each process.

A hash takes a tenth of a second of all cores and 64 MiB, and anybody at the door may ask for one.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from workflow_app.engine.refusals import Refusal
from workflow_app.services.accounts import common_passwords

HASHER = PasswordHasher()
SHORTEST = 10
MOST_WAITING = 24
"""So many wait for their turn in one process; threads for all other work are left."""
WAIT_SECONDS = 6.0

BUSY = Refusal(
    "busy", "Сейчас входит много людей сразу. Подождите несколько секунд и повторите.", "password"
)

_NOBODY = "$argon2id$v=19$m={},t={},p={}${}${}".format(
    HASHER.memory_cost, HASHER.time_cost, HASHER.parallelism, "A" * 22, "A" * 43
)
"""The hash of no password: comparing with it takes as long as with a person's own."""
_turn = threading.Semaphore(1)
_places = threading.BoundedSemaphore(1 + MOST_WAITING)


@contextmanager
def _my_turn() -> Iterator[bool]:
    """Wait in line for the only turn; False where the line is full or the wait too long."""
    if not _places.acquire(blocking=False):
        yield False
        return
    try:
        came = _turn.acquire(timeout=WAIT_SECONDS)
        try:
            yield came
        finally:
            if came:
                _turn.release()
    finally:
        _places.release()


def matches(password_hash: str, password: str) -> bool | Refusal:
    """Tell whether a password has this hash, as slowly where there is none; or to come later."""
    with _my_turn() as came:
        if not came:
            return BUSY
        try:
            return HASHER.verify(password_hash or _NOBODY, password)
        except VerificationError:
            return False


def hashed(password: str, own: Iterable[str]) -> str | Refusal:
    """Return the hash under which a new password is kept; or why not, or not now.

    `own` are words that everybody who knows her would try: name, address, school.
    """
    if len(password) < SHORTEST:
        return Refusal("password_too_short", f"Пароль: не меньше {SHORTEST} знаков", "password")
    weak = common_passwords.weakness(password, own)
    if weak:
        return weak
    with _my_turn() as came:
        return HASHER.hash(password) if came else BUSY
