"""``socieux judge``: the same judgement as in a record, for one line of text at a time."""

import json
from collections.abc import Callable, Iterable, Iterator

from pydantic import JsonValue

Judge = Callable[[str], dict[str, JsonValue]]


def judge_lines(subject: str, lines: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """One JSON line out for each line in, and whether it was good; a bad one gives ``{"id", "error"}``."""
    judge = JUDGES[subject]
    for line in lines:
        if line.strip():
            answer = _answer(judge, line)
            yield json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace") + b"\n", "error" not in answer


def _answer(judge: Judge, line: bytes) -> dict[str, JsonValue]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError) as fault:
        return {"id": None, "error": f"The line is no JSON: {fault}"}
    if not isinstance(asked, dict) or not isinstance(asked.get("text"), str):
        name = asked.get("id") if isinstance(asked, dict) else None
        return {"id": name, "error": 'The line needs a "text" that is a string.'}
    return {"id": asked.get("id"), **judge(asked["text"])}


def _country(text: str) -> dict[str, JsonValue]:
    from classifiers.country import judge_country

    said = judge_country(text)
    return {"code": said.code, "lists": list(said.lists), "outcome": said.outcome, "reason": said.reason}


def _institution(text: str) -> dict[str, JsonValue]:
    from classifiers.institution import judge_institution

    said = judge_institution(text)
    return {"type": said.type, "confidence": said.confidence}


def _theme(text: str) -> dict[str, JsonValue]:
    from classifiers.theme import judge_theme_text

    said = judge_theme_text(text).model_dump(mode="json")
    return {key: said[key] for key in ("area", "scores", "topics")}


JUDGES: dict[str, Judge] = {"country": _country, "institution": _institution, "theme": _theme}


def evaluate_theme() -> str:
    """The table of the cases held back from training, as Markdown; see ``classifiers/theme/README.md``."""
    from classifiers.theme.evaluate import table

    return table()
