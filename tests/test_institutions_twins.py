"""One institution under many names, one request by many doors: what is proposed, what persons judge, what is kept."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from pipeline import institution_words
from pipeline.desk_tables import AUDIT, QUEUE
from pipeline.forgetting import forget
from pipeline.institution_groups import Judged, against, grouped, state_of
from pipeline.institution_keys import keys_of, sought_by
from pipeline.institution_matching import LEAST, Institution, likeness
from pipeline.institution_tables import (
    INSTITUTION_JUDGEMENTS,
    INSTITUTION_KEYS,
    INSTITUTION_PAIRS,
    INSTITUTION_REQUESTS,
    INSTITUTIONS,
    REQUEST_KEYS,
    TWIN_JUDGEMENTS,
    TWINS,
)
from pipeline.institution_words import InstitutionWordsError
from pipeline.institution_words import institution_words as words
from pipeline.records import Arrival, Record
from pipeline.request_prints import print_of, shared
from pipeline.tables import DECISIONS
from pipeline.transliteration import latin, sounded
from pipeline.twin_matching import twin_likeness
from pipeline.web_addresses import domain_of
from pipeline.word_difference import MOST, word_difference
from review import pages_institutions
from review.queue_rows import catch_up
from review.twin_looks import look_behind
from tests.desk_room import Room, another, form, open_room
from tests.test_desk import HOSTILE, SAFE_TAGS, Page

EN, FR, RU = "en_ghana_pensions.docx", "u_fr_madagascar_visite.pdf", "ru_tajik_uhod.docx"

# ------------------------------------------------------------------------------------------------ matching
SAME = [
    ("MZ", "Ministério da Segurança Social", "Министерство социального обеспечения"),
    ("MZ", "Ministério do Trabalho e Segurança Social", "Ministry of Labour and Social Security"),
    ("MZ", "Instituto Nacional de Segurança Social", "INSS"),
    ("AO", "Ministério da Acção Social, Família e Promoção da Mulher", "Ministério da Ação Social, Família e Mulher"),
    ("CV", "Direção Nacional da Administração Pública (DNAP)", "DNAP"),
    ("KG", "Ministry of Labour and Social Protection", "Министерство труда и социальной защиты"),
    ("TJ", "Министерство труда и занятости Республики Таджикистан", "Ministry of Labour and Employment of Tajikistan"),
    ("UZ", "Ministerstvo truda i sotsialnoy zashchity", "Министерство труда и социальной защиты"),
    ("KZ", "Ministerstvo truda i social'noj zashhity", "Министерство труда и социальной защиты"),
    ("TJ", "Агентство социального страхования и пенсий", "Agency for Social Insurance and Pensions"),
    ("BY", "Федерация профсоюзов Беларуси", "Federation of Trade Unions of Belarus"),
    ("BY", "Фонд социальной защиты населения", "Social Protection Fund"),
    ("KG", "МИНИСТЕРСТВО ТРУДА", "министерство труда Кыргызской Республики"),
    ("BJ", "Caisse Nationale de Sécurité Sociale", "National Social Security Fund"),
    ("TG", "CNSS", "Caisse Nationale de Sécurité Sociale"),
    ("TG", "Confédération Nationale des Travailleurs du Togo (CNTT)", "National Confederation of Workers of Togo"),
    ("NE", "Agence Nationale pour la Promotion de l'Emploi (ANPE)", "National Employment Promotion Agency"),
    ("BF", "Ministère du Travail", "Minstère du Travial"),
    ("BF", "MINISTERE DE LA SANTE", "Ministère de la Santé"),
    ("CI", "Ministère de l’Emploi et de la Protection sociale", "Ministry of Employment and Social Protection"),
    ("SN", "Caisse de Sécurité Sociale", "Caisse de Securite Sociale du Sénégal"),
    ("SV", "Ministerio de Trabajo y Previsión Social (MTPS)", "Ministry of Labour and Social Welfare"),
    ("GT", "Ministerio de Trabajo y Previsión Social", "MINISTERIO DE TRABAJO Y PREVISION SOCIAL"),
    ("EC", "Instituto Ecuatoriano de Seguridad Social (IESS)", "Ecuadorian Institute of Social Security"),
    ("PE", "Ministerio de Trabajo y Promoción del Empleo", "Ministère du Travail et de la Promotion de l'Emploi"),
    ("DO", "Consejo Nacional de Seguridad Social", "National Council of Social Security"),
    ("JO", "Ministry of Labor", "Ministry of Labour"),
    ("JO", "Ministry of Labour", "Ministry of Labour and Social Affairs"),
    ("KE", "National Employment Authority", "Autorité nationale de l'emploi"),
    ("ZM", "Workers' Compensation Fund Control Board", "WCFCB"),
    ("KE", "Federation of Kenya Employers (FKE)", "Kenya Federation of Employers"),
    ("BB", "NISSS, formerly National Insurance Scheme", "National Insurance Scheme"),
    ("MY", "PERKESO / Social Security Organisation", "Social Security Organization"),
    ("UA", "Министерство социальной политики Украины", "Ministry of Social Policy of Ukraine"),
    ("MD", "Минтруда", "Министерство труда"),
    ("JO", "Ministry of Labour – Directorate of Occupational Safety", "Ministry of Labour"),
    ("GH", "National Pensions Regulatory Author ity", "National Pensions Regulatory Authority"),
]
APART = [
    ("JO", "Ministry of Labour", "Ministry of Health"),
    ("JO", "National Employment Agency", "National Health Agency"),
    ("UZ", "National Social Protection Agency", "National Social Insurance Agency"),
    ("KH", "Ministry of Labour and Vocational Training", "Ministry of Labour, Invalids and Social Affairs"),
    ("MZ", "Município de Maputo", "Município da Beira"),
    ("ZA", "Department of Labour, Western Cape", "Department of Labour, Eastern Cape"),
    ("KE", "Federation of Kenya Employers", "Federation of Kenya Workers"),
    ("ID", "BPJS Ketenagakerjaan", "BPJS Kesehatan"),
    ("MA", "Caisse Nationale de Sécurité Sociale", "Caisse Nationale d'Assurance Maladie"),
    ("TJ", "Министерство труда и занятости", "Министерство здравоохранения и социальной защиты"),
    ("PE", "Confederación General de Trabajadores del Perú (CGTP)", "Central Única de Trabajadores (CUT)"),
    ("BR", "Instituto Nacional do Seguro Social", "Ministério da Previdência Social"),
    ("BR", "Ministério do Trabalho e Emprego", "Confederação Nacional da Indústria"),
    ("CI", "IPS-CNPS", "IPS-CGRAE"),
    ("SN", "Maison du Travail – Agence des Jeunes", "Maison du Travail – Inspection de la Sécurité Sociale"),
    ("GH", "National Pensions Authority 17", "National Pensions Authority 18"),
    ("ML", "Ministère du Travail", "Ministère de la Santé"),
    ("ML", "Union Nationale des Travailleurs du Mali", "Conseil National du Patronat du Mali"),
    ("ML", "Caisse Malienne de Sécurité Sociale (CMSS)", "Caisse Nationale d'Assurance Maladie (CANAM)"),
    ("KZ", "Федерация профсоюзов", "Конфедерация работодателей"),
    ("KZ", "Министерство труда", "Ministry of Education"),
    ("BY", "Министерство труда", "Федерация профсоюзов"),
    ("CO", "Ministerio del Trabajo", "Ministerio del Interior"),
    ("CO", "Secretaría de Salud, Departamento de Cundinamarca", "Secretaría de Salud, Departamento de Antioquia"),
    (
        "MX",
        "Instituto de Seguridad Social del Estado de Tabasco",
        "Instituto de Seguridad Social del Estado de Yucatán",
    ),
    ("CL", "Servicio Nacional de Capacitación y Empleo", "Servicio Nacional de la Discapacidad"),
    ("UG", "Makerere University", "Uganda Christian University"),
    ("NG", "Nigeria Labour Congress", "Nigeria Employers' Consultative Association"),
    ("GH", "Social Security and National Insurance Trust", "National Health Insurance Authority"),
    ("GE", "Georgian Trade Unions Confederation", "Georgian Employers' Association"),
    ("TH", "Union of Teachers", "Union of Nurses"),
    ("PT", "Secretaria de Estado do Emprego", "Secretaria de Estado da Saúde"),
    ("KE", "District Office 4", "District Office 7"),
    ("TR", "Türkiye İş Kurumu", "Sosyal Güvenlik Kurumu"),
]
TWO_COUNTRIES = [
    ("Ministry of Labour", "KE", "UG"),
    ("Caisse Nationale de Sécurité Sociale", "BJ", "TG"),
    ("Instituto Nacional de Segurança Social", "AO", "MZ"),
    ("Instituto de Previsión Social", "PY", "CL"),
    ("Министерство труда и социальной защиты", "BY", "KZ"),
    ("ANPE", "ML", "NE"),
    ("National Social Security Fund", "KE", "UG"),
    ("SENADIS", "PA", "CL"),
]


def found(first: Institution, second: Institution) -> bool:
    """Whether the two share a key, in both directions alike: else they would never be compared."""
    ways = {*keys_of(first)} & {*sought_by(second)}, {*keys_of(second)} & {*sought_by(first)}
    assert bool(ways[0]) == bool(ways[1])
    return bool(ways[0])


@pytest.mark.parametrize(("country", "one", "other"), SAME, ids=lambda told: told[:30])
def test_one_institution_is_known_again(country: str, one: str, other: str) -> None:
    first, second = (Institution(name=name, country=country) for name in (one, other))
    like = likeness(first, second)
    assert like.score >= LEAST, like
    assert any(reason.speaks_for for reason in like.reasons)
    assert like.score == likeness(second, first).score
    assert found(first, second)


@pytest.mark.parametrize(("country", "one", "other"), APART, ids=lambda told: told[:30])
def test_two_institutions_of_a_country_are_kept_apart(country: str, one: str, other: str) -> None:
    like = likeness(Institution(name=one, country=country), Institution(name=other, country=country))
    assert like.score < LEAST, like


@pytest.mark.parametrize(("name", "here", "there"), TWO_COUNTRIES)
def test_the_same_name_in_two_countries_is_two_institutions(name: str, here: str, there: str) -> None:
    first, second = Institution(name=name, country=here), Institution(name=name, country=there)
    assert likeness(first, second).score == 0
    assert not found(first, second)


def test_the_country_in_a_name_counts_where_no_country_was_read() -> None:
    plain = Institution(name="Министерство труда Республики Таджикистан")
    assert likeness(plain, Institution(name="Ministry of Labour", country="TJ")).score >= LEAST
    assert likeness(plain, Institution(name="Ministry of Labour", country="KG")).score == 0


def test_without_a_country_a_name_is_proposed_with_less() -> None:
    bare, kenya = Institution(name="Ministry of Labour"), Institution(name="Ministry of Labour", country="KE")
    like = likeness(bare, kenya)
    assert LEAST <= like.score < 0.9 and any(not reason.speaks_for for reason in like.reasons)
    assert found(bare, kenya) and found(bare, bare)


def test_domain_and_acronym_speak_with_their_reasons() -> None:
    first = Institution(name="Служба занятости", country="UA", domains=("dcz.gov.ua",))
    second = Institution(name="Державна служба зайнятості", country="UA", domains=("dcz.gov.ua",))
    like = likeness(first, second)
    assert like.score >= LEAST and "dcz.gov.ua" in like.reasons[-1].words
    first = Institution(name="Sosyal Güvenlik Kurumu", country="TR", acronyms=("SGK",))
    second = Institution(name="Social Security Institution", country="TR", acronyms=("S.G.K.",))
    assert likeness(first, second).score >= LEAST
    other = second.model_copy(update={"acronyms": ("TSS",)})
    assert likeness(first, other).score < LEAST


def test_two_countries_with_one_name_and_one_domain_are_shown_as_a_misreading() -> None:
    first = Institution(name="Ministry of Labour", country="NE", domains=("labour.gov.ng",))
    second = Institution(name="Ministry of Labour", country="NG", domains=("labour.gov.ng",))
    like = likeness(first, second)
    assert like.score >= LEAST and any("countries differ" in reason.words for reason in like.reasons)


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("ana@dsp.inss.gov.mz", "inss.gov.mz"),
        ("https://www.npra.gov.gh/contact", "npra.gov.gh"),
        ("travail.gouv.bj", "travail.gouv.bj"),
        ("info@mtss.go.cr", "mtss.go.cr"),
        ("www.ilo.org", "ilo.org"),
        ("somebody@gmail.com", None),
        ("ministry@yahoo.fr", None),
        ("труд@mail.ru", None),
        ("anyone@gov.mz", None),
        ("http://10.0.0.1/x", None),
        ("no address", None),
        ("", None),
    ],
)
def test_a_domain_tells_whose_it_is_or_nothing(address: str, domain: str | None) -> None:
    assert domain_of(address) == domain


@pytest.mark.parametrize(
    "spellings",
    [
        ("Щербаков", "Shcherbakov", "Scherbakov"),
        ("Юсупов", "Yusupov", "Iusupov", "Jusupov"),
        ("Ташкент", "Tashkent"),
        ("занятость", "zanyatost'", "zaniatost"),
        ("Жанаозен", "Zhanaozen"),
        ("Protecção", "proteccao"),
    ],
)
def test_spellings_of_one_word_sound_alike(spellings: tuple[str, ...]) -> None:
    assert len({sounded(each.replace("'", "")) for each in spellings}) == 1


def test_cyrillic_is_written_in_latin_letters() -> None:
    assert latin("Министерство  ТРУДА") == "ministerstvo truda"


def test_the_file_of_words_says_which_key_is_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bad = tmp_path / "institution_words.toml"
    bad.write_text(institution_words.FILE.read_text("utf-8").replace('near = ["platform"]', 'near = ["plattform"]'))
    monkeypatch.setattr(institution_words, "FILE", bad)
    words.cache_clear()
    try:
        with pytest.raises(InstitutionWordsError, match=r"institution_words\.toml.*network.*plattform"):
            words()
    finally:
        monkeypatch.undo()
        words.cache_clear()


# ------------------------------------------------------------------------------------------------ groups
def test_same_carries_over_and_not_same_holds_it_up() -> None:
    judged = [Judged(1, 2, "same"), Judged(2, 3, "same"), Judged(3, 4, "not_same"), Judged(5, 6, "undecided")]
    group = grouped(judged, range(1, 7))
    assert group == {1: 1, 2: 1, 3: 1, 4: 4, 5: 5, 6: 6}
    assert state_of((1, 3), judged, group) == "implied"
    assert state_of((1, 4), judged, group) == "implied"
    assert state_of((1, 2), judged, group) == "judged"
    assert state_of((5, 6), judged, group) == "undecided"
    assert state_of((4, 5), judged, group) == "open"


def test_a_contradiction_names_what_it_contradicts() -> None:
    judged = [Judged(1, 2, "same"), Judged(2, 3, "same"), Judged(3, 4, "not_same")]
    group = grouped(judged, range(1, 5))
    assert against(Judged(1, 4, "same"), judged, group) == (judged[2],)
    assert against(Judged(1, 3, "not_same"), judged, group) == (judged[0], judged[1])
    assert against(Judged(1, 4, "not_same"), judged, group) == ()
    assert against(Judged(1, 2, "not_same"), judged, group) == (), "one may change one's mind about the pair itself"


def test_two_who_judge_against_each_other_never_join_what_was_kept_apart() -> None:
    judged = [Judged(1, 2, "not_same"), Judged(1, 3, "same"), Judged(2, 3, "same")]
    group = grouped(judged, (1, 2, 3))
    assert group[1] != group[2]


# ------------------------------------------------------------------------------------------------ at the desk
@pytest.fixture
def room(database: str, tmp_path: Path) -> Iterator[Room]:
    made = open_room(tmp_path, database)
    yield made
    made.desk.drawer.close()
    made.store.close()


def of(name: str, country: str | None = "KG", acronym: str = "") -> dict[str, object]:
    """What a request says of its institution; nothing else that could tell."""
    told: dict[str, object] = {"institution_name": name, "institution_website": "", "contact_email": ""}
    return told | {"institution_country": country, "institution_acronym": acronym}


def send(room: Room, number: int, name: str, sample: str = EN, country: str | None = "KG", **more: object) -> str:
    return room.keep(*another(sample, number, of(name, country) | more, days=10 - number))


def pairs(room: Room) -> dict[tuple[str, str], str]:
    """Where every proposal stands, by the names."""
    with room.desk.reading() as connection:
        told = {
            row.id: Institution.model_validate_json(row.told).name for row in connection.execute(select(INSTITUTIONS))
        }
        rows = connection.execute(select(INSTITUTION_PAIRS)).all()
    return {tuple(sorted((told[row.first_id], told[row.second_id]))): row.state for row in rows}  # type: ignore[misc]


def number(room: Room, name: str) -> str:
    with room.desk.reading() as connection:
        for row in connection.execute(select(INSTITUTIONS)):
            if Institution.model_validate_json(row.told).name == name:
                return str(row.id)
    raise LookupError(name)


def judge(room: Room, one: str, other: str, judgement: str, who: str = "ana"):  # type: ignore[no-untyped-def]
    data = {"first": number(room, one), "second": number(room, other), "judgement": judgement}
    return room.person(who).post("/desk/institutions", data, "/desk/institutions")


LABOUR, TRUD, MOL = "Ministry of Labour", "Министерство труда", "Ministère du Travail"


def test_a_proposal_is_judged_remembered_and_taken_back(room: Room) -> None:
    first, second = send(room, 1, LABOUR), send(room, 2, TRUD, RU)
    assert pairs(room) == {(LABOUR, TRUD): "open"}
    ana = room.person("ana")
    shown = ana.get("/desk/institutions").text
    assert TRUD in shown and "same words in another language" in shown and "of 100" in shown
    panel = ana.get(f"/desk/requests/{first}").text
    assert "Possibly the same institution" in panel and "No other open request of this institution is known" in panel
    assert judge(room, LABOUR, TRUD, "same").headers["location"] == "/desk/institutions"
    assert pairs(room) == {(LABOUR, TRUD): "judged"}
    panel = ana.get(f"/desk/requests/{first}").text
    assert "has 1 other open request." in panel and second in panel and "ranks nothing" in panel
    assert "ana judged: <b>the same</b>" in ana.get("/desk/institutions?state=judged").text
    assert judge(room, LABOUR, TRUD, "revoked", "bo").status_code == 303
    assert pairs(room) == {(LABOUR, TRUD): "open"}
    assert judge(room, LABOUR, TRUD, "revoked").status_code == 422
    with room.desk.reading() as connection:
        kept = connection.execute(select(INSTITUTION_JUDGEMENTS).order_by(INSTITUTION_JUDGEMENTS.c.id)).all()
        noted = connection.execute(select(AUDIT).where(AUDIT.c.action == "judge_institutions")).all()
    assert [(row.judgement, row.made_by) for row in kept] == [("same", "ana"), ("revoked", "bo")]
    assert [(row.name, row.detail) for row in noted] == [("ana", "same"), ("bo", "revoked")]


def test_the_rule_on_one_action_follows_what_a_person_judged(room: Room) -> None:
    first, second = send(room, 1, LABOUR), send(room, 2, TRUD, RU)
    ana = room.person("ana")
    asked = "The institution has other open requests"
    assert asked not in ana.get(f"/desk/requests/{first}").text
    judge(room, LABOUR, TRUD, "same")
    shown = ana.get(f"/desk/requests/{first}").text
    assert f"{asked} ({second})" in shown and "One action at a time: needs judgement" in shown
    with room.desk.reading() as connection:
        rows = {row.reference: row for row in connection.execute(select(QUEUE))}
    assert "one_action_at_a_time" in rows[first].codes and rows[first].stage == "flagged"
    record, data = another(EN, 9, of(LABOUR))
    assert set(room.store.other_open_requests(record)) == {first, second}, "also for a form that comes in now"
    page = f"/desk/requests/{second}"
    told = ana.post(f"{page}/decide", {"outcome": "not_a_request", "reason": "a test"}, page)
    assert told.status_code == 303
    assert asked not in ana.get(f"/desk/requests/{first}").text, "what is closed no longer counts"
    assert catch_up(room.desk, 10, thorough=True) == 1
    with room.desk.reading() as connection:
        row = connection.execute(select(QUEUE).where(QUEUE.c.reference == first)).one()
    assert "one_action_at_a_time" not in row.codes
    judge(room, LABOUR, TRUD, "revoked")
    assert room.store.other_open_requests(record) == (first,)


@pytest.mark.sqlite_only
def test_rows_of_many_requests_follow_behind(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = send(room, 1, LABOUR), send(room, 2, TRUD, RU)
    monkeypatch.setattr(pages_institutions, "AT_ONCE", 0)
    judge(room, LABOUR, TRUD, "same")
    for asked in (False, True):
        with room.desk.reading() as connection:
            row = connection.execute(select(QUEUE).where(QUEUE.c.reference == first)).one()
        assert ("one_action_at_a_time" in row.codes) == asked
        assert catch_up(room.desk, 10, thorough=True) == (0 if asked else 2)


def test_two_without_a_country_can_be_kept_apart(room: Room) -> None:
    first, second = send(room, 1, LABOUR, country=None), send(room, 2, LABOUR, FR, country=None)
    record = another(EN, 1, of(LABOUR, None), days=9)[0]
    assert room.store.other_open_requests(record) == (second,)
    with room.desk.reading() as connection:
        ids = [
            str(each) for each in connection.execute(select(INSTITUTIONS.c.id).order_by(INSTITUTIONS.c.id)).scalars()
        ]
    assert len(ids) == 2, "a name without a country tells no two requests to be of one institution"
    told = {"first": ids[0], "second": ids[1], "judgement": "not_same"}
    room.person("ana").post("/desk/institutions", told, "/desk/institutions")
    assert room.store.other_open_requests(record) == ()
    assert first != second


def test_judgements_carry_over_and_contradictions_are_told(room: Room) -> None:
    for place, name in enumerate((LABOUR, TRUD, MOL), 1):
        send(room, place, name)
    assert set(pairs(room).values()) == {"open"} and len(pairs(room)) == 3
    judge(room, LABOUR, TRUD, "same")
    judge(room, TRUD, MOL, "not_same", "bo")
    assert pairs(room)[tuple(sorted((LABOUR, MOL)))] == "implied"  # type: ignore[index]
    told = judge(room, LABOUR, MOL, "same")
    assert told.status_code == 409 and "contradicts" in told.text and "bo judged: <b>not the same</b>" in told.text
    judge(room, TRUD, MOL, "revoked")
    assert pairs(room)[tuple(sorted((LABOUR, MOL)))] == "open"  # type: ignore[index]
    assert judge(room, LABOUR, MOL, "same").status_code == 303
    assert pairs(room)[tuple(sorted((TRUD, MOL)))] == "implied"  # type: ignore[index]
    told = judge(room, TRUD, MOL, "not_same")
    assert told.status_code == 409 and told.text.count(">Take back</button>") == 2, (
        "the chain that makes them one is named"
    )
    page = room.person("ana").get(f"/desk/institutions/{number(room, MOL)}").text
    assert all(name in page for name in (LABOUR, TRUD, MOL)) and "judged to be one" in page


def test_undecided_leaves_the_queue_and_waits_on_a_list_of_its_own(room: Room) -> None:
    send(room, 1, LABOUR), send(room, 2, TRUD, RU)
    judge(room, LABOUR, TRUD, "undecided")
    ana = room.person("ana")
    assert "Nothing waits for a judgement" in ana.get("/desk/institutions").text
    assert "ana judged: <b>undecided</b>" in ana.get("/desk/institutions?state=undecided").text
    judge(room, LABOUR, TRUD, "not_same")
    assert pairs(room) == {(LABOUR, TRUD): "judged"}


def test_a_name_that_was_not_proposed_can_be_joined_by_a_reference(room: Room) -> None:
    first, second = send(room, 1, LABOUR), send(room, 2, "Кут", RU)
    assert pairs(room) == {}
    ana, mine = room.person("ana"), number(room, LABOUR)
    told = ana.post("/desk/institutions", {"first": mine, "reference": second, "judgement": "same"})
    assert told.status_code == 303
    assert second in ana.get(f"/desk/requests/{first}").text
    for typed in ("nonsense", first):
        assert (
            ana.post("/desk/institutions", {"first": mine, "reference": typed, "judgement": "same"}).status_code == 422
        )


def test_many_enter_requests_of_one_institution_at_once(room: Room) -> None:
    records = [another(EN, place, of(LABOUR, acronym=f"ML{place}"), days=place) for place in range(8)]
    for record, data in records:
        room.store.keep(record, data)
    with ThreadPoolExecutor(4) as pool:
        for told in [pool.submit(catch_up, room.desk, 10, True) for _ in range(4)]:
            told.result()
    with room.desk.reading() as connection:
        told_by_all = connection.execute(select(INSTITUTIONS.c.told)).scalars().all()
        entered = connection.execute(select(func.count()).select_from(INSTITUTION_REQUESTS)).scalar()
    assert entered == 8 and len(told_by_all) == 1
    assert Institution.model_validate_json(told_by_all[0]).acronyms == tuple(f"ML{place}" for place in range(8))


@pytest.mark.sqlite_only
def test_a_corrected_name_moves_the_request_to_its_institution(room: Room) -> None:
    first, second = send(room, 1, LABOUR), send(room, 2, "Ministry of Healt", FR)
    ana, page = room.person("ana"), f"/desk/requests/{second}"
    told = ana.post(f"{page}/fields/institution_name", {"how": "value", "value": LABOUR}, page, script=True)
    assert told.status_code == 200 and first in told.text, "the panel is among the parts that change"
    assert "has 1 other open request." in ana.get(f"/desk/requests/{first}").text


@pytest.mark.sqlite_only
def test_wrong_calls_change_nothing(room: Room) -> None:
    send(room, 1, LABOUR), send(room, 2, TRUD, RU)
    ana = room.person("ana")
    one, two = number(room, LABOUR), number(room, TRUD)
    for wrong in (
        {"first": one, "second": two, "judgement": "perhaps"},
        {"first": one, "second": one, "judgement": "same"},
        {"first": one, "second": "99999", "judgement": "same"},
        {"first": one, "second": "'; DROP TABLE institutions", "judgement": "same"},
    ):
        assert ana.post("/desk/institutions", wrong).status_code == 422
    assert ana.get("/desk/institutions/99999").status_code == 404
    for strange in ("/99999999999999999999", "/x", "?state=all", "?page=0", "?page=99999999999999999999"):
        assert ana.get(f"/desk/institutions{strange}").status_code in (404, 422), strange
    away = {"first": one, "second": two, "judgement": "same", "back": "https://evil.example/"}
    assert ana.post("/desk/institutions", away).headers["location"] == "/desk/institutions"
    judge(room, LABOUR, TRUD, "revoked")
    shown = room.person("rea").get("/desk/institutions").text
    assert TRUD in shown and 'name="judgement"' not in shown, "readers see no buttons"


@pytest.mark.sqlite_only
def test_what_is_forgotten_is_forgotten_here_too(room: Room) -> None:
    send(room, 1, "Ivan Ivanovich Petrov"), send(room, 2, LABOUR)
    with room.desk.reading() as connection:
        row = connection.execute(select(QUEUE.c.record_id).where(QUEUE.c.institution.like("Ivan%"))).scalar()
    forget(room.store, [str(row)])
    with room.desk.reading() as connection:
        told = "".join(connection.execute(select(INSTITUTIONS.c.told)).scalars())
        keys = connection.execute(select(INSTITUTION_KEYS.c.key)).scalars().all()
        prints = connection.execute(select(REQUEST_KEYS.c.record_id).where(REQUEST_KEYS.c.record_id == row)).all()
    assert "Petrov" not in told and LABOUR in told
    assert not [key for key in keys if "petrov" in key] and prints == []
    assert room.person("ana").get("/desk/institutions").status_code == 200


@pytest.mark.sqlite_only
def test_hostile_names_are_shown_as_words(room: Room) -> None:
    for place, name in enumerate(HOSTILE, 1):
        send(room, place, f"{name} Ministry of Labour")
    reference = send(room, 30, LABOUR)
    ana = room.person("ana")
    pages = ["/desk/institutions", f"/desk/requests/{reference}", f"/desk/institutions/{number(room, LABOUR)}"]
    for page in pages:
        told = ana.get(page)
        assert told.status_code == 200
        harmless(told.text)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in ana.get("/desk/institutions").text


def harmless(text: str) -> None:
    for tag, attributes in Page(text).found:
        assert tag in {*SAFE_TAGS, "ins", "del"}, tag
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (tag, attributes)


# ------------------------------------------------------------------------------------------------ the same again
def test_the_very_same_file_is_one_request_with_two_arrivals(room: Room) -> None:
    record, data = form(EN)
    one = record.model_copy(update={"source": record.source.model_copy(update={"arrivals": (Arrival(filename="a"),)})})
    door = Arrival(filename="b.docx", channel="mail", sender="delegation@eeas.europa.eu")
    two = record.model_copy(update={"source": record.source.model_copy(update={"arrivals": (door,)})})
    reference = room.keep(one, data)
    assert room.keep(two, data) == reference
    shown = room.person("ana").get(f"/desk/requests/{reference}").text
    assert "The very same file came in 2 times" in shown and "delegation@eeas.europa.eu" in shown
    with room.desk.reading() as connection:
        assert connection.execute(select(func.count()).select_from(TWINS)).scalar() == 0


def test_a_corrected_version_is_found_compared_and_judged(room: Room) -> None:
    first = room.keep(*another(EN, 1, days=5))
    second = room.keep(*another(EN, 2, {"objectives": "Shorter <b>objectives</b>."}, days=2))
    other = room.keep(*form(FR))
    ana, page = room.person("ana"), f"/desk/requests/{first}/twins/{second}"
    shown = ana.get(f"/desk/requests/{second}").text
    assert "Not judged yet" in shown and f"/desk/requests/{second}/twins/{first}" in shown
    assert f"/twins/{other}" not in shown
    told = ana.get(page).text
    assert "Objectives" in told and re.search(r"<ins>[^<]*<span[^>]*>added: </span>", told)
    assert "&lt;b&gt;objectives&lt;/b&gt;" in told and "Background" in told[told.index("What is the same") :]
    assert told.index(f">{first}</a> (earlier)") < told.index(f">{second}</a> (later)")
    harmless(told)
    assert ana.post(page, {"verdict": "corrected"}, page).status_code == 303
    assert "a corrected version" in ana.get(f"/desk/requests/{second}").text
    with room.desk.reading() as connection:
        assert connection.execute(select(func.count()).select_from(DECISIONS)).scalar() == 0, "nothing is decided by it"
    told = ana.get(page).text
    data = {"outcome": "new_version_of", "other": first, "reason": ""}
    data |= {name: field(told, name) for name in ("seen", "reading")}
    assert ana.post(f"/desk/requests/{second}/decide", data, page).status_code == 303
    assert f"ana decided: {second} is a new version of {first}." in ana.get(page).text
    assert ana.post(page, {"verdict": "revoked"}, page).status_code == 303
    assert ana.post(page, {"verdict": "revoked"}, page).status_code == 422
    with room.desk.reading() as connection:
        kept = connection.execute(select(TWIN_JUDGEMENTS).order_by(TWIN_JUDGEMENTS.c.id)).all()
    assert [(row.verdict, row.made_by) for row in kept] == [("corrected", "ana"), ("revoked", "ana")]


def field(text: str, name: str) -> str:
    held = re.search(rf'name="{name}" value="([^"]+)"', text)
    assert held
    return held[1]


@pytest.mark.sqlite_only
def test_a_duplicate_is_decided_from_the_page_of_the_two(room: Room) -> None:
    first, second = room.keep(*another(EN, 1, days=5)), room.keep(*another(EN, 2, days=2))
    ana, page = room.person("ana"), f"/desk/requests/{second}/twins/{first}"
    assert "No answer differs" in ana.get(page).text
    ana.post(page, {"verdict": "same"}, page)
    told = ana.get(page).text
    assert f"Decide: a duplicate of {first}" in told and f'action="/desk/requests/{second}/decide"' in told
    data = {"outcome": field(told, "outcome"), "other": field(told, "other")}
    data |= {name: field(told, name) for name in ("seen", "reading")}
    assert ana.post(f"/desk/requests/{second}/decide", data, page).status_code == 303
    assert "Duplicate of another request" in ana.get(f"/desk/requests/{second}").text
    assert "stage-decided" not in ana.get(f"/desk/requests/{first}").text


@pytest.mark.sqlite_only
def test_wrong_verdicts_and_strange_pairs_are_refused(room: Room) -> None:
    first, second = room.keep(*another(EN, 1)), room.keep(*another(EN, 2))
    ana, page = room.person("ana"), f"/desk/requests/{first}/twins/{second}"
    assert ana.post(page, {"verdict": "twice"}, page).status_code == 422
    assert ana.post(f"/desk/requests/{first}/twins/{first}", {"verdict": "same"}).status_code == 404
    assert ana.get(f"/desk/requests/{first}/twins/none").status_code == 404
    assert "Readers do not judge." in room.person("rea").get(page).text


@pytest.mark.sqlite_only
def test_hostile_and_huge_answers_are_compared_as_words(room: Room) -> None:
    values: dict[str, object] = {
        "background": "<b>" * 300_000,
        "title": HOSTILE[0],
        "objectives": HOSTILE[7],
        "deliverables": HOSTILE[5],
    }
    values |= {"activities": [{"title": HOSTILE[0], "type": HOSTILE[1], "location": HOSTILE[7]}]}
    first = room.keep(*another(EN, 1, values | {"target_groups": "old " * 30_000}))
    second = room.keep(*another(EN, 2, {**values, "title": HOSTILE[1], "target_groups": "new " * 30_000}))
    told = room.person("ana").get(f"/desk/requests/{first}/twins/{second}")
    assert told.status_code == 200 and len(told.text) < 900_000
    harmless(told.text)
    assert "only their beginnings are compared" in told.text


def test_likes_are_looked_for_behind_and_anew_after_a_correction(room: Room) -> None:
    first, second = room.keep(*another(EN, 1, days=5)), room.keep(*another(EN, 2, days=2))
    room.keep(*form(FR))
    assert look_behind(room.desk, 10) == 3 and look_behind(room.desk, 10) == 0
    with room.desk.reading() as connection:
        assert [round(row.score, 2) for row in connection.execute(select(TWINS))] == [1.0]
    page = f"/desk/requests/{second}"
    edit = {"how": "value", "value": "Something else"}
    room.person("ana").post(f"{page}/fields/title", edit, page, script=True)
    catch_up(room.desk, 10)
    assert look_behind(room.desk, 10) == 1, "what changed is looked at anew"
    assert first in room.person("ana").get(page).text


# ------------------------------------------------------------------------------------------------ comparing
def changed(record: Record, **values: object) -> Record:
    fields = {key: record.fields[key].model_copy(update={"value": value}) for key, value in values.items()}
    return record.model_copy(update={"fields": {**record.fields, **fields}, "record_id": "other"})


def test_prints_of_like_requests_share_figures_and_keys() -> None:
    record = form(EN)[0]
    one, same, other = print_of(record), print_of(changed(record, title="Another title")), print_of(form(RU)[0])
    assert shared(one.figures, same.figures) > 0.7 and {*one.keys} & {*same.keys}
    assert shared(one.figures, other.figures) < 0.2 and not {*one.keys} & {*other.keys}
    assert one.digest != same.digest and print_of(record) == one
    blank = record.model_copy(update={"fields": {}})
    assert print_of(blank).keys == () and shared((), one.figures) == 0


def test_a_request_in_another_language_is_shown_when_all_else_is_the_same() -> None:
    first, second = form(EN)[0], form(RU)[0]
    keys = ("institution_name", "contact_email", "contact_phone", "start_date", "duration_months", "signatory_name")
    told = {**second.fields, **{key: first.fields[key] for key in keys}, "activities": first.fields["activities"]}
    like = twin_likeness(first, second.model_copy(update={"fields": told}))
    assert like.score == 0.6 and "another language" in like.reasons[0]
    assert twin_likeness(first, second).score < 0.3


def test_a_form_with_a_title_alone_is_no_likeness() -> None:
    record = form(EN)[0]
    bare = record.model_copy(update={"fields": {"objectives": record.fields["objectives"]}})
    assert twin_likeness(record.model_copy(update={"fields": {}}), bare).score == 0


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("The old text stays.", "The new text stays, mostly."),
        ("a b c", "a c"),
        ("", "new words"),
        ("one two three", "four five six"),
        ("Строка один\nдва", "Строка  один\nтри"),
        ("<b>x</b> & y", "<i>x</i> & z"),
        ("same", "same"),
    ],
)
def test_a_difference_holds_both_texts_whole(earlier: str, later: str) -> None:
    told = word_difference(earlier, later)
    assert "".join(piece.text for piece in told.pieces if piece.change != "new") == earlier
    assert "".join(piece.text for piece in told.pieces if piece.change != "gone") == later
    assert told.changed == (earlier != later) and not told.cut


def test_a_difference_of_long_texts_says_that_it_is_cut() -> None:
    told = word_difference("word " * (MOST + 5), "word " * (MOST + 9))
    assert told.cut


def test_changed_words_stand_together() -> None:
    told = word_difference("pensions for all workers", "jobs in some places")
    assert [piece.change for piece in told.pieces] == ["gone", "new"]
