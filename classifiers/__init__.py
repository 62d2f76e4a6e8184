"""Judging: an Extraction becomes an Assessment."""
