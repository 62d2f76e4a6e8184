"""Old and foreign word processors: read like their twin in Word, within limits, and without deleted text."""

import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import olefile
import pytest
from docx import Document as WordFile
from docx.oxml import parse_xml

from extractors import media, office, plain_word
from extractors.confined import Limits, run_confined
from extractors.isolation import capabilities
from extractors.office import INSTALL, converter, read_office
from extractors.old_word import deleted_stretches, is_locked, with_clean_deletions
from extractors.passwords import decrypt
from extractors.reading import read
from extractors.rooms import own_folder
from extractors.word import read_word
from flows import doctor
from pipeline.document import Document
from pipeline.trouble import Unreadable
from tests.bad_input import picture

KINDS = {"doc": media.DOC, "odt": media.ODT, "rtf": media.RTF}
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_BY = 'w:author="A" w:date="2026-01-01T00:00:00Z"'


def form() -> bytes:
    """A form in Word with a table, ticks, a picture in the signature box and tracked changes in awkward places."""
    file = WordFile()
    file.add_paragraph("Formulaire de demande — Анкета")
    change(file.add_paragraph("Budget: "), "DELETED-WORD ", "del")
    change(file.paragraphs[-1], "inserted", "ins")
    table = file.add_table(4, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Institution", "Министерство труда"
    table.cell(1, 0).text, table.cell(1, 1).text = "Type", "☒ Ministry ☐ Trade union"
    table.cell(2, 0).text, table.cell(2, 1).text = "Objectives", "Kept "
    change(table.cell(2, 1).paragraphs[0], "DELETED-IN-CELL", "del")
    table.cell(3, 0).text = "Signature"
    table.cell(3, 1).paragraphs[0].add_run().add_picture(io.BytesIO(picture()))
    change(file.add_paragraph(), "DELETED-BEHIND-TABLE", "del")
    file.add_paragraph("Last line")
    saved = io.BytesIO()
    file.save(saved)
    return saved.getvalue()


def change(paragraph: object, text: str, kind: str) -> None:
    """A tracked change at the end of a paragraph."""
    tag = "delText" if kind == "del" else "t"
    words = f'<w:{tag} xml:space="preserve">{text}</w:{tag}>'
    paragraph._p.append(parse_xml(f"<w:{kind} {_W} w:id='1' {_BY}><w:r>{words}</w:r></w:{kind}>"))  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The form as .doc, .odt and .rtf; skipped without LibreOffice, which makes and reads them."""
    program = converter()
    if program is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"LibreOffice is missing: {INSTALL}")
    folder = tmp_path_factory.mktemp("office")
    (folder / "form.docx").write_bytes(form())
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    for kind in ("doc", *KINDS):  # the first start only makes the profile
        run_confined([str(program), profile, "--headless", "--convert-to", kind, "form.docx"], folder, Limits())
    return {kind: (folder / f"form.{kind}").read_bytes() for kind in KINDS}


@pytest.fixture(scope="module")
def documents(files: dict[str, bytes]) -> dict[str, Document]:
    return {kind: read(data) for kind, data in files.items()}


def texts(document: Document) -> list[str]:
    """What the lines say, without empty ones."""
    return [line.text.strip() for line in document.lines if line.text.strip()]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_read_like_its_twin_in_word(kind: str, documents: dict[str, Document]) -> None:
    twin, document = read_word(form(), media.DOCX), documents[kind]
    assert texts(document) == texts(twin)
    assert (document.origin, document.media_type, document.pages) == ("word", KINDS[kind], None)
    assert [mark.kind for mark in document.marks] == [mark.kind for mark in twin.marks] == ["image"]
    cells = [(line.cell.row, line.cell.column) for line in document.lines if line.cell and line.text.strip()]
    assert cells == [(line.cell.row, line.cell.column) for line in twin.lines if line.cell and line.text.strip()]
    ticks = [piece.checked for line in document.lines for piece in line.pieces if piece.kind == "tick"]
    assert ticks == [True, False]


@pytest.mark.parametrize("kind", KINDS)
def test_deleted_text_does_not_come_back(kind: str, documents: dict[str, Document]) -> None:
    assert "DELETED" not in " ".join(line.text for line in documents[kind].lines)
    assert "Budget: inserted" in texts(documents[kind])
    codes = [trouble.code for trouble in documents[kind].troubles]
    assert "tracked_changes" in codes and "may_hold_deleted_text" not in codes


@pytest.mark.parametrize("kind", KINDS)
def test_formats_that_the_guide_does_not_accept_are_named(kind: str, documents: dict[str, Document]) -> None:
    named = [trouble for trouble in documents[kind].troubles if trouble.code == "not_accepted_format"]
    assert [trouble.severity for trouble in named] == ([] if kind == "doc" else ["warning"])


def test_deletions_of_an_old_word_file_are_known(files: dict[str, bytes]) -> None:
    assert deleted_stretches(files["doc"]) == ("DELETED-WORD", "DELETED-IN-CELL", "DELETED-BEHIND-TABLE")
    mended = with_clean_deletions(files["doc"])
    assert mended != files["doc"] and len(mended) == len(files["doc"])
    assert deleted_stretches(mended) == deleted_stretches(files["doc"])
    assert with_clean_deletions(mended) == mended
    assert not is_locked(files["doc"])


@pytest.mark.parametrize("cut", [0, 9, 600, 3000])
def test_a_damaged_old_word_file_is_no_surprise(cut: int, files: dict[str, bytes]) -> None:
    data = files["doc"][:cut]
    assert deleted_stretches(data) == () and with_clean_deletions(data) == data and not is_locked(data)


def test_what_is_deleted_and_still_there_is_said(files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "with_clean_deletions", lambda data: data)
    document = read_office(files["doc"], media.DOC)
    (trouble,) = [each for each in document.troubles if each.code == "may_hold_deleted_text"]
    assert trouble.severity == "warning" and "DELETED-BEHIND-TABLE" in trouble.message


_MODULE = b'<manifest:file-entry manifest:full-path="Basic/Standard/Module1.xml" manifest:media-type="text/xml"/>'


def test_macros_are_told_and_links_are_not_followed(files: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("SECRET")
    copy = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(files["odt"])) as old, zipfile.ZipFile(copy, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "content.xml":
                source = (tmp_path / "secret.txt").as_uri()
                section = f'<text:section text:name="S"><text:section-source xlink:href="{source}"/></text:section>'
                part = part.replace(b"</office:text>", section.encode() + b"</office:text>")
            if name == "META-INF/manifest.xml":
                part = part.replace(b"</manifest:manifest>", _MODULE + b"</manifest:manifest>")
            new.writestr(name, part)
        new.writestr("Basic/Standard/Module1.xml", "<module/>")
    document = read(copy.getvalue())
    assert "macros" in [trouble.code for trouble in document.troubles]
    assert "SECRET" not in " ".join(texts(document)) and "Last line" in texts(document)
    project = b"\0" * (-len(files["doc"]) % 128) + "_VBA_PROJECT".encode("utf-16-le") + b"\0" * 104
    assert "macros" in [trouble.code for trouble in read_office(files["doc"] + project, media.DOC).troubles]


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_file_is_quarantined_with_a_remedy(kind: str, files: dict[str, bytes]) -> None:
    before = leftovers()
    with pytest.raises(Unreadable) as refused:
        read_office(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, KINDS[kind])
    assert refused.value.code == "damaged" and "save it as .docx" in refused.value.remedy
    assert leftovers() == before, "no copy of the file stays behind"


def leftovers() -> set[str]:
    return {path.name for path in Path(tempfile.gettempdir()).glob("socieux-office-*")}


@pytest.mark.usefixtures("files")
def test_ticks_of_form_fields_in_rich_text() -> None:
    field = r"{\field{\*\fldinst { FORMCHECKBOX }%s}{\fldrslt }} "
    state = r"{{\*\formfield{\fftype1\ffres%d\ffhps20{\*\ffname C}\ffdefres0}}}"
    both = r"{\rtf1\ansi " + "".join(field % (state % on) + f"option {on}" + r"\par " for on in (1, 0)) + "}"
    document = read(both.encode())
    assert texts(document) == ["☒ option 1", "☐ option 0"]
    assert "ticks_not_kept" not in [trouble.code for trouble in document.troubles]
    unsaid = read((r"{\rtf1\ansi " + field % "" + r"option\par}").encode())
    assert "ticks_not_kept" in [trouble.code for trouble in unsaid.troubles]


def test_a_locked_old_word_file_needs_its_password(files: dict[str, bytes]) -> None:
    copy = io.BytesIO(files["doc"])
    with olefile.OleFileIO(copy, write_mode=True) as file:
        head = bytearray(file.openstream("WordDocument").read())
        head[0x0B] |= 0x01
        file.write_stream("WordDocument", bytes(head))
    locked = copy.getvalue()
    with pytest.raises(Unreadable) as refused:
        read(locked)
    assert refused.value.code == "encrypted" and "--password-file" in refused.value.remedy
    with pytest.raises(Unreadable) as refused:
        decrypt(locked, ("a",))
    assert refused.value.code == "encrypted"


# ------------------------------------------------------------------------------------------ the fence
@pytest.fixture
def script(tmp_path: Path) -> Iterator[Callable[[str], list[str]]]:
    """A command that runs some lines of Python."""
    yield lambda lines: [sys.executable, "-I", "-c", lines]


def test_a_program_that_hangs_is_killed_with_all_it_started(
    tmp_path: Path, script: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = "import subprocess, time; p = subprocess.Popen(['sleep', '97']); print(p.pid, flush=True); time.sleep(97)"
    start = time.monotonic()
    ended = run_confined(script(lines), tmp_path, Limits(wall=2.0))
    assert ended.how == "too_long" and time.monotonic() - start < 10
    assert is_gone(int(ended.said))
    hanging = tmp_path / "soffice"
    hanging.write_text("#!/bin/sh\nsleep 97\n")
    hanging.chmod(0o755)
    monkeypatch.setattr(office, "converter", lambda: hanging)
    before = leftovers()
    with pytest.raises(Unreadable) as refused:
        read_office(b"{\\rtf1}", media.RTF, Limits(wall=0.5))
    assert refused.value.code == "timeout" and leftovers() == before


def test_a_program_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    lines = (
        "import sys; from pathlib import Path; from extractors.confined import Limits, run_confined\n"
        "run_confined(['sh', '-c', 'echo $$; exec sleep 97'], Path(sys.argv[1]), Limits())"
    )
    house = Path(__file__).resolve().parent.parent
    ours = subprocess.Popen([sys.executable, "-c", lines, str(tmp_path)], cwd=house)
    printed = tmp_path / "printed"
    while not (printed.exists() and printed.read_bytes().strip()):
        assert ours.poll() is None
        time.sleep(0.05)
    ours.send_signal(signal.SIGKILL)
    ours.wait()
    assert is_gone(int(printed.read_bytes()))


def is_gone(process: int) -> bool:
    """True once a process has ended; it gets a moment to do so."""
    for _ in range(60):
        status = Path(f"/proc/{process}/stat")
        if not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize(
    ("lines", "limits"),
    [
        ("x = bytearray(400_000_000)", Limits(memory=200_000_000)),
        ("while True: pass", Limits(processor=1)),
        ("open('big', 'wb').write(bytes(3_000_000))", Limits(file=1_000_000)),
    ],
    ids=["memory", "processor", "file"],
)
def test_a_program_gets_no_more_than_its_share(
    lines: str, limits: Limits, tmp_path: Path, script: Callable[[str], list[str]]
) -> None:
    ended = run_confined(script(lines), tmp_path, limits)
    assert ended.how == "done" and ended.status != 0


def test_a_program_has_no_network_and_nothing_of_our_surroundings(
    tmp_path: Path, script: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUR_SECRET", "1")
    ended = run_confined(script("import os; print(os.environ['HOME'], 'OUR_SECRET' in os.environ)"), tmp_path, Limits())
    assert ended.said.split() == [str(tmp_path).encode(), b"False"]
    if not capabilities().no_network:
        pytest.skip("this machine allows no network namespaces")
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        call = script(f"import socket; socket.create_connection({address!r}, 3)")
        assert run_confined(call, tmp_path, Limits()).status != 0


# ------------------------------------------------------------------------------------------ without LibreOffice
BOOK = """<?xml version="1.0" encoding="utf-8"?><book><title>Own title</title><bookinfo><title>x</title></bookinfo>
<chapter><title/>
  <para>
<emphasis role='bold'>Institution: </emphasis>Министерство
  </para>
  <para>
Before <informaltable><tgroup cols='2'><tbody><row><entry>
Type
</entry><entry>
☒ Ministry
☐ Trade union
</entry></row></tbody></tgroup></informaltable>
  </para>
</chapter></book>"""


@pytest.fixture
def without_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing but what is laid into this folder."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("setpriv", "prlimit", "unshare", "true"):
        (tools / name).symlink_to(shutil.which(name) or "/nowhere")
    monkeypatch.setenv("PATH", str(tools))
    return tools


def lay(folder: Path, name: str, printed: str) -> None:
    """A program that prints something, whatever file it is given."""
    (folder / f"{name}.txt").write_text(printed, "utf-8")
    (folder / name).write_text(f"#!/bin/sh\ntest -s form.doc && exec /bin/cat {folder / name}.txt\n")
    (folder / name).chmod(0o755)


def test_antiword_reads_tables_and_ticks_with_a_warning(without_office: Path) -> None:
    lay(without_office, "catdoc", "not asked")
    lay(without_office, "antiword", BOOK)
    document = read_office(b"doc", media.DOC)
    assert texts(document) == ["Institution: Министерство", "Before", "Type", "☒ Ministry", "☐ Trade union"]
    assert [(line.cell.row, line.cell.column) for line in document.lines if line.cell] == [(0, 0), (0, 1), (0, 1)]
    assert [piece.bold for piece in document.lines[0].pieces] == [True, False]
    assert [(trouble.code, trouble.severity) for trouble in document.troubles] == [("may_hold_deleted_text", "warning")]


def test_catdoc_reads_the_bare_text_with_a_warning(without_office: Path) -> None:
    lay(without_office, "catdoc", "Institution:  FORMTEXT  Ministère\n\n [x] Oui\n")
    document = read_office(b"doc", media.DOC)
    assert texts(document) == ["Institution: Ministère", "☒ Oui"]
    assert [trouble.code for trouble in document.troubles] == ["may_hold_deleted_text"]
    lay(without_office, "catdoc", "")
    with pytest.raises(Unreadable) as refused:
        read_office(b"doc", media.DOC)
    assert refused.value.code == "damaged" and "libreoffice" in refused.value.remedy


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_converter_the_command_that_installs_it_is_given(kind: str, without_office: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        read_office(b"x", KINDS[kind])
    assert refused.value.code == "converter_missing"
    assert "apt-get install" in refused.value.remedy and "libreoffice-writer-nogui" in refused.value.remedy


def test_the_doctor_says_so(without_office: Path) -> None:
    (found,) = doctor._office()
    assert found.state == "absent" and found.remedy == INSTALL and "antiword" not in found.said
    lay(without_office, "antiword", "x")
    assert plain_word.light_reader() == without_office / "antiword"
    (found,) = doctor._office()
    assert "antiword" in found.said


def test_the_folder_of_a_killed_process_goes_with_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    code = (
        "import os, signal; from extractors.rooms import own_folder\n"
        "with own_folder('socieux-office-') as folder:\n"
        "    (folder / 'form.doc').write_bytes(b'personal data'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=False, timeout=60)
    assert len(list(tmp_path.iterdir())) == 1
    with own_folder("socieux-office-") as mine:
        assert list(tmp_path.iterdir()) == [mine.parent]
        with own_folder("socieux-office-"):
            assert mine.exists(), "the folder of a living process stays"
    assert not list(tmp_path.iterdir())
