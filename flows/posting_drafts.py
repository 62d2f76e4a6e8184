"""Letters drafted by the machine go into the mailbox's Drafts folder, once each, for a person to send."""

import re

from flows.mail_folder import Mailbox, MailboxTrouble
from pipeline import ledger_drafts
from pipeline.ledger import Ledger
from pipeline.raw import read_raw

_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^<>\s]{1,200}>)", re.IGNORECASE | re.MULTILINE)


def post_drafts(ledger: Ledger, mailbox: Mailbox) -> int:
    """Append every waiting draft that is due; how many. Nothing where no Drafts folder is configured.

    A draft that was appended just before a crash is found by its Message-ID and not put there twice."""
    if mailbox.settings.drafts is None:
        return 0
    done = 0
    for draft in ledger_drafts.due(ledger):
        letter = read_raw(ledger.raw_folder, draft.sha256)
        try:
            if not _lies_there(mailbox, letter):
                mailbox.append_draft(letter)
        except MailboxTrouble as trouble:
            ledger_drafts.failed(ledger, draft, str(trouble))
            raise
        ledger_drafts.appended(ledger, draft)
        done += 1
    return done


def _lies_there(mailbox: Mailbox, letter: bytes) -> bool:
    found = _MESSAGE_ID.search(letter.partition(b"\r\n\r\n")[0])
    return found is not None and mailbox.has_draft(found.group(1).decode("ascii", "replace"))
