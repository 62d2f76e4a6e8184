"""The thematic area: judged in five languages, at any length, with evidence, and left open where nothing carries it."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from classifiers.theme import judge_theme, judge_theme_text
from classifiers.theme.cases import read_corpus, texts_of
from classifiers.theme.features import features_of, fold, ideas_in, words_of
from classifiers.theme.fitting import likeness_of
from classifiers.theme.model import CARD, WEIGHTS, ModelDamaged, load
from classifiers.theme.teaching import folds_of, is_held_back
from classifiers.theme.topics import AREAS, TOPICS, area_of
from flows.judging import judge_lines

TITLES = {
    "social_protection": (
        "Actuarial review of the national pension scheme and its contribution rates",
        "Portabilité des pensions et conventions bilatérales de sécurité sociale",
        "Estándares de calidad para centros de día y familias de acogida",
        "Extensão da segurança social aos trabalhadores por conta própria",
        "Адресная социальная помощь: единый реестр малоимущих семей",
    ),
    "labour_employment": (
        "Labour inspection and the elimination of child labour in agriculture",
        "Réforme de l'apprentissage et de la formation professionnelle",
        "Servicio público de empleo: orientación laboral e intermediación",
        "Segurança e saúde no trabalho: inspecção e prevenção de riscos",
        "Коллективные переговоры и трёхсторонний социальный диалог",
    ),
    "out_of_scope": (
        "Surgical equipment and nurse training for regional hospitals",
        "Construction de routes et inspection des ponts",
        "Riego y semillas para pequeños productores de maíz",
        "Recenseamento eleitoral e observadores",
        "Таможенный контроль и налоговый аудит",
    ),
    "both": (
        "Unemployment benefits and active labour market measures under one insurance law",
        "Extension de la sécurité sociale et formalisation de l'emploi dans l'économie informelle",
    ),
}
CASES = [(area, title) for area, titles in TITLES.items() for title in titles]


@pytest.mark.parametrize(("area", "title"), CASES)
def test_the_area_is_told_from_a_title_alone(area: str, title: str) -> None:
    verdict = judge_theme({"title": title})
    assert verdict.area == area
    assert set(verdict.scores) == set(AREAS)
    assert sum(verdict.scores.values()) == pytest.approx(1)


@pytest.mark.parametrize("text", ["", "   ", "12345", "asdf qwer zxcv", "n/a", "Ministerio: apoyo", "-"])
def test_nonsense_and_next_to_nothing_are_left_open(text: str) -> None:
    verdict = judge_theme_text(text)
    assert verdict.area == "uncertain"
    assert verdict.topics == ()


def test_the_passages_stand_where_they_say() -> None:
    parts = {
        "title": "Safety at work in the mines",
        "background": "Thank you.  Accidents at work are rarely reported, e.g. falls. The weather is fine!",
        "objectives": "Train labour inspectors in risk assessment; set up safety committees.",
    }
    verdict = judge_theme(parts)
    topic = next(topic for topic in verdict.topics if topic.key == "le_osh_working_conditions")
    assert 1 <= len(topic.evidence) <= 3
    for passage in topic.evidence:
        assert parts[passage.part][passage.start : passage.end] == passage.quote
        assert "weather" not in passage.quote and "Thank" not in passage.quote


def test_what_other_partners_do_does_not_decide() -> None:
    title = {"title": "Reform of old-age pensions"}
    others = {"other_support": "The ILO trains labour inspectors and job counsellors.", "contributions": "Offices"}
    assert judge_theme(title) == judge_theme(title | others)


def test_answers_in_another_language_than_the_title_count() -> None:
    verdict = judge_theme({"title": "Request 2026", "objectives": "Modernizar la inspección del trabajo y sus visitas"})
    assert verdict.area == "labour_employment"
    assert verdict.topics[0].key == "le_labour_standards"


def test_a_changed_model_file_is_refused(tmp_path: Path) -> None:
    shutil.copy(CARD, tmp_path / "model.toml")
    damaged = bytearray(WEIGHTS.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "model.bin").write_bytes(damaged)
    with pytest.raises(ModelDamaged, match=r"model\.bin"):
        load(tmp_path / "model.bin", tmp_path / "model.toml")


def test_a_faulty_card_is_named(tmp_path: Path) -> None:
    (tmp_path / "card.toml").write_text("sure_from = 2\n", "utf-8")
    with pytest.raises(ValueError, match=r"card\.toml[\s\S]*sha256"):
        load(WEIGHTS, tmp_path / "card.toml")


def test_the_model_is_small() -> None:
    assert WEIGHTS.stat().st_size < 15_000_000


def test_the_corpus_is_whole() -> None:
    corpora = read_corpus()
    assert [corpus.language for corpus in corpora] == ["en", "es", "fr", "pt", "ru"]
    for corpus in corpora:
        for topic in TOPICS:
            assert sum(topic in case.topics for case in corpus.case) >= 4, (corpus.language, topic)
        ids = [case.id for case in corpus.case]
        assert len(ids) == len(set(ids))
    words = [text.text for text in texts_of(corpora)]
    assert len(words) == len(set(words)), "no two texts alike"


def test_an_unknown_topic_in_the_corpus_is_named(tmp_path: Path) -> None:
    case = 'language = "en"\ncommonplaces = []\n[[case]]\nid = "a-1"\ntopics = ["sp_nothing"]\ntitle = "x"\n'
    (tmp_path / "en.toml").write_text(case, "utf-8")
    with pytest.raises(ValueError, match=r"en\.toml[\s\S]*sp_nothing"):
        read_corpus(tmp_path)


def test_a_case_stays_on_one_side_of_every_split() -> None:
    texts = texts_of(read_corpus())
    folds = folds_of(texts, 5)
    assert {folds[text.group] for text in texts} == set(range(5))
    assert len({text.language for text in texts if text.group == "sp_financing-1"}) == 5


def test_the_area_follows_from_the_topics() -> None:
    assert area_of(("csdd",)) == "labour_employment"
    assert area_of(("csdd", "sp_financing")) == "both"
    assert area_of(("sp_financing", "sp_portability")) == "social_protection"
    assert area_of(()) == "out_of_scope"


def test_both_spellings_of_portuguese_are_one() -> None:
    assert fold("Protecção social e acção") == fold("Proteção social e ação")


def test_ideas_are_found_across_small_words_and_never_inside_words() -> None:
    assert "lmis" in ideas_in(words_of("système d'information sur le marché du travail"))
    assert "standards_ilo" not in ideas_in(words_of("мотивация сотрудников"))
    assert "i:osh" in features_of("Occupational safety and health")


def test_each_area_that_is_asserted_has_its_passages() -> None:
    words = "Reform of old-age pensions. The weather is fine. Modernise the labour inspectorate and its visits."
    verdict = judge_theme_text(words)
    assert verdict.area == "both"
    pensions, inspection = verdict.grounds["social_protection"], verdict.grounds["labour_employment"]
    assert "pensions" in pensions[0].quote and "inspectorate" in inspection[0].quote
    for passage in (*pensions, *inspection):
        assert words[passage.start : passage.end] == passage.quote
    assert judge_theme_text("-").grounds == {}


def test_the_words_of_others_are_judged_rightly() -> None:
    """200 texts by somebody who had not seen the corpus; the bar is 0.90 of those that are judged."""
    with (Path(__file__).parent / "data" / "theme_outside.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    judged = [(row["area"], judge_theme_text(row["text"]).area) for row in rows]
    kept = [wanted == said for wanted, said in judged if said != "uncertain"]
    assert sum(kept) >= 0.9 * len(kept)
    assert len(kept) >= 0.88 * len(rows)


def test_the_cases_held_back_are_a_fifth_and_the_same_in_every_language() -> None:
    groups = {text.group for text in texts_of(read_corpus())}
    assert 0.15 < sum(map(is_held_back, groups)) / len(groups) < 0.25


def test_the_likeness_of_texts_is_the_same_as_by_plain_multiplication() -> None:
    chance = np.random.default_rng(3)
    rows = np.where(chance.random((200, 60)) < np.linspace(0.01, 0.95, 60), chance.random((200, 60)), 0)
    rows = rows.astype(np.float32)
    assert np.allclose(likeness_of(rows), rows @ rows.T, atol=1e-4)


def test_the_command_judges_a_line_of_text() -> None:
    line = json.dumps({"id": 7, "text": "Actuarial review of the pension fund"}).encode()
    ((answer, good),) = judge_lines("theme", [line])
    said = json.loads(answer)
    assert good and list(said) == ["id", "area", "scores", "topics"]
    assert (said["id"], said["area"]) == (7, "social_protection")
    assert said["topics"][0]["evidence"][0]["quote"].startswith("Actuarial")
