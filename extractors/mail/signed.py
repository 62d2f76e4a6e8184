"""Mails whose whole content is wrapped for signing (S/MIME, ``smime.p7m``): the content is taken out of the wrapping.

The signature is not judged: it speaks for the mail, not for the form in it."""

from extractors.mail.charsets import base64_bytes

_SIGNED, _ENVELOPED = "signed_data", "enveloped_data"


def unwrapped(data: bytes) -> tuple[str, bytes] | None:
    """What kind of wrapping it is (``signed_data``, ``enveloped_data``, …) and the content, empty if it is locked or
    lies elsewhere; null if the bytes are no such wrapping."""
    from asn1crypto import cms

    raw = base64_bytes(data.split(b"-----")[2])[0] if data.lstrip().startswith(b"-----BEGIN") else data
    if raw[:1] != b"\x30" or len(raw) < 20:
        return None
    try:
        info = cms.ContentInfo.load(raw)
        kind = str(info["content_type"].native)
        if kind != _SIGNED:
            return (kind, b"") if kind in cms.ContentType._map.values() else None
        content = info["content"]["encap_content_info"]["content"].native
        return kind, content if isinstance(content, bytes) else b""
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return None
