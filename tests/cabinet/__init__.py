"""The cabinet of faults: one small maker for each kind of bad document, and what must come out of it."""
