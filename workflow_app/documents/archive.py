"""A zip writer whose bytes depend on nothing but the content: fixed dates, fixed order."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

STORED, DEFLATED = 0, 8
UTF8_NAME = 0x800
FIXED_DATE = (1 << 5) | 1  # 1 January 1980, the first day a zip can hold
LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")


@dataclass(frozen=True, slots=True)
class Member:
    """A finished member: its local record as written, its central record around the offset."""

    local: tuple[bytes, ...]
    size: int
    central: bytes
    name: bytes


def member(name: str, crc: int, size: int, method: int, body: tuple[bytes, ...]) -> Member:
    """A member from content that is already compressed by `method`."""
    raw = name.encode()
    packed = sum(map(len, body))
    fields = (20, UTF8_NAME, method, 0, FIXED_DATE, crc, packed, size, len(raw), 0)
    local = LOCAL.pack(b"PK\3\4", *fields)
    central = _CENTRAL.pack(b"PK\1\2", 20, *fields, 0, 0, 0, 0, 0)[:-4]
    return Member((local, raw, *body), len(local) + len(raw) + packed, central, raw)


def packed_member(name: str, data: bytes) -> Member:
    """A member compressed as well as possible: for what is written many times unchanged."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(data) + packer.flush()
    if len(body) >= len(data):
        return member(name, zlib.crc32(data), len(data), STORED, (data,))
    return member(name, zlib.crc32(data), len(data), DEFLATED, (body,))


def write_zip(members: Iterable[Member]) -> bytes:
    """The whole archive."""
    out: list[bytes] = []
    directory: list[bytes] = []
    offset = count = 0
    for each in members:
        out.extend(each.local)
        directory.extend((each.central, offset.to_bytes(4, "little"), each.name))
        offset += each.size
        count += 1
    index = b"".join(directory)
    out.append(index)
    out.append(_END.pack(b"PK\5\6", 0, 0, count, count, len(index), offset, 0))
    return b"".join(out)
