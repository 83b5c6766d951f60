"""Reads a zip file that came from outside and believes none of its numbers.

1. Before the directory is read its records are counted by the four bytes each begins with.
2. The standard library reads the directory; what it cannot read is a damaged file.
3. A member is inflated against what is left of the allowance, whatever size it declares.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from workflow_app.documents.archive import DEFLATED, LOCAL, STORED, UTF8_NAME
from workflow_app.documents.findings import TemplateError, refused

MEBIBYTE = 1024 * 1024
PIECE = 256 * 1024
ENDING = b"PK\5\6"
RECORD = b"PK\1\2"
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_KNOWN = 0x6 | 0x8 | UTF8_NAME
"""Flags that change nothing: how well a member was packed, sizes after it, a name in UTF-8."""
NOT_WORD = "Это не документ Word: сохраните его как «Документ Word (.docx)»."
_FOREIGN = re.compile(r"^[/\\]|^$|[\x00-\x1f\x7f\\:]|(^|/)\.{1,2}(/|$)|//")
_UNREADABLE = (
    zipfile.BadZipFile,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many members an archive may have, and how many bytes they may come to."""

    members: int
    unpacked: int


class Archive:
    """The members of an archive by name; TemplateError for one that is not fit to be read."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        if not data.startswith(b"PK"):
            raise refused("not_word", NOT_WORD)
        if data.count(RECORD) > limits.members:
            text = f"В файле больше {limits.members} вложенных частей."
            raise refused("too_many_members", text)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                infos = archive.infolist()
        except _UNREADABLE:
            raise _damaged() from None
        for info in infos:
            _check(info)
        names = {info.filename.casefold() for info in infos}
        if len(names) < len(infos):
            raise refused(
                "doubled", "Вложенные части файла повторены. Сохраните его заново в Word."
            )
        if has_strangers(data) or (infos and min(info.header_offset for info in infos)):
            text = "К документу приписаны посторонние данные. Сохраните его заново в Word."
            raise refused("polyglot", text)
        self._data = data
        self._infos = {info.filename: info for info in infos if not info.is_dir()}
        self._left = limits.unpacked
        self._most = limits.unpacked

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the members that are no folders, in the order of the directory."""
        return tuple(self._infos)

    def read(self, name: str) -> bytes:
        """A member's bytes."""
        return b"".join(self.pieces(name))

    def pieces(self, name: str) -> Iterator[bytes]:
        """A member's bytes in pieces, so that what is not kept costs no memory."""
        info = self._infos[name]
        crc = size = 0
        for piece in self._inflated(info):
            size += len(piece)
            self._left -= len(piece)
            if self._left < 0:
                text = f"В распакованном виде файл больше {self._most // MEBIBYTE} МБ."
                raise refused("too_big_unpacked", text)
            crc = zlib.crc32(piece, crc)
            yield piece
        if (crc, size) != (info.CRC, info.file_size):
            raise _damaged()

    def _inflated(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        packed = self._packed(info)
        if info.compress_type == STORED:
            for start in range(0, len(packed), PIECE):
                yield bytes(packed[start : start + PIECE])
            return
        inflater = zlib.decompressobj(-15)
        try:
            for start in range(0, len(packed), PIECE):
                waiting: bytes | memoryview = packed[start : start + PIECE]
                while waiting and not inflater.eof:
                    yield inflater.decompress(waiting, PIECE)
                    waiting = inflater.unconsumed_tail
            while not inflater.eof and (piece := inflater.decompress(b"", PIECE)):
                yield piece
        except zlib.error:
            raise _damaged() from None
        if not inflater.eof:
            raise _damaged()

    def _packed(self, info: zipfile.ZipInfo) -> memoryview:
        """A member's bytes as they lie in the file, if its own record agrees with the directory."""
        start = info.header_offset
        head = self._data[start : start + LOCAL.size]
        if len(head) < LOCAL.size or not head.startswith(b"PK\3\4"):
            raise _damaged()
        flags, method, named, more = (LOCAL.unpack(head)[at] for at in (2, 3, 9, 10))
        start += LOCAL.size
        name = self._data[start : start + named]
        start += named + more
        end = start + info.compress_size
        own = name.decode("utf-8" if flags & UTF8_NAME else "cp437", "replace")
        if own != info.orig_filename or method != info.compress_type or end > len(self._data):
            raise _damaged()
        return memoryview(self._data)[start:end]


def has_strangers(data: bytes) -> bool:
    """Whether something other than padding follows the end of an archive."""
    end = data.rfind(ENDING)
    return end >= 0 and bool(data[end + 20 :].strip(b"\0\r\n "))


def _damaged() -> TemplateError:
    return refused("damaged", "Файл повреждён. Откройте его в Word и сохраните заново.")


def _check(info: zipfile.ZipInfo) -> None:
    # The library cuts a name at its first NUL and turns its backslashes.
    if _FOREIGN.search(info.orig_filename):
        text = f"Вложенная часть названа недопустимо: «{info.orig_filename[:60]!r}»."
        raise refused("foreign_name", text)
    if info.flag_bits & _ENCRYPTED:
        raise refused("encrypted", "Файл зашифрован. Снимите пароль и сохраните снова.")
    if info.flag_bits & ~_KNOWN or info.compress_type not in {STORED, DEFLATED}:
        text = "Файл упакован способом, которого Word не знает. Сохраните его заново в Word."
        raise refused("unknown_zip", text)
