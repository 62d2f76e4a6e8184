"""The digital signature, checked on the file as it came: does it still hold, who made it, and what changed since.

Nothing is fetched. Who a signer is can only be told where the office gives the certificates it trusts, so a
signature that holds is ``intact`` and its signer, as a rule, not verified.
"""

import hashlib
import io
import logging
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Literal, NamedTuple

from extractors import media
from pipeline.records import Evidence, Flag, Signature
from pipeline.values import Box

if TYPE_CHECKING:
    from pyhanko.pdf_utils.generic import DictionaryObject
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
    from pyhanko.sign.validation.status import PdfSignatureStatus
    from pyhanko_certvalidator import ValidationContext

State = Literal["intact", "changed_after_signing", "invalid", "none"]
Places = dict[tuple[int, ...], tuple[int, Box | None]]
_WORST: tuple[State, ...] = ("invalid", "changed_after_signing", "intact")
_MOST_SIGNATURES = 20
"""More signatures than this are on no form; the rest is not looked at, and that is said."""


class Verification(NamedTuple):
    """What the signatures of a file are worth together, whose they are and where, and what a person should know."""

    digital: State
    evidence: tuple[Evidence, ...] = ()
    flags: tuple[Flag, ...] = ()


class _Trust(NamedTuple):
    """Whose word counts, and on which day."""

    today: date
    roots: Sequence[bytes]

    def context(self) -> "ValidationContext":
        """What the check of a signature needs to know. SHA-1 is old but still used; older hashes prove nothing."""
        from asn1crypto import pem, x509
        from pyhanko_certvalidator import ValidationContext
        from pyhanko_certvalidator.policy_decl import DisallowWeakAlgorithmsPolicy

        weak = DisallowWeakAlgorithmsPolicy(weak_hash_algos=frozenset({"md2", "md5"}))  # type: ignore[no-untyped-call]
        plain = [pem.unarmor(root)[2] if pem.detect(root) else root for root in self.roots]
        return ValidationContext(
            trust_roots=[x509.Certificate.load(root) for root in plain],
            allow_fetching=False,
            moment=datetime.combine(self.today, time(12), UTC),
            algorithm_usage_policy=weak,
        )


class _Looked(NamedTuple):
    """One signature: its worth (null: of a kind that cannot be checked), its signer, what is to be said of it."""

    state: State | None
    evidence: Evidence
    flags: tuple[Flag, ...]
    covers_all: bool = False


def verify(data: bytes, today: date, passwords: Sequence[str] = (), trust_roots: Sequence[bytes] = ()) -> Verification:
    """The digital signatures of a file's original bytes; of several the worst counts.

    ``passwords`` open a locked PDF, ``trust_roots`` are the certificates (DER or PEM) that the office trusts, as of
    ``today``. Signatures of Word packages are not checked, which is said in a flag."""
    kind = media.sniff(data)
    if kind == media.PDF and b"ByteRange" in data:
        return _verify_pdf(data, passwords, _Trust(today, trust_roots))
    if kind in media.WORD_TYPES and _is_signed_package(data):
        return Verification("none", flags=(Flag(code="signature_not_checked", severity="info", message=_IN_WORD),))
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


_NOBODY = Evidence(quote="")


def _verify_pdf(data: bytes, passwords: Sequence[str], trust: _Trust) -> Verification:
    for name in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # it logs a traceback for every unknown signer
    try:
        from pyhanko.pdf_utils.reader import PdfFileReader
        from pyhanko.sign.fields import enumerate_sig_fields

        reader = PdfFileReader(io.BytesIO(data), strict=False)
        _unlock(reader, passwords)
        fields = [(name, reference) for name, _, reference in enumerate_sig_fields(reader, filled_status=True)]
    except Exception as fault:  # a damaged file raises nearly every type; its text may still be readable
        return Verification("none", flags=_unchecked(_NOBODY, type(fault).__name__).flags)
    places = _places(data, passwords) if fields else {}
    looked = [_look(reader, name, reference, places, trust) for name, reference in fields[:_MOST_SIGNATURES]]
    if len(fields) > _MOST_SIGNATURES:
        looked.append(_unchecked(_NOBODY, "too many signatures"))
    return _together([each for each in looked if each is not None])


def _unlock(reader: "PdfFileReader", passwords: Sequence[str]) -> None:
    """Open a locked file; where no password fits, the reader complains at the first look inside."""
    from pyhanko.pdf_utils.crypt import AuthStatus

    if reader.encrypted:
        for password in ("", *passwords):
            if reader.decrypt(password).status != AuthStatus.FAILED:
                return


def _together(looked: Sequence[_Looked]) -> Verification:
    """The worst of the signatures, and what is said of each, once. What the last one covers was signed by somebody."""
    found = [each.state for each in looked]
    state: State = next((worst for worst in _WORST if worst in found), "none")
    flags = [flag for each in looked for flag in each.flags]
    if state == "intact" and not any(each.covers_all for each in looked):
        flags.append(_flag("filled_after_signing", "warning", _FILLED, looked[-1].evidence))
    unique = {(flag.code, flag.message): flag for flag in flags}
    return Verification(state, tuple(each.evidence for each in looked), tuple(unique.values()))


def _look(reader: "PdfFileReader", name: str, reference: object, places: Places, trust: _Trust) -> _Looked | None:
    """Check one signature; a time stamp is none. A kind that the library does not know is no broken signature."""
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

    field, value = _field(reference)
    kind = _entry(value, "/SubFilter")
    if _entry(value, "/Type") == "/DocTimeStamp" or kind == "/ETSI.RFC3161":
        return None
    evidence = _placed(value, places)
    if kind not in _KINDS:
        return _unchecked(evidence, "its kind is not known here")
    try:
        signature = EmbeddedPdfSignature(reader, field, name)
        signer = _signer(signature.signer_cert.subject.native)
        evidence = evidence.model_copy(update={"quote": signer})
        if not _is_known(signature):
            return _unchecked(evidence, "its algorithm is not known here")
        return _judged(validate_pdf_signature(signature, signer_validation_context=trust.context()), evidence)
    except Exception:  # a damaged signature raises nearly every type
        return _broken(evidence)


_KINDS = ("/adbe.pkcs7.detached", "/adbe.pkcs7.sha1", "/ETSI.CAdES.detached")


def _field(reference: object) -> "tuple[DictionaryObject, DictionaryObject]":
    """A signature field and its signature; empty where the file holds something else there."""
    from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject

    found = reference.get_object() if isinstance(reference, IndirectObject) else reference  # type: ignore[no-untyped-call]
    nothing = DictionaryObject({})  # type: ignore[no-untyped-call]
    field = found if isinstance(found, DictionaryObject) else nothing
    value = _entry(field, "/V")
    return field, value if isinstance(value, DictionaryObject) else nothing


def _entry(of: "DictionaryObject", key: str) -> object:
    """What stands under a key, wherever in the file it is kept."""
    try:
        return of[key]  # follows references, which get() does not
    except KeyError:
        return None


def _placed(value: "DictionaryObject", places: Places) -> Evidence:
    stretches = _entry(value, "/ByteRange")
    key = tuple(number for number in stretches if isinstance(number, int)) if isinstance(stretches, list) else ()
    page, box = places.get(key, (None, None))
    return Evidence(page=page, bbox=box)


def _is_known(signature: "EmbeddedPdfSignature") -> bool:
    """False for algorithms of some states that only have a number in the library."""
    named = signature.signer_info["signature_algorithm"]["algorithm"].native
    return signature.md_algorithm in hashlib.algorithms_available and "." not in named


def _signer(subject: Mapping[str, object]) -> str:
    """The signer's name as the certificate has it."""
    name = subject.get("common_name") or subject.get("organization_name") or ""
    return str(name[0] if isinstance(name, list) else name)


def _judged(status: "PdfSignatureStatus", evidence: Evidence) -> _Looked:
    """Altered in the signed part, changed by a later revision beyond form filling and further signing, or intact."""
    from pyhanko.sign.diff_analysis import ModificationLevel

    level = status.modification_level
    if not (status.intact and status.valid):
        return _broken(evidence)
    if not status.docmdp_ok or level is None or level.value > ModificationLevel.FORM_FILLING.value:
        flag = _flag("changed_after_signing", "warning", _CHANGED, evidence)
        return _Looked("changed_after_signing", evidence, (flag,))
    flags = () if status.trusted else (_flag("signer_not_verified", "info", _INTACT, evidence),)
    return _Looked("intact", evidence, flags, covers_all=level is not ModificationLevel.FORM_FILLING)


def _broken(evidence: Evidence) -> _Looked:
    return _Looked("invalid", evidence, (_flag("invalid_signature", "warning", _INVALID, evidence),))


def _unchecked(evidence: Evidence, reason: str) -> _Looked:
    message = _UNCHECKED.format(evidence.quote or "an unknown signer", reason)
    return _Looked(None, evidence, (Flag(code="signature_not_checked", severity="warning", message=message),))


def _flag(code: str, severity: Literal["warning", "info"], sentence: str, evidence: Evidence) -> Flag:
    return Flag(code=code, severity=severity, message=sentence.format(evidence.quote or "an unknown signer"))


def _places(data: bytes, passwords: Sequence[str]) -> Places:
    """Page and box of every signature field, by the stretches of the file that its signature covers."""
    from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdfparser import PDFParser

    from extractors.page_widgets import signed_boxes

    for password in ("", *passwords):
        try:
            document = PDFDocument(PDFParser(io.BytesIO(data)), password)
            pages = enumerate(PDFPage.create_pages(document), start=1)
            return {key: (number, box) for number, page in pages for key, box in signed_boxes(page)}
        except PDFPasswordIncorrect:
            continue
        except Exception:  # a page that cannot be followed costs the place, not the verdict
            return {}
    return {}


def _is_signed_package(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return any(name.startswith("_xmlsignatures/") and name.endswith(".xml") for name in package.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
