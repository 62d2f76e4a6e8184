"""The trouble a store, or what is kept beside it, can be in."""


class StoreTrouble(Exception):
    """The store cannot be used; the message says why and what to do."""


class GoldTrouble(Exception):
    """A gold record that cannot be used; the message names the file and what is wrong in it."""
