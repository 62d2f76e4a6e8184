"""Mails and archives: opened with care, every part of them listed, nothing in them lost for a bad head."""
