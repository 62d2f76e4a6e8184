"""The rules about money, demand, contributions and partners (guide 1.1, 1.4, 2.2.3, 2.2.4 and 3.3)."""

from classifiers.case import Case, Verdict, first_sentence, row_text
from classifiers.cues import cue_pattern, folded_clause, has_cue, sentences, spoken
from classifiers.money import money_mentions
from classifiers.payers import Stance
from pipeline.folding import words
from pipeline.languages import says_nothing
from pipeline.records import Evidence, FieldReading, Outcome

STANCES: dict[str, Stance] = {
    "contribution_sought": "sought",
    "contributions": "own",
    "other_support": "others",
    "supporting_entity_role": "others",
    "previous_cooperation": "others",
    "title": "plan",
    "deliverables": "plan",
    "objectives": "aim",
    "expected_results": "aim",
    "background": "told",
    "target_groups": "told",
    "policy_alignment": "told",
    "cross_cutting": "told",
    "expertise_sought": "told",
    "preferred_experience": "told",
    "security_situation": "told",
    "institution_mandate": "told",
}
"""What stands in each answer, as far as money goes."""
_TOO_SHORT_TO_DENY = 12
"""Words: a longer answer that also says "no contribution" still names something."""


def no_financial_support(case: Case) -> Verdict:
    """No request for money, equipment, events, per diems or salaries."""
    asked: list[tuple[str, str]] = []
    unclear: list[tuple[str, str]] = []
    for key, text, stance in _answers(case):
        for mention in money_mentions(text, stance, case.language):
            (asked if mention.finding == "asks" else unclear).append((key, mention.sentence))
    if asked:
        return Verdict(
            "not_met",
            "The facility is asked to pay for something it does not cover (money, equipment, "
            f'events, per diems or salaries): "{_short(asked[0][1])}" Tell the institution what is covered.',
            _all_quoted(case, asked),
            asked[0][0],
        )
    if unclear:
        return Verdict(
            "needs_judgement",
            "Costs are mentioned and it is not clear who should bear them: "
            f'"{_short(unclear[0][1])}" Ask the institution.',
            _all_quoted(case, unclear),
            unclear[0][0],
        )
    return Verdict("met", "No answer asks the facility for money, equipment, event costs, per diems or salaries.")


def _answers(case: Case) -> list[tuple[str, str, Stance]]:
    texts = [(key, case.words(key), stance) for key, stance in STANCES.items()]
    return texts + [("activities", row_text(row), "plan") for row in case.activities]


def _all_quoted(case: Case, found: list[tuple[str, str]]) -> tuple[Evidence, ...]:
    return tuple(place for key, sentence in found for place in case.quote(key, sentence))


def _short(text: str) -> str:
    return text if len(text) <= 220 else text[:217].rsplit(" ", 1)[0] + " …"


def demand_driven(case: Case) -> Verdict:
    """The institution itself asks; a supporting entity only accompanies."""
    if case.field("institution_type").value == "international_organisation":
        return Verdict(
            "needs_judgement",
            "An international organisation asks in its own name; the request must "
            "come from an institution of the partner country.",
            case.quote("institution_type"),
            "institution_type",
        )
    for key in (
        "supporting_entity_role",
        "background",
        "previous_cooperation",
        "other_support",
        "contributions",
        "objectives",
    ):
        for sentence in sentences(case.words(key)):
            if _steers(sentence, case.language, key == "supporting_entity_role", _own_nouns(case)):
                return Verdict(
                    "needs_judgement",
                    "A supporting entity seems to have written or to steer the request: "
                    f'"{_short(sentence)}" The institution itself must ask; check with it.',
                    case.quote(key, sentence),
                    key,
                )
    return _contact(case)


def _contact(case: Case) -> Verdict:
    domain = _domain(case.words("contact_email"))
    entity = _domain(_first_address(case.words("supporting_entity_contact")))
    foreign = any(domain == known or domain.endswith(f".{known}") for known in case.rule("demand_driven").domains)
    if foreign or (entity and entity == domain and domain not in case.words("institution_website").lower()):
        return Verdict(
            "needs_judgement",
            f"The contact person writes from {domain}, not from the institution; "
            "check that the institution itself asks.",
            case.quote("contact_email"),
            "contact_email",
        )
    if not case.words("supporting_entity_name") or _says_nothing(case, "supporting_entity_name"):
        return Verdict("met", "The institution asks in its own name; no supporting entity is named.")
    if case.field("supporting_entity_role").state == "unreadable":
        return Verdict(
            "cannot_tell",
            "A supporting entity is named, but its role could not be read; look at the file.",
            case.field("supporting_entity_role").evidence,
            "supporting_entity_role",
        )
    return Verdict(
        "met",
        "A supporting entity is named; by what the form says it only accompanies the request.",
        case.quote("supporting_entity_role"),
        "supporting_entity_role",
    )


def _own_nouns(case: Case) -> frozenset[str]:
    """The words of the institution's name that its supporting entity's has not: “by the Federation” is by itself."""
    named, others = words(case.words("institution_name")), words(case.words("supporting_entity_name"))
    return frozenset(word for word in named if len(word) > 3) - frozenset(others)


def _steers(sentence: str, form_language: str, in_role: bool, own: frozenset[str] = frozenset()) -> bool:
    """The sentence says that somebody else than the institution, called by one of its ``own`` words, wrote the request
    or leads the action."""
    language = spoken(sentence, form_language)
    return any(_clause_steers(folded_clause(part), language, in_role, own) for part in sentence.split(";"))


def _clause_steers(plain: str, language: str, in_role: bool, own: frozenset[str]) -> bool:
    def says(name: str) -> bool:
        return has_cue(plain, language, "support", name)

    if says("self") or not in_role and not says("organisations") or _by_itself(plain, language, own):
        return False
    if says("behalf") and (in_role or says("request")):
        return True
    wrote = says("request") and _unhelped(plain, language, "wrote")
    return wrote or in_role and says("action") and _unhelped(plain, language, "leads")


def _by_itself(plain: str, language: str, own: frozenset[str]) -> bool:
    """True for “by the Federation alone” and “The Federation wrote …”, not for “by the Federation of Trade Unions of
    Norway”."""
    alone = cue_pattern(language, "support", "alone")
    for by in cue_pattern(language, "money", "by").finditer(plain):
        first, more = _named_first(plain[by.end() :], language)
        if first in own and (not more or more.startswith(",") or alone.match(more)):
            return True
    first, more = _named_first(plain, language)
    return first in own and any(cue_pattern(language, "support", verb).match(more) for verb in ("wrote", "leads"))


def _named_first(plain: str, language: str) -> tuple[str, str]:
    """The first word behind an article, and what follows."""
    named = plain.strip()
    if article := cue_pattern(language, "support", "articles").match(named):
        named = named[article.end() :].strip()
    first, _, more = named.partition(" ")
    return first, more


def _unhelped(plain: str, language: str, name: str) -> bool:
    """The verb stands without a "not" right before it and without a "helped to" before it."""
    for verb in cue_pattern(language, "support", name).finditer(plain):
        before = plain[: verb.start()]
        near = " ".join(before.split()[-3:])
        if not has_cue(near, language, "support", "not") and not has_cue(before, language, "support", "helped"):
            return True
    return False


def _domain(address: str) -> str:
    return address.rpartition("@")[2].strip().lower() if "@" in address else ""


def _first_address(text: str) -> str:
    return next((word.strip(".,;:()<>") for word in text.split() if "@" in word), "")


def own_contribution(case: Case) -> Verdict:
    """The institution names what it contributes."""
    answer = _stated(case, "contributions", "its own contribution")
    text = case.words("contributions")
    if answer.outcome != "met":
        return answer
    short = len(text.split()) <= _TOO_SHORT_TO_DENY
    denied = short and has_cue(folded_clause(text), spoken(text, case.language), "contribution", "none")
    if _says_nothing(case, "contributions") or denied:
        return Verdict(
            "not_met",
            "The institution says that it contributes nothing; the guide expects staff, rooms or "
            "other contributions in kind.",
            case.quote("contributions"),
            "contributions",
        )
    return Verdict(
        "met",
        f'The institution names its contribution: "{_short(first_sentence(text))}"',
        case.quote("contributions", first_sentence(text)),
        "contributions",
    )


def complementarity_stated(case: Case) -> Verdict:
    """Other partners' support is described; that there is none is a description too."""
    if case.simplified:
        return Verdict("not_applicable", "The simplified form does not ask for other partners' support.")
    answer = _stated(case, "other_support", "other partners' support")
    if answer.outcome == "met" and _says_nothing(case, "other_support"):
        return Verdict(
            "met",
            "The institution says that no other partner supports it.",
            case.quote("other_support"),
            "other_support",
        )
    return answer


def _stated(case: Case, key: str, what: str) -> Verdict:
    reading = case.field(key)
    outcomes: dict[str, tuple[Outcome, str]] = {
        "answered": ("met", f"The form describes {what}."),
        "blank": ("not_met", f"The question on {what} is left empty; ask the institution."),
        "placeholder": ("not_met", f"The question on {what} still shows the form's own prompt; ask the institution."),
        "unreadable": ("cannot_tell", f"The answer on {what} could not be read; look at the file."),
        "not_on_form": ("cannot_tell", f"The form does not ask for {what}; ask the institution."),
    }
    outcome, reason = outcomes[reading.state]
    return Verdict(outcome, reason, case.quote(key), key)


def _says_nothing(case: Case, key: str) -> bool:
    """The answer only says that there is nothing ("None", "-", "sin objeto")."""
    text = case.words(key).strip()
    return says_nothing(text, spoken(text, case.language))


def security(case: Case) -> Verdict:
    """Advisory only: whether the security situation is described."""
    reading: FieldReading = case.field("security_situation")
    if reading.state == "answered":
        return Verdict(
            "met",
            "The security situation is described; a person weighs it before experts travel.",
            case.quote("security_situation"),
            "security_situation",
        )
    if reading.state == "not_on_form":
        return Verdict("not_applicable", "This form does not ask about security.")
    return Verdict(
        "cannot_tell",
        "Nothing is said on security; check the travel advice before experts travel.",
        reading.evidence,
        "security_situation",
    )
