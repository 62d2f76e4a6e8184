"""Letters drafted by the machine go into the mailbox's Drafts folder, once each, for a person to send."""

import re

from flows.mail_folder import Mailbox
from flows.mail_line import MailboxTrouble, Refused
from pipeline import ledger_drafts
from pipeline.ledger import Ledger
from pipeline.ledger_signs import notify, withdraw
from pipeline.raw import read_raw

_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^<>\s]{1,200}>)", re.IGNORECASE | re.MULTILINE)


def post_drafts(ledger: Ledger, mailbox: Mailbox) -> int:
    """Append every waiting draft that is due; how many. Nothing where no Drafts folder is configured.

    A draft that was appended just before a crash is found by its Message-ID and not put there twice. What the server
    refuses is told of and tried again later; it keeps no mail from being taken in."""
    if mailbox.settings.drafts is None:
        return 0
    done, subject = 0, f"{mailbox.settings.account} {mailbox.settings.drafts}"
    for draft in ledger_drafts.due(ledger):
        try:
            letter = read_raw(ledger.raw_folder, draft.sha256)
            if not _lies_there(mailbox, letter):
                mailbox.append_draft(letter)
        except Refused as refusal:
            ledger_drafts.failed(ledger, draft, str(refusal))
            notify(ledger, "not_drafted", subject, f"Letters cannot be put into {mailbox.settings.drafts}. {refusal}")
            return done
        except MailboxTrouble as trouble:
            ledger_drafts.failed(ledger, draft, str(trouble))
            raise
        except (OSError, ValueError) as fault:
            # Its file is gone or was changed: the look at the originals tells of it, the other letters go on.
            ledger_drafts.failed(ledger, draft, f"The letter's file cannot be used ({type(fault).__name__}).")
            continue
        ledger_drafts.appended(ledger, draft)
        withdraw(ledger, "not_drafted", subject)
        done += 1
    return done


def _lies_there(mailbox: Mailbox, letter: bytes) -> bool:
    found = _MESSAGE_ID.search(letter.partition(b"\r\n\r\n")[0])
    return found is not None and mailbox.has_draft(found.group(1).decode("ascii", "replace"))
