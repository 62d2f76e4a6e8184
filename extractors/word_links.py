"""What a Word file would fetch or open if Word itself opened it: links to places outside it, files inside it."""

from collections.abc import Iterator

from extractors.word_package import Package, Relation
from pipeline.document import Trouble

_PLAIN = frozenset({"hyperlink"})
"""Links that nothing follows unless somebody clicks on them."""
_REMOTE = ("http:", "https:", "ftp:", "\\\\", "file:\\\\", "file://\\\\", "file:////")
_INSIDE = ("word/embeddings/", "word/afchunk")
_NAMED = {
    "attachedTemplate": "a template",
    "image": "a picture",
    "oleObject": "an object",
    "subDocument": "another document",
    "aFChunk": "another document",
    "frame": "a page",
    "externalLinkPath": "a sheet",
    "mailMergeSource": "a list of addresses",
    "mailMergeHeaderSource": "a list of addresses",
    "package": "an object",
    "video": "a film",
    "audio": "a sound",
}
_MOST = 2_000


def links_of(package: Package) -> Iterator[Trouble]:
    """One trouble for all links that Word would follow by itself, one for the files inside the file."""
    kinds = {relation.kind for relation in _relations(package) if _leads_out(relation.kind, relation.target)}
    if kinds:
        told = ", ".join(sorted({_NAMED.get(kind, "something else") for kind in kinds}))
        message = f"The file links to content outside it ({told}); it was not fetched."
        yield Trouble("linked_content", "warning", message)
    inside = sorted(name.rpartition("/")[2] for name in package.sizes if name.lower().startswith(_INSIDE))
    if inside:
        listed = ", ".join(f"“{name[:80]}”" for name in inside[:10]) + (" and others" if len(inside) > 10 else "")
        yield Trouble("embedded_part", "warning", f"Files are inside the file and were not read: {listed}.")


def _relations(package: Package) -> Iterator[Relation]:
    """The links to the outside of every part."""
    for name in list(package.sizes)[:_MOST]:
        folder, slash, base = name.rpartition("_rels/")
        if slash and base.endswith(".rels"):
            for relation in package.relations(folder + base.removesuffix(".rels")).values():
                if relation.external:
                    yield relation


def _leads_out(kind: str, target: str) -> bool:
    """A template in a folder of the writer's own machine is what every Word file names."""
    if kind == "attachedTemplate":
        return target.lower().startswith(_REMOTE)
    return kind not in _PLAIN
