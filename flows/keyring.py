"""What the office gives to open locked files and to know signers: passwords and certificates. It is never printed."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

from flows.walking import Misuse

MOST_PASSWORDS = 50
"""Each one costs up to a second on each locked file."""


@dataclass(frozen=True)
class Keyring:
    """Passwords to try, in order, and certificates of those whose word about signers counts (DER or PEM)."""

    passwords: tuple[str, ...] = field(default=(), repr=False)
    trust_roots: tuple[bytes, ...] = field(default=(), repr=False)


NO_KEYS = Keyring()


def open_keyring(password_file: Path | None, certificates: Path | None) -> Keyring:
    """The keyring of a run: one password a line (``-``: asked for, or read from standard input), and the certificates
    of a file or folder. Raises ``Misuse`` without naming what stands in them."""
    return Keyring(
        _passwords(password_file) if password_file else (),
        _certificates(certificates) if certificates else (),
    )


def _passwords(path: Path) -> tuple[str, ...]:
    lines = (_asked() if str(path) == "-" else _text(path)).splitlines()
    passwords = tuple(dict.fromkeys(line for line in lines if line))
    if not passwords:
        raise Misuse("The password file holds no password; it needs one on each line.")
    if len(passwords) > MOST_PASSWORDS:
        raise Misuse(f"The password file holds more than {MOST_PASSWORDS} passwords.")
    return passwords


def _asked() -> str:
    """Typed without being shown, or what another program gives."""
    if not sys.stdin.isatty():
        return sys.stdin.read()
    from getpass import getpass

    return getpass("Password: ")


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise Misuse(f"The password file {path} cannot be read; it must be text in UTF-8.") from fault


def _certificates(path: Path) -> tuple[bytes, ...]:
    """The certificates of a file or of all files in a folder; one file may hold several in text form."""
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificates

    try:
        files = sorted(each for each in path.iterdir() if each.is_file()) if path.is_dir() else [path]
        found = []
        for file in files:
            data = file.read_bytes()
            text = b"-----BEGIN" in data
            found += load_pem_x509_certificates(data) if text else [load_der_x509_certificate(data)]
    except (OSError, ValueError) as fault:
        raise Misuse(f"{path} holds no certificates, or a file that is none.") from fault
    return tuple(certificate.public_bytes(Encoding.DER) for certificate in found)
