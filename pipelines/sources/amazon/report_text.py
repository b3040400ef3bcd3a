"""A report's bytes as text without buyers: unpacked, decoded by the encoding that it declares, in constant memory.

Belongs here: GZIP, encodings, lines, buyers' columns. Does not: fetching (`reports.py`).
"""

from __future__ import annotations

import codecs
import fnmatch
import zlib
from collections.abc import Iterable, Iterator

from pipelines.sources.errors import UnableToFetch, UnexpectedAnswer

# Buyers' columns of any report of Amazon's, by its own header names.
PERSONAL_COLUMNS = (
    "buyer*",
    "recipient*",
    "ship-address*",
    "ship-city",
    "ship-state",
    "ship-postal-code",
    "ship-phone*",
    "bill-*",
    "purchase-order-number",
    "customer-comments",
    "gift-message*",
    "customized-*",
)


def declared_encoding(content_type: str) -> str:
    """The encoding that a document declares, as Python calls it; UTF-8 where it declares none."""
    for part in content_type.split(";")[1:]:
        name, _, value = part.strip().partition("=")
        if name.strip().lower() == "charset":
            encoding = value.strip().strip('"').lower()
            # Amazon says Shift_JIS and means Microsoft's extension of it, which every Japanese report uses
            encoding = {"shift_jis": "cp932", "utf-8": "utf-8-sig"}.get(encoding, encoding)
            try:
                "".encode(encoding)
            except LookupError:
                raise UnexpectedAnswer(f'a report declares the encoding "{value}", which nobody here knows') from None
            return encoding
    return "utf-8-sig"


def unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """GZIP undone as it comes; a document that ends early is refused."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        for chunk in chunks:
            yield unpacker.decompress(chunk)
        yield unpacker.flush()
    except zlib.error as error:
        raise UnexpectedAnswer(f"a report says GZIP and is none ({error}); the next run asks for it anew") from None
    if not unpacker.eof:
        raise UnableToFetch("a report ends before its end; the next run asks for it anew")


def decoded_lines(chunks: Iterable[bytes], encoding: str) -> Iterator[str]:
    """Lines without their ends, in constant memory. Only the line feed ends one: titles hold stranger signs."""
    decoder = codecs.getincrementaldecoder(encoding)()
    rest = ""
    try:
        for chunk in chunks:
            *lines, rest = (rest + decoder.decode(chunk)).split("\n")
            yield from (line.removesuffix("\r") for line in lines)
        rest += decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise UnexpectedAnswer(
            f"a report declares {encoding} and is none (byte 0x{error.object[error.start]:02x}); nothing is landed"
        ) from None
    if rest:
        yield rest


def without_buyers(lines: Iterable[str]) -> Iterator[str]:
    """Lines with the buyers' cells emptied; in a line of another width nobody knows which they are: all are."""
    personal: list[int] = []
    width = 0
    for number, line in enumerate(lines):
        if number == 0:
            names = [name.strip().lower() for name in line.split("\t")]
            width = len(names)
            personal = [
                position
                for position, name in enumerate(names)
                if any(fnmatch.fnmatchcase(name.replace(" ", "-"), pattern) for pattern in PERSONAL_COLUMNS)
            ]
        elif personal:
            cells = line.split("\t")
            if len(cells) != width:
                yield "\t".join(["(row of another width)"] + [""] * max(0, len(cells) - 1))
                continue
            for position in personal:
                cells[position] = ""
            yield "\t".join(cells)
            continue
        yield line
