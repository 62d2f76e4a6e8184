"""Of which person a label asks: of the head of the institution, the contact, or who signs."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise, takewhile

from extractors.headings import context_of
from extractors.question_keys import section_of
from extractors.search import Asked, Search
from extractors.usual_order import ENTITY

SURE_WHOSE = 0.85
"""How well a label must fit one of the data that names the person."""
ANOTHER, CLEARLY = 0.6, 0.1
"""How well the words of a label must name another person, at least, to speak for that one, and how much better
than the one that is asked for."""
NAMING = frozenset({"head_name", "pair:head", "contact_name", "pair:contact"})
"""The questions for the name of the head or the contact."""
OF_APPLICANT = ("institution", "head", "contact", "support")
POSTS = {"head_name": "head_position", "contact_name": "contact_position"}
OF_POSTS = frozenset(POSTS.values())
OF_CONTACT = ("contact_position", "contact_email", "contact_phone")
HEAD, CONTACT = (
    ("head_name", "head_position", "pair:head"),
    ("contact_name", "contact_position", "pair:contact"),
)


def with_contact(awarded: list[Asked]) -> list[Asked]:
    """The person before the e-mail address and the telephone is the contact: where a label guessed to ask for the head
    stands there, it asks for the contact, and the one guessed to ask for the contact before it, for the head."""
    awarded = _with_own_posts(_with_own_name(_with_own_contact(awarded)))
    addresses = [at for at, bid in enumerate(awarded) if bid.key in ("contact_email", "contact_phone")]
    before = awarded[: addresses[0]] if addresses else []
    last = list(takewhile(lambda bid: bid.key in HEAD, reversed(before)))
    others = [bid for bid in before if bid.key in CONTACT]
    also = any(hit.key in CONTACT for bid in last for hit in bid.label.hits[:1])  # two labels say "contact"
    if not last or any(_says_whose(bid) for bid in (last if also else (*last, *others))):
        return awarded
    other = dict(zip((*HEAD, *CONTACT), (*CONTACT, *HEAD), strict=True))
    turned = {id(bid) for bid in (*last, *others)}
    return [replace(bid, key=other[bid.key]) if id(bid) in turned else bid for bid in awarded]


def _with_own_name(awarded: list[Asked]) -> list[Asked]:
    """“Full name” directly before the contact's post is the contact's, where no other label asks for that name."""
    if any(bid.key in ("contact_name", "pair:contact") for bid in awarded):
        return awarded
    named = [
        bid
        for bid, behind in pairwise(awarded)
        if bid.key == "head_name" and behind.key in OF_CONTACT and not _says_whose(bid)
    ]
    return [replace(bid, key="contact_name") if bid in named else bid for bid in awarded]


def _with_own_posts(awarded: list[Asked]) -> list[Asked]:
    """The post asked directly behind a name is that person's, whichever it was guessed to be, if no other label asks
    for it, or one that is not where it belongs either."""
    behind_names = ((bid, behind) for bid, behind in pairwise(awarded) if bid.key in POSTS and behind.key in OF_POSTS)
    astray = {
        behind.key: (bid, behind)
        for bid, behind in behind_names
        if behind.key != POSTS[bid.key] and not _says_whose(behind)
    }
    kept = {bid.key for bid in awarded} - set(astray)
    posts = {id(behind): POSTS[bid.key] for bid, behind in astray.values() if POSTS[bid.key] not in kept}
    return [replace(bid, key=posts.get(id(bid), bid.key)) for bid in awarded]


def _with_own_contact(awarded: list[Asked]) -> list[Asked]:
    """“Our contact at your institution” before the contact's post or address asks for the contact, not for that of a
    supporting entity, if it was only guessed to do so; what was guessed to ask for the contact among the questions on
    that entity, for the other."""
    held = next((bid for bid in awarded if bid.key in ("contact_name", "pair:contact")), None)
    own = next(
        (
            bid
            for bid, behind in pairwise(awarded)
            if bid.key == "supporting_entity_contact" and bid.guessed and behind.key in OF_CONTACT
        ),
        None,
    )
    strayed = held is not None and held.guessed and _stands_by(awarded, held, ENTITY)
    if own is None or held is not None and not strayed:
        return awarded
    other = {id(own): "contact_name", id(held): "supporting_entity_contact"}
    return [replace(bid, key=other.get(id(bid), bid.key)) for bid in awarded]


def _stands_by(awarded: list[Asked], bid: Asked, keys: Collection[str]) -> bool:
    at = awarded.index(bid)
    return any(each.key in keys for each in (*awarded[max(at - 1, 0) : at], *awarded[at + 1 : at + 2]))


def _says_whose(bid: Asked) -> bool:
    """True if a label of the data says of which person it asks, and not the section it stands in."""
    named = bid.key.removeprefix("pair:")
    return any(h.group in ("label", "pair") and h.key == named and h.score >= SURE_WHOSE for h in bid.label.hits)


def with_signatory(awarded: list[Asked], bids: list[Asked]) -> list[Asked]:
    """“Person responsible” in the signature block, where another label before the e-mail address may ask for the
    contact, is the one who signs."""
    held = next((bid for bid in awarded if bid.key == "contact_name"), None)
    of_contact = [bid for bid in awarded if bid.key in OF_CONTACT]
    behind = [bid for bid in awarded if held is not None and bid.label.first > held.label.first]
    if held is None or not of_contact or not behind or any(bid.key == "signatory_name" for bid in awarded):
        return awarded
    if of_contact[-1].label.first > held.label.first or section_of(behind[0].key) != "signature":
        return awarded
    taken = {unit for bid in awarded for unit in range(bid.label.first, bid.label.last + 1)}
    free = [bid for bid in bids if bid.key == "contact_name" and bid.label.first not in taken]
    before = [bid for bid in free if bid.label.first < of_contact[0].label.first]
    if not before:
        return awarded
    kept = [bid for bid in awarded if bid is not held]
    signs = replace(held, key="signatory_name", guessed=True)
    return sorted([*kept, before[0], signs], key=lambda bid: bid.label.first)


def with_signing(awarded: list[Asked]) -> list[Asked]:
    """What is asked of the institution among the questions on who signs is that person's post, if no label asks for
    it: “Authority”."""
    if any(bid.key in ("signatory_position", "pair:signatory") for bid in awarded):
        return awarded
    own = next((bid for at, bid in enumerate(awarded) if is_among_signing(awarded, at) and _like_post(bid)), None)
    return [
        replace(bid, key="signatory_position", base=_like_post(bid), guessed=True, placed=True) if bid is own else bid
        for bid in awarded
    ]


def _like_post(bid: Asked) -> float:
    """How well the words of a label ask for the post of the person who signs, at most."""
    hits = (hit for hit in bid.label.hits if hit.group in ("label", "guess"))
    return max((hit.score for hit in hits if hit.key == "signatory_position"), default=0.0)


def is_among_signing(awarded: Sequence[Asked], at: int) -> bool:
    """True for a question on the institution, its head or the contact that stands among those on who signs."""
    before, behind = awarded[at - 1] if at else None, awarded[at + 1] if at + 1 < len(awarded) else None
    within = before is not None and section_of(before.key) == "signature"
    within = within and (behind is None or section_of(behind.key) == "signature")
    return within and section_of(awarded[at].key) in OF_APPLICANT


def names_another(search: Search, bid: Asked) -> bool:
    """True for a label taken to ask for a person whose words rather name another, or for the head and name nobody, in
    no section of that person."""
    own = section_of(bid.key)
    if bid.key not in NAMING or context_of(search, bid.label) == own:
        return False
    hits = ((f"pair:{hit.key}" if hit.group == "pair" else hit.key, hit.score) for hit in bid.label.hits)
    named = [(section_of(key) == own, score) for key, score in hits if key in NAMING]
    best, others = (max((score for its_own, score in named if its_own is way), default=0.0) for way in (True, False))
    unsaid = best == 0.0 and own == "head"  # behind a contact's name stands the address
    return unsaid or others >= max(ANOTHER, best + CLEARLY)
