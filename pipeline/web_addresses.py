"""Whose an e-mail address or a website is: the domain of an institution, where it tells one."""

import re
from functools import lru_cache

from pipeline.institution_words import institution_words

_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*://)?(?:[^@/\s]*@)?((?:[^\W_][\w-]*\.)+[^\W\d_][\w-]*)", re.IGNORECASE)


@lru_cache(maxsize=20_000)
def domain_of(address: str) -> str | None:
    """The domain an e-mail address or a website belongs to: ``ana@dsp.inss.gov.mz`` -> ``inss.gov.mz``.

    Null where it tells nothing: a provider for everybody, a whole government, no address at all."""
    found = _HOST.search(address.strip()[:300])
    if found is None:
        return None
    labels = found[1].lower().split(".")
    told = institution_words().addresses
    below = 2 if len(labels[-1]) == 2 and len(labels) > 1 and labels[-2] in told.shared.split() else 1
    if len(labels) <= below:
        return None
    own = labels[-below - 1]
    if own in told.public.split() or own in told.shared.split() or own == "www":
        return None
    return ".".join(labels[-below - 1 :])
