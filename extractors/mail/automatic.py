"""Which mails machines write: automatic answers, notices of non-delivery, lists, and our own letters come back."""

import re
from functools import cache
from importlib import resources

import rtoml
from pydantic import ValidationError

from extractors.mail.heads import Head
from pipeline.folding import fold
from pipeline.languages import DataError, Words
from pipeline.mail import OWN_MARK, Envelope, MailKind
from pipeline.values import Value

_FORWARDED = re.compile(r"^\s*(?:re|fw|fwd|tr|rv|enc|wg|res|ref|пересл|отв)\s*:", re.IGNORECASE)


class AutomaticData(Value):
    """``automatic.toml``: how automatic mails begin their subjects, by language, and who sends notices."""

    auto_reply: dict[str, Words]
    bounce: dict[str, Words]
    postmasters: Words


@cache
def automatic_words() -> AutomaticData:
    """The words automatic mails are known by; raises DataError naming file and key."""
    path = resources.files("extractors.mail") / "automatic.toml"
    try:
        return AutomaticData.model_validate(rtoml.loads(path.read_text("utf-8")))
    except (rtoml.TomlParsingError, ValidationError) as trouble:
        raise DataError(f"extractors/mail/automatic.toml: {trouble}") from trouble


def kind_of(head: Head, envelope: Envelope) -> MailKind:
    """What wrote a mail, by its head alone (RFC 3834 and what programs do instead)."""
    if head.raw(OWN_MARK.lower()):
        return "own"
    if _is_bounce(head, envelope):
        return "bounce"
    if _is_auto_reply(head, envelope):
        return "auto_reply"
    precedence = head.text("precedence").lower()
    listed = any(head.raw(name) for name in ("list-id", "list-unsubscribe", "list-post"))
    return "list" if listed or precedence in ("bulk", "list", "junk") else "letter"


def _is_bounce(head: Head, envelope: Envelope) -> bool:
    report = (head.parameter("content-type", "report-type") or "").lower()
    if report == "delivery-status" or head.raw("x-failed-recipients"):
        return True
    user = (envelope.sender or "").partition("@")[0]
    if user in automatic_words().postmasters:
        return True
    return _begins(envelope.subject, automatic_words().bounce) and not _FORWARDED.match(envelope.subject)


def _is_auto_reply(head: Head, envelope: Envelope) -> bool:
    submitted = head.text("auto-submitted").lower()
    if submitted and not submitted.startswith("no"):
        return True
    if head.text("precedence").lower() in ("auto_reply", "auto-reply"):
        return True
    if any(head.raw(name) for name in ("x-autoreply", "x-autorespond", "x-autoreply-from", "x-auto-reply")):
        return True
    report = (head.parameter("content-type", "report-type") or "").lower()
    if report == "disposition-notification" or head.text("return-path").strip() == "<>":
        return True
    return _begins(envelope.subject, automatic_words().auto_reply) and not _FORWARDED.match(envelope.subject)


def _begins(subject: str, known: dict[str, Words]) -> bool:
    """True if the subject begins with one of the wordings, whole words."""
    told = f"{fold(subject)} "
    return any(told.startswith(f"{fold(wording)} ") for wordings in known.values() for wording in wordings)
