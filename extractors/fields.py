"""All fields of one form: each question's answer turned into a value with its state, evidence and confidence."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from extractors.activities import spans_in_order
from extractors.activity_drafts import ActivitiesFound
from extractors.answers import Answer, Answers
from extractors.choices import Choice, ticked, typed
from extractors.confidence import confidence_of, signs_of
from extractors.dates import read_date
from extractors.field_doubts import field_doubts
from extractors.form_speech import is_apart, is_italic
from extractors.halves import halves_of, spans_with
from extractors.label_doubts import is_doubtful
from extractors.layout import Layout, Span, evidence_of
from extractors.looks import POSTS, is_initials, spells
from extractors.persons import looks_like_post
from extractors.printed_boxes import boxes_of
from extractors.question_keys import PAIRS
from extractors.readings import Context, reading_of, split_acronym
from extractors.search import Asked, Found
from extractors.signing_sentence import NONE, Sentence
from extractors.tongues import read_tongues, tongues_in_passing, unread_tongues
from extractors.typed_boxes import is_cross, marked_boxes
from pipeline.country_naming import name_country
from pipeline.folding import fold, tidy
from pipeline.questions import questions
from pipeline.records import FieldContent, FieldReading, Flag

UNLABELLED = 0.95
"""Confidence of activities that stand in a table of their own without a question above it."""
NOT_ON_FORM = FieldReading(state="not_on_form")

OPTIONED = frozenset({"institution_type", "declared_theme", "event_type"})
"""Questions that are nearly always asked with their options."""
EVERY = 5
"""Languages that are all a form offers."""


class Fields:
    """Reads the fields of one form."""

    def __init__(
        self, layout: Layout, language: str, answers: Answers, activities: ActivitiesFound, signed: Sentence = NONE
    ) -> None:
        self.layout, self.language, self.answers, self.activities = layout, language, answers, activities
        self.signed = signed
        self.readings: dict[str, FieldReading] = {}
        self.flags: list[Flag] = []
        self.asked: frozenset[str] = frozenset()

    def read(self, found: Found) -> tuple[dict[str, FieldReading], tuple[Flag, ...]]:
        """Every key of the contract with its reading, and the flags raised on the way."""
        bids = {bid.key: bid for bid in found.asked if bid.label.first not in self.signed.units}
        self.asked = frozenset(bids)
        for key in sorted(bids, key=_country_first):
            if key in PAIRS:
                self._pair(bids[key])
            elif key != "signature":
                self._single(bids[key])
        self._activities(bids.get("activities"))
        self._acronym()
        surely = {key for key, bid in bids.items() if key != "event_date" or not bid.guessed}
        one_event = bool({"event_type", "event_date", "contribution_sought"} & surely)
        for bid in bids.values():
            self._doubt(bid, one_event)
        self._signing_sentence(bids)
        self._doubt_acronym()
        for key, line in self.answers.maybe_hints.items():
            message = f"“{line[:100]}” above the answer may be the form's hint or the applicant's words; please look."
            self.flags.append(Flag(code="maybe_hint", severity="warning", message=message, field=key))
        for key, line in self.answers.maybe_heads.items():
            message = f"“{line[:100]}” within the answer may be a running head or foot of the page; please look."
            self.flags.append(Flag(code="maybe_running_head", severity="warning", message=message, field=key))
        self.flags += field_doubts(self.readings, self.language)
        readings = {key: self.readings.get(key, NOT_ON_FORM) for key in questions()}
        return readings, tuple(self.flags)

    def _signing_sentence(self, bids: Mapping[str, Asked]) -> None:
        """What “I, NAME, in my capacity as POST … Done at PLACE, on DATE” says; a person looks where a label says
        otherwise, which counts only if its words surely ask that."""
        for key, spans in self.signed.parts.items():
            reading, flags = reading_of(key, Answer("answered", spans, ()), Context(self.language, None), None)
            held = self.readings.get(key, NOT_ON_FORM)
            if held.state == "answered" and held.value != reading.value:
                message = (
                    f"The {key.replace('_', ' ')} is one behind a label and another in the sentence; please check."
                )
                self.flags.append(Flag(code="doubtful_question", severity="warning", message=message, field=key))
            if held.state != "answered" or key in bids and bids[key].guessed:
                self.readings[key] = reading
                self.flags += flags

    def _doubt(self, bid: Asked, one_event: bool) -> None:
        """A label that may have been misunderstood is shown to a person, with the answer that stands there."""
        for key in PAIRS.get(bid.key, (bid.key,)):
            reading = self.readings.get(key, NOT_ON_FORM)
            if reading.state != "answered":
                if key in POSTS and bid.guessed and looks_like_post(bid.label.text, self.language):
                    message = f"“{tidy(bid.label.text)[:80]}” was taken for a question, but may be the answer to one."
                    self.flags.append(Flag(code="doubtful_question", severity="warning", message=message, field=key))
                continue
            if key == "institution_acronym" and self._is_spelt(reading):
                continue
            if is_doubtful(bid, key, reading.raw or "", self.language, one_event):
                message = f"“{tidy(bid.label.text)[:80]}” was taken to ask for {key.replace('_', ' ')}; please check."
                self.flags.append(Flag(code="doubtful_question", severity="warning", message=message, field=key))

    def _is_spelt(self, acronym: FieldReading) -> bool:
        """True if the acronym is made of the first letters of the institution's name: it can be nothing else."""
        name = self.readings.get("institution_name", NOT_ON_FORM).value
        return isinstance(name, str) and is_initials(str(acronym.value)) and spells(str(acronym.value), name)

    def _doubt_acronym(self) -> None:
        """No other word helps to read a short name off a scan: it must stand elsewhere too, as in an address, or be
        made of the first letters of the name."""
        acronym = self.readings.get("institution_acronym", NOT_ON_FORM)
        if self.layout.document.origin not in ("ocr", "mixed") or not isinstance(acronym.value, str):
            return
        text = " ".join(fold(unit.text) for unit in self.layout.units)
        spelt = self._is_spelt(acronym) and acronym.value.isupper()
        if not spelt and text.count(fold(acronym.value)) < 2:
            message = f"The short name “{acronym.value[:40]}” stands nowhere else; compare it with the original."
            self.flags.append(
                Flag(code="unclear_words", severity="warning", message=message, field="institution_acronym")
            )

    # ------------------------------------------------------------------------------------------ one question
    def _single(self, bid: Asked) -> None:
        kind = questions()[bid.key].kind
        if kind in ("choice", "choices", "languages"):
            self._choice(bid, kind)
        elif kind == "country":
            self._country(bid)
        elif bid.key == "signature_place" and self._holds_day(bid):
            self._pair(replace(bid, key="pair:place_date"))
        elif kind != "activities":
            answer = self.answers.answer(bid)
            self._keep(bid.key, bid, answer)

    def _holds_day(self, bid: Asked) -> bool:
        """True for “In: San José, on: 15 September 2025” where no other label asks for the day."""
        said = self.answers.answer(bid).text
        return "signature_date" not in self.asked and read_date(said, self.language) is not None

    def _keep(self, key: str, bid: Asked, answer: Answer) -> None:
        country = self.readings.get("institution_country", NOT_ON_FORM).value
        context = Context(self.language, country if isinstance(country, str) else None)
        reading, flags = reading_of(key, answer, context, self._confidence(key, bid, answer.spans))
        self.readings[key] = reading
        self.flags += flags

    def _confidence(self, key: str, bid: Asked, spans: Iterable[Span], odd: bool = False) -> float:
        words = sum(len(span.text.split()) for span in spans)
        kind = questions()[key].kind
        odd = odd or kind == "line" and words > 40 or kind == "text" and words < 3
        return confidence_of(signs_of(bid, odd))

    # ------------------------------------------------------------------------------------------ country, pairs
    def _country(self, bid: Asked) -> None:
        answer = self.answers.answer(bid)
        if answer.state != "answered":
            self.readings[bid.key] = FieldReading(
                state=answer.state, raw=answer.text or None, evidence=evidence_of(answer.spans)
            )
            return
        code = name_country(answer.text).code
        confidence = self._confidence(bid.key, bid, answer.spans) if code else None
        self.readings[bid.key] = FieldReading(
            state="answered", value=code, raw=answer.text, confidence=confidence, evidence=evidence_of(answer.spans)
        )

    def _pair(self, bid: Asked) -> None:
        first, second = PAIRS[bid.key]
        answer = self.answers.answer(bid)
        answered = answer.state == "answered"
        halves = halves_of(bid.key, answer.text, self.language) if answered else (answer.text, None)
        for key, text in zip((first, second), halves, strict=True):
            part = Answer(
                answer.state if text or not answered else "blank",
                answer.spans,
                answer.region,
            )
            self._keep_text(key, bid, part, text)

    def _keep_text(self, key: str, bid: Asked, answer: Answer, text: str | None) -> None:
        if answer.state != "answered" or text is None:
            self.readings[key] = FieldReading(state=answer.state)
            return
        spans = spans_with(answer.spans, text) or answer.spans
        self._keep(key, bid, Answer("answered", tuple(spans), answer.region))

    # ------------------------------------------------------------------------------------------ choices
    def _choice(self, bid: Asked, kind: str) -> None:
        region, rest = self.answers.region(bid)
        boxes = boxes_of(region, rest) or marked_boxes(region, rest, bid.key, self.language)
        answer = self.answers.answer(bid)
        choice = ticked(boxes, bid.key, self.language) if boxes else None
        if choice is not None and not all(box.text for box in boxes):
            choice = replace(choice, unknown=(*choice.unknown, "☐"))  # a box whose option was not found
        if choice is None and answer.state == "answered":
            choice = self._typed(bid.key, answer)
        elif choice is None and answer.state == "placeholder":
            choice = self._left_standing(bid.key, answer)
        if choice is None or not (choice.values or choice.unknown or choice.spans):
            self.readings[bid.key] = FieldReading(state="blank" if boxes else answer.state)
            if bid.guessed and bid.key in OPTIONED and not boxes and not any(unit.has("tick") for unit in region):
                message = (
                    f"No option stands at “{bid.label.text[:80]}”; please see whether {bid.key} is asked elsewhere."
                )
                self.flags.append(Flag(code="doubtful_question", severity="warning", message=message, field=bid.key))
            return
        self._keep_choice(bid, kind, choice)

    def _left_standing(self, key: str, answer: Answer) -> Choice | None:
        """The one option that stands alone: typed in the words an edition prints beside a box, or not struck out. The
        form's hint (“both may be ticked”) is none."""
        said = tuple(span for span in answer.spans if not (is_italic(span) or is_apart(span)))
        if not said:
            return None
        choice = self._typed(key, replace(answer, spans=said))
        return choice if len(choice.values) == 1 and not choice.unknown else None

    def _typed(self, key: str, answer: Answer) -> Choice:
        """What is chosen where there are no boxes; a cross alone among the words marks one of them, unclear which."""
        choice = self._said(key, answer)
        crossed = any(is_cross(span) for span in answer.spans)
        return replace(choice, unknown=(*choice.unknown, answer.text)) if crossed else choice

    def _said(self, key: str, answer: Answer) -> Choice:
        if key == "working_languages":
            unread = unread_tongues(answer.text, self.language)
            named = tuple(read_tongues(answer.text, self.language))
            unread = unread if len(named) < EVERY else (answer.text,)  # the printed list, no choice among it
            unread += tongues_in_passing(answer.text, self.language)
            return Choice(named, answer.spans, (), unread)
        return typed(answer, key, self.language)

    def _keep_choice(self, bid: Asked, kind: str, choice: Choice) -> None:
        values = self._languages(choice) if kind == "languages" and choice.has_boxes else list(choice.values)
        if kind == "choices":
            values = [
                v
                for value in values
                for v in (["social_protection", "labour_employment"] if value == "both" else [value])
            ]
            values = list(dict.fromkeys(values))
        value: FieldContent = values if kind != "choice" else values[0] if len(values) == 1 else None
        raw = "\n".join(tidy(span.text) for span in choice.spans) or None
        confidence = self._confidence(bid.key, bid, choice.spans) if value else None
        self.readings[bid.key] = FieldReading(
            state="answered", value=value or None, raw=raw, confidence=confidence, evidence=evidence_of(choice.spans)
        )
        self._choice_flags(bid.key, kind, values, choice)

    def _languages(self, choice: Choice) -> list[str]:
        values = [value for value in choice.values if value != "other"]
        for box in choice.boxes:
            if box.checked:
                values += [code for code in read_tongues(box.text, self.language) if code not in values]
        return values

    def _choice_flags(self, key: str, kind: str, values: list[str], choice: Choice) -> None:
        if choice.unknown:
            self.flags.append(
                Flag(
                    code="unknown_option",
                    severity="warning",
                    field=key,
                    message=f"{key}: “{'”, “'.join(choice.unknown)[:120]}” is no option we know; please set it.",
                )
            )
        elif kind == "choice" and len(values) > 1:
            self.flags.append(
                Flag(
                    code="several_options",
                    severity="warning",
                    field=key,
                    message=f"{key}: {len(values)} options are ticked where one is asked: {', '.join(values)}.",
                )
            )

    # ------------------------------------------------------------------------------------------ the rest
    def _activities(self, bid: Asked | None) -> None:
        values = self.activities.values(self.language)
        if values:
            spans = list(spans_in_order(self.activities))
            confidence = self._confidence("activities", bid, spans) if bid else UNLABELLED
            raw = "\n".join(tidy(span.text) for span in spans)
            self.readings["activities"] = FieldReading(
                state="answered", value=values, raw=raw, confidence=confidence, evidence=evidence_of(spans)
            )
            if bid is not None and (more := self._beyond_activities(bid)):
                message = f"“{more[:80]}” stands behind the question for activities, and none was read there."
                self.flags.append(
                    Flag(code="doubtful_question", severity="warning", message=message, field="activities")
                )
            for heading in self.activities.unread:
                message = f"The column “{tidy(heading)[:60]}” of the activities was not understood; please read it."
                self.flags.append(Flag(code="unread_column", severity="warning", message=message, field="activities"))
            if any(not activity.title for activity in values):
                message = "An activity was read without what it is called; please read it."
                self.flags.append(Flag(code="unread_column", severity="warning", message=message, field="activities"))
            for words in self.activities.labelled():
                message = f"“{tidy(words)[:80]}” in an activity may hold two of its columns; please look."
                self.flags.append(Flag(code="unread_column", severity="warning", message=message, field="activities"))
            for mode in self.activities.unread_formats(self.language):
                message = (
                    f"activities: “{tidy(mode)[:60]}” is no way of working we know (on site, remote); please set it."
                )
                self.flags.append(Flag(code="unknown_option", severity="warning", message=message, field="activities"))
        elif self.activities.headed:
            dotted = any(span.text.strip() for span in spans_in_order(self.activities))
            self.readings["activities"] = FieldReading(state="placeholder" if dotted else "blank")
        elif bid is not None:
            self._activities_in_prose(bid)

    def _beyond_activities(self, bid: Asked) -> str:
        """The words behind a guessed question for activities, where the activities stand elsewhere."""
        units = [unit for unit in self.answers.region(bid)[0] if unit.text.strip() and not unit.all_italic]
        elsewhere = bid.guessed and units and not any(unit.index in self.activities.taken for unit in units)
        return tidy(" ".join(unit.text for unit in units)) if elsewhere else ""

    def _activities_in_prose(self, bid: Asked) -> None:
        from extractors.prose_activities import activities_in_prose

        answer = self.answers.answer(bid)
        if answer.state != "answered":
            self.readings["activities"] = FieldReading(state=answer.state)
            return
        self.readings["activities"] = FieldReading(
            state="answered",
            value=activities_in_prose(answer.text, self.language),
            raw=answer.text,
            confidence=self._confidence("activities", bid, answer.spans, odd=True),
            evidence=evidence_of(answer.spans),
        )
        self.flags.append(
            Flag(
                code="activities_in_prose",
                severity="warning",
                field="activities",
                message="The activities are described in running text; please check how they were divided.",
            )
        )

    def _acronym(self) -> None:
        """An acronym in brackets behind the institution's name is taken out of the name."""
        reading = self.readings.get("institution_name")
        if reading is None or not isinstance(reading.value, str):
            return
        name, acronym = split_acronym(reading.value)
        if acronym is None:
            return
        self.readings["institution_name"] = reading.model_copy(update={"value": name})
        own = self.readings.get("institution_acronym", NOT_ON_FORM)
        if own.state != "answered":
            self.readings["institution_acronym"] = reading.model_copy(update={"value": acronym})


def _country_first(key: str) -> tuple[bool, str]:
    return (key != "institution_country", key)
