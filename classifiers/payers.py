"""Who should pay for what in one clause: the facility, the institution itself, somebody else, or nobody named."""

import re
from functools import cache, cached_property
from typing import Literal

from classifiers.cues import Span, cue_pattern, cue_spans

Stance = Literal["sought", "plan", "aim", "own", "others", "told"]
"""What stands in an answer by the question it answers: what is sought from the facility, what the action does, what it
aims at, what the institution gives, what others give, what is told."""

Finding = Literal["asks", "unclear"]
_AMOUNT = (
    r"(?<!\w)(?:{0}) ?\d[\d ]{{0,15}}(?!\w)"
    r"|(?<!\w)\d[\d ]{{0,15}}(?:mil |mille |millones |тыс |million |millions )?(?:{0})(?!\w)"
)
_JOINED = r"(?:^|, |{0} )(?P<between>(?:[^\s,]+ ){{0,2}})$"
_QUANTITY = re.compile(r"\d|^(?:an?|une?|un|uma?|two|three|four|five|deux|trois|dos|tres|dois|duas|два|две|три) ")


@cache
def _amount_pattern(language: str) -> re.Pattern[str]:
    """A number with a currency of the language before or behind it."""
    currency = cue_pattern(language, "money", "currency").pattern
    return re.compile(_AMOUNT.format(currency.removeprefix(r"(?<!\w)").removesuffix(r"(?!\w)")))


class Clause:
    """One folded clause and what its cues say about a thing that costs money."""

    def __init__(self, text: str, language: str, stance: Stance) -> None:
        self.text, self.language, self.stance = text, language, stance
        self._spans: dict[str, list[Span]] = {}

    def spans(self, name: str) -> list[Span]:
        """The cues of one list in the clause; looked up once, asked for often."""
        if name not in self._spans:
            self._spans[name] = cue_spans(self.text, self.language, "money", name)
        return self._spans[name]

    @cached_property
    def facility(self) -> list[Span]:
        """The cues that name the facility; "the project" too, where the answer is about the action sought."""
        return self.spans("facility") + ([] if self.stance in ("others", "told") else self.spans("project"))

    @cached_property
    def requests(self) -> list[Span]:
        """The cues of asking that no "not" takes back."""
        return [span for span in self.spans("request") if not self.negated(span)]

    @cached_property
    def refused(self) -> bool:
        """True if the clause says that something is not asked for."""
        return any(self.negated(span) for span in self.spans("request"))

    @cached_property
    def actors(self) -> list[tuple[str, Span]]:
        """Whoever may be meant to pay, with the kind: request, facility, own or other."""
        asking = [("request", span) for span in self.spans("request")]
        asked = [("facility", span) for span in self.facility]
        payers = [("own", span) for name in ("own", "own_pays") for span in self.spans(name)]
        payers += [("other", span) for span in self.spans("other")]
        free = [(kind, span) for kind, span in payers if not any(_overlap(span, s) for _, s in asking + asked)]
        free = [(kind, span) for kind, span in free if not self.is_given(span)]
        return asking + asked + free

    def is_given(self, actor: Span) -> bool:
        """True for the one for whom something is bought: "buy for the inspectorate"."""
        before = [span for span in self.spans("for") if 0 <= self.words(span, actor) <= 1]
        return any(self.words(span, preposition) == 0 for preposition in before for _, span in self.payments)

    @cached_property
    def payments(self) -> list[tuple[str, Span]]:
        """The cues of paying, with the kind (buy or give); none inside the name of a thing."""
        buys = [("buy", span) for span in self.spans("buy")]
        gives = [("give", span) for span in self.spans("give") if not any(_overlap(span, s) for _, s in buys)]
        things = self.spans("goods")
        return [(kind, span) for kind, span in buys + gives if not any(_inside(span, thing) for thing in things)]

    @cached_property
    def amounts(self) -> list[Span]:
        """The sums of money in the clause."""
        return [Span(*found.span()) for found in _amount_pattern(self.language).finditer(self.text)]

    def finding(self) -> Finding | None:
        """The clearest finding over all things and gatherings named in the clause."""
        teams = self.spans("teams")
        no_things = [*teams, *(span for span in self.spans("own") if self.acts(span))]
        things = [span for span in self.spans("goods") if not any(_overlap(span, each) for each in no_things)]
        found = {self.of_thing(span) for span in things + self.amounts}
        found |= {self.of_event(span) for span in self.spans("events")}
        if "asks" in found:
            return "asks"
        return "unclear" if "unclear" in found else None

    def acts(self, actor: Span) -> bool:
        """True for the one by whom something is done: "written by the Fund"."""
        return any(self.words(by, actor) == 0 for by in self.spans("by"))

    def of_thing(self, thing: Span) -> Finding | None:
        """What the clause says of one thing that costs money."""
        if self.for_experts(thing):
            return "unclear" if self.for_own_trainers(thing) else None
        if self.negated(thing, reach=2) and not self.requests:
            return None
        payment = self.payment_of(thing)
        if payment is None:
            return self.without_payment(thing)
        kind, span = payment
        if self.negated(span):
            return None
        return self.by_agent(self.agent(span, thing), kind, span, thing)

    def of_event(self, event: Span) -> Finding | None:
        """A gathering counts only where somebody is asked to pay for it."""
        near = [span for kind, span in self.payments if kind == "buy" and 0 <= self.words(span, event) <= 4]
        if not near or self.negated(near[-1]) or self.studied(near[-1].end, event) or self.for_experts(event, 1):
            return None
        agent = self.agent(near[-1], event)
        if agent in ("request", "facility") and not self.studied(self.asked_from(near[-1]), near[-1]):
            return "asks"
        return "asks" if agent is None and self.stance == "sought" and not self.studied(0, event) else None

    def by_agent(self, agent: str | None, kind: str, payment: Span, thing: Span) -> Finding | None:
        """The finding once it is known who should pay ("unsure": the institution, but helped by the facility)."""
        first = min(payment.end, thing.end)
        joined = self.joined(thing)
        if agent in ("facility", "request"):
            asked = self.asked_from(payment)
            studied = self.studied(asked, payment) or self.studied(first, thing)
            return None if studied and not joined else "asks"
        if agent == "unsure":
            return "unclear"
        if agent is not None or self.studied(payment.start if self.joined(payment) else 0, thing) or self.refused:
            return None
        if self.stance == "sought":
            return "asks"
        if self.stance == "plan" and payment.start <= thing.start:
            return "asks" if self.opens(payment) else "unclear" if kind == "buy" else None
        return "unclear" if self.stance == "aim" and kind == "buy" else None

    def without_payment(self, thing: Span) -> Finding | None:
        """A thing without a word of paying: asked for directly, needed, or simply listed as sought."""
        charged = self.paid_by(thing)
        if charged is not None:
            return "asks" if charged == "facility" and not self.studied(0, thing) else None
        before = self.nearest(thing.start)
        if before and before[0] in ("request", "facility") and self.requests and before[1].end <= thing.start:
            start = self.asked_from(thing)
            if not self.studied(start, thing) or self.joined(thing):
                return "asks" if self.words(before[1], thing) <= 5 or self.joined(thing) else "unclear"
            return None
        if self.refused or self.refused_after(thing):
            return None
        if self.wanted_after(thing):
            return None if self.studied(0, thing) and not self.joined(thing) else "asks"
        if self.studied(0, thing) and not self.joined(thing):
            return None
        own = before is not None and before[0] in ("own", "other")
        if self.needed(thing):
            return "asks" if self.stance == "sought" else "unclear" if self.stance in ("plan", "own") else None
        if self.stance == "sought" and not own and self.opens(thing, reach=3) and not self.paid_by_others(thing):
            return "asks"
        return None

    def agent(self, payment: Span, thing: Span) -> str | None:
        """Who pays: named behind ("paid by ..."), else the last one named before, else the one right behind."""
        behind = self.paid_by(payment)
        if behind:
            return behind
        before = self.nearest(min(payment.start, thing.start) if thing.start < payment.start else payment.start)
        if before is None:
            after = [(kind, span) for kind, span in self.actors if 0 <= self.words(payment, span) <= 1]
            after = [(kind, span) for kind, span in after if kind in ("own", "other")]
            return after[0][0] if after and payment.start > thing.start or after and self.verbal(after[0][1]) else None
        kind, span = before
        helped = [asked for asked in self.requests if asked.end <= span.start]
        if kind == "own" and helped and not self.fresh(span):
            return "unsure"
        return None if kind == "request" and self.refused else kind

    def verbal(self, actor: Span) -> bool:
        """A subject said behind its verb ("pagará el Ministerio"), not the owner of what is paid."""
        return self.language in ("es", "pt", "ru")

    def paid_by(self, payment: Span) -> str | None:
        """The one named behind as payer: "paid by the Ministry", "a cargo del Ministerio", "from our own budget"."""
        for by in self.spans("by"):
            if by.end > payment.start:
                named = [(kind, s) for kind, s in self.actors if kind != "request" and 0 <= self.words(by, s) <= 1]
                if named:
                    return min(named, key=lambda entry: entry[1].start)[0]
        own = [span for span in self.spans("own_pays") if span.start >= payment.start]
        in_hand = [s for k, s in self.actors if k in ("own", "other") and 0 <= self.words(payment, s) <= 0]
        return "own" if own or in_hand and self.language == "ru" else None

    def paid_by_others(self, thing: Span) -> bool:
        """True if the institution or somebody else is named behind the thing."""
        return any(kind in ("own", "other") and span.start > thing.start for kind, span in self.actors)

    def nearest(self, place: int) -> tuple[str, Span] | None:
        """The last actor named before a place of the clause."""
        before = [(kind, span) for kind, span in self.actors if span.end <= place]
        return max(before, key=lambda entry: entry[1].end, default=None)

    def asked_from(self, place: Span) -> int:
        """Where the asking ends that leads to a place: words of advice behind it turn things into a subject."""
        ends = [span.end for kind, span in self.actors if kind in ("request", "facility") and span.end <= place.start]
        asked = [span.end for span in self.requests if span.end <= place.start]
        return max(asked or ends, default=0)

    def payment_of(self, thing: Span) -> tuple[str, Span] | None:
        """The word of paying that governs a thing: the last before it, else the first behind it."""
        before = [entry for entry in self.payments if entry[1].end <= thing.start]
        if before:
            kind, span = max(before, key=lambda entry: entry[1].end)
            parted = [s for k, s in self.actors if k == "own" and span.end <= s.start <= thing.start and self.fresh(s)]
            return None if parted else (kind, span)
        behind = [entry for entry in self.payments if entry[1].start >= thing.end and entry[0] == "buy"]
        return min(behind, key=lambda entry: entry[1].start, default=None)

    def wanted_after(self, thing: Span) -> bool:
        """The thing "is requested"; a refusal anywhere before it counts for the whole list ("no cars or per diems")."""
        behind = [s for s in self.spans("request_passive") if 0 <= self.words(thing, s) <= 8]
        return bool(behind) and not self.refused_after(thing)

    def refused_after(self, thing: Span) -> bool:
        """True if the thing stands in a list that "is not requested"."""
        behind = [s for s in self.spans("request_passive") if 0 <= self.words(thing, s) <= 8]
        return bool(behind) and any(span.start <= behind[0].end for span in self.spans("not"))

    def needed(self, thing: Span) -> bool:
        """True if a word of need stands next to the thing."""
        needs = [s for s in self.spans("need") if not any(_inside(s, perhaps) for perhaps in self.spans("perhaps"))]
        near = [s for s in needs if 0 <= self.words(s, thing) <= 4 or 0 <= self.words(thing, s) <= 3]
        return any(not self.negated(span) for span in near)

    def for_experts(self, thing: Span, reach: int = 6) -> bool:
        """The facility pays the travel of experts, interpreters and study-visit delegates (guide 3.3)."""
        others = [s for s in self.spans("attendees") if 0 <= self.words(thing, s) <= reach]
        behind = [s for s in self.spans("experts") if 0 <= self.words(thing, s) <= reach]
        before = [s for s in self.spans("experts") if self.words(s, thing) == 0]
        if before:
            return True
        return bool(behind) and not any(span.start < behind[0].start for span in others)

    def for_own_trainers(self, thing: Span) -> bool:
        """True where somebody is asked to pay for "the thirty trainers" or "our trainers": hardly the facility's."""
        behind = [s for s in self.spans("trainers") if 0 <= self.words(thing, s) <= 6]
        if not behind or not self.requests or not self.payments:
            return False
        small = sum(thing.end <= span.start and span.end <= behind[0].start for span in self.spans("small"))
        return self.words(thing, behind[0]) > small

    def studied(self, start: int, thing: Span) -> bool:
        """Advice, training or a study stands between: the thing is what it is about, not what is asked for."""
        between = [span for span in self.spans("advice") if start <= span.start and span.end <= thing.start]
        return any(not self.is_given(span) for span in between)

    def joined(self, thing: Span) -> bool:
        """The thing is an item of its own in a list: "two experts, a projector and 40 lunches"."""
        ands = cue_pattern(self.language, "money", "and").pattern
        found = re.search(_JOINED.format(ands), self.text[: thing.start])
        if not found:
            return False
        between = found["between"]
        listed = bool(self.payments) and any(kind == "buy" for kind, _ in self.payments) and not between
        return bool(_QUANTITY.search(between)) or listed

    def opens(self, span: Span, reach: int = 1) -> bool:
        """Nothing but small words stands before the span in its clause or its list."""
        head = re.split(r" , ", self.text[: span.start])[-1]
        return len(head.split()) <= reach

    def fresh(self, actor: Span) -> bool:
        """A new subject opens here: "..., and the Ministry will pay"."""
        ands = cue_pattern(self.language, "money", "and").pattern
        return bool(re.search(rf"(?:, |{ands} )$", self.text[: actor.start]))

    def negated(self, span: Span, reach: int = 3) -> bool:
        """A "not" stands within reach before the span, no "and" between, nor for a verb (a wide reach) a comma."""
        for no in self.spans("not"):
            if no.end <= span.start and self.words(no, span) <= reach:
                between = self.text[no.end : span.start]
                parted = "," in between and reach > 2 or cue_pattern(self.language, "money", "and").search(between)
                if not parted:
                    return True
            if no.start >= span.start and no.end <= span.end:
                return True
        return False

    def words(self, first: Span, second: Span) -> int:
        """The number of words between two spans; negative if the second does not follow the first."""
        if second.start < first.end:
            return -1
        return len(self.text[first.end : second.start].replace(",", " ").split())


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _inside(one: Span, other: Span) -> bool:
    return other.start <= one.start and one.end <= other.end and other != one
