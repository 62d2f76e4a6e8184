"""Files behind a password: which they are, and how they are opened with the passwords the office knows."""

import io
import zipfile
from collections.abc import Sequence

from extractors import media
from extractors.old_word import is_locked
from pipeline.trouble import Unreadable

REMEDY = "Ask the sender for the password or for a file without one; process it again with --password-file."
_SAVE_OPEN = "Open it with its password and save it without, as .docx or PDF, or ask the sender to."
_MANIFEST = "META-INF/manifest.xml"
_MANIFEST_LIMIT = 1_000_000


def decrypt(data: bytes, passwords: Sequence[str] = ()) -> bytes:
    """The file's bytes, opened with the first password that fits; one that needs none comes back as it is.

    A PDF that only its owner's password protects (against printing, copying) needs none.
    Raises Unreadable with code ``encrypted`` where none fits or the lock is of a kind that is not opened."""
    kind = media.sniff(data)
    if kind == media.PDF and b"/Encrypt" in data:
        return _open_pdf(data, passwords)
    if kind == media.ENCRYPTED_OFFICE:
        return _open_office(data, passwords, "Office file")
    if kind == media.DOC and is_locked(data):
        return _open_office(data, passwords, "old Word file (.doc)")
    if kind == media.ODT and _is_locked_text(data):
        message = "The OpenDocument text (.odt) is protected by a password, and the software opens no such file."
        raise Unreadable("encrypted", message, _SAVE_OPEN)
    return data


def _locked(what: str, passwords: Sequence[str]) -> Unreadable:
    tried = " None of the given passwords opens it." if passwords else ""
    return Unreadable("encrypted", f"The {what} can only be opened with a password.{tried}", REMEDY)


def _open_pdf(data: bytes, passwords: Sequence[str]) -> bytes:
    """A copy without a lock; a damaged file and one that opens without a password stay as they are."""
    import pikepdf

    for password in ("", *passwords):
        try:
            with pikepdf.open(io.BytesIO(data), password=password) as file:
                copy = io.BytesIO()
                file.save(copy)
                return copy.getvalue() if password else data
        except pikepdf.PasswordError:
            continue
        except Exception:  # damaged, or a lock that is no password: the reader says so
            return data
    raise _locked("PDF", passwords)


def _open_office(data: bytes, passwords: Sequence[str], what: str) -> bytes:
    """A copy without a lock, of a Word file of either age."""
    import msoffcrypto

    modern = media.sniff(data) == media.ENCRYPTED_OFFICE
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(data))
        for password in filter(None, passwords):
            copy = io.BytesIO()
            try:
                file.load_key(password=password, **({"verify_password": True} if modern else {}))
                file.decrypt(copy)
                return copy.getvalue()
            except msoffcrypto.exceptions.InvalidKeyError:
                continue
    except Exception as fault:  # a lock of another kind, or a damaged one; the library raises many types
        message = f"The {what} is encrypted in a way that the software cannot open, or is damaged."
        raise Unreadable("encrypted", message, _SAVE_OPEN) from fault
    raise _locked(what, passwords)


def _is_locked_text(data: bytes) -> bool:
    """True if the package's list of parts tells how a part is encrypted."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package, package.open(_MANIFEST) as part:
            return b"encryption-data" in part.read(_MANIFEST_LIMIT)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return False
