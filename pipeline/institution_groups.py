"""Which institutions are one, from what persons judged about pairs: "same" carries over, "not same" holds it up."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

Judgement = Literal["same", "not_same", "undecided"]
State = Literal["open", "undecided", "judged", "implied"]


class Judged(NamedTuple):
    """A judgement in force about two institutions."""

    first: int
    second: int
    judgement: Judgement


def grouped(judged: Iterable[Judged], ids: Iterable[int]) -> dict[int, int]:
    """The group of each institution, named by its lowest id. Judgements are taken in the order in which they were made;
    one that would bring together what was judged apart joins nothing."""
    every = tuple(judged)
    group = {each: each for each in ids}
    for one in every:
        if one.judgement == "same" and {one.first, one.second} <= group.keys():
            here, there = group[one.first], group[one.second]
            if here != there and not _apart(every, group, here, there):
                group.update({each: min(here, there) for each, own in group.items() if own in (here, there)})
    return group


def state_of(pair: tuple[int, int], judged: Iterable[Judged], group: dict[int, int]) -> State:
    """Where a proposal stands: judged itself, implied by judgements about others, or open."""
    every = tuple(judged)
    own = [each.judgement for each in every if {each.first, each.second} == {*pair}]
    if own:
        return "undecided" if own[-1] == "undecided" else "judged"
    here, there = (group.get(each, each) for each in pair)
    return "implied" if here == there or _apart(every, group, here, there) else "open"


def against(wanted: Judged, judged: Iterable[Judged], group: dict[int, int]) -> tuple[Judged, ...]:
    """The judgements that a new one would contradict: for "same" those that hold the two groups apart, for "not same"
    the chain that makes them one."""
    others = [each for each in judged if {each.first, each.second} != {wanted.first, wanted.second}]
    if wanted.judgement == "same":
        here, there = group.get(wanted.first, wanted.first), group.get(wanted.second, wanted.second)
        return tuple(_between(others, group, here, there)) if here != there else ()
    return _chain(wanted.first, wanted.second, others) if wanted.judgement == "not_same" else ()


def _apart(judged: Iterable[Judged], group: dict[int, int], here: int, there: int) -> bool:
    return any(True for _ in _between(judged, group, here, there))


def _between(judged: Iterable[Judged], group: dict[int, int], here: int, there: int) -> Iterator[Judged]:
    for each in judged:
        sides = {group.get(each.first, each.first), group.get(each.second, each.second)}
        if each.judgement == "not_same" and sides == {here, there}:
            yield each


def _chain(start: int, end: int, judged: list[Judged]) -> tuple[Judged, ...]:
    """The shortest way from one institution to another over judgements "same"; empty if there is none."""
    ways: dict[int, tuple[Judged, ...]] = {start: ()}
    edge = [start]
    while edge and end not in ways:
        reached: list[int] = []
        for here in edge:
            for each in judged:
                if each.judgement == "same" and here in each[:2]:
                    there = each.second if each.first == here else each.first
                    if there not in ways:
                        ways[there] = (*ways[here], each)
                        reached.append(there)
        edge = reached
    return ways.get(end, ())
