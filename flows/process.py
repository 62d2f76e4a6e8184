"""One request from bytes to record: read, extract, assess. This is the main line; everything else runs it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from extractors.digital_signature import verify, with_digital
from extractors.media import sniff
from extractors.passwords import decrypt
from flows.keyring import NO_KEYS, Keyring
from flows.provenance import made_with
from pipeline.document import Document
from pipeline.records import Arrival, Flag, Record, Source
from pipeline.stages import Assessment, Extraction, Surroundings
from pipeline.trouble import Unreadable

OpenRequests = Callable[[Extraction], tuple[str, ...]]
"""The references of the same institution's other open requests."""


@dataclass(frozen=True)
class Stages:
    """The three steps, so that a test can run the line with steps of its own."""

    read: Callable[[bytes], Document]
    extract: Callable[[Document], Extraction]
    assess: Callable[[Extraction, Surroundings], Assessment]


def _read(data: bytes) -> Document:
    from extractors.reading import read

    return read(data)


def _read_again(data: bytes) -> Document:
    from extractors.reading import read_again

    return read_again(data)


def _extract(document: Document) -> Extraction:
    from extractors.extraction import extract

    return extract(document)


def _assess(extraction: Extraction, surroundings: Surroundings) -> Assessment:
    from classifiers.assessment import assess

    return assess(extraction, surroundings)


THE_STAGES = Stages(_read, _extract, _assess)
"""The project's own steps; each is loaded when a file first comes to it, so that a broken file costs little."""
SECOND_READING = Stages(_read_again, _extract, _assess)
"""The same with another reader, for a file whose first reader died of it."""


def process_bytes(
    data: bytes,
    arrival: Arrival,
    today: date,
    open_requests: OpenRequests | None = None,
    stages: Stages = THE_STAGES,
    keyring: Keyring = NO_KEYS,
) -> Record:
    """The record of one file. What cannot be read gives a quarantined record; a bug is raised.

    ``arrival`` says how the bytes came, ``today`` is the day of the judgement, ``open_requests`` looks into the store
    (null: there is none), ``keyring`` opens locked files and knows signers."""
    try:
        document = stages.read(decrypt(data, keyring.passwords))
        extraction = _verified(stages.extract(document), data, today, keyring)
    except Unreadable as trouble:
        return quarantined(data, arrival, today, trouble)
    others = open_requests(extraction) if open_requests else None
    assessment = stages.assess(extraction, Surroundings(today=today, other_open_requests=others))
    return _record(data, arrival, today, extraction, assessment)


def _verified(extraction: Extraction, data: bytes, today: date, keyring: Keyring) -> Extraction:
    """The extraction with what the digital signatures say, checked on the bytes as they came."""
    verified = verify(data, today, keyring.passwords, keyring.trust_roots)
    signature = with_digital(extraction.signature, verified)
    return extraction.model_copy(update={"signature": signature, "flags": (*extraction.flags, *verified.flags)})


def quarantined(data: bytes, arrival: Arrival, today: date, trouble: Unreadable) -> Record:
    """The record of a file that could not be read: what it is and what to do, in front of a person."""
    flag = Flag(code=trouble.code, severity="blocker", message=f"{trouble.message} {trouble.remedy}")
    return Record(
        record_id=record_id(data),
        made_with=made_with(today),
        source=source(data, arrival),
        flags=(flag,),
        disposition="quarantined",
    )


def _record(data: bytes, arrival: Arrival, today: date, extraction: Extraction, assessment: Assessment) -> Record:
    return Record(
        record_id=record_id(data),
        made_with=made_with(today),
        source=source(data, arrival),
        document=extraction.document,
        fields=extraction.fields,
        signature=extraction.signature,
        theme=assessment.theme,
        eligibility=assessment.eligibility,
        rubric=assessment.rubric,
        flags=_united(extraction.flags, assessment.flags),
        disposition=assessment.disposition,
    )


def _united(first: tuple[Flag, ...], second: tuple[Flag, ...]) -> tuple[Flag, ...]:
    """The flags of both steps; one that both give stands once."""
    return (*first, *(flag for flag in second if flag not in first))


def record_id(data: bytes) -> str:
    """The same bytes have the same id, for ever and on every machine."""
    return f"r-{hashlib.sha256(data).hexdigest()[:20]}"


def source(data: bytes, arrival: Arrival) -> Source:
    """Where the bytes came from, with this one arrival."""
    return Source(
        filename=arrival.filename,
        container=arrival.container,
        sha256=hashlib.sha256(data).hexdigest(),
        media_type=sniff(data),
        size=len(data),
        channel=arrival.channel,
        received_at=arrival.received_at,
        sender=arrival.sender,
        message_id=arrival.message_id,
        arrivals=(arrival,),
    )
