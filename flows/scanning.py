"""The malware scanner, where the office runs one: a file goes through clamd before any reader of ours sees it.

``$SOCIEUX_CLAMD`` names its socket: a path, or ``host:port``. Nothing is fetched and no signatures are ours. A clean
word is no promise; a file that was not scanned says so in its record, also where the office runs no scanner.
"""

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, NamedTuple

from pipeline.records import Flag
from pipeline.trouble import Unreadable

VARIABLE = "SOCIEUX_CLAMD"
_PIECE = 1 << 18
_CONNECT, _ANSWER = 5.0, 90.0
_LONGEST_ANSWER = 4096
_LIMITS = "Heuristics.Limits.Exceeded"
"""What clamd with ``AlertExceedsMax`` says of a file that it looked at only in part."""


class Scan(NamedTuple):
    """What the scanner says: ``found`` names what it found, ``not_scanned`` says why not; ``off`` if there is none."""

    state: Literal["clean", "found", "not_scanned", "off"]
    said: str = ""


def scan(data: bytes, address: str | None = None) -> Scan:
    """Ask the scanner about a file; ``address`` instead of the configured one. Never raises."""
    address = address or os.environ.get(VARIABLE)
    if not address:
        return Scan("off", "no scanner is set up")
    try:
        with _line(address) as line:
            answer = _asked(line, data)
    except OSError as fault:
        return Scan("not_scanned", f"the scanner cannot be reached ({fault.strerror or type(fault).__name__})")
    return _understood(answer)


def answers(address: str) -> bool:
    """True if a scanner is there and alive."""
    try:
        with _line(address) as line:
            line.sendall(b"zPING\0")
            return line.recv(_LONGEST_ANSWER).startswith(b"PONG")
    except OSError:
        return False


def refusal(found: Scan) -> Unreadable:
    """The trouble of a file in which the scanner found something; no reader of ours opens it."""
    message = f"The malware scanner found {found.said} in the file; it was not opened."
    return Unreadable("hostile", message, "Do not open the file; tell the sender that it is infected.")


def standing() -> str:
    """Why files are not scanned at present, in a sentence; empty where a scanner answers."""
    address = os.environ.get(VARIABLE)
    if not address:
        return "No malware scanner is set up: files are not scanned (`socieux doctor` says how)."
    return "" if answers(address) else f"The malware scanner at {address} does not answer: files are not scanned."


def notice(found: Scan) -> Flag | None:
    """What is said of a file that no scanner has seen; no reason against ``ready``."""
    if found.state not in ("not_scanned", "off"):
        return None
    return Flag(code="not_scanned", severity="info", message=f"The file was not scanned for malware: {found.said}.")


@contextmanager
def _line(address: str) -> Iterator[socket.socket]:
    host, _, port = address.rpartition(":")
    if port.isdigit() and host:
        line = socket.create_connection((host.strip("[]"), int(port)), _CONNECT)
    else:
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(_CONNECT)
    with line:
        if line.family == socket.AF_UNIX:
            line.connect(address)
        line.settimeout(_ANSWER)
        yield line


def _asked(line: socket.socket, data: bytes) -> str:
    """The file in pieces, each with its length before it; then one line of answer."""
    try:
        line.sendall(b"zINSTREAM\0")
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            line.sendall(struct.pack("!L", len(piece)) + piece)
        line.sendall(struct.pack("!L", 0))
    except (BrokenPipeError, ConnectionResetError):
        pass  # It hangs up on what is too large for it, and has said so before.
    answer = b""
    while len(answer) < _LONGEST_ANSWER and (more := line.recv(_LONGEST_ANSWER)):
        answer += more
        if b"\0" in more:
            break
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def _understood(answer: str) -> Scan:
    said = answer.removeprefix("stream:").strip()
    if said == "OK":
        return Scan("clean")
    if said.endswith(" FOUND") and not said.startswith(_LIMITS):
        return Scan("found", said.removesuffix(" FOUND")[:120])
    if said.startswith(_LIMITS) or "size limit exceeded" in said:
        return Scan("not_scanned", "it is beyond the scanner's limits")
    return Scan("not_scanned", "the scanner gave no clear answer")
