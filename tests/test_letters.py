"""Letters to requesters: right in five languages, never judging by themselves, never sent, addressed with care."""

import string
import tomllib
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

import pipeline
from pipeline.languages import LANGUAGES
from pipeline.letter import LetterKind, acknowledgement, as_message, checked_sender, letter
from pipeline.letter_words import LetterWords, letter_words, office
from pipeline.mail import OWN_MARK, own_letters
from pipeline.questions import questions
from pipeline.records import (
    Arrival,
    Check,
    DocumentFacts,
    Eligibility,
    FieldReading,
    Flag,
    Outcome,
    Record,
    Signature,
    Source,
    SupportingDocument,
)
from pipeline.rules import rule
from tests.small_stages import small_record

ARRIVAL = Arrival(sender="a.person@labour.gov.xx", message_id="<first@labour.gov.xx>", channel="mail")
GUIDE = "Notification of the eligibility of a request is not a confirmation of its approval"
KINDS: tuple[LetterKind, ...] = ("acknowledgement", "completion", "not_eligible")


def record(language: str = "en", *flags: str, **outcomes: Outcome) -> Record:
    """A request with some checks, one open answer and some flags."""
    base = small_record()
    told: dict[str, Outcome] = dict.fromkeys(("form_complete", "form_signed", "form_dated", "accepted_format"), "met")
    checks = tuple(
        Check(rule=name, outcome=outcome, reason="An English reason.", section="1.3", rule_edition="1")
        for name, outcome in (told | outcomes).items()
    )
    fields = {key: FieldReading(state="answered", value="x", raw="x") for key in questions()}
    fields["institution_name"] = FieldReading(state="answered", value="Ministry of\nLabour", raw="")
    fields["title"] = FieldReading(state="answered", value="A title", raw="A title")
    fields["attachments_listed"] = FieldReading(state="blank")
    return base.model_copy(
        update={
            "reference": "DFGL-2579",
            "document": DocumentFacts(form_kind="full", language=language),  # type: ignore[arg-type]
            "fields": fields,
            "signature": Signature(mark="present", kind="ink"),
            "eligibility": Eligibility(checks=checks),
            "flags": tuple(Flag(code=code, severity="info", message="An English message.") for code in flags),
            "source": Source(
                filename="form.pdf",
                sha256="",
                media_type="application/pdf",
                size=1,
                received_at="2026-03-01T23:30:00+00:00",
            ),
        }
    )


def with_field(made: Record, key: str, reading: FieldReading) -> Record:
    """The record with one answer changed."""
    return made.model_copy(update={"fields": made.fields | {key: reading}})


def quarantined(code: str, *more: str, name: str = "a.eml") -> Record:
    """A record of a mail in which nothing was found."""
    flags = tuple(Flag(code=each, severity="blocker", message="x") for each in (code, *more))
    source = Source(filename=name, sha256="", media_type="x", size=1, channel="mail")
    update = {"reference": "DFGL-2579", "flags": flags, "disposition": "quarantined", "source": source, "fields": {}}
    return small_record().model_copy(update=update | {"document": DocumentFacts(), "eligibility": Eligibility()})


# The wordings.


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_wording_with_the_same_blanks(language: str) -> None:
    def blanks(words: LetterWords) -> dict[str, set[str | None]]:
        flat: dict[str, set[str | None]] = {}
        for group, held in words.model_dump().items():
            for key, text in held.items() if isinstance(held, dict) else [("", held)]:
                flat[f"{group}.{key}"] = {blank for _, blank, _, _ in string.Formatter().parse(text) if blank}
        return flat

    assert blanks(letter_words(language)) == blanks(letter_words("en"))
    for name in (*letter_words(language).open, *letter_words(language).grounds):
        assert rule(name, date(2026, 3, 2))


@pytest.mark.parametrize("language", LANGUAGES)
def test_wordings_are_written_in_their_language(language: str) -> None:
    path = Path(pipeline.__file__).parent / "letters" / f"{language}.toml"
    text = path.read_text("utf-8")
    cyrillic = sum("а" <= letter.lower() <= "я" for letter in text)
    assert (cyrillic > 3000) == (language == "ru")
    english = letter_words("en").model_dump()
    if language != "en":
        same = [key for key, value in tomllib.loads(text)["questions"].items() if value == english["questions"][key]]
        assert same == []


# The notice of receipt.


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_says_what_came_and_that_it_is_no_approval(language: str) -> None:
    beside = (SupportingDocument(filename="law.pdf", sha256="", media_type="application/pdf"),)
    made = record(language)
    made = made.model_copy(update={"source": made.source.model_copy(update={"supporting_documents": beside})})
    written = letter("acknowledgement", made)
    assert written.language == language
    for told in ("DFGL-2579", "Ministry of Labour", "A title", "form.pdf; law.pdf", "2026", office().help):
        assert told in written.text
    assert letter_words(language).locked.not_approval in written.text
    assert letter_words(language).acknowledgement.complete in written.text
    assert "{" not in written.text and "English" not in written.text


def test_the_guides_sentence_stands_word_for_word() -> None:
    assert GUIDE in letter("acknowledgement", record()).text


def test_the_day_of_receipt_is_the_offices() -> None:
    assert "2 March 2026" in letter("acknowledgement", record()).text, "half past eleven in UTC is the next day"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_seems_missing_is_asked_for(language: str) -> None:
    made = record(language, form_complete="not_met", form_signed="not_met", form_dated="not_met")
    made = with_field(made, "objectives", FieldReading(state="blank"))
    made = with_field(made, "contact_phone", FieldReading(state="unreadable", raw="+?"))
    made = with_field(made, "attachments_listed", FieldReading(state="answered", value=["A law"], raw="A law"))
    words = letter_words(language)
    text = letter("acknowledgement", made).text
    for told in (words.questions["objectives"], words.questions["contact_phone"], words.state.unreadable):
        assert told in text
    for told in (words.missing.signature, words.missing.date, words.missing.attachments):
        assert told in text
    assert words.acknowledgement.complete not in text


def test_optional_questions_and_those_of_another_form_are_not_asked_for() -> None:
    made = record(form_complete="not_met")
    made = with_field(made, "institution_acronym", FieldReading(state="blank"))
    made = with_field(made, "objectives", FieldReading(state="not_on_form"))
    assert "acronym" not in letter("acknowledgement", made).text and "objectives" not in letter("completion", made).text


def test_a_word_form_without_signature_is_not_called_incomplete() -> None:
    text = letter("acknowledgement", record(form_signed="needs_judgement")).text
    assert letter_words("en").missing.signature not in text and letter_words("en").acknowledgement.complete not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_machine_never_says_not_eligible(language: str) -> None:
    made = record(language, country_eligible="not_met", theme_in_scope="not_met", institution_eligible="not_met")
    text = letter("acknowledgement", made).text
    words = letter_words(language)
    assert not any(ground in text for ground in words.grounds.values()) and words.not_eligible.opening not in text


# What could not be read.


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("codes", "key"),
    [
        (("no_form_found",), "no_form_found"),
        (("no_form_found", "links_not_followed"), "links"),
        (("no_form_found", "form_in_mail_text"), "in_body"),
        (("encrypted",), "encrypted"),
        (("damaged",), "damaged"),
        (("timeout",), "not_readable"),
    ],
)
def test_trouble_is_told_with_what_to_send(language: str, codes: tuple[str, ...], key: str) -> None:
    text = letter("acknowledgement", quarantined(*codes), language).text
    expected: str = getattr(letter_words(language).trouble, key)
    assert expected.format(file="a.eml") in text
    assert letter_words(language).acknowledgement.opening_message in text


@pytest.mark.parametrize("code", ["automatic_mail", "hostile"])
def test_m6_no_draft_for_machines_and_attacks(code: str) -> None:
    assert acknowledgement(quarantined(code), ARRIVAL) is None


def test_m6_no_draft_for_what_came_with_an_automatic_mail() -> None:
    assert acknowledgement(record("en", "came_with_automatic_mail"), ARRIVAL) is None


# The draft.


def read_back(draft: EmailMessage | None) -> EmailMessage:
    """The draft as a mail program reads it from its bytes."""
    assert draft is not None
    read = message_from_bytes(draft.as_bytes(), policy=default)
    assert isinstance(read, EmailMessage)
    return read


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_draft_is_a_mail_in_the_thread(language: str) -> None:
    draft = read_back(acknowledgement(record(language), ARRIVAL))
    assert draft["To"] == ARRIVAL.sender and draft["In-Reply-To"] == draft["References"] == ARRIVAL.message_id
    assert draft["Auto-Submitted"] == "auto-replied" and draft[OWN_MARK] == "acknowledgement"
    assert "DFGL-2579" in draft["Subject"] and draft["Content-Language"] == language
    assert draft.get_content().split() == letter("acknowledgement", record(language)).text.split()


def test_26_a_draft_that_comes_back_is_known_as_ours() -> None:
    from extractors.mail.opening import open_mail

    draft = acknowledgement(record("ru"), ARRIVAL)
    assert draft is not None and open_mail(draft.as_bytes(), "a").kind == "own"


def test_25_a_bounce_names_the_letter_that_came_back() -> None:
    from extractors.mail.opening import open_mail
    from tests.mail_making import multipart, raw_mail

    made = record()
    draft = acknowledgement(made, ARRIVAL)
    assert draft is not None
    head = draft.as_bytes().partition(b"\r\n\r\n")[0]
    body = multipart(b"\r\nSorry", b"Content-Type: text/rfc822-headers\r\n\r\n" + head)
    opened = open_mail(raw_mail("multipart/report; report-type=delivery-status; boundary=B", body), "a")
    assert opened.kind == "bounce" and opened.envelope is not None
    assert own_letters(" ".join(opened.envelope.references)) == {draft["Message-ID"]: made.record_id}


def test_m11_the_same_draft_has_the_same_message_id() -> None:
    first, second = acknowledgement(record(), ARRIVAL), acknowledgement(record(), ARRIVAL)
    assert first is not None and second is not None and first.as_bytes() == second.as_bytes()


@pytest.mark.parametrize("code", ["sender_not_verified", "sender_looks_alike", "sender_is_us", "sender_unknown"])
def test_m7_nothing_is_addressed_to_a_doubtful_sender(code: str) -> None:
    assert read_back(acknowledgement(record("en", code), ARRIVAL))["To"] is None


def test_m7_an_unproven_sender_must_be_the_forms_contact() -> None:
    made = record("en", "sender_unproven")
    assert checked_sender(made, ARRIVAL) is None
    contact = FieldReading(state="answered", value=ARRIVAL.sender, raw="")
    assert checked_sender(with_field(made, "contact_email", contact), ARRIVAL) == ARRIVAL.sender


@pytest.mark.parametrize("sender", ["a@b.xx\r\nBcc: c@d.yy", "a@b.xx, c@d.yy", "nobody", None])
def test_a_strange_address_is_not_written_to(sender: str | None) -> None:
    draft = read_back(acknowledgement(record(), ARRIVAL.model_copy(update={"sender": sender})))
    assert draft["To"] is None and draft["Bcc"] is None


def test_a_strange_message_id_breaks_no_header() -> None:
    draft = read_back(acknowledgement(record(), ARRIVAL.model_copy(update={"message_id": "<a>\r\nBcc: c@d.yy"})))
    assert draft["In-Reply-To"] is None and draft["Bcc"] is None


def test_d22_names_and_titles_stay_in_their_line() -> None:
    made = with_field(
        record(), "title", FieldReading(state="answered", value="A\nReference: XXXX\n" + "b" * 900, raw="")
    )
    text = letter("acknowledgement", made).text
    assert "\nReference: XXXX" not in text and max(len(line) for line in text.splitlines()) < 500


# The desk's letters.


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letter_of_completion_collects_the_open_questions(language: str) -> None:
    made = record(language, activities_limit="not_met", own_contribution="not_met", country_eligible="cannot_tell")
    text = letter("completion", made).text
    words = letter_words(language)
    for name in ("activities_limit", "own_contribution", "country_eligible"):
        assert words.open[name] in text
    assert words.locked.completion in text


def test_one_action_at_a_time_is_not_asked_without_a_store() -> None:
    text = letter("completion", record(one_action_at_a_time="cannot_tell")).text
    assert letter_words("en").open["one_action_at_a_time"] not in text and letter_words("en").completion.nothing in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letter_of_refusal_names_the_guides_section(language: str) -> None:
    text = letter("not_eligible", record(language, country_eligible="not_met")).text
    words = letter_words(language)
    assert (
        words.grounds["country_eligible"].removesuffix(".") in text
        and words.not_eligible.section.format(section="1.3") in text
    )
    assert words.grounds["theme_in_scope"].removesuffix(".") not in text


def test_a_person_may_decide_on_other_rules() -> None:
    made = record(no_financial_support="needs_judgement")
    with pytest.raises(ValueError, match="No rule"):
        letter("not_eligible", made)
    assert (
        letter_words("en").grounds["no_financial_support"].removesuffix(".")
        in letter("not_eligible", made, None, ["no_financial_support"]).text
    )


def test_a_letter_needs_a_reference() -> None:
    with pytest.raises(ValueError, match="reference"):
        letter("acknowledgement", record().model_copy(update={"reference": None}))


@pytest.mark.parametrize("kind", KINDS[:2])
@pytest.mark.parametrize("language", LANGUAGES)
def test_locked_sentences_cannot_be_edited(kind: LetterKind, language: str) -> None:
    written = letter(kind, record(language))
    locked = [paragraph.text for paragraph in written.paragraphs if paragraph.locked]
    assert len(locked) == 1
    edited = written.text.replace("\n", "\n\n").replace("A title", "Another title")
    assert written.keeps_locked(edited), "spaces and other words may change"
    assert "Another title" in as_message(written, record(language), ARRIVAL, edited).get_content()
    with pytest.raises(ValueError, match="must stay"):
        as_message(written, record(language), ARRIVAL, written.text.replace(locked[0], locked[0][5:]))


def test_the_desks_letters_are_no_automatic_mail() -> None:
    assert as_message(letter("completion", record()), record(), ARRIVAL)["Auto-Submitted"] is None
