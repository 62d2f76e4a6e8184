"""Our own corpus: imagined requests in five languages, at title, sentence and paragraph length."""

import tomllib
from pathlib import Path

from pydantic import Field, ValidationError, model_validator

from classifiers.theme.topics import TOPICS, Area, area_of
from pipeline.values import Value

CORPUS = Path(__file__).parent / "corpus"
LENGTHS = ("title", "short", "long")


class Case(Value):
    """One imagined request: its topics (none: out of scope), and its words at one or more lengths."""

    id: str
    topics: tuple[str, ...]
    title: str
    short: str = ""
    long: str = ""

    @model_validator(mode="after")
    def _topics_are_known(self) -> "Case":
        strangers = set(self.topics) - set(TOPICS)
        if strangers:
            raise ValueError(f"unknown topics {sorted(strangers)}")
        return self

    @property
    def area(self) -> Area:
        """The thematic area its topics make."""
        return area_of(self.topics)


class Corpus(Value):
    """The cases of one language and the commonplaces that stand in every request whatever its theme."""

    language: str
    commonplaces: tuple[str, ...]
    case: tuple[Case, ...] = Field(min_length=1)


class Text(Value):
    """One text of a case. ``group`` is shared by the same case in every language and length."""

    group: str
    language: str
    length: str
    text: str
    topics: tuple[str, ...]
    area: Area


def read_corpus(folder: Path = CORPUS) -> tuple[Corpus, ...]:
    """Every language's corpus, in the order of the file names. Raises ValueError naming the file and the key."""
    return tuple(_read(path) for path in sorted(folder.glob("*.toml")))


def _read(path: Path) -> Corpus:
    try:
        return Corpus.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path.name}: {error}") from error


def texts_of(corpora: tuple[Corpus, ...]) -> list[Text]:
    """Every text of every case: each length by itself, and the title together with what follows it."""
    return [text for corpus in corpora for case in corpus.case for text in _texts(corpus.language, case)]


def _texts(language: str, case: Case) -> list[Text]:
    body = "\n".join(part for part in (case.title, case.short, case.long) if part)
    words = {"title": case.title, "short": case.short, "long": case.long}
    if body != case.title:
        words["whole"] = body
    return [
        Text(group=case.id, language=language, length=length, text=text, topics=case.topics, area=case.area)
        for length, text in words.items()
        if text
    ]
