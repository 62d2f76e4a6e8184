"""Compares a record with the gold record beside a form: what differs, in words."""

import json
import unicodedata
from pathlib import Path
from typing import Any

from rapidfuzz.fuzz import ratio

ALIKE = 97.0
"""Likeness in per cent from which two texts count as the same: punctuation and spaces do not matter."""
LISTS = ("declared_theme", "working_languages")
Gold = dict[str, Any]


def load(path: Path) -> Gold:
    """The gold record in a file."""
    gold: Gold = json.loads(path.read_text("utf-8"))
    return gold


def differences(gold: Gold, record: Gold) -> list[str]:
    """Every difference between gold and record; an empty list if there is none."""
    return [
        *_fields(gold, record),
        *_states(gold, record),
        *_facts(gold, record),
        *_checks(gold, record),
    ]


def _fields(gold: Gold, record: Gold) -> list[str]:
    found = []
    for key, wanted in gold["fields"].items():
        given = record["fields"][key]["value"]
        if not same(key, wanted, given):
            found.append(f"{key}: {given!r} for {wanted!r}")
    for key, field in record["fields"].items():
        if key not in gold["fields"] and field["state"] == "answered":
            found.append(f"{key}: {field['value']!r}, which is not in the gold")
    return found


def same(key: str, wanted: Any, given: Any) -> bool:
    """True if a value is right."""
    if isinstance(wanted, list) and wanted and isinstance(wanted[0], dict):
        rows = list(zip(wanted, given or [], strict=False))
        return len(wanted) == len(given or []) and all(
            same(cell, want.get(cell), give.get(cell)) for want, give in rows for cell in want
        )
    if key in LISTS:
        return sorted(wanted) == sorted(given or [])
    if isinstance(wanted, list):
        return len(wanted) == len(given or []) and all(same(key, a, b) for a, b in zip(wanted, given, strict=True))
    if isinstance(wanted, str) and isinstance(given, str):
        return ratio(_fold(wanted), _fold(given)) >= ALIKE
    return bool(wanted == given)


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in folded).split())


def _states(gold: Gold, record: Gold) -> list[str]:
    wrong = [(key, state) for key, state in gold["states"].items() if record["fields"][key]["state"] != state]
    return [f"{key}: state {record['fields'][key]['state']} for {state}" for key, state in wrong]


def _facts(gold: Gold, record: Gold) -> list[str]:
    pairs = [(name, gold[name], record["document"][name]) for name in ("language", "form_kind", "text_origin")]
    pairs += [(f"signature.{part}", want, record["signature"][part]) for part, want in gold["signature"].items()]
    pairs.append(("disposition", gold["disposition"], record["disposition"]))
    areas = gold["theme"]["area"] if isinstance(gold["theme"]["area"], list) else [gold["theme"]["area"]]
    found = [f"{name}: {given} for {want}" for name, want, given in pairs if want != given]
    if record["theme"]["area"] not in areas:
        found.append(f"theme: {record['theme']['area']} for {areas}")
    return found


def _checks(gold: Gold, record: Gold) -> list[str]:
    outcomes = {check["rule"]: check["outcome"] for check in record["eligibility"]["checks"]}
    found = []
    for rule, wanted in gold["checks"].items():
        if outcomes.get(rule) not in (wanted if isinstance(wanted, list) else [wanted]):
            found.append(f"{rule}: {outcomes.get(rule)} for {wanted}")
    return found


def is_silent_error(gold: Gold, record: Gold) -> bool:
    """True for a record that says ``ready`` while a value, check or theme in it is wrong, or a person is needed."""
    wrong = [*_fields(gold, record), *_facts(gold, record), *_checks(gold, record)]
    return bool(record["disposition"] == "ready" and wrong)
