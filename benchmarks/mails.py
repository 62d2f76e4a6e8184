"""Mails with one digital form each, all forms of different bytes: what the watcher and the workers are measured on."""

from collections.abc import Iterator
from email.message import EmailMessage
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path
from zipfile import ZipFile

from benchmarks.samples import samples


def forms(folder: Path, number: int) -> Iterator[tuple[str, bytes]]:
    """So many forms with their names, the folder's digital ones over and over, each time other bytes."""
    for turn, sample in enumerate(islice(cycle(samples(folder)), number)):
        yield f"{turn:03}_{sample.path.name}", _other_bytes(sample.path.read_bytes(), turn)


def mail(name: str, form: bytes) -> bytes:
    """A mail with a form."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "Ana <ana@min.example>", "requests@socieux.test", name
    letter["Message-ID"] = f"<{name}@min.example>"
    letter.set_content("Please find our request attached.\n")
    letter.add_attachment(form, maintype="application", subtype="octet-stream", filename=name)
    return letter.as_bytes(policy=letter.policy.clone(linesep="\r\n"))


def _other_bytes(form: bytes, turn: int) -> bytes:
    """The same form in other bytes: a comment where the format has room for one."""
    if form.startswith(b"%PDF"):
        return form + b"\n%% %d\n" % turn
    file = BytesIO(form)
    with ZipFile(file, "a") as package:
        package.comment = str(turn).encode()
    return file.getvalue()
