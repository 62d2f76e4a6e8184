"""Looking things up in the queue: tabs, filters that combine, search, counts."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select

from pipeline.desk_tables import CLAIMS, QUEUE, QUEUE_WORDS, USERS
from pipeline.references import read_reference
from review.accounts import User
from review.search_words import searched
from review.times import age, aware

Tab = Literal["flagged", "ready", "mine", "waiting", "quarantined", "decided"]
TABS: dict[Tab, str] = {
    "flagged": "Flagged",
    "ready": "Ready",
    "mine": "Mine",
    "waiting": "Waiting for the applicant",
    "quarantined": "Quarantined",
    "decided": "Decided",
}
_HOLDER = USERS.alias("holder")


class Filter(BaseModel):
    """What the queue is asked for; every part stands in the address of the page."""

    model_config = ConfigDict(extra="ignore")

    tab: Tab = "flagged"
    q: str = Field(default="", max_length=200)
    language: str = Field(default="", max_length=8)
    country: str = Field(default="", max_length=2)
    area: str = Field(default="", max_length=32)
    flag: str = Field(default="", max_length=40)
    kind: str = Field(default="", max_length=16)
    edition: str = Field(default="", max_length=40)
    channel: str = Field(default="", max_length=8)
    who: str = Field(default="", max_length=80)
    days: int | None = Field(default=None, ge=0, le=36_500)
    unsure: float | None = Field(default=None, ge=0, le=1)
    page: int = Field(default=1, ge=1, le=100_000)

    @field_validator("days", "unsure", mode="before")
    @classmethod
    def _left_open(cls, value: object) -> object:
        """A filter that is not filled in sends an empty word."""
        return None if value == "" else value

    @property
    def narrowed(self) -> dict[str, str]:
        """The filters that are set, by name."""
        told = self.model_dump(exclude={"tab", "page"}, exclude_defaults=True)
        return {name: str(value) for name, value in told.items() if value not in ("", None)}


@dataclass(frozen=True)
class Listed:
    """One row of the queue as shown."""

    record_id: str
    reference: str
    received_at: datetime
    age: str
    country: str | None
    institution: str
    title: str
    language: str
    area: str
    why: str
    troubles: int
    stage: str
    outcome: str
    claimed_by: str
    assignee: str


@dataclass(frozen=True)
class Page:
    """A page of the queue, with the counts of every tab under the same filters."""

    rows: tuple[Listed, ...]
    counts: dict[Tab, int]
    hidden: int
    claimed: dict[str, int]
    pages: int


def list_queue(connection: Connection, asked: Filter, user: User, now: datetime, size: int) -> Page:
    """The page of the queue that the filter asks for, oldest first."""
    held, mine = _live(now), _mine(user, now)
    where = [*_exact(asked), *_measured(asked, now)]
    if asked.q:
        # The words of all requests are gone through once, and what is found is counted here.
        counts, ids = _matching(connection, [*where, *_found(connection, asked.q)], asked.tab, mine)
        where, first = [QUEUE.c.record_id.in_(ids[(asked.page - 1) * size : asked.page * size])], 0
    else:
        counts, first = _counts(connection, where, mine), (asked.page - 1) * size
        where = [*where, _in_tab(asked.tab, mine)]
    query = _rows(held).where(*where).order_by(QUEUE.c.received_at, QUEUE.c.record_id).limit(size).offset(first)
    rows = tuple(_listed(row, now) for row in connection.execute(query))
    total = counts[asked.tab]
    hidden = _counts(connection, [], mine)[asked.tab] - total if asked.narrowed and not total else 0
    return Page(rows, counts, hidden, _claimed(connection, held), max(1, -(-total // size)))


def _matching(
    connection: Connection, where: list[ColumnElement[bool]], tab: Tab, mine: ColumnElement[bool]
) -> tuple[dict[Tab, int], list[str]]:
    """How many requests fit in each tab, and those of one tab, oldest first."""
    query = select(QUEUE.c.record_id, QUEUE.c.stage, case((mine, 1), else_=0).label("mine")).where(*where)
    rows = connection.execute(query.order_by(QUEUE.c.received_at, QUEUE.c.record_id)).all()
    counted = Counter(row.stage for row in rows) + Counter({"mine": sum(row.mine for row in rows)})
    ids = [row.record_id for row in rows if (row.mine if tab == "mine" else row.stage == tab)]
    return {each: counted.get(each, 0) for each in TABS}, ids


def neighbours(connection: Connection, record_id: str, asked: Filter, user: User, now: datetime) -> tuple[str, str]:
    """The references before and after a request in the list the filter gives; empty where there is none."""
    here = connection.execute(select(QUEUE).where(QUEUE.c.record_id == record_id)).first()
    if here is None:
        return "", ""
    fits = [*_exact(asked), *_measured(asked, now), *_found(connection, asked.q)]
    found = select(QUEUE.c.reference).where(*fits, _in_tab(asked.tab, _mine(user, now)))
    place, mine = (QUEUE.c.received_at, QUEUE.c.record_id), (here.received_at, record_id)
    before = or_(place[0] < mine[0], and_(place[0] == mine[0], place[1] < mine[1]))
    after = or_(place[0] > mine[0], and_(place[0] == mine[0], place[1] > mine[1]))
    backwards = found.where(before).order_by(place[0].desc(), place[1].desc()).limit(1)
    forwards = found.where(after).order_by(*place).limit(1)
    return connection.execute(backwards).scalar() or "", connection.execute(forwards).scalar() or ""


def facets(connection: Connection) -> dict[str, list[str]]:
    """What there is to choose from in the filters."""
    columns = (QUEUE.c.language, QUEUE.c.country, QUEUE.c.edition)
    rows = connection.execute(select(*columns).distinct()).all()
    return {
        column.name: sorted({str(row[place]) for row in rows if row[place]}) for place, column in enumerate(columns)
    }


def _live(now: datetime) -> ColumnElement[bool]:
    return and_(CLAIMS.c.record_id == QUEUE.c.record_id, CLAIMS.c.expires_at > now)


def _rows(held: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    assigned = USERS.alias("assigned")
    columns = [*QUEUE.c, _HOLDER.c.name.label("holder"), assigned.c.name.label("assigned")]
    return (
        select(*columns)
        .outerjoin(CLAIMS, held)
        .outerjoin(_HOLDER, _HOLDER.c.id == CLAIMS.c.user_id)
        .outerjoin(assigned, assigned.c.id == QUEUE.c.assignee)
    )


def _mine(user: User, now: datetime) -> ColumnElement[bool]:
    """Claimed by a person or assigned to them; both found by an index."""
    claimed = select(CLAIMS.c.record_id).where(CLAIMS.c.user_id == user.id, CLAIMS.c.expires_at > now)
    assigned = select(QUEUE.c.record_id).where(QUEUE.c.assignee == user.id)
    return and_(QUEUE.c.record_id.in_(claimed.union(assigned)), QUEUE.c.stage != "decided")


def _in_tab(tab: Tab, mine: ColumnElement[bool]) -> ColumnElement[bool]:
    return mine if tab == "mine" else QUEUE.c.stage == tab


def _counts(connection: Connection, where: list[ColumnElement[bool]], mine: ColumnElement[bool]) -> dict[Tab, int]:
    by_stage = select(QUEUE.c.stage, func.count()).where(*where).group_by(QUEUE.c.stage)
    told = {str(row[0]): int(row[1]) for row in connection.execute(by_stage)}
    told["mine"] = connection.execute(select(func.count()).select_from(QUEUE).where(*where, mine)).scalar() or 0
    return {tab: told.get(tab, 0) for tab in TABS}


def _claimed(connection: Connection, held: ColumnElement[bool]) -> dict[str, int]:
    query = select(USERS.c.name, func.count()).select_from(
        QUEUE.join(CLAIMS, held).join(USERS, USERS.c.id == CLAIMS.c.user_id)
    )
    return {str(row[0]): int(row[1]) for row in connection.execute(query.group_by(USERS.c.name))}


def _exact(asked: Filter) -> Iterator[ColumnElement[bool]]:
    pairs = {
        QUEUE.c.language: asked.language,
        QUEUE.c.country: asked.country.upper(),
        QUEUE.c.area: asked.area,
        QUEUE.c.form_kind: asked.kind,
        QUEUE.c.edition: asked.edition,
        QUEUE.c.channel: asked.channel,
    }
    yield from (column == value for column, value in pairs.items() if value)
    if asked.flag:
        yield QUEUE.c.codes.contains(f" {asked.flag} ", autoescape=True)
    if asked.who:
        yield QUEUE.c.assignee.in_(select(USERS.c.id).where(USERS.c.name == asked.who))


def _measured(asked: Filter, now: datetime) -> Iterator[ColumnElement[bool]]:
    if asked.days is not None:
        yield QUEUE.c.received_at <= now - timedelta(days=asked.days)
    if asked.unsure is not None:
        yield QUEUE.c.confidence < asked.unsure


def _found(connection: Connection, typed: str) -> Iterator[ColumnElement[bool]]:
    """Every word typed must begin a word of the request; a reference finds its request also mistyped in case."""
    reference = read_reference(typed)
    if reference:
        yield QUEUE.c.reference == reference
        return
    place = func.strpos if connection.dialect.name == "postgresql" else func.instr
    held = [place(QUEUE_WORDS.c.words, f" {word}") > 0 for word in searched(typed)[:10]]
    if held:
        yield QUEUE.c.record_id.in_(select(QUEUE_WORDS.c.record_id).where(*held))


def _listed(row: Row[tuple[object, ...]], now: datetime) -> Listed:
    return Listed(
        record_id=row.record_id,
        reference=row.reference,
        received_at=aware(row.received_at),
        age=age(row.received_at, now),
        country=row.country,
        institution=row.institution,
        title=row.title,
        language=row.language,
        area=row.area,
        why=row.why,
        troubles=row.troubles,
        stage=row.stage,
        outcome=row.outcome,
        claimed_by=row.holder or "",
        assignee=row.assigned or "",
    )
