"""What speaks for each candidate and each question: words, look, section, place, and what stands behind the label."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from extractors.answer_model import is_person, read_ahead
from extractors.candidates import Candidate
from extractors.headings import LATE, context_of, goes_on_list, is_larger
from extractors.layout import DOTTED, ILLEGIBLE, Unit, key_of
from extractors.looks import CHOICES, are_boxes_of, look_bonus, told_by_boxes
from extractors.peeking import peek
from extractors.persons import looks_like_person, looks_like_post
from extractors.question_keys import (
    EVENT_KEYS,
    FOREIGN,
    PAIRS,
    POSITION_OF,
    is_worded,
    place_of,
    section_of,
)
from extractors.search import Asked, Search
from extractors.typed_marks import with_boxes
from extractors.wanted import person_before, wanted_of
from pipeline.document import TICKED, UNTICKED, Cell
from pipeline.folding import fold
from pipeline.questions import questions

KNOWN = 1.4
"""Score of a label that stands so in the data of the form's edition."""
NO_ANSWER = 0.12
OWN_SECTION, OTHER_SECTION = 0.05, -0.04
SIMPLE_FORM = {
    "contribution_sought": 0.1,
    "expertise_sought": -0.05,
    "background": 0.06,
    "objectives": -0.04,
    "deliverables": -0.35,
    "expected_results": 0.0,
    "activities": -0.1,
}
"""On a form for one event the first of each two is the usual question."""

SIGNED = 0.03
"""How much less well the words must fit that ask who signs, where and when, at the end of the form."""
LIKE_LABEL = 0.2
"""How much a candidate must look like a label, at least, where the form has no habit."""
BY_BOXES = 0.6
"""How well a label fits the question whose options stand behind it in boxes."""
BY_PLACE = 0.78
"""How well a label fits a position whose words say nothing but that stands between a name and a post."""


SURELY_GUESSED = 0.85
"""How well the words of a guessed label must fit to ask something where the line above looks like a label."""


@dataclass(slots=True)
class Standing:
    """Where a candidate stands on the form, whatever it asks: worked out once for all its questions and all passes.

    ``wanted``: the questions it may ask, with how well its words fit; ``stated``: the same by labels of the
    data alone; ``printed``: it stands so in the data of the form's edition; ``habit``: what its look speaks for or
    against it; ``tabled``: the activities come next; ``scores``: how well each question suits it on a form of unknown
    kind.
    """

    candidate: Candidate
    known_key: str | None
    wanted: dict[str, float] = field(default_factory=dict)
    look: str = ""
    context: str | None = None
    stated: Mapping[str, float] = field(default_factory=dict)
    printed: bool = True
    large: bool = False
    heading: bool = False
    inside: bool = False
    aside: bool = False
    place: float = 0.5
    need: float = 1.0
    habit: float = 0.0
    tabled: bool = False
    scores: Mapping[str, float] = field(default_factory=dict)


def standings_of(search: Search) -> list[Standing]:
    """The standing of every candidate, in their order."""
    standings = [_standing(search, candidate) for candidate in search.all]
    answers = [each.look.strip() for each in standings if any(map(is_worded, each.wanted))]
    read_ahead((look for look in answers if look[:1] not in (TICKED, UNTICKED)), search.lexicon.data.language)
    for each in standings:
        for key in each.wanted:
            if key in CHOICES and are_boxes_of(key, each.look, search.lexicon.data.language):
                search.boxed.setdefault(key, set()).add(each.candidate.first)
    return [_scored(search, each) for each in standings]


def _is_boxed_elsewhere(search: Search, standing: Standing, key: str) -> bool:
    """True if the options of a question that the candidate may ask stand in boxes behind another label, and words
    behind this one."""
    holders = search.boxed.get(key, set())
    near = {standing.candidate.first, standing.candidate.last + 1}  # the next line may say how to tick
    return key in standing.wanted and bool(standing.look and holders) and holders.isdisjoint(near)


def standings_by_person(search: Search, standings: list[Standing]) -> list[Standing]:
    """The standings once it is known whose names are asked where: only what may ask a position changes."""
    return [
        _scored(search, _standing(search, each.candidate)) if _may_change(search, each.candidate) else each
        for each in standings
    ]


def _scored(search: Search, standing: Standing) -> Standing:
    """The standing with the scores of its questions."""
    if _is_boxed_elsewhere(search, standing, "declared_theme"):  # then "Topic:" with words behind it asks for the title
        as_title = standing.wanted["declared_theme"] - 0.05
        standing.wanted["title"] = max(standing.wanted.get("title", 0.0), as_title)
    standing.scores = {key: _score(search, standing, key, base) for key, base in standing.wanted.items()}
    return standing


def _may_change(search: Search, candidate: Candidate) -> bool:
    return _asks_position(candidate) or _post_behind_name(search, candidate) is not None


def _before_activities(search: Search, candidate: Candidate) -> bool:
    units = search.layout.units
    behind = next((at for at in range(candidate.last + 1, len(units)) if units[at].text.strip()), None)
    return behind in search.activities


def _post_behind_name(search: Search, candidate: Candidate) -> str | None:
    """Whose post stands behind the candidate, where it comes directly after the question for that person's name:
    whatever its words, it asks the position."""
    looks = candidate.structure >= LIKE_LABEL and not looks_like_person(candidate.text)
    like_label = search.fits(search.layout.units[candidate.first]) or looks
    whose = person_before(search, candidate) if like_label else None
    return whose if whose and looks_like_post(peek(search, candidate), search.lexicon.data.language) else None


def _asks_position(candidate: Candidate) -> bool:
    return any(hit.group == "short" and hit.key in ("position", "role") for hit in candidate.hits)


def _standing(search: Search, candidate: Candidate) -> Standing:
    printed = search.known.get(fold(candidate.text)) if search.known else None
    known_key = printed if not DOTTED.search(candidate.text) and ILLEGIBLE not in candidate.text else None
    context = context_of(search, candidate)
    whose = _post_behind_name(search, candidate) if search.persons else None
    asks = bool(candidate.hits or whose) and candidate.first not in search.titles | search.series
    asks = asks and not _divides_heading(search, candidate) and not _is_answer(search, candidate)
    wanted = wanted_of(candidate, candidate.hits, context, search) if asks else {}
    if "activities" in wanted and goes_on_list(search, candidate.first):
        del wanted["activities"]  # “3. Work plan 2027” among what is attached
    if whose is not None and asks:
        wanted[POSITION_OF[whose]] = max(wanted.get(POSITION_OF[whose], 0.0), BY_PLACE)
    look = with_boxes(peek(search, candidate))
    if candidate.where != "inline" and look[:1] in (TICKED, UNTICKED) and _looks_like_label(search, candidate):
        wanted |= _told(look, wanted, search.lexicon.data.language)
    if not wanted:
        return Standing(candidate, known_key)
    unit, inline = search.layout.units[candidate.first], candidate.where == "inline"
    fits, marked = search.fits(unit), not inline and search.lexicon.ends_in_remark(candidate.text)
    return Standing(
        candidate,
        known_key,
        wanted,
        look=look,
        context=context,
        stated=wanted_of(candidate, [hit for hit in candidate.hits if hit.group != "guess"], context, search),
        printed=not search.known or fold(candidate.text) in search.known,
        large=not inline and is_larger(search, candidate.first),
        heading=not inline and candidate.first in search.only_headings,
        aside=not fits and _is_aside(search, candidate),
        inside=_goes_on_to_tab(search, candidate)
        or unit.cell is not None
        and (_inside_label(search, candidate) or _cuts_label(search, candidate)),
        place=search.places.get(candidate.first, 0.5),
        need=0.48 if fits or marked else 0.9 - 0.95 * min(candidate.structure, 0.34),
        habit=(0.05 if fits else 0.0 if marked else -0.12) if search.habit.has(unit) else 0.0,
        tabled=not inline and _before_activities(search, candidate),
    )


def _goes_on_to_tab(search: Search, candidate: Candidate) -> bool:
    """True for “Head:” of “Head: full name”, whose answer stands beside it behind a tab."""
    last = search.layout.units[candidate.last]
    return candidate.where == "inline" and last.index in search.habit.beside and not last.has("entry")


def _told(look: str, wanted: Mapping[str, float], language: str) -> dict[str, float]:
    """What the options behind a label ask, where its words say something else."""
    likeliest = max(wanted, key=lambda key: wanted[key], default="")
    if likeliest in CHOICES and are_boxes_of(likeliest, look, language):
        return {}
    told = told_by_boxes(look, language)
    return {told: BY_BOXES} if told is not None and told not in wanted else {}


def _looks_like_label(search: Search, candidate: Candidate) -> bool:
    unit = search.layout.units[candidate.first]
    alike = search.fits(unit) if search.habit.has(unit) else candidate.structure >= LIKE_LABEL
    return alike and candidate.first not in search.series


def _is_answer(search: Search, candidate: Candidate) -> bool:
    """True for a person's name that no label of the data resembles."""
    stated = max((hit.score for hit in candidate.hits if hit.group != "guess"), default=0.0)
    return stated < BY_PLACE and is_person(candidate.text, search.lexicon.data.language)


def _divides_heading(search: Search, candidate: Candidate) -> bool:
    """True for “Part two –” of “Part two – Whom to call”: a bold line in larger print is one heading."""
    unit = search.layout.units[candidate.first]
    return candidate.where == "inline" and unit.all_bold and is_larger(search, candidate.first)


def bids_of(search: Search, standings: Iterable[Standing]) -> Iterable[Asked]:
    """Each question a candidate may ask, at most three a candidate, with its score."""
    for standing in standings:
        candidate = standing.candidate
        if standing.known_key:
            score = KNOWN + 0.001 * len(candidate.text) + 0.1 * (candidate.where == "cell")
            yield Asked(standing.known_key, candidate, score, KNOWN - 1.0)
        scored = sorted(
            ((standing.scores[key] + _of_kind(search, key, base), base, key) for key, base in standing.wanted.items()),
            reverse=True,
        )
        for score, base, key in scored[:3]:
            if key in search.banned or _has_boxes_of_others(standing.look, key, _is_guess(standing, key, base)):
                continue
            if base < SURELY_GUESSED and _is_guess(standing, key, base) and _is_sentence(search, candidate):
                continue
            signing = key.startswith("signat") and standing.place > LATE  # its labels often look otherwise
            if base >= standing.need - max(SIGNED if signing else 0.0, score - base) and score >= 0.5:
                others = [s for s, _, k in scored if k != key]
                margin = score - max(others, default=0.4)
                yield Asked(key, candidate, score, margin, base, _is_guess(standing, key, base))


def _is_sentence(search: Search, candidate: Candidate) -> bool:
    """True for words in plain print that end in a full stop: “3 offices take part.”"""
    return candidate.text.rstrip().endswith(".") and not search.layout.units[candidate.first].all_bold


def _has_boxes_of_others(look: str, key: str, guessed: bool) -> bool:
    """True for boxes to tick behind a label for a line, or one that is only guessed to ask for words."""
    if look[:1] not in (TICKED, UNTICKED):
        return False
    if key not in questions():
        return key in PAIRS
    return questions()[key].kind in (("text", "line", "list") if guessed else ("line",))


def _is_guess(standing: Standing, key: str, base: float) -> bool:
    """True if no label of the data says so, only the classifier or the votes of the words."""
    return standing.stated.get(key, 0.0) < base - 0.05


def _score(search: Search, standing: Standing, key: str, base: float) -> float:
    candidate, context = standing.candidate, standing.context
    score = base + 0.1 * candidate.structure + look_bonus(key, standing.look, search.lexicon.data.language)
    score -= 0.0 if standing.look else NO_ANSWER
    if context is not None:
        score += OWN_SECTION if section_of(key) == context else OTHER_SECTION
        score += FOREIGN.get(key, {}).get(context, 0.0)
    if standing.large:
        score -= 0.3
    if not standing.printed:
        score -= 0.1 if max(standing.stated.values(), default=0.0) >= base - 0.05 else 0.3
    unit = search.layout.units[candidate.first]
    early = candidate.first < search.first_sure and not (unit.cell is not None and search.fits(unit))
    if early and _is_guess(standing, key, base):
        score -= 0.35
    if candidate.first < search.begins:
        score -= 0.25
    if standing.heading:
        score -= 0.35
    if standing.tabled:
        score += 0.15 if key == "activities" else -0.4
    if _is_boxed_elsewhere(search, standing, key):
        score -= 0.4
    if standing.inside or standing.aside:
        score -= 0.3
    score -= 0.3 * max(0.0, abs(standing.place - place_of(key)) - 0.2)
    return score + standing.habit


def _of_kind(search: Search, key: str, base: float) -> float:
    """What the kind of the form, as far as it is known, adds to a question's score."""
    if search.full and key in EVENT_KEYS:
        return -0.35 if base >= 0.97 else -0.6
    return SIMPLE_FORM.get(key, 0.0) if search.simple else 0.0


def _is_aside(search: Search, candidate: Candidate) -> bool:
    """True for a whole sentence in italics: the form explains a question, it does not ask one."""
    units = search.layout.units[candidate.first : candidate.last + 1]
    sentence = len(candidate.text.split()) >= 5 and candidate.text.rstrip().endswith(".")
    return sentence and all(unit.all_italic for unit in units)


def _inside_label(search: Search, candidate: Candidate) -> bool:
    """True for a later line of a short cell that is a label as a whole."""
    cell = search.layout.units[candidate.first].cell
    assert cell is not None
    units = _printed(search, cell)
    if not units or units[0].index == candidate.first or candidate.where == "inline":
        return False
    return (units[0].index, units[-1].index) in search.label_cells


def _printed(search: Search, cell: Cell) -> list[Unit]:
    """The units of a cell that say something, without instructions in italics where others stand."""
    units = [u for u in search.layout.cells[key_of(cell)].units if u.text.strip()]
    return [u for u in units if not u.all_italic] or units


def _cuts_label(search: Search, candidate: Candidate) -> bool:
    """True if the candidate is only the first part of a cell that is a label from end to end, in one style."""
    first, last = search.layout.units[candidate.first], search.layout.units[candidate.last]
    assert first.cell is not None
    units = _printed(search, first.cell)
    if candidate.where == "cell" or (units[0].index, units[-1].index) not in search.label_cells:
        return False
    right = search.layout.right(first.cell)
    rest = last.line.text[candidate.cut : last.end] + " " + " ".join(u.text for u in units if u.index > last.index)
    others = [u for u in units if u.index >= last.index]
    if not rest.strip(" *:") or any(u.all_bold != first.all_bold or u.has("entry") for u in others):
        return False
    if search.fits(first) and not all(search.fits(u) for u in others if not search.habit.chain):
        return False
    if first.all_bold and right is not None and right.text:
        return True  # all of it in bold print beside its answer
    if right is None and not first.all_bold and not rest.rstrip().endswith((":", "*", "?")):
        return False  # plain words behind a colon, and no place beside them for an answer: they are the answer
    words = fold(rest).split()
    return sum(search.lexicon.knows(word) for word in words) >= 0.8 * len(words)
