"""The trouble a file, a store, or what is kept beside it, can be in."""


class Unreadable(Exception):
    """A file that cannot be read: ``code`` is a flag code, ``message`` says what it is, ``remedy`` what to do."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.code, self.message, self.remedy = code, message, remedy


class StoreTrouble(Exception):
    """The store cannot be used; the message says why and what to do."""


class GoldTrouble(Exception):
    """A gold record that cannot be used; the message names the file and what is wrong in it."""
