"""Which files a command is about: paths become files, folders are walked."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.trouble import Unreadable

MAX_SIZE = 100_000_000
"""Bytes; a larger file is no form and is not loaded."""


class Misuse(Exception):
    """The command was called wrongly; the message says how."""


@dataclass
class Walk:
    """The files found, in order, and how many were passed over: hidden ones and expected results."""

    files: list[Path] = field(default_factory=list)
    hidden: int = 0
    gold: int = 0


def walk(paths: Iterable[Path]) -> Walk:
    """The files behind paths; folders in the order of their names. Raises ``Misuse`` for a path that does not exist.

    In a folder hidden files (and those in hidden folders) and ``*.gold.json`` are passed over and counted; a file that
    is named outright never is."""
    asked = list(paths)
    for path in asked:
        if not path.exists():
            raise Misuse(f"There is no file or folder {path}.")
    found = Walk()
    for path in asked:
        if path.is_dir():
            _walk_folder(path, found)
        else:
            found.files.append(path)
    return found


def _walk_folder(folder: Path, found: Walk) -> None:
    """Links are not followed: a link to a folder is given on as one thing that cannot be read."""
    for root, folders, names in os.walk(folder):
        within = Path(root)
        linked = [name for name in folders if (within / name).is_symlink()]
        folders[:] = sorted(name for name in folders if name not in linked)
        hidden_root = any(part.startswith(".") for part in within.relative_to(folder).parts)
        for name in sorted([*names, *linked]):
            if hidden_root or name.startswith("."):
                found.hidden += 1
            elif name.endswith(".gold.json"):
                found.gold += 1
            else:
                found.files.append(within / name)


def load(path: Path, named: bool) -> bytes:
    """The bytes of a file; a link is followed only where it was ``named`` outright. Raises ``Unreadable``."""
    try:
        state = path.stat() if named else path.lstat()
        if not named and not stat.S_ISREG(state.st_mode):
            raise Unreadable("not_a_file", "This is a link or a device, not a file.", "Give the file itself.")
        with path.open("rb") as file:
            data = file.read(MAX_SIZE + 1)
    except OSError as fault:
        reason = fault.strerror or "unknown reason"
        said = f"The file cannot be opened ({reason})."
        raise Unreadable("no_access", said, "Check its rights and the disk.") from fault
    if len(data) > MAX_SIZE:
        size = f"The file is larger than {MAX_SIZE // 1_000_000} MB; no form is."
        raise Unreadable("too_large", size, "Ask the sender for the form alone.")
    return data


def shown_name(path: Path) -> str:
    """The file's own name as text, whatever bytes it is made of."""
    return os.fsencode(path.name).decode("utf-8", "replace")


def skipped_notice(found: Walk) -> Iterator[str]:
    """What to say on standard error about files passed over."""
    if found.hidden:
        yield f"{found.hidden} hidden file(s) skipped."
    if found.gold:
        yield f"{found.gold} file(s) ending in .gold.json skipped."
    if not found.files:
        yield "There is no file to process."
