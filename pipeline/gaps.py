"""What seems to be missing from a request, in the words of a letter: from the states of its answers and its checks.

A letter never says that a request is not eligible unless a person decided so: gaps are asked about, not judged."""

from collections.abc import Iterator

from pipeline.letter_words import LetterWords
from pipeline.questions import questions
from pipeline.records import Check, Record

SIGNING = ("signatory_name", "signatory_position", "signature_place", "signature_date")
"""Questions of the signature block, which are asked about as such."""
NEVER_ASKED = ("security_situation", "attachments_listed", "form_complete", "form_signed", "form_dated", "security")


def missing(record: Record, words: LetterWords) -> list[str]:
    """What the requester may have left out, one item a line; empty where nothing seems to be missing."""
    answers = list(_answers(record, words))
    if any(flag.code == "empty_form" for flag in record.flags):
        answers = [words.missing.whole]
    return [*answers, *_signature(record, words), *_papers(record, words)]


def open_questions(record: Record, words: LetterWords) -> list[str]:
    """What is missing, and what the checks leave open, one item a line."""
    checks = [check for check in record.eligibility.checks if check.rule not in NEVER_ASKED]
    asked = [words.open[check.rule] for check in checks if check.rule in words.open and _is_open(check)]
    return list(dict.fromkeys([*missing(record, words), *asked]))


def grounds(record: Record, words: LetterWords, rules: tuple[str, ...]) -> list[tuple[str, str]]:
    """Why a request cannot be taken up: a sentence and the guide's section for each rule. ``rules`` are those a person
    decided on; empty: the scope rules that are not met."""
    scope = ("country_eligible", "institution_eligible", "theme_in_scope")
    checks = {check.rule: check for check in record.eligibility.checks}
    told = rules or tuple(rule for rule in scope if rule in checks and checks[rule].outcome == "not_met")
    return [(words.grounds[rule], checks[rule].section) for rule in told if rule in words.grounds and rule in checks]


def _is_open(check: Check) -> bool:
    """Without a store nobody can know other requests: that is no question to the requester."""
    if check.rule == "one_action_at_a_time":
        return check.outcome in ("needs_judgement", "not_met")
    return check.outcome in ("needs_judgement", "not_met", "cannot_tell")


def _outcome(record: Record, rule: str) -> str:
    return next((check.outcome for check in record.eligibility.checks if check.rule == rule), "not_applicable")


def _answers(record: Record, words: LetterWords) -> Iterator[str]:
    """Questions without an answer: those that must be answered, if the check says that one of them is not; and every
    answer that could not be read."""
    incomplete = _outcome(record, "form_complete") != "met"
    for key, asked in questions().items():
        reading = record.fields.get(key)
        if reading is None or key in SIGNING or key in NEVER_ASKED:
            continue
        if reading.state == "unreadable" or (
            reading.state in ("blank", "placeholder") and incomplete and asked.required
        ):
            yield f"{words.questions[key]} ({getattr(words.state, reading.state)})"


def _signature(record: Record, words: LetterWords) -> Iterator[str]:
    if record.signature.digital in ("changed_after_signing", "invalid"):
        yield words.missing.signature_changed
    elif _outcome(record, "form_signed") == "not_met":
        yield words.missing.signature
    elif _outcome(record, "form_signed") == "cannot_tell":
        yield words.missing.signature_unclear
    if _outcome(record, "form_dated") in ("not_met", "cannot_tell"):
        yield words.missing.date


def _papers(record: Record, words: LetterWords) -> Iterator[str]:
    if _outcome(record, "accepted_format") == "not_met":
        yield words.missing.format
    listed = record.fields.get("attachments_listed")
    named = listed.value if listed and listed.state == "answered" else None
    if isinstance(named, list) and named and not record.source.supporting_documents:
        yield words.missing.attachments
