"""A body that a browser or an uploader sends, counted as it comes: what was declared about its size is not believed."""

from starlette.types import Message, Receive


class TooMuch(Exception):
    """More bytes came than are taken in."""


def limited(receive: Receive, most: int) -> Receive:
    """The same body, up to ``most`` bytes. Reading beyond raises ``TooMuch``."""
    seen = 0

    async def received() -> Message:
        nonlocal seen
        event = await receive()
        seen += len(event.get("body", b""))
        if seen > most:
            raise TooMuch
        return event

    return received
