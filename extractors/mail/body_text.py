"""The text of a message as people read it, and the addresses of file-sharing services in it, which nobody follows."""

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import rtoml
from pydantic import ValidationError

from extractors.mail.budget import BODY
from pipeline.folding import fold
from pipeline.languages import LANGUAGES, DataError, Words, load_language
from pipeline.values import Value

if TYPE_CHECKING:
    from lxml.etree import _Element

FORM_QUESTIONS = 5
"""Questions of the form that make a mail's text look like a form."""
_URL = re.compile(r"https?://[^\s<>\"'()\[\]]{4,2000}", re.IGNORECASE)
_BLOCKS = frozenset("p div br tr li h1 h2 h3 h4 h5 h6 table blockquote hr td".split())
_HIDDEN = frozenset("script style head title".split())


class SharingData(Value):
    """``sharing.toml``: hosts of file-sharing services, and hosts that wrap another address for checking."""

    hosts: Words
    wrappers: dict[str, str]


@cache
def sharing() -> SharingData:
    """The services that are known; raises DataError naming file and key."""
    path = resources.files("extractors.mail") / "sharing.toml"
    try:
        return SharingData.model_validate(rtoml.loads(path.read_text("utf-8")))
    except (rtoml.TomlParsingError, ValidationError) as trouble:
        raise DataError(f"extractors/mail/sharing.toml: {trouble}") from trouble


def html_text(page: str) -> str:
    """The words of a web page with its links, in lines. Nothing is fetched, and nothing in it runs."""
    from lxml import etree

    # The standard library's reader takes time with the square of the length on broken pages.
    parser = etree.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(page[:BODY].encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    pieces = _pieces(root) if root is not None else iter((re.sub(r"<[^<>]{0,2000}>", " ", page[:BODY]),))
    lines = "".join(pieces).splitlines()
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


def _pieces(root: "_Element") -> Iterator[str]:
    """The words in order; blocks begin a line, and the address of a link stands behind its words."""
    from lxml import etree

    hidden = 0
    for step, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if step == "start":
            hidden += tag in _HIDDEN
            yield "\n" if tag in _BLOCKS else ""
            yield "" if hidden else element.text or ""
        else:
            hidden -= tag in _HIDDEN
            link = element.get("href", "") if tag == "a" else ""
            yield f" <{link}> " if link.lower().startswith("http") else ""
            yield "" if hidden else element.tail or ""


def shared_links(text: str) -> list[str]:
    """Addresses of file-sharing services named in a text, each once, at most 300 characters of each."""
    found = [_unwrapped(url.rstrip(".,;:!?>")) for url in _URL.findall(text[:BODY])]
    return list(dict.fromkeys(url[:300] for url in found if _is_shared(url)))[:20]


def _unwrapped(url: str) -> str:
    """The address inside one that a mail filter put round it."""
    parts = _split(url)
    for host, parameter in sharing().wrappers.items():
        if parts and parts[0].endswith(host):
            inner = parse_qs(parts[2]).get(parameter, [])
            return inner[0] if inner else url
    return url


def _is_shared(url: str) -> bool:
    parts = _split(url)
    if parts is None:
        return False
    host, path, _ = parts
    for known in sharing().hosts:
        name, slash, folder = known.partition("/")
        if (host == name or host.endswith(f".{name}")) and path.startswith(f"{slash}{folder}"):
            return True
    return False


def _split(url: str) -> tuple[str, str, str] | None:
    """Host, path and query of an address, null if it is none."""
    try:
        split = urlsplit(url)
        return (split.hostname or "").lower(), split.path, split.query
    except ValueError:
        return None


def holds_form(text: str) -> bool:
    """True if lines of the text begin with the printed questions of a request form, in one of the five languages."""
    lines = [folded for line in text[:BODY].splitlines()[:2000] if (folded := fold(line[:300]).strip())]
    asked = sum(":" in line or "?" in line for line in text[:BODY].splitlines()[:2000])
    # Most letters are short, and the wordings of five languages take a second to load.
    if len(lines) < 20 and asked < FORM_QUESTIONS:
        return False
    return any(_questions_in(lines, language) >= FORM_QUESTIONS for language in LANGUAGES)


def _questions_in(lines: list[str], language: str) -> int:
    known = _labels(language)
    begun = ((line, known.get(line.partition(" ")[0], ())) for line in lines)
    return len({key for line, labels in begun for label, key in labels if f"{line} ".startswith(f"{label} ")})


@cache
def _labels(language: str) -> dict[str, list[tuple[str, str]]]:
    """The wordings of questions, folded, with their keys, by their first word; short ones say too little."""
    found: dict[str, list[tuple[str, str]]] = {}
    for key, wordings in load_language(language).labels.items():
        for folded in (fold(wording) for wording in wordings):
            if len(folded) >= 8:
                found.setdefault(folded.partition(" ")[0], []).append((folded, key))
    return found
