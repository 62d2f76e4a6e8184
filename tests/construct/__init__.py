"""Constructed request forms with gold records: content and wording as TOML, layouts, writers for Word and PDF."""
