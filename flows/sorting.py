"""What is in a mail: which parts are request forms, told from what was read in them, and what the others are.

Forms become requests; what else can be read supports them; what cannot be opened comes in front of a person on its
own, for it may be the form. A mail without a form gives one record that says so.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from extractors import media
from flows.choosing import DOUBTFUL, Choice, choose, weight
from flows.nothing_found import nothing_found
from flows.process import quarantined
from flows.senders import sender_flags
from pipeline.mail import Envelope, Fate, MailKind, OpenedMail, Part, PartOutcome, PostOffice
from pipeline.records import Arrival, Flag, Record, SupportingDocument
from pipeline.trouble import Unreadable

_FOR_DOCUMENTS = re.compile(r".*\.(pdf|do[ct][xm]?|odt|rtf|msg|eml|zip|jpe?g|png|tiff?|pages|wps)", re.IGNORECASE)
"""Names of files that should be documents; where the bytes are none that we know, they may be a damaged form."""
HARMLESS = ("no_form_found", "not_a_request", "empty_file")
"""Codes of files that are certainly no form: they may support one. Any other trouble may hide a form."""


@dataclass(frozen=True)
class Whole:
    """The mail or archive as it came in."""

    data: bytes
    arrival: Arrival
    today: date
    office: PostOffice


@dataclass(frozen=True)
class Request:
    """One record to be: the reading, the bytes it was made of, and what the mail adds to it."""

    reading: Record
    data: bytes
    arrivals: tuple[Arrival, ...] = ()
    supporting: tuple[SupportingDocument, ...] = ()
    flags: tuple[Flag, ...] = ()

    @property
    def record(self) -> Record:
        """The record: what was read, with the files that came beside it and the flags of the mail."""
        added = {"supporting_documents": self.supporting, "arrivals": self.arrivals or self.reading.source.arrivals}
        warned = self.reading.disposition == "ready" and any(flag.severity != "info" for flag in self.flags)
        return self.reading.model_copy(
            update={
                "source": self.reading.source.model_copy(update=added),
                "flags": (*self.reading.flags, *self.flags),
                "disposition": "flagged" if warned else self.reading.disposition,
            }
        )


@dataclass(frozen=True)
class Delivery:
    """What one input gave: the requests, and for a mail or an archive the outcome of every part, in the order they
    stand. ``kind`` and ``envelope`` are the mail's (null for an archive and for a single file)."""

    requests: tuple[Request, ...]
    outcomes: tuple[PartOutcome, ...] = ()
    kind: MailKind | None = None
    envelope: Envelope | None = None

    @property
    def records(self) -> tuple[Record, ...]:
        """The records, at least one."""
        return tuple(request.record for request in self.requests)


def whole_arrival(opened: OpenedMail, whole: Whole) -> Arrival:
    """How the mail came: what the arrival does not say of sender and Message-ID, its head does."""
    head = opened.envelope or Envelope()
    told = {"sender": whole.arrival.sender or head.sender, "message_id": whole.arrival.message_id or head.message_id}
    return whole.arrival.model_copy(update=told)


def part_arrival(part: Part, opened: OpenedMail, whole: Whole) -> Arrival:
    """How a part came: its own name, the names it lay in, and the arrival of the mail."""
    named = {"filename": part.filename, "container": part.container}
    return whole_arrival(opened, whole).model_copy(update=named)


def sort_out(opened: OpenedMail, readings: Sequence[Record], whole: Whole) -> Delivery:
    """Sort the parts of a mail; ``readings`` are the records of ``opened.documents()``, in that order."""
    places = [at for at, part in enumerate(opened.parts) if part.fate == "document"]
    return _Sorting(opened, dict(zip(places, readings, strict=True)), whole).delivery()


@dataclass(frozen=True)
class _Sorting:
    """The work on one mail: ``read`` are the readings by the part's place. What is settled is filled in on the way:
    fate, reason and record of each place, and the record's place among the requests."""

    opened: OpenedMail
    read: dict[int, Record]
    whole: Whole
    requests: list[Request] = field(default_factory=list)
    settled: dict[int, tuple[Fate, str, str | None]] = field(default_factory=dict)

    def delivery(self) -> Delivery:
        """Forms first, then what cannot be opened, then the rest: each step settles the places it is about."""
        choice = self._choice()
        self._settle_forms(choice)
        self._settle_trouble()
        found = bool(self.requests)
        if not found:
            self._settle_nothing()
        for place in range(len(self.opened.parts)):
            if place not in self.settled:
                self.settled[place] = self._rest(place, found)
        self._say_runner_up(choice)
        outcomes = tuple(self._outcome(place) for place in range(len(self.opened.parts)))
        requests = tuple(self._with_supporting(request) for request in self.requests)
        kind = self.opened.kind if self.opened.envelope else None
        return Delivery(requests, outcomes, kind, self.opened.envelope)

    @cached_property
    def _firsts(self) -> dict[int, int]:
        """For every document the place where the same bytes stand first."""
        seen: dict[bytes, int] = {}
        return {place: seen.setdefault(self.opened.parts[place].data, place) for place in self.read}

    def _choice(self) -> Choice:
        """The choice among files of different bytes, in places of the mail."""
        places = [place for place, first in self._firsts.items() if place == first]
        choice = choose([self.opened.parts[at] for at in places], [self.read[at] for at in places])
        return Choice(
            forms=tuple(places[at] for at in choice.forms),
            pages={places[at]: places[form] for at, form in choice.pages.items()},
            copies={places[at]: places[other] for at, other in choice.copies.items()},
            runner_up=None if choice.runner_up is None else places[choice.runner_up],
        )

    def _settle_forms(self, choice: Choice) -> None:
        for place in choice.forms:
            flags = [*self._mail_flags(place), *_choice_flags(place, choice, self.opened.parts)]
            self._add(place, replace(self._request(place, self.read[place]), flags=tuple(flags)), "request")
        for page, form in choice.pages.items():
            reason = f"A further page of {self.opened.parts[form].filename}."
            self.settled[page] = ("supporting", reason, self.read[form].record_id)

    def _settle_trouble(self) -> None:
        """What could not be read and may be the form comes before a person on its own, never silently beside one."""
        for place, part in enumerate(self.opened.parts):
            if part.fate == "unreadable":
                trouble = Unreadable(part.code, part.reason, part.remedy)
                arrival = part_arrival(part, self.opened, self.whole)
                self._add(place, self._request(place, quarantined(part.data, arrival, self.whole.today, trouble)))
            elif place in self.read and _may_hide_a_form(part, self.read[place]):
                self._add(place, self._request(place, self.read[place]))

    def _settle_nothing(self) -> None:
        """No form and nothing unreadable: one record for the mail as a whole says so."""
        trouble = nothing_found(self.opened)
        arrival = whole_arrival(self.opened, self.whole)
        reading = quarantined(self.whole.data, arrival, self.whole.today, trouble)
        flags = sender_flags(self.opened, None, reading, self.whole.office)
        self.requests.append(Request(reading, self.whole.data, (arrival,), (), flags))

    def _add(self, place: int, request: Request, fate: Fate = "quarantined") -> None:
        """One record for the same bytes, however often they came."""
        known = {already.reading.record_id for already in self.requests}
        if request.reading.record_id not in known:
            self.requests.append(request)
        reason = "" if fate == "request" else request.reading.flags[0].message
        for copy in [at for at, first in self._firsts.items() if first == place] or [place]:
            said = reason if copy == place else f"The same file as {self.opened.parts[place].filename}."
            self.settled[copy] = (fate, said, request.reading.record_id)

    def _request(self, place: int, reading: Record) -> Request:
        places = [at for at, first in self._firsts.items() if first == self._firsts.get(place)] or [place]
        arrivals = tuple(part_arrival(self.opened.parts[at], self.opened, self.whole) for at in places)
        return Request(reading, self.opened.parts[place].data, arrivals, (), self._mail_flags(place))

    def _mail_flags(self, place: int) -> tuple[Flag, ...]:
        reading = self.read.get(place)
        return sender_flags(self.opened, self.opened.parts[place], reading, self.whole.office)

    def _rest(self, place: int, found: bool) -> tuple[Fate, str, str | None]:
        """What becomes of a part that is neither form nor trouble."""
        part = self.opened.parts[place]
        if part.fate == "ignored":
            return "ignored", part.reason, None
        if part.inline:
            return "ignored", "A picture in the text of the mail; it was read, and no form is in it.", None
        if not part.data.strip(b"\0 \t\r\n"):
            return "ignored", "The file is empty.", None
        if found:
            return "supporting", "No form is in it.", self._owners(part)[0].reading.record_id
        (whole,) = self.requests
        if whole.reading.flags[0].code == "automatic_mail":
            return "ignored", "It came with an automatic mail, and no form is in it.", None
        return "quarantined", "No form is in it.", whole.reading.record_id

    def _owners(self, part: Part) -> list[Request]:
        """The requests that a file supports: those that lie nearest to it."""
        far = [_distance(part.container, request.arrivals[0].container) for request in self.requests]
        return [request for request, steps in zip(self.requests, far, strict=True) if steps == min(far)]

    def _with_supporting(self, request: Request) -> Request:
        """The request with the files beside it; the record of a mail without a form names all its files."""
        parts = [self.opened.parts[place] for place in sorted(self.settled) if self._lies_beside(place, request)]
        return replace(request, supporting=tuple(dict.fromkeys(_supporting(part) for part in parts)))

    def _lies_beside(self, place: int, request: Request) -> bool:
        fate, _, record_id = self.settled[place]
        part, own = self.opened.parts[place], record_id == request.reading.record_id
        if fate == "supporting":
            return own or request.reading.record_id in {near.reading.record_id for near in self._owners(part)}
        return fate == "quarantined" and own and place in self.read and part.data != request.data

    def _say_runner_up(self, choice: Choice) -> None:
        """The file that came closest is named on the request, so that a person can take it instead."""
        if choice.runner_up is None or self.settled[choice.runner_up][0] != "supporting":
            return
        message = (
            f"The file {self.opened.parts[choice.runner_up].filename} also holds questions of a request form; "
            "it was taken for a supporting document."
        )
        doubtful = weight(self.read[choice.runner_up]) >= DOUBTFUL
        told = Flag(code="runner_up", severity="warning" if doubtful else "info", message=message)
        first = self.requests[0]
        self.requests[0] = replace(first, flags=(*first.flags, told))

    def _outcome(self, place: int) -> PartOutcome:
        part = self.opened.parts[place]
        fate, reason, record_id = self.settled[place]
        return PartOutcome(
            path=part.container,
            filename=part.filename,
            sha256=hashlib.sha256(part.data).hexdigest(),
            size=len(part.data),
            media_type=part.media_type,
            fate=fate,
            reason=reason,
            record_id=record_id,
        )


def _may_hide_a_form(part: Part, reading: Record) -> bool:
    """True for a file that could not be read; not for what is certainly no form, nor for a picture in the text."""
    if reading.disposition != "quarantined" or part.inline:
        return False
    if part.media_type == media.OLE or (part.media_type == media.UNKNOWN and _FOR_DOCUMENTS.fullmatch(part.filename)):
        return True
    return not any(flag.code in HARMLESS for flag in reading.flags)


def _choice_flags(place: int, choice: Choice, parts: Sequence[Part]) -> Iterator[Flag]:
    """Two files with one form, and one form in several files, are for a person to settle."""
    if place in choice.copies:
        message = f"The same request also came as {parts[choice.copies[place]].filename}; choose the one that counts."
        yield Flag(code="same_request_twice", severity="warning", message=message)
    pages = [parts[page].filename for page, form in choice.pages.items() if form == place]
    if pages:
        message = f"The form seems to go on in other files: {', '.join(pages)}. Read them together."
        yield Flag(code="form_over_several_files", severity="warning", message=message)


def _distance(one: Sequence[str], other: Sequence[str]) -> int:
    """How many containers one must leave and enter on the way from one file to another."""
    shared = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        shared += 1
    return len(one) + len(other) - 2 * shared


def _supporting(part: Part) -> SupportingDocument:
    digest = hashlib.sha256(part.data).hexdigest()
    return SupportingDocument(filename=part.filename, sha256=digest, media_type=media.sniff(part.data))
