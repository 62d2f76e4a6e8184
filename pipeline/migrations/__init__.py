"""The history of the store's tables, applied when the store opens."""
