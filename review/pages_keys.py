"""One's own keys: changed on the page of the account."""

from fastapi.responses import Response

from pipeline.desk_tables import USERS
from review.keys import KEYS, KeyTrouble, held_by
from review.pages_people import account_page
from review.rendering import went
from review.routes import Route
from review.visit import Here


def change_keys(visit: Here) -> Response:
    """Keep the keys a person chose, or the desk's own again; nothing is kept if two things share a key."""
    as_typed = {} if visit.text("again") == "yes" else {key: visit.text(f"key {key}") for key in KEYS}
    try:
        held = held_by(as_typed)
    except KeyTrouble as trouble:
        return account_page(visit, 422, trouble_with_keys=str(trouble), typed=as_typed)
    with visit.desk.writing() as connection:
        connection.execute(USERS.update().where(USERS.c.id == visit.user.id).values(own_keys=held or None))
        visit.note(connection, "keys", None, "", held)
    return went("/desk/account#own-keys")


ROUTES = (Route("POST", "/desk/account/keys", change_keys, "reader"),)
