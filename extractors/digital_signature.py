"""The digital signature, checked on the file as it came: does it still hold, who made it, and what changed since.

Nothing is fetched. Who a signer is can only be told where the office gives the certificates it trusts, so a
signature that holds is ``intact`` and its signer, as a rule, not verified.
"""

import io
import logging
import zipfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from extractors import media
from pipeline.records import Evidence, Flag, Signature
from pipeline.values import Box

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
    from pyhanko.sign.validation.status import PdfSignatureStatus
    from pyhanko_certvalidator import ValidationContext

State = Literal["intact", "changed_after_signing", "invalid", "none"]
_WORST: tuple[State, ...] = ("invalid", "changed_after_signing", "intact")
_MOST_SIGNATURES = 20
"""More signatures than this are on no form; the rest is not looked at, and that is said."""


class Verification(NamedTuple):
    """What the signatures of a file are worth together, whose they are and where, and what a person should know."""

    digital: State
    evidence: tuple[Evidence, ...] = ()
    flags: tuple[Flag, ...] = ()


class _Looked(NamedTuple):
    """One signature: its worth (null: of a kind that cannot be checked), its signer, what is to be said of it."""

    state: State | None
    evidence: Evidence
    flags: tuple[Flag, ...]


def verify(data: bytes, passwords: Sequence[str] = (), trust_roots: Sequence[bytes] = ()) -> Verification:
    """The digital signatures of a file's original bytes; of several the worst counts.

    ``passwords`` open a locked PDF, ``trust_roots`` are certificates (DER) of those the office trusts. Signatures of
    Word packages are not checked, which is said in a flag."""
    kind = media.sniff(data)
    if kind == media.PDF and b"ByteRange" in data:
        return _verify_pdf(data, passwords, trust_roots)
    if kind in media.WORD_TYPES and _is_signed_package(data):
        return Verification("none", flags=(_note("signature_not_checked", "info", _IN_WORD),))
    return Verification("none")


def with_digital(signature: Signature, verified: Verification) -> Signature:
    """The signature as read from the page, with what the file's digital signatures say.

    ``digital`` is the kind only where nothing else marks the box, so also where the signature has no box at all."""
    if verified.digital == "none":
        return signature
    if signature.mark == "present" and signature.kind != "digital":
        evidence = (*signature.evidence, *verified.evidence)
        return signature.model_copy(update={"digital": verified.digital, "evidence": evidence})
    return Signature(mark="present", kind="digital", digital=verified.digital, evidence=verified.evidence)


_IN_WORD = "The Word file carries a digital signature, which the software does not check; Word shows it."
_UNCHECKED = "The digital signature of {} could not be checked ({}); check it in a PDF program."
_INTACT = "The digital signature of {} holds, but who the signer is was not verified."
_CHANGED = "The file was changed after {} signed it digitally; compare it with the signed version, which it contains."
_INVALID = "The digital signature of {} does not hold: the signed part was altered, or the signature is damaged."
_FILLED = "Form fields were filled in after {} signed, as the signature allows; compare it with the signed version."


def _note(code: str, severity: Literal["warning", "info"], message: str) -> Flag:
    return Flag(code=code, severity=severity, message=message)


def _verify_pdf(data: bytes, passwords: Sequence[str], trust_roots: Sequence[bytes]) -> Verification:
    for name in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # it logs a traceback for every unknown signer
    try:
        from pyhanko.pdf_utils.reader import PdfFileReader

        reader = PdfFileReader(io.BytesIO(data), strict=False)
        _unlock(reader, passwords)
        signatures = list(reader.embedded_regular_signatures)
    except Exception as fault:  # a damaged file raises nearly every type; its text may still be readable
        message = _UNCHECKED.format("an unknown signer", type(fault).__name__)
        return Verification("none", flags=(_note("signature_not_checked", "warning", message),))
    places = _places(data, passwords) if signatures else {}
    looked = [_look(each, places, trust_roots) for each in signatures[:_MOST_SIGNATURES]]
    looked += [_unlooked(each, places, "too many signatures") for each in signatures[_MOST_SIGNATURES:][:1]]
    return _together(looked, reader)


def _unlock(reader: "PdfFileReader", passwords: Sequence[str]) -> None:
    """Open a locked file; where no password fits, the reader's own complaint follows at the first look inside."""
    from pyhanko.pdf_utils.crypt import AuthStatus

    if reader.encrypted:
        for password in ("", *passwords):
            if reader.decrypt(password).status != AuthStatus.FAILED:
                return


def _together(looked: list[_Looked], reader: "PdfFileReader") -> Verification:
    """The worst of the signatures; one that allows form filling is left behind by the next one that covers it."""
    found = [each.state for each in looked if each.state is not None]
    state = next((worst for worst in _WORST if worst in found), "none")
    flags = [flag for each in looked for flag in each.flags]
    unique = {(flag.code, flag.message): flag for flag in flags}
    return Verification(state, tuple(each.evidence for each in looked), tuple(unique.values()))


def _look(
    signature: "EmbeddedPdfSignature", places: dict[tuple[int, ...], tuple[int, Box | None]], roots: Sequence[bytes]
) -> _Looked:
    """Check one signature; a kind that the library does not know is no broken one."""
    from pyhanko.sign.validation import validate_pdf_signature

    try:
        status = validate_pdf_signature(signature, signer_validation_context=_trust(roots))
    except Exception as fault:  # among them: algorithms of some states, outdated kinds of signature
        return _unlooked(signature, places, type(fault).__name__)
    evidence = _evidence(signature, places)
    return _Looked(_state(status), evidence, tuple(_flags(status, evidence.quote)))
