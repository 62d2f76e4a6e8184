"""Digital signatures, made here with an authority of our own: intact, altered, changed afterwards, by whom."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, signers
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko_certvalidator.registry import SimpleCertificateStore
from reportlab.pdfgen.canvas import Canvas

from extractors.digital_signature import verify, with_digital
from flows.keyring import Keyring, open_keyring
from flows.process import process_bytes
from flows.walking import Misuse
from pipeline.records import Arrival, Evidence, Record, Signature
from tests.bad_input import word
from tests.small_stages import SMALL, TODAY, Stages
from tests.small_stages import read as read_lines

NAME = "Айгүл Ñandú"
BOX = (100, 90, 300, 140)


@cache
def authority(name: str = "Root of trust") -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """Somebody who vouches for signers."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key, certificate(name, key, name, key, is_authority=True)


def certificate(
    name: str, key: rsa.RSAPrivateKey, issuer: str, issuer_key: rsa.RSAPrivateKey, is_authority: bool
) -> x509.Certificate:
    """A certificate for ten years around the tests' day."""
    start = datetime(2020, 1, 1, tzinfo=UTC)
    usage = dict.fromkeys(
        "data_encipherment key_encipherment key_agreement encipher_only decipher_only".split(), False
    ) | {"key_cert_sign": is_authority, "crl_sign": is_authority}
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


@cache
def signer(name: str = NAME) -> SimpleSigner:
    """Somebody with a certificate of the authority."""
    from asn1crypto import keys
    from asn1crypto import x509 as asn1

    root_key, root = authority()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    own = certificate(name, key, "Root of trust", root_key, is_authority=False)
    plain = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SimpleSigner(
        signing_cert=asn1.Certificate.load(own.public_bytes(serialization.Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(plain),
        cert_registry=SimpleCertificateStore.from_certs(
            [asn1.Certificate.load(root.public_bytes(serialization.Encoding.DER))]
        ),
    )


def form(rotation: int = 0) -> bytes:
    """Two pages with a form field to fill in."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(400, 600), invariant=True, pageCompression=0)
    canvas.drawString(50, 500, "Request for technical cooperation")
    canvas.acroForm.textfield(name="country", x=50, y=400, width=200, height=20, value="Kenya")
    canvas.showPage()
    canvas.setPageRotation(rotation)
    canvas.drawString(50, 500, "Signature")
    canvas.save()
    return file.getvalue()


def signed(data: bytes, field: str = "Signature", box: tuple[int, ...] = BOX, **options: object) -> bytes:
    """The file with one more signature, on its second page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
    if writer.prev.encrypted:
        writer.encrypt("secret")
    append_signature_field(writer, SigFieldSpec(field, on_page=1, box=box))
    meta = PdfSignatureMetadata(field_name=field, md_algorithm="sha256", **options)
    out = signers.sign_pdf(writer, meta, signer=signer())
    return bytes(out.getbuffer())


@cache
def once() -> bytes:
    """The form, signed."""
    return signed(form())


def root_pem() -> bytes:
    """The authority's certificate as text."""
    return authority()[1].public_bytes(serialization.Encoding.PEM)


def filled(data: bytes) -> bytes:
    """A later revision with another value in the form field."""
    from pyhanko.pdf_utils.generic import pdf_string
    from pyhanko.pdf_utils.writer import PdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    assert isinstance(writer, IncrementalPdfFileWriter) and PdfFileWriter
    field = next(
        reference.get_object()
        for reference in writer.root["/AcroForm"]["/Fields"]
        if reference.get_object().get("/T") == "country"
    )
    field["/V"] = pdf_string("Uganda")
    writer.update_container(field)
    return written(writer)


def overprinted(data: bytes) -> bytes:
    """A later revision with another text on the page."""
    from pyhanko.pdf_utils.generic import StreamObject

    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    stream = StreamObject(stream_data=b"BT /F1 12 Tf 50 300 Td (We ask for ten million) Tj ET")
    writer.add_stream_to_page(0, writer.add_object(stream))
    return written(writer)


def written(writer: IncrementalPdfFileWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def codes(data: bytes, roots: tuple[bytes, ...] = ()) -> tuple[str, list[tuple[str, str]]]:
    """The verdict and the flags."""
    verified = verify(data, TODAY, trust_roots=roots)
    return verified.digital, [(flag.code, flag.severity) for flag in verified.flags]


def test_an_intact_signature_by_an_unknown_signer() -> None:
    verified = verify(once(), TODAY)
    assert codes(once()) == ("intact", [("signer_not_verified", "info")])
    assert verified.evidence == (Evidence(page=2, bbox=(100.0, 460.0, 300.0, 510.0), quote=NAME),)
    assert NAME in verified.flags[0].message


def test_a_signer_is_verified_by_the_certificates_of_the_office_only() -> None:
    assert codes(once(), (root_pem(),)) == ("intact", [])
    other = authority("Somebody else")[1].public_bytes(serialization.Encoding.DER)
    assert codes(once(), (other,)) == ("intact", [("signer_not_verified", "info")])
    assert verify(once(), date(2045, 1, 1), trust_roots=(root_pem(),)).flags[0].code == "signer_not_verified"


@pytest.mark.parametrize("where", ["text", "signature", "head"])
def test_one_altered_byte_makes_it_invalid(where: str) -> None:
    data = bytearray(once())
    embedded = PdfFileReader(io.BytesIO(once())).embedded_regular_signatures[0]
    start, length = embedded.byte_range[1] + 1, len(embedded.pkcs7_content.rstrip(b"\0"))
    at = {"text": data.index(b"Request for"), "signature": start + 2 * length - 40, "head": start + 10}[where]
    data[at] = ord("0") if data[at] != ord("0") else ord("1")
    assert codes(bytes(data)) == ("invalid", [("invalid_signature", "warning")])


def test_a_later_revision_is_told_from_form_filling_and_further_signatures() -> None:
    assert codes(overprinted(once())) == ("changed_after_signing", [("changed_after_signing", "warning")])
    state, flags = codes(filled(once()))
    assert state == "intact" and ("filled_after_signing", "warning") in flags
    twice = signed(filled(once()), "Second", (100, 20, 300, 70))
    assert codes(twice) == ("intact", [("signer_not_verified", "info")]), "the second one covers what was filled in"
    assert len(verify(twice, TODAY).evidence) == 2
    assert codes(overprinted(twice))[0] == "changed_after_signing"


def test_a_certified_form_that_forbids_changes() -> None:
    from pyhanko.sign.fields import MDPPerm

    certified = signed(form(), certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)
    assert codes(certified)[0] == "intact"
    assert codes(filled(certified))[0] == "changed_after_signing"


def test_a_file_saved_anew_is_no_longer_as_signed() -> None:
    copy = io.BytesIO()
    with pikepdf.open(io.BytesIO(once())) as file:
        file.save(copy)
    assert codes(copy.getvalue())[0] in ("invalid", "changed_after_signing")


def test_unsigned_files_and_empty_fields() -> None:
    assert codes(form()) == ("none", [])
    assert codes(b"/ByteRange but no PDF") == ("none", [])
    writer = IncrementalPdfFileWriter(io.BytesIO(form()))
    append_signature_field(writer, SigFieldSpec("Signature", on_page=1, box=BOX))
    assert codes(written(writer) + b"\n%/ByteRange\n") == ("none", [])


def test_what_cannot_be_checked_is_said() -> None:
    unknown = once().replace(b"/adbe.pkcs7.detached", b"/adbe.x509.rsa_sha1 ").replace(b"/ETSI.CAdES.detached", b"/x.y")
    assert codes(unknown) == ("none", [("signature_not_checked", "warning")])
    assert codes(once().replace(b"startxref", b"startxxxx")) == ("none", [("signature_not_checked", "warning")])


def test_a_signed_word_package_is_not_checked() -> None:
    file = io.BytesIO(word("A form"))
    with zipfile.ZipFile(file, "a") as package:
        package.writestr("_xmlsignatures/sig1.xml", "<Signature/>")
    assert codes(file.getvalue()) == ("none", [("signature_not_checked", "info")])
    assert codes(word("A form")) == ("none", [])


def test_a_signature_without_a_box_and_one_on_a_turned_page() -> None:
    (hidden,) = verify(signed(form(), box=(0, 0, 0, 0)), TODAY).evidence
    assert hidden.quote == NAME and hidden.page == 2 and hidden.bbox is None
    (turned,) = verify(signed(form(rotation=90)), TODAY).evidence
    assert turned.bbox == (90.0, 100.0, 140.0, 300.0)


def test_a_locked_file_is_checked_with_its_password() -> None:
    copy = io.BytesIO()
    with pikepdf.open(io.BytesIO(form())) as file:
        file.save(copy, encryption=pikepdf.Encryption(owner="owner", user="secret", R=6))
    locked = signed(copy.getvalue())
    verified = verify(locked, TODAY, ("wrong", "secret"))
    assert verified.digital == "intact" and verified.evidence[0].page == 2


def test_the_digital_signature_joins_the_one_on_the_page() -> None:
    verified = verify(once(), TODAY)
    drawn = Signature(mark="present", kind="image", evidence=(Evidence(page=2, quote="scribble"),))
    assert with_digital(drawn, verified).kind == "image"
    assert [place.quote for place in with_digital(drawn, verified).evidence] == ["scribble", NAME]
    for page in (Signature(mark="absent", kind="none"), Signature(mark="present", kind="digital")):
        joined = with_digital(page, verified)
        assert (joined.mark, joined.kind, joined.digital) == ("present", "digital", "intact")
        assert joined.evidence == verified.evidence
    assert with_digital(drawn, verify(form(), TODAY)) is drawn


def test_the_record_holds_the_verdict_and_stays_readable() -> None:
    stages = Stages(lambda _data: read_lines(b"title: x"), SMALL.extract, SMALL.assess)

    def record(data: bytes, keyring: Keyring = Keyring()) -> Record:  # noqa: B008
        return process_bytes(data, Arrival(filename="a.pdf"), TODAY, None, stages, keyring)

    assert record(once()).signature.digital == "intact"
    assert "signer_not_verified" in [flag.code for flag in record(once()).flags]
    assert "signer_not_verified" not in [flag.code for flag in record(once(), Keyring((), (root_pem(),))).flags]
    changed = record(overprinted(once()))
    assert changed.signature.digital == "changed_after_signing" and changed.fields["title"].value == "x"


def test_certificates_come_from_a_file_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "roots").mkdir()
    other = authority("Somebody else")[1].public_bytes(serialization.Encoding.PEM)
    (tmp_path / "roots" / "a.pem").write_bytes(root_pem() + other)
    (tmp_path / "roots" / "b.cer").write_bytes(authority()[1].public_bytes(serialization.Encoding.DER))
    assert len(open_keyring(None, tmp_path / "roots").trust_roots) == 3
    assert codes(once(), open_keyring(None, tmp_path / "roots" / "b.cer").trust_roots) == ("intact", [])
    (tmp_path / "roots" / "c.txt").write_bytes(b"no certificate")
    with pytest.raises(Misuse):
        open_keyring(None, tmp_path / "roots")
