"""Faults in words that may stand in any log: what kind, and where, and never what somebody wrote."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from flows.fence import WillNotStart
from flows.mail_line import MailboxTrouble
from flows.taking_in import DiskFull
from flows.walking import Misuse
from flows.working_off import bug_of, told_shortly
from pipeline.trouble import StoreTrouble

Given = TypeVar("Given")


class Passing(Exception):
    """A trouble of the line, the disk or the database: worth another try."""


class Lasting(Exception):
    """A trouble that another try does not mend."""


def plainly(work: Callable[[], Given]) -> Given:
    """Do some work. Raises ``Passing`` or ``Lasting`` and nothing else, without what it came from: an error of the
    database quotes what was to be written."""
    try:
        return work()
    except (Passing, Lasting):
        raise
    except MailboxTrouble as trouble:
        raise (Lasting if trouble.lasting else Passing)(str(trouble)) from None
    except (DiskFull, Misuse, StoreTrouble, WillNotStart) as trouble:
        raise Lasting(str(trouble)) from None
    except (OSError, OperationalError, InterfaceError) as fault:
        raise Passing(told_shortly(fault)) from None
    except SQLAlchemyError as fault:
        raise Lasting(f"The database refuses ({type(fault).__name__}).") from None
    except Exception as fault:
        raise Lasting(bug_of(fault)) from None
