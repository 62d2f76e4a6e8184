"""A second try at a damaged PDF: its objects are gathered and written anew, the original stays as it is."""

import io
import warnings


def mended(data: bytes) -> bytes | None:
    """The file rebuilt from what is left of it, or None if nothing can be saved or it needs a password."""
    import pikepdf

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of form fields that the damage cut off
        try:
            with pikepdf.open(io.BytesIO(data)) as pdf:
                out = io.BytesIO()
                pdf.save(out, fix_metadata_version=False)
                return out.getvalue() if len(pdf.pages) else None
        except Exception:  # whatever the repair stumbles over, the file stays what it was: damaged
            return None
