"""The search for the questions of one form: what is known while candidates compete, and what comes out."""

from dataclasses import dataclass, field

from extractors.candidates import Candidate
from extractors.habit import Habit
from extractors.labels import Lexicon
from extractors.layout import Layout, Unit
from extractors.signing_sentence import NONE, Sentence


@dataclass(frozen=True, slots=True)
class Asked:
    """A question found: its key (or ``pair:…``, ``signature``) and its label.

    ``score``: how well the label fits here; ``margin``: how much better than its second meaning; ``base``: how well
    its words fit (0 to 1); ``guessed``: no label of the data says so; ``placed``: it stands where this question alone
    is missing among its neighbours; ``turned``: it and a neighbour alike in meaning stand the other way round than
    usual, and one is guessed; ``told``: how likely its answer, by itself, answers this question (None: no telling);
    ``overruled``: its words suit a question better that the form asks nowhere else; ``in_company``: it stands among
    the questions it usually stands with.
    """

    key: str
    label: Candidate
    score: float
    margin: float
    base: float = 1.0
    guessed: bool = False
    placed: bool = False
    turned: bool = False
    told: float | None = None
    overruled: bool = False
    in_company: bool = False


UNKEPT = "unkept"
"""The key of a question that the record has no place for: a fax, the number of staff."""


@dataclass(frozen=True)
class Found:
    """All questions of a form, the units at which an answer must end, and what looks like a label but is unknown.

    ``over``: in this form's tables answers stand below their labels; ``again``: keys of questions whose label stands
    surely a second time; ``telling``: units of unknown labels whose answers are those to questions not asked;
    ``in_doubt``: lines within answers that may be labels; ``notices``: units in which the form tells something;
    ``unkept``: questions of other kinds that the record has no place for; ``needless``: units of unknown labels that
    need no answer, as they say, and have none; ``answered``: units of unknown labels with something in their own line
    or in a cell of theirs; ``signed``: the sentence with which the form is signed."""

    asked: tuple[Asked, ...]
    stops: frozenset[int]
    unknown: tuple[Candidate, ...]
    headings: tuple[tuple[int, str], ...]
    over: bool = False
    again: frozenset[str] = frozenset()
    telling: frozenset[int] = frozenset()
    in_doubt: tuple[str, ...] = ()
    notices: frozenset[int] = frozenset()
    unkept: tuple[Asked, ...] = ()
    needless: frozenset[int] = frozenset()
    answered: frozenset[int] = frozenset()
    signed: Sentence = NONE


@dataclass
class Search:
    """What is known of a form while its candidates compete; each step of ``ask`` fills in more."""

    layout: Layout
    lexicon: Lexicon
    all: list[Candidate]
    activities: frozenset[int]
    known: dict[str, str] = field(default_factory=dict)
    headings: list[tuple[int, str]] = field(default_factory=list)
    context: list[tuple[int, str]] = field(default_factory=list)
    only_headings: frozenset[int] = frozenset()
    label_cells: frozenset[tuple[int, int]] = frozenset()
    titles: frozenset[int] = frozenset()
    habit: Habit = Habit()
    fitting: frozenset[int] = frozenset()
    full: bool = False
    simple: bool = False
    begins: int = 0
    first_sure: int = 0
    banned: frozenset[str] = frozenset()
    places: dict[int, float] = field(default_factory=dict)
    boxed: dict[str, set[int]] = field(default_factory=dict)
    series: frozenset[int] = frozenset()
    notices: frozenset[int] = frozenset()
    persons: dict[int, str] = field(default_factory=dict)

    def take_habit(self, habit: Habit) -> None:
        """Note how the labels of this form look, and once for all which units look so: it is asked again and again."""
        self.habit = habit
        self.fitting = frozenset(unit.index for unit in self.layout.units if habit.fits(unit))

    def fits(self, unit: Unit) -> bool:
        """True if the unit looks like a label of this form."""
        return unit.index in self.fitting
