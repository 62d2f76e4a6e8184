"""Guards that look at a zip's directory before anything in it is inflated."""

import io
import zipfile

from pipeline.document import Unreadable

MAX_ENTRIES = 2_000
MAX_TOTAL = 200_000_000
"""Bytes that all entries may claim together."""
MAX_RATIO = 100
"""An entry above ``RATIO_FROM`` bytes may not claim more than this many times its compressed size."""
RATIO_FROM = 10_000_000

_ASK_AGAIN = "Do not open it by hand. Ask the sender to export the form as PDF and send that."


def check_zip(data: bytes) -> None:
    """Refuse a package that is cut short, encrypted, or claims more than any form needs.

    Raises ``Unreadable`` with code ``damaged``, ``encrypted`` or ``hostile``; nothing is inflated."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as fault:
        raise Unreadable(
            "damaged",
            "The file begins like a Word file or archive but its end is missing or broken.",
            "Ask the sender to send it again, or open it in Word and save it anew.",
        ) from fault
    _check_sizes(entries)
    _check_names(entries)
    _check_overlap(entries)


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    total = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES:
        raise Unreadable("hostile", f"The package holds {len(entries)} parts; no form needs so many.", _ASK_AGAIN)
    if total > MAX_TOTAL:
        claimed = f"The package of this file claims {total / 1e6:,.0f} MB when unpacked."
        raise Unreadable("hostile", f"{claimed} It was not unpacked.", _ASK_AGAIN)
    for entry in entries:
        if entry.file_size > max(RATIO_FROM, MAX_RATIO * entry.compress_size):
            raise Unreadable("hostile", "A part of the package unpacks to more than 100 times its size.", _ASK_AGAIN)


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise Unreadable("hostile", "Two parts of the package have the same name.", _ASK_AGAIN)
    if any(entry.flag_bits & 0x1 for entry in entries):
        remedy = "Ask the sender for the form without a password."
        raise Unreadable("encrypted", "Parts of the package are protected by a password.", remedy)


def _check_overlap(entries: list[zipfile.ZipInfo]) -> None:
    """Two entries that share bytes are a bomb: Python 3.11.7 does not look (CVE-2024-0450)."""
    end = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.header_offset < end:
            raise Unreadable("hostile", "Parts of the package overlap, as only made-up files do.", _ASK_AGAIN)
        end = entry.header_offset + 30 + len(entry.orig_filename) + entry.compress_size
