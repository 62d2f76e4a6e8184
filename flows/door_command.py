"""``socieux door`` from its options to a served address."""

import os

from pydantic import ValidationError

from flows.door import DoorSettings, open_door
from flows.places import open_the_store
from flows.walking import Misuse
from pipeline.ledger import Ledger

TOKEN = "SOCIEUX_DOOR_TOKEN"


def run_door(store: str | None, host: str, port: int, largest: float) -> None:
    """Serve until asked to stop. Raises ``Misuse`` if no good token is set, ``StoreTrouble`` without a store."""
    try:
        settings = DoorSettings(token=os.environ.get(TOKEN, ""), largest=largest)
    except ValidationError as fault:
        said = f"Set {TOKEN} to a token of at least 20 characters, such as `openssl rand -hex 24` gives."
        raise Misuse(said) from fault
    opened = open_the_store(store)
    open_door(Ledger(opened.engine, opened.raw_folder), settings, host, port)
