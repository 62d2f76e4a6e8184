"""The rules about the activities: number, length, study visits, one action at a time (guide 2.1, 2.2.2, 3.1, 3.3)."""

from classifiers.case import Case, Verdict, row_text
from classifiers.cues import cue_spans, folded_clause, has_cue, sentences, spoken
from classifiers.lengths import days_of, people_of
from classifiers.rules_form import is_event
from pipeline.records import Activity, Evidence

_SIMPLIFIED = Verdict("not_applicable", "The simplified form is for one single event.")


def activities_limit(case: Case) -> Verdict:
    """At most four short-term activities."""
    if case.simplified:
        return _SIMPLIFIED
    if (missing := _without_rows(case)) is not None:
        return missing
    count, most = len(case.activities), case.rule("activities_limit").limit()
    evidence = case.quote("activities")
    if count > most:
        return Verdict(
            "not_met",
            f"{count} activities are listed, the guide allows {most}; ask which to keep.",
            evidence,
            "activities",
        )
    return Verdict(
        "met",
        f"{count} {'activity is' if count == 1 else 'activities are'} listed, at most {most} may be.",
        evidence,
        "activities",
    )


def _without_rows(case: Case) -> Verdict | None:
    if case.activities:
        return None
    state = case.field("activities").state
    why = "could not be read" if state == "unreadable" else "are not described"
    return Verdict(
        "cannot_tell",
        f"The activities {why}; look at the file or ask the institution.",
        case.field("activities").evidence,
        "activities",
    )


def activity_length(case: Case) -> Verdict:
    """Activities of one to three weeks, results within about six months."""
    if case.simplified:
        return _SIMPLIFIED
    if (missing := _without_rows(case)) is not None:
        return missing
    judged = [_length(case, row) for row in case.activities] + [_timeframe(case)]
    for outcome in ("not_met", "cannot_tell", "needs_judgement"):
        worst = next((verdict for verdict in judged if verdict.outcome == outcome), None)
        if worst:
            return worst
    return Verdict(
        "met",
        "Every activity lasts one to three weeks, and the action as a whole is short enough.",
        _durations(case),
        "activities",
    )


def _durations(case: Case) -> tuple[Evidence, ...]:
    return tuple(place for row in case.activities if row.duration for place in case.quote("activities", row.duration))


def _length(case: Case, row: Activity) -> Verdict:
    data, name = case.rule("activity_length"), row.title or row.type or "an activity"
    days = days_of(row.duration, case.language) if row.duration else None
    if days is None:
        said = f'"{row.duration}" could not be read as a length' if row.duration else "no length is given"
        return Verdict("cannot_tell", f"{name}: {said}; ask how many weeks it takes.", _of_row(case, row), "activities")
    if days > data.limit():
        return Verdict(
            "not_met",
            f"{name}: {row.duration} is more than three weeks; ask for shorter ones.",
            _of_row(case, row),
            "activities",
        )
    if days < (data.min or 0) and not _may_be_short(case, row):
        return Verdict(
            "needs_judgement",
            f"{name}: {row.duration} is less than a week; see if a mission is needed.",
            _of_row(case, row),
            "activities",
        )
    return Verdict("met", f"{name}: {row.duration}.", _of_row(case, row), "activities")


def _of_row(case: Case, row: Activity) -> tuple[Evidence, ...]:
    return case.quote("activities", row.duration or row_text(row))


def _may_be_short(case: Case, row: Activity) -> bool:
    """Remote work, workshops, trainings and visits beside other activities may take less than a week."""
    if len(case.activities) == 1:
        return False
    text = row_text(row)
    short = has_cue(folded_clause(text), spoken(text, case.language), "event", "short")
    return row.format in ("remote", "hybrid") or short or is_event(row, case.language)


def _timeframe(case: Case) -> Verdict:
    data, reading = case.rule("activity_length"), case.field("duration_months")
    if reading.state == "unreadable":
        return Verdict(
            "cannot_tell",
            "The length of the action could not be read; look at the file.",
            reading.evidence,
            "duration_months",
        )
    months = reading.value if isinstance(reading.value, float | int) else None
    if months is not None and data.months_tolerated and months > data.months_tolerated:
        return Verdict(
            "needs_judgement",
            f"The action should take {months:g} months, the guide says about {data.months}; "
            "see whether the results can be narrowed.",
            case.quote("duration_months"),
            "duration_months",
        )
    return Verdict("met", "The action is short enough.", field="duration_months")


def study_visit_size(case: Case) -> Verdict:
    """A study visit has at most six delegates, and comes on top of on-site activities."""
    if case.simplified:
        return _SIMPLIFIED
    visits = [row for row in case.activities if is_visit(row_text(row), case.language)]
    told = _visit_in_text(case)
    if not visits and told is None:
        return Verdict("not_applicable", "No study visit is planned.")
    if told is not None and (not visits or told.outcome == "not_met"):
        return told
    judged = [_visit(case, row) for row in visits]
    for outcome in ("not_met", "cannot_tell"):
        worst = next((verdict for verdict in judged if verdict.outcome == outcome), None)
        if worst:
            return worst
    others = [row for row in case.activities if row not in visits and row.format != "remote"]
    if not others:
        return Verdict(
            "needs_judgement",
            "A study visit without any activity on site; it should only complement one.",
            case.quote("activities", row_text(visits[0])),
            "activities",
        )
    return judged[0]


def is_visit(text: str, form_language: str) -> bool:
    """A study visit is spoken of, and not said to be absent."""
    language, plain = spoken(text, form_language), folded_clause(text)
    for visit in cue_spans(plain, language, "visit", "visit"):
        near = " ".join(plain[: visit.start].split()[-3:])
        if not has_cue(near, language, "visit", "not"):
            return True
    return False


def _visit(case: Case, row: Activity) -> Verdict:
    most, evidence = case.rule("study_visit_size").limit(), case.quote("activities", row.participants or row_text(row))
    people = people_of(row.participants or "", case.language)
    if people is None:
        return Verdict(
            "cannot_tell",
            f"A study visit is planned, but not for how many delegates; at most {most} may go, ask the institution.",
            evidence,
            "activities",
        )
    if people > most:
        return Verdict(
            "not_met",
            f"The study visit is planned for {people} delegates, the guide allows {most}; "
            "ask for a smaller delegation.",
            evidence,
            "activities",
        )
    return Verdict(
        "met",
        f"The study visit has {people} delegates, at most {most} are allowed, and comes on top of activities on site.",
        evidence,
        "activities",
    )


def _visit_in_text(case: Case) -> Verdict | None:
    """A study visit that the objectives, results or deliverables ask for with a number of delegates."""
    most = case.rule("study_visit_size").limit()
    for key in ("objectives", "expected_results", "deliverables"):
        for sentence in sentences(case.words(key)):
            language, plain = spoken(sentence, case.language), folded_clause(sentence)
            if not is_visit(sentence, case.language) or has_cue(plain, language, "visit", "past"):
                continue
            behind = plain[cue_spans(plain, language, "visit", "visit")[0].end :]
            people = people_of(" ".join(behind.split()[:12]), language) if _has_people(behind, language) else None
            if people is not None and people > most:
                return Verdict(
                    "not_met",
                    f"A study visit of {people} delegates is asked for, the guide allows {most}; "
                    "ask for a smaller delegation.",
                    case.quote(key, sentence),
                    key,
                )
    return None


def _has_people(plain: str, language: str) -> bool:
    near = " ".join(plain.split()[:12])
    return has_cue(near, language, "money", "attendees") or has_cue(near, language, "money", "experts")


def one_action_at_a_time(case: Case) -> Verdict:
    """No other open request or action of the same institution."""
    others = case.surroundings.other_open_requests
    if others is None:
        return Verdict("cannot_tell", "Without the store other open requests are not known.")
    if not others:
        return Verdict("met", "No other open request of this institution is in the store.")
    return Verdict(
        "needs_judgement",
        f"The institution has other open requests ({', '.join(others)}); one action at a time "
        "can run, ask which comes first.",
        case.quote("institution_name"),
        "institution_name",
    )
