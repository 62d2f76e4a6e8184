"""The rules about the form: complete, signed, dated, in the right format, of the right kind (guide 2.1)."""

import re

from classifiers.case import Case, Verdict, row_text
from classifiers.cues import Span, cue_spans, folded_clause, has_cue, sentences, spoken
from classifiers.lengths import days_of, numerals
from pipeline.questions import questions
from pipeline.records import Activity

_TYPED = re.compile(r"^\s*/s/", re.IGNORECASE)


def required_keys(case: Case) -> list[str]:
    """The questions that must be answered: those the form marks, else those of ``pipeline/form.toml``."""
    marked, apart = case.extraction.required, case.rule("form_complete").apart
    keys = [key for key, asked in questions().items() if (asked.required if marked is None else key in marked)]
    return [key for key in keys if key not in apart]


def form_complete(case: Case) -> Verdict:
    """Every required question has an answer."""
    asked = [key for key in required_keys(case) if case.field(key).state != "not_on_form"]
    missing = [key for key in asked if case.field(key).state in ("blank", "placeholder") or _no_row(case, key)]
    unreadable = [key for key in asked if case.field(key).state == "unreadable"]
    if not asked:
        return Verdict("cannot_tell", "No required question was found on the form; look at the file.")
    if missing:
        return Verdict(
            "not_met",
            f"Required questions without an answer: {_list(missing)}; ask for them.",
            tuple(place for key in missing for place in case.field(key).evidence[:1]),
            missing[0],
        )
    if unreadable:
        return Verdict(
            "cannot_tell",
            f"Required answers that could not be read: {_list(unreadable)}; read the file.",
            tuple(place for key in unreadable for place in case.field(key).evidence[:1]),
            unreadable[0],
        )
    return Verdict("met", f"All {len(asked)} required questions found on the form have an answer.")


def _no_row(case: Case, key: str) -> bool:
    return key == "activities" and case.field(key).state == "answered" and not case.activities


def _list(keys: list[str]) -> str:
    return ", ".join(key.replace("_", " ") for key in keys)


def form_signed(case: Case) -> Verdict:
    """The signature is there; on a Word form without one a person decides."""
    signature = case.extraction.signature
    on_word = case.extraction.media_type.split(";")[0] in case.rule("accepted_format").word
    if signature.digital in ("changed_after_signing", "invalid"):
        what = "was changed since" if signature.digital == "changed_after_signing" else "does not check out"
        return Verdict(
            "needs_judgement",
            f"The file has a digital signature, but it {what}; ask for the original.",
            signature.evidence,
        )
    typed = any(_TYPED.match(place.quote) for place in signature.evidence)
    if signature.mark == "present" and not typed:
        digital = " (digital, not changed since)" if signature.kind == "digital" else ""
        return Verdict("met", f"A signature is there{digital}.", signature.evidence)
    if signature.mark == "unknown":
        return Verdict(
            "cannot_tell",
            "Whether the form is signed could not be told; look at the signature box.",
            signature.evidence,
        )
    what = "Only a typed name is there" if typed or case.words("signatory_name") else "No signature was found"
    if on_word:
        return Verdict(
            "needs_judgement",
            f"{what}; a Word form may come unsigned, ask for a signed copy if needed.",
            signature.evidence,
        )
    return Verdict("not_met", f"{what}, and a PDF must be signed; ask for a signed form.", signature.evidence)


def form_dated(case: Case) -> Verdict:
    """The date of signature is there."""
    reading = case.field("signature_date")
    if reading.state == "answered":
        return Verdict("met", "The form is dated.", reading.evidence, "signature_date")
    if reading.state == "unreadable":
        return Verdict(
            "cannot_tell",
            "The date of signature could not be read; look at the file.",
            reading.evidence,
            "signature_date",
        )
    return Verdict("not_met", "The form is not dated; ask for a dated form.", reading.evidence, "signature_date")


def accepted_format(case: Case) -> Verdict:
    """PDF or Word."""
    data, kind = case.rule("accepted_format"), case.extraction.media_type.split(";")[0].strip().lower()
    if kind in data.met:
        return Verdict("met", "The file is a PDF or a Word file.")
    if kind in data.not_met:
        return Verdict("not_met", f"The file ({kind}) is neither PDF nor Word; ask for the form in one of the two.")
    return Verdict("cannot_tell", f"The kind of file ({kind or 'unknown'}) is not known; look at it.")


def form_kind_fits(case: Case) -> Verdict:
    """One single event on the simplified form, a structured action on the full one."""
    kind = case.extraction.document.form_kind
    if kind == "unknown":
        return Verdict("cannot_tell", "Which of the two forms this is could not be told; look at the file.")
    return _simplified_fits(case) if kind == "simplified" else _full_fits(case)


def _full_fits(case: Case) -> Verdict:
    rows = case.activities
    if not rows:
        return Verdict(
            "cannot_tell", "No activity is described, so the kind of action cannot be told.", field="activities"
        )
    if len(rows) > 1:
        return Verdict(
            "met",
            f"{len(rows)} activities on the full form: a structured action.",
            case.quote("activities", row_text(rows[0])),
            "activities",
        )
    evidence = case.quote("activities", row_text(rows[0]))
    if is_event(rows[0], case.language) and (_days(rows[0], case) or 0) <= case.rule("form_kind_fits").limit():
        return Verdict(
            "not_met",
            "One single event is asked for on the full form; the simplified one is for that.",
            evidence,
            "activities",
        )
    return Verdict(
        "needs_judgement",
        "Only one activity is on the full form; see whether it is a structured action.",
        evidence,
        "activities",
    )


def is_event(row: Activity, form_language: str) -> bool:
    """The activity is a conference, round table, workshop or awareness-raising meeting."""
    text = row_text(row)
    return has_cue(folded_clause(text), spoken(text, form_language), "event", "single")


def _days(row: Activity, case: Case) -> float | None:
    return days_of(row.duration, case.language) if row.duration else None


def _simplified_fits(case: Case) -> Verdict:
    for key in ("contribution_sought", "objectives", "expected_results", "title"):
        for sentence in sentences(case.words(key)):
            if _several(sentence, case.language):
                return Verdict(
                    "not_met",
                    "Several activities are asked for on the simplified form, which is for one "
                    "single event; the full form is meant for that.",
                    case.quote(key, sentence),
                    key,
                )
    if len(case.activities) > 1:
        return Verdict(
            "not_met",
            "Several activities are listed on the simplified form, which is for one event.",
            case.quote("activities"),
            "activities",
        )
    return _one_event(case)


def _one_event(case: Case) -> Verdict:
    event = case.field("event_type")
    named = _naming_event(case)
    sought = case.words("contribution_sought") + "\n" + case.words("title")
    built = [s for s in sentences(sought) if has_cue(folded_clause(s), spoken(s, case.language), "event", "building")]
    if built and not (event.state == "answered" and event.value != "other" and named):
        return Verdict(
            "needs_judgement",
            "The simplified form asks for more than a contribution to an event; see whether the full form is meant.",
            case.quote("contribution_sought", built[0]),
            "contribution_sought",
        )
    if event.state == "answered" and event.value != "other" or named:
        key = "event_type" if event.state == "answered" else named or "title"
        return Verdict("met", "One single event on the simplified form.", case.quote(key), key)
    if event.state == "answered":
        return Verdict(
            "needs_judgement",
            'The kind of event is "other"; see whether it is one single event.',
            case.quote("event_type"),
            "event_type",
        )
    return Verdict(
        "cannot_tell", "The form does not say what kind of event is planned; ask the institution.", field="event_type"
    )


def _naming_event(case: Case) -> str | None:
    """The first question whose answer names one event."""
    for key in ("title", "objectives", "background", "contribution_sought"):
        if has_cue(folded_clause(case.words(key)), case.language, "event", "single"):
            return key
    return None


def _several(sentence: str, form_language: str) -> bool:
    """Several activities are spoken of: "three missions", "a series of workshops"; not "neither" and not "one of"."""
    language, plain = spoken(sentence, form_language), folded_clause(sentence)
    if any(not _negated(plain, span, language) for span in cue_spans(plain, language, "event", "several")):
        return True
    known = numerals(language)
    for span in cue_spans(plain, language, "event", "countable"):
        before = plain[: span.start].split()[-2:]
        counts = [int(word) if word.isdecimal() else known.get(word, 0) for word in before]
        if counts and 2 <= max(counts) <= 20 and not _negated(plain, span, language):
            return True
    return False


def _negated(plain: str, span: Span, language: str) -> bool:
    return any(
        no.end <= span.start and len(plain[no.end : span.start].split()) <= 3
        for no in cue_spans(plain, language, "money", "not")
    )
