"""Our own corpus: imagined requests in five languages, at title, sentence and paragraph length."""

from pathlib import Path

import rtoml
from pydantic import Field, ValidationError, model_validator

from classifiers.theme.topics import TOPICS, Area, area_of
from pipeline.values import Value

CORPUS = Path(__file__).parent / "corpus"


class Case(Value):
    """One imagined request: its topics (none: out of scope), and its words at one or more lengths."""

    id: str
    topics: tuple[str, ...]
    title: str
    title_topics: tuple[str, ...] | None = None
    """What the title by itself says, where that is less than the whole request; None: the same."""
    short: str = ""
    follow: str = ""
    """Words that say what they mean only after the title; never a text by themselves."""
    long: str = ""

    @model_validator(mode="after")
    def _topics_are_known(self) -> "Case":
        strangers = {*self.topics, *(self.title_topics or ())} - set(TOPICS)
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
    commonplaces: tuple[str, ...] = ()
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
    """Every language's corpus, its files joined in the order of their names.

    Raises ValueError naming the file and the key.
    """
    joined: dict[str, Corpus] = {}
    for path in sorted(folder.glob("*.toml")):
        part = _read(path)
        known = joined.get(part.language)
        joined[part.language] = _joined(known, part) if known else part
    return tuple(joined.values())


def _joined(first: Corpus, more: Corpus) -> Corpus:
    """Two parts of one language as one, so that every commonplace and case of the language is taught together."""
    commonplaces = first.commonplaces + more.commonplaces
    return Corpus(language=first.language, commonplaces=commonplaces, case=first.case + more.case)


def _read(path: Path) -> Corpus:
    try:
        return Corpus.model_validate(rtoml.loads(path.read_text("utf-8")))
    except (ValidationError, rtoml.TomlParsingError) as error:
        raise ValueError(f"{path.name}: {error}") from error


def texts_of(corpora: tuple[Corpus, ...]) -> list[Text]:
    """Every text of every case: each length by itself, and the title together with what follows it."""
    return [text for corpus in corpora for case in corpus.case for text in _texts(corpus.language, case)]


def _texts(language: str, case: Case) -> list[Text]:
    body = "\n".join(part for part in (case.title, case.short, case.follow, case.long) if part)
    words = {"title": case.title, "short": case.short, "long": case.long}
    if body != case.title:
        words["whole"] = body
    topics = dict.fromkeys(words, case.topics)
    if case.title_topics is not None:
        topics["title"] = case.title_topics
    return [
        Text(
            group=case.id,
            language=language,
            length=length,
            text=text,
            topics=topics[length],
            area=area_of(topics[length]),
        )
        for length, text in words.items()
        if text
    ]
