"""``socieux purge``, ``socieux export --person``, ``socieux check``: the duties of whoever keeps people's data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from flows.places import data_folder, open_the_store, store_url
from flows.walking import Misuse

if TYPE_CHECKING:
    from pipeline.store import Store


@dataclass(frozen=True)
class Purge:
    """What is to be forgotten: one request by its reference, or all that stand somewhere and are older than days."""

    reference: str | None = None
    older_than: int | None = None
    standings: tuple[str, ...] = ()
    only_say: bool = False


def purge(store: str | None, order: Purge, now: datetime | None = None) -> str:
    """Forget, and say what was forgotten. Raises ``Misuse``, ``StoreTrouble``."""
    if (order.reference is None) == (order.older_than is None):
        raise Misuse("Give either --reference, or --older-than with one or more --state.")
    opened = open_the_store(store)
    try:
        said = _purged(opened, order, now or datetime.now(UTC))
        _remove_letters(opened, store)
        return said
    finally:
        opened.close()


def _remove_letters(opened: "Store", store: str | None) -> None:
    """Notices of receipt also lie as files beside the store."""
    from flows.drafting import remove_forgotten_drafts

    remove_forgotten_drafts(opened, data_folder(store_url(store)) / "drafts")


def _purged(store: "Store", order: Purge, now: datetime) -> str:
    from pipeline.forgetting import forget, forget_messages

    requests, messages = _asked(store, order, now)
    if order.only_say:
        return f"{len(requests)} request(s) and {len(messages)} message(s) would be forgotten."
    done = [forget(store, requests, now), forget_messages(store, messages, now)]
    files = sum(each.files for each in done)
    told = sum(each.messages for each in done)
    return f"Forgotten: {len(requests)} request(s), {told} message(s); {files} file(s) removed from the disk."


def _asked(store: "Store", order: Purge, now: datetime) -> tuple[tuple[str, ...], tuple[int, ...]]:
    from pipeline.retention import STANDINGS, old_messages, old_requests

    if order.reference is not None:
        record = store.find(order.reference)
        if record is None:
            raise Misuse(f"No request has the reference {order.reference}; one character may be wrong.")
        return (record.record_id,), ()
    standings = tuple(each for each in STANDINGS if each in order.standings)
    if not standings or len(standings) != len(set(order.standings)):
        raise Misuse(f"--state is one or more of {', '.join(STANDINGS)}.")
    before = now - timedelta(days=order.older_than or 0)
    return old_requests(store, before, standings), old_messages(store, before, standings)


def person(store: str | None, asked: str) -> Iterator[bytes]:
    """Everything kept about a person, one JSON object a line. Raises ``Misuse``, ``StoreTrouble``."""
    from pipeline.subject_access import about_person

    opened = open_the_store(store)
    try:
        for kept in about_person(opened, asked):
            yield kept.model_dump_json().encode("utf-8") + b"\n"
    except ValueError as fault:
        raise Misuse(str(fault)) from fault
    finally:
        opened.close()


def check(store: str | None) -> Sequence[str]:
    """What is wrong with the original files, a sentence each."""
    from pipeline.originals import check_originals

    opened = open_the_store(store)
    try:
        return [fault.sentence for fault in check_originals(opened)]
    finally:
        opened.close()
