"""Reading: bytes become a Document, a Document becomes an Extraction."""
