"""The trouble a store can be in."""


class StoreTrouble(Exception):
    """The store cannot be used; the message says why and what to do."""
