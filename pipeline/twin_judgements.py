"""What persons judged about two requests that look alike: kept, and taken back."""

from datetime import datetime
from typing import Literal, NamedTuple, get_args

from sqlalchemy import Connection, func, or_, select

from pipeline.institution_tables import TWIN_JUDGEMENTS, TWINS
from pipeline.twin_matching import TwinLikeness

Verdict = Literal["same", "corrected", "new"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
"""The same request again, a corrected version of it, a request of its own."""


class Judgement(NamedTuple):
    """A verdict in force, who gave it and when."""

    verdict: Verdict
    made_by: str
    made_at: datetime


class Twin(NamedTuple):
    """A request that looks like another one: its record id, how alike, and what a person said."""

    record_id: str
    like: TwinLikeness
    judged: Judgement | None


def judge_twins(
    connection: Connection,
    pair: tuple[str, str],
    verdict: Verdict | Literal["revoked"],
    made_by: str,
    made_at: datetime,
) -> None:
    """Keep what a person judged. Raises ``LookupError`` if there is nothing to take back."""
    first, second = sorted(pair)
    if verdict == "revoked" and judgement_of(connection, pair) is None:
        raise LookupError(pair)
    row = {"first": first, "second": second, "verdict": verdict, "made_by": made_by, "made_at": made_at}
    connection.execute(TWIN_JUDGEMENTS.insert(), row)


def judgement_of(connection: Connection, pair: tuple[str, str]) -> Judgement | None:
    """The verdict in force on two requests."""
    first, second = sorted(pair)
    query = select(TWIN_JUDGEMENTS).where(TWIN_JUDGEMENTS.c.first == first, TWIN_JUDGEMENTS.c.second == second)
    row = connection.execute(query.order_by(TWIN_JUDGEMENTS.c.id.desc()).limit(1)).first()
    return Judgement(row.verdict, row.made_by, row.made_at) if row and row.verdict != "revoked" else None


def twins_of(connection: Connection, record_id: str, most: int = 20) -> list[Twin]:
    """The requests that look like one, most alike first."""
    mine = or_(TWINS.c.first == record_id, TWINS.c.second == record_id)
    query = select(TWINS).where(mine).order_by(TWINS.c.score.desc(), TWINS.c.id).limit(most)
    judged = _judged(connection, record_id)
    found = []
    for row in connection.execute(query):
        other = row.second if row.first == record_id else row.first
        found.append(Twin(other, TwinLikeness.model_validate_json(row.reasons), judged.get(other)))
    return found


def _judged(connection: Connection, record_id: str) -> dict[str, Judgement]:
    table = TWIN_JUDGEMENTS
    mine = or_(table.c.first == record_id, table.c.second == record_id)
    newest = select(func.max(table.c.id)).where(mine).group_by(table.c.first, table.c.second)
    rows = connection.execute(select(table).where(table.c.id.in_(newest), table.c.verdict != "revoked"))
    return {
        row.second if row.first == record_id else row.first: Judgement(row.verdict, row.made_by, row.made_at)
        for row in rows
    }
