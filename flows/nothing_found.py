"""What to say of a mail in which no request form was found, and what to do about it."""

from pipeline.mail import OpenedMail
from pipeline.trouble import Unreadable

_ASK = "Ask the sender for the request form as a signed PDF or as a Word file."
_KINDS = {
    "auto_reply": "an automatic answer",
    "bounce": "a notice that a mail could not be delivered",
    "list": "a mail to a list",
    "own": "a letter that this system drafted",
}


def nothing_found(opened: OpenedMail) -> Unreadable:
    """The trouble of a mail or an archive without a form: ``automatic_mail`` or ``no_form_found``.

    A mail of a list or a machine that names a file-sharing service may be the notice that a form was shared: it is for
    a person."""
    shared = opened.links and opened.kind in ("auto_reply", "list")
    if opened.kind != "letter" and not shared and not opened.form_in_body:
        return Unreadable(
            "automatic_mail",
            f"The mail is {_KINDS[opened.kind]}, and no form is attached.",
            "Nothing needs to be done; it is not answered.",
        )
    return Unreadable("no_form_found", *_told(opened))


def _told(opened: OpenedMail) -> tuple[str, str]:
    """What was found instead of a form, and what to do."""
    if opened.form_in_body:
        said = "The questions of a request form stand in the text of the mail itself, not in a file."
        return said, _ASK
    if opened.links:
        return (
            f"No form is attached; the mail names files on a sharing service: {', '.join(opened.links[:5])}.",
            f"The software follows no links. {_ASK}",
        )
    names = [part.filename for part in opened.documents()]
    if opened.envelope is None:
        return f"No request form is among the {len(names)} files of this archive.", _ASK
    if not names:
        return "No file is attached to this mail.", _ASK
    listed = ", ".join(names[:5]) + (" and others" if len(names) > 5 else "")
    return f"None of the files in this mail is a request form: {listed}.", _ASK
