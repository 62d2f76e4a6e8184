"""Letters to requesters, as text for the desk and as drafts for the mailbox. The machine sends none of them.

A letter is a list of paragraphs; those that are ``locked`` are the guide's own sentences, and the desk lets nobody
change them. The drafts carry our mark, so that a mail of ours that comes back is known as one.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Literal
from zoneinfo import ZoneInfo

from pipeline.gaps import grounds, missing, open_questions
from pipeline.languages import LANGUAGES
from pipeline.letter_words import LetterWords, letter_words, office
from pipeline.mail import OWN_MARK
from pipeline.records import Arrival, Record
from pipeline.values import Value

LetterKind = Literal["acknowledgement", "completion", "not_eligible"]

UNTRUSTED = ("sender_not_verified", "sender_looks_alike", "sender_is_us", "sender_unknown")
"""Flags of a sender to whom nothing is addressed before a person has asked back."""
NOT_ANSWERED = ("automatic_mail", "hostile", "came_with_automatic_mail")
"""Flags of what is never answered: machines and attacks."""
_ADDRESS = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}@[\w-]+(\.[\w-]+)+", re.ASCII)
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,400}>")
_SHOWN = 200


class Paragraph(Value):
    """A paragraph of a letter; ``locked`` ones are not to be changed."""

    text: str
    locked: bool = False


class Letter(Value):
    """A letter as text."""

    kind: LetterKind
    language: str
    reference: str
    subject: str
    paragraphs: tuple[Paragraph, ...]

    @property
    def text(self) -> str:
        """The whole letter."""
        return "\n\n".join(paragraph.text for paragraph in self.paragraphs) + "\n"

    def keeps_locked(self, edited: str) -> bool:
        """True if a text that somebody edited still holds every locked paragraph, word for word."""
        folded = " ".join(edited.split())
        return all(" ".join(each.text.split()) in folded for each in self.paragraphs if each.locked)


def letter(kind: LetterKind, record: Record, language: str | None = None, rules: Sequence[str] = ()) -> Letter:
    """A letter about a record, in the request's language unless another is asked for; English where it is unknown.

    ``rules``: for ``not_eligible`` the rules that a person decided on. Raises ``ValueError`` for a record without a
    reference, and for ``not_eligible`` where no rule speaks against the request."""
    if record.reference is None:
        raise ValueError("A letter needs the request's reference; the store gives it.")
    chosen = language or record.document.language
    spoken = chosen if chosen in LANGUAGES else "en"
    words = letter_words(spoken)
    body: dict[LetterKind, Callable[[], Iterator[Paragraph]]] = {
        "acknowledgement": lambda: _acknowledgement(record, words, spoken),
        "completion": lambda: _completion(record, words, spoken),
        "not_eligible": lambda: _not_eligible(record, words, spoken, tuple(rules)),
    }
    return Letter(
        kind=kind,
        language=spoken,
        reference=record.reference,
        subject=_subject(kind, record, words).format(reference=record.reference),
        paragraphs=(Paragraph(text=words.salutation), *body[kind](), *_ending(words)),
    )


def acknowledgement(record: Record, arrival: Arrival, language: str | None = None) -> EmailMessage | None:
    """The draft of the notice of receipt for one arrival; null where none is to be made: for automatic mail, for what
    came with it, and for what looks like an attack."""
    if any(flag.code in NOT_ANSWERED for flag in record.flags):
        return None
    draft = as_message(letter("acknowledgement", record, language), record, arrival)
    # The machine wrote it, whoever sends it: other machines shall not answer it (RFC 3834).
    draft["Auto-Submitted"] = "auto-replied"
    return draft


def as_message(written: Letter, record: Record, arrival: Arrival, text: str | None = None) -> EmailMessage:
    """A letter as a draft in the thread of the mail it answers, addressed only to a sender who is checked; otherwise to
    nobody, and a person fills the address in. ``text`` is the letter as somebody edited it; raises ``ValueError`` if a
    locked paragraph was changed."""
    if text is not None and not written.keeps_locked(text):
        raise ValueError("A sentence of the guide that must stay as it is was changed.")
    draft = EmailMessage(policy=SMTP)
    draft["From"] = f"{office().name} <{office().requests}>"
    if to := checked_sender(record, arrival):
        draft["To"] = to
    draft["Subject"] = written.subject
    domain = office().requests.partition("@")[2]
    draft["Message-ID"] = f"<{written.kind}.{written.reference}.{record.record_id}@{domain}>"
    if arrival.message_id and _MESSAGE_ID.fullmatch(arrival.message_id):
        draft["In-Reply-To"] = arrival.message_id
        draft["References"] = arrival.message_id
    draft[OWN_MARK] = written.kind
    draft["X-SOCIEUX-Reference"] = written.reference
    # Outlook opens a file with this header for sending.
    draft["X-Unsent"] = "1"
    draft.set_content(text or written.text)
    draft["Content-Language"] = written.language
    return draft


def checked_sender(record: Record, arrival: Arrival) -> str | None:
    """The address an answer may go to: the mail's sender where our own mail server vouches for it, or where the form
    names the same address; never an address that the mail only asks to be answered to."""
    flags = {flag.code for flag in record.flags}
    sender = arrival.sender
    if sender is None or not _ADDRESS.fullmatch(sender) or flags & set(UNTRUSTED):
        return None
    answer = record.fields.get("contact_email")
    return sender if "sender_unproven" not in flags or (answer and answer.value == sender) else None


def _subject(kind: LetterKind, record: Record, words: LetterWords) -> str:
    message = kind == "acknowledgement" and record.disposition == "quarantined"
    return words.subject.message if message else str(getattr(words.subject, kind))


def _acknowledgement(record: Record, words: LetterWords, language: str) -> Iterator[Paragraph]:
    told = words.acknowledgement
    known = record.disposition != "quarantined"
    yield Paragraph(text=told.opening if known else told.opening_message)
    yield _facts(record, words, language)
    yield Paragraph(text=words.keep_reference)
    gaps = missing(record, words) if known else []
    if not known:
        yield Paragraph(text=_trouble(record, words))
    elif gaps:
        yield Paragraph(text=f"{told.missing}\n\n{_listed(gaps)}")
        yield Paragraph(text=told.supply)
    elif _is_whole(record):
        yield Paragraph(text=told.complete)
    yield Paragraph(text=told.next if known else told.next_message)
    yield Paragraph(text=words.locked.not_approval, locked=True)


def _completion(record: Record, words: LetterWords, language: str) -> Iterator[Paragraph]:
    asked = open_questions(record, words)
    yield Paragraph(text=words.completion.opening if asked else words.completion.nothing)
    yield _facts(record, words, language)
    if asked:
        yield Paragraph(text=f"{words.completion.questions}\n\n{_listed(asked)}")
        yield Paragraph(text=words.completion.how)
    yield Paragraph(text=words.locked.completion, locked=True)


def _not_eligible(record: Record, words: LetterWords, language: str, rules: tuple[str, ...]) -> Iterator[Paragraph]:
    told = grounds(record, words, rules)
    if not told:
        raise ValueError("No rule of the guide speaks against this request; name the rules that were decided on.")
    named = [(reason.removesuffix("."), words.not_eligible.section.format(section=section)) for reason, section in told]
    sections = [f"{reason} ({section})." for reason, section in named]
    yield Paragraph(text=f"{words.not_eligible.opening}\n\n{_listed(sections)}")
    yield _facts(record, words, language)
    yield Paragraph(text=words.not_eligible.closing_words)


def _ending(words: LetterWords) -> Iterator[Paragraph]:
    yield Paragraph(text=words.help.format(help=office().help))
    yield Paragraph(text=words.closing)


def _facts(record: Record, words: LetterWords, language: str) -> Paragraph:
    """Reference, day of receipt, institution, title and files, each on its line; what is not known is left out."""
    names = words.block
    # A mail in which nothing was found has no name that its sender knows.
    unnamed = record.disposition == "quarantined" and record.source.channel == "mail" and not record.source.container
    beside = [document.filename for document in record.source.supporting_documents]
    files = [*([] if unnamed else [record.source.filename]), *beside]
    told = (
        (names.reference, record.reference or ""),
        (names.received, _day(record, language)),
        (names.institution, _answer(record, "institution_name")),
        (names.title, _answer(record, "title")),
        (names.files, "; ".join(_shown(name) for name in files)),
    )
    return Paragraph(text="\n".join(f"{name}{_COLON[language]} {value}" for name, value in told if value))


_COLON = {"fr": " :"} | {language: ":" for language in LANGUAGES if language != "fr"}


def _day(record: Record, language: str) -> str:
    """The day of receipt in the office's zone, written out."""
    from babel.dates import format_date

    received = record.source.received_at
    if not received:
        return ""
    moment = datetime.fromisoformat(received)
    day: date = moment.astimezone(ZoneInfo(office().time_zone)).date() if moment.tzinfo else moment.date()
    return format_date(day, "long", locale={"pt": "pt_PT", "en": "en_GB"}.get(language, language))


def _answer(record: Record, key: str) -> str:
    reading = record.fields.get(key)
    return _shown(reading.value) if reading and isinstance(reading.value, str) else ""


def _shown(text: str) -> str:
    """Somebody else's words in one line of our letter, not too long."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def _trouble(record: Record, words: LetterWords) -> str:
    """What could not be read, and what we ask for instead."""
    codes = [flag.code for flag in record.flags]
    first = codes[0] if codes else "not_readable"
    if first == "no_form_found" and "links_not_followed" in codes:
        first = "links"
    if first == "no_form_found" and "form_in_mail_text" in codes:
        first = "in_body"
    known = first if first in type(words.trouble).model_fields else "not_readable"
    text: str = getattr(words.trouble, known)
    return text.format(file=_shown(record.source.filename))


def _listed(items: Sequence[str]) -> str:
    return "\n".join(f"– {item}" for item in items)


def _is_whole(record: Record) -> bool:
    kept = {check.rule for check in record.eligibility.checks if check.outcome == "met"}
    return {"form_complete", "form_signed", "form_dated", "accepted_format"} <= kept
