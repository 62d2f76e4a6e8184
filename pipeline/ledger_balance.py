"""The balance: everything seen = ready + flagged + quarantined + ignored (with a reason) + waiting, always exact."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from pydantic import Field
from sqlalchemy import func, select

from pipeline.ledger import Ledger
from pipeline.ledger_tables import MESSAGES, PARKED, PARTS
from pipeline.messages import WAITING, aware
from pipeline.raw import is_kept
from pipeline.tables import RECORDS, REQUESTS
from pipeline.values import Value

_HOW_MANY = func.count().label("number")
_BUCKETS = ("ready", "flagged", "quarantined", "ignored", "waiting")


class Tally(Value):
    """One side of the balance: what was seen, and what became of it."""

    seen: int = 0
    ready: int = 0
    flagged: int = 0
    quarantined: int = 0
    ignored: int = 0
    waiting: int = 0

    @property
    def exact(self) -> bool:
        """Whether everything that was seen is somewhere."""
        return self.seen == self.ready + self.flagged + self.quarantined + self.ignored + self.waiting


class Balance(Value):
    """The balance at one moment. ``messages`` counts mail, watched files and uploads, parked mail included; ``files``
    what lay in those that were opened. ``reasons`` says why messages and files are ignored or quarantined;
    ``oldest_waiting`` is when the longest waiting message arrived."""

    at: datetime
    messages: Tally
    files: Tally
    parked: int = 0
    reasons: dict[str, int] = Field(default_factory=dict)
    oldest_waiting: datetime | None = None

    @property
    def exact(self) -> bool:
        """Whether both sides add up."""
        return self.messages.exact and self.files.exact

    def lines(self) -> tuple[str, ...]:
        """The balance for people, a line each side."""
        sides = (("messages", self.messages), ("files", self.files))
        return tuple(f"{name}: {_sum(side)}{'' if side.exact else '  NOT EXACT'}" for name, side in sides)


def balance(ledger: Ledger) -> Balance:
    """The balance as the ledger stands now, read in one transaction."""
    with ledger.reading() as connection:
        kinds = (MESSAGES.c.state, MESSAGES.c.outcome, MESSAGES.c.reason)
        states = connection.execute(select(*kinds, _HOW_MANY).group_by(*kinds)).all()
        # Counted where files are found and again where each one's fate is written: two hands, one sum.
        found = connection.execute(select(func.coalesce(func.sum(MESSAGES.c.files), 0))).scalar_one()
        of_parts = (PARTS.c.fate, PARTS.c.reason)
        fates = connection.execute(select(*of_parts, _HOW_MANY).group_by(*of_parts)).all()
        parked = connection.execute(select(PARKED.c.retry_at, PARKED.c.reason).where(PARKED.c.message.is_(None))).all()
        oldest = connection.execute(
            select(func.min(MESSAGES.c.received_at)).where(MESSAGES.c.state.in_(WAITING))
        ).scalar()
    buckets = _summed((_bucket(row.state, row.outcome), row.number) for row in states)
    buckets.update("quarantined" if row.retry_at is None else "waiting" for row in parked)
    told = [(row.reason, row.number) for row in states if row.state in ("ignored", "quarantined")]
    told += [(row.reason, row.number) for row in fates if row.fate in ("ignored", "quarantined")]
    told += [(row.reason, 1) for row in parked]
    when = aware(oldest)
    return Balance(
        at=ledger.clock(),
        messages=_tally(sum(row.number for row in states) + len(parked), buckets),
        files=_tally(int(found), _summed((row.fate, row.number) for row in fates)),
        parked=len(parked),
        reasons=dict(_summed(each for each in told if each[0]).most_common()),
        oldest_waiting=when if isinstance(when, datetime) else None,
    )


def audit(ledger: Ledger) -> tuple[str, ...]:
    """What is wrong between the ledger, the store and the disk, a sentence each; nothing if all is well.

    Looks at every row, and at the presence (not the contents) of every kept file."""
    with ledger.reading() as connection:
        messages = connection.execute(select(MESSAGES)).all()
        parts = connection.execute(select(PARTS)).all()
        records = set(connection.execute(select(RECORDS.c.record_id)).scalars())
        kept_requests = select(REQUESTS.c.record_id, REQUESTS.c.sha256).where(REQUESTS.c.forgotten_at.is_(None))
        requests = connection.execute(kept_requests).all()
    kept = [row for row in messages if row.raw_deleted_at is None]
    lost = [row.id for row in kept if not is_kept(ledger.raw_folder, row.sha256)]
    found = [f"Message {number}: its bytes are not on the disk." for number in lost]
    counted = Counter(row.message for row in parts)
    for row in messages:
        if row.files is not None and counted[row.id] != row.files:
            found.append(f"Message {row.id}: {row.files} files were found in it, {counted[row.id]} are accounted for.")
        if row.state == "ignored" and not row.reason:
            found.append(f"Message {row.id}: ignored without a reason.")
    for row in parts:
        if row.record_id and row.fate != "waiting" and row.record_id not in records:
            found.append(f"Message {row.message}, file {row.position}: its record {row.record_id} is not in the store.")
        if row.fate == "ignored" and not row.reason:
            found.append(f"Message {row.message}, file {row.position}: ignored without a reason.")
    originals = (row.sha256 for row in requests if row.record_id in records)
    absent = (digest for digest in originals if not is_kept(ledger.raw_folder, digest))
    found += [f"The original {digest} of a record is not on the disk." for digest in absent]
    return (*found, *(line for line in balance(ledger).lines() if "NOT EXACT" in line))


def _summed(numbers: Iterable[tuple[str, int]]) -> Counter[str]:
    """The numbers added up by name."""
    found: Counter[str] = Counter()
    for name, number in numbers:
        found[name] += number
    return found


def _tally(seen: int, buckets: Counter[str]) -> Tally:
    """What is in none of the five is in no sum: then the balance is not exact, and says so."""
    return Tally(seen=seen, **{name: buckets[name] for name in _BUCKETS})


def _bucket(state: str, outcome: str | None) -> str:
    """Where a message counts; an unknown state counts nowhere, and the balance shows it."""
    if state in WAITING:
        return "waiting"
    if state == "processed":
        return outcome or "unknown"
    return state


def _sum(side: Tally) -> str:
    return f"{side.seen} seen = " + " + ".join(f"{getattr(side, name)} {name}" for name in _BUCKETS)
