"""``socieux doctor``: what is installed, what is missing, and the command that installs it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal

from extractors.isolation import capabilities
from flows import scanning
from flows.places import open_the_store, store_url
from pipeline.trouble import StoreTrouble, Unreadable


@dataclass(frozen=True)
class Finding:
    """One thing looked at: ``missing`` is needed, ``absent`` only for some files."""

    subject: str
    state: Literal["ok", "missing", "absent"]
    said: str
    remedy: str = ""

    def line(self) -> str:
        """One line for people."""
        return f"{self.state:8}{self.subject}: {self.said}" + (f"  ->  {self.remedy}" if self.remedy else "")


def examine(store: str | None) -> list[Finding]:
    """Look at everything, in the order in which it would be mended."""
    looks: tuple[Callable[[], Iterator[Finding]], ...] = (
        _python,
        _packages,
        _ocr,
        _office,
        _fences,
        _scanner,
        _telemetry,
    )
    return [finding for look in looks for finding in look()] + [_store(store)]


def _python() -> Iterator[Finding]:
    found = ".".join(str(part) for part in sys.version_info[:3])
    good = sys.version_info >= (3, 11)
    yield Finding("Python", "ok" if good else "missing", found, "" if good else "apt-get install python3 python3-venv")


def _packages() -> Iterator[Finding]:
    """What the project itself asks for, at versions it asks for."""
    from packaging.requirements import Requirement

    try:
        asked = [Requirement(line) for line in requires("socieux-intake") or []]
    except PackageNotFoundError:
        yield Finding("socieux-intake", "missing", "not installed", "make setup")
        return
    wrong = [fault for each in asked if not each.marker for fault in _package_fault(each.name, each.specifier.contains)]
    if not wrong:
        yield Finding("Python packages", "ok", "all there")
    for fault in wrong:
        yield Finding("Python package", "missing", fault, "make setup")


def _package_fault(name: str, fits: Callable[[str], bool]) -> Iterator[str]:
    try:
        found = version(name)
    except PackageNotFoundError:
        yield f"{name} is not installed"
        return
    if not fits(found):
        yield f"{name} {found} is not a version that works"


def _ocr() -> Iterator[Finding]:
    """Asked of the reader of scans itself, so that both say the same."""
    from extractors.scan_words import data_folder, engine_maker

    try:
        folder = data_folder()
        engine_maker()
    except Unreadable as trouble:
        yield Finding("Tesseract", "absent", trouble.message, trouble.remedy)
    else:
        yield Finding("Tesseract", "ok", f"with its language data in {folder}")


def _office() -> Iterator[Finding]:
    from extractors.office import INSTALL, converter
    from extractors.plain_word import light_reader

    program, reader = converter(), light_reader()
    with_network = " (runs without links and macros, but this machine cannot cut off its network)"
    fence = "" if capabilities().no_network else with_network
    if program:
        yield Finding("LibreOffice", "ok", f"{program}{fence}")
    elif reader:
        said = f"not there: .doc is read by {reader.name}, with a warning; .odt and .rtf cannot be read"
        yield Finding("LibreOffice", "absent", said, INSTALL)
    else:
        yield Finding("LibreOffice", "absent", "not there: .doc, .odt and .rtf cannot be read", INSTALL)


def _fences() -> Iterator[Finding]:
    """What the machine lets us put round the processes that open strangers' files; limits and the killing of the
    process group need nothing."""
    can = capabilities()
    held = {
        "no network": can.no_network,
        "a family of their own, ended as a whole": can.own_family,
        "a private folder, the store out of sight": can.own_folder,
    }
    lacking = [name for name, there in held.items() if not there]
    if not lacking:
        yield Finding("Fence round the readers", "ok", "; ".join(held))
        return
    said = f"this machine does not allow: {'; '.join(lacking)}"
    remedy = (
        "allow user namespaces (in a container: --security-opt seccomp=unconfined, or run it as a service of its own)"
    )
    yield Finding("Fence round the readers", "absent", said, remedy)


def _scanner() -> Iterator[Finding]:
    address = os.environ.get(scanning.VARIABLE)
    if not address:
        said = "not set up: files are not scanned"
        yield Finding("Malware scanner", "absent", said, f"{_apt('clamav-daemon')}; export {scanning.VARIABLE}=SOCKET")
    elif scanning.answers(address):
        yield Finding("Malware scanner", "ok", f"clamd answers at {address}")
    else:
        yield Finding("Malware scanner", "absent", f"no answer at {address}: files are not scanned", "start clamd")


def _apt(packages: str) -> str:
    return f"apt-get install -y --no-install-recommends {packages}"


def _telemetry() -> Iterator[Finding]:
    """The flows switch it off themselves; this asks Prefect in a process of its own whether that holds."""
    asks = "from prefect.settings import get_current_settings; print(get_current_settings().server.analytics_enabled)"
    code = f"import flows.quiet; {asks}"
    try:
        told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
        off = told.stdout.strip() == "False"
    except subprocess.TimeoutExpired:
        off = False
    if off:
        yield Finding("Telemetry", "ok", "off")
    else:
        yield Finding("Telemetry", "missing", "not off", "export DO_NOT_TRACK=1 PREFECT_SERVER_ANALYTICS_ENABLED=false")


def _store(asked: str | None) -> Finding:
    """Looks without making anything where no SQLite file is yet."""
    url = store_url(asked)
    if "://" not in url and not Path(url).exists():
        return Finding("Store", "ok", f"none yet; the first run makes {url}")
    try:
        open_the_store(asked).close()
    except StoreTrouble as trouble:
        return Finding("Store", "missing", str(trouble), "start the database or give another --store")
    return Finding("Store", "ok", "reachable, tables up to date")
