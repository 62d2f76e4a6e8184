"""A Dovecot of our own, as an ordinary user on a free port of this machine: a few lines of settings, up in a second."""

import imaplib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

PROGRAM = shutil.which("dovecot") or "/usr/sbin/dovecot"
INSTALL = "apt-get install -y --no-install-recommends dovecot-imapd"
USER, PASSWORD = "requests@socieux.test", "Zwölf-Boxkämpfer"

_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
auth_mechanisms = plain
listen = 127.0.0.1
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
mail_location = maildir:{folder}/mail/%u
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = {first_uid}
first_valid_gid = 0
mail_fsync = never
ssl = required
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.key
imap_idle_notify_interval = 5 s
maildir_very_dirty_syncs = no
namespace inbox {{
  inbox = yes
  mailbox Drafts {{
    auto = create
    special_use = \\Drafts
  }}
  mailbox Done {{
    auto = create
  }}
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
service stats {{
  chroot =
}}
"""
_WITH_PASSWORD = """
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home/%u
}}
"""
_WITH_TOKEN = """
auth_mechanisms = plain xoauth2 oauthbearer
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home/%u
}}
"""
_INTROSPECTION = """
introspection_mode = post
introspection_url = {introspection}
username_attribute = username
active_attribute = active
active_value = true
force_introspection = yes
"""


@dataclass
class Dovecot:
    """A running server: where it listens, and the certificate that vouches for it."""

    folder: Path
    port: int
    host: str = "127.0.0.1"
    user: str = USER

    def of(self, user: str) -> "Dovecot":
        """The same server with the mailbox of somebody else: every name has one."""
        return replace(self, user=user)

    @property
    def certificate(self) -> Path:
        return self.folder / "server.pem"

    def start(self) -> None:
        """Start it; ready when it greets."""
        subprocess.run([PROGRAM, "-c", str(self.folder / "dovecot.conf")], check=True, timeout=20)
        for _ in range(200):
            try:
                with self._line():
                    return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError((self.folder / "log").read_text())

    def stop(self) -> None:
        """Stop it and everything it started."""
        pid = self.folder / "run" / "master.pid"
        if not pid.exists():
            return
        number = int(pid.read_text())
        self.hang_up()
        os.kill(number, signal.SIGTERM)
        for _ in range(200):
            if not pid.exists() or not Path(f"/proc/{number}").exists():
                return
            time.sleep(0.05)
        os.kill(number, signal.SIGKILL)

    def hang_up(self) -> int:
        """Cut every open connection, as a broken network does; how many."""
        ours = [path for path in Path("/proc").glob("[0-9]*") if _serves(path, self.folder)]
        for process in ours:
            with suppress(ProcessLookupError):
                os.kill(int(process.name), signal.SIGKILL)
        return len(ours)

    @contextmanager
    def mailbox(self, folder: str = "INBOX") -> Iterator[imaplib.IMAP4_SSL]:
        """A person's own connection to the mailbox."""
        with self._line() as line:
            line.authenticate("PLAIN", lambda _: f"\0{self.user}\0{PASSWORD}".encode())
            line.select(folder)
            yield line

    def deliver(self, *messages: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        """New mail, as the server itself would put it there."""
        with self.mailbox(folder) as line:
            for message in messages:
                when = imaplib.Time2Internaldate(at or datetime.now(UTC))
                assert line.append(folder, "", when, message)[0] == "OK"

    def drop(self, *messages: bytes) -> None:
        """New mail straight into the Maildir, much faster than ``deliver``; seen when the mailbox is next opened."""
        place = self.folder / "mail" / self.user
        with self.mailbox():
            pass
        for number, message in enumerate(messages):
            name = f"{time.time_ns()}.{number}.test"
            unfinished = place / "tmp" / name
            unfinished.write_bytes(message)
            self._own(unfinished)
            unfinished.replace(place / "new" / name)

    def forget_uids(self) -> None:
        """Lose the list of UIDs: the mailbox comes back with another UIDVALIDITY and all mail numbered anew."""
        # The new UIDVALIDITY is the time of day in seconds: in the same second it would be the old one.
        time.sleep(1.1)
        for path in (self.folder / "mail" / self.user).glob("dovecot*"):
            path.unlink()

    def _own(self, path: Path) -> None:
        if os.geteuid() == 0:
            shutil.chown(path, "nobody", "nogroup")

    def _line(self) -> imaplib.IMAP4_SSL:
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        return imaplib.IMAP4_SSL(self.host, self.port, ssl_context=trusted, timeout=10)


def make_dovecot(introspection: str | None = None) -> Dovecot:
    """A server that is set up and not yet started. ``introspection``: the URL that knows access tokens, instead of
    passwords. Its folder is the caller's to remove."""
    folder = Path(tempfile.mkdtemp(prefix="socieux-dovecot-"))
    folder.chmod(0o755)
    user, group = ("nobody", "nogroup") if os.geteuid() == 0 else (os.environ.get("USER", "nobody"), str(os.getgid()))
    uid, gid = _ids(user) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    port = free_port()
    names = {"folder": folder, "port": port, "user": user, "group": group, "uid": uid, "gid": gid}
    names |= {"password": PASSWORD, "first_uid": min(uid, 500), "introspection": introspection or ""}
    passdb = _WITH_TOKEN if introspection else _WITH_PASSWORD
    (folder / "dovecot.conf").write_text((_CONFIG + passdb).format(**names))
    (folder / "oauth2.conf").write_text(_INTROSPECTION.format(**names))
    _certify(folder)
    for name in ("mail", "home", "run", "state"):
        (folder / name).mkdir()
        if os.geteuid() == 0:
            shutil.chown(folder / name, user, group)
    return Dovecot(folder, port)


def _ids(user: str) -> tuple[int, int]:
    import pwd

    entry = pwd.getpwnam(user)
    return entry.pw_uid, entry.pw_gid


@contextmanager
def running_dovecot(introspection: str | None = None) -> Iterator[Dovecot]:
    """A server, gone afterwards; the test is skipped where Dovecot is not installed."""
    if not Path(PROGRAM).exists():
        missing = f"Dovecot is missing: {INSTALL}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    server = make_dovecot(introspection)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _serves(process: Path, folder: Path) -> bool:
    """An imap process of this server: its parent is our master."""
    try:
        status = (process / "stat").read_text()
        master = (folder / "run" / "master.pid").read_text().strip()
    except OSError:
        return False
    name, parent = status[status.index("(") + 1 : status.rindex(")")], status.rsplit(")", 1)[1].split()[1]
    return parent == master and name in ("imap", "imap-login")


def _certify(folder: Path) -> None:
    """A certificate for 127.0.0.1 that only its own file vouches for."""
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "server.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    (folder / "server.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
