"""The guide ``docs/desk.md`` walked through in a browser as a first-time analyst would, and its pictures made so.

``make pictures`` draws the pictures in ``docs/pictures`` anew; otherwise they go to a temporary folder."""

import io
import os
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from pipeline.records import Record
from review.keys import KEYS
from review.queue_search import TABS
from tests.desk_browsers import People, Served
from tests.desk_room import PASSWORD, another

HOUSE = Path(__file__).resolve().parent.parent
GUIDE = HOUSE / "docs" / "desk.md"
LARGEST = 150_000
"""Bytes of a picture."""
EVENT, SEMINAR, VISIT = "r_en_trinidad_event.pdf", "u_ru_tajikistan_seminar.pdf", "u_fr_madagascar_visite.pdf"
RIGHT = "anjali.ramlogan@social.example.tt"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("DESK_GUIDE_PICTURES") or tmp_path / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def misread() -> tuple[Record, bytes]:
    """A request that asks for a country that is not on the list, its e-mail address read badly."""
    record, data = another(EVENT, 1, days=3)
    slip = record.fields["contact_email"].model_copy(update={"value": RIGHT.replace("le.", "1e."), "confidence": 0.41})
    return record.model_copy(update={"fields": {**record.fields, "contact_email": slip}}), data


def shoot(page: Page, folder: Path, name: str) -> None:
    """A picture in few colours: small, and nothing that a reader needs is lost."""
    picture = Image.open(io.BytesIO(page.screenshot(caret="initial")))
    place = folder / f"{name}.png"
    picture.convert("RGB").quantize(48, dither=Image.Dither.NONE).save(place, optimize=True)
    assert place.stat().st_size < LARGEST, f"{place.name} has {place.stat().st_size} bytes"


def arrived(people: People) -> Page:
    """At the queue, by the address that the command prints."""
    page = people.newcomer()
    page.set_viewport_size({"width": 1180, "height": 740})
    page.goto("/desk")
    page.fill("#name", "ana")
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    return page


def test_a_first_time_analyst_by_the_guide(people: People, served: Served, pictures: Path) -> None:
    for name, days in ((SEMINAR, 1), (VISIT, 2)):
        served.room.keep(*another(name, 2, days=days))
    reference = served.room.keep(*misread())
    page = arrived(people)
    expect(page.locator("a.row").first).to_have_text(reference)
    expect(page.locator("tbody tr").first).to_contain_text("The machine is unsure of this answer")
    shoot(page, pictures, "queue")
    page.locator("a.row").first.click()
    expect(page.locator(".sheet image").first).to_be_visible(timeout=40_000)
    page.wait_for_load_state("networkidle")
    page.keyboard.press("n")
    expect(page.locator("#field-contact_email button[value=confirm]")).to_be_focused()
    expect(page.locator("rect.box.lit")).to_have_attribute("data-box", "contact_email")
    expect(page.locator("rect.label.lit")).to_have_attribute("data-label", "contact_email")
    shoot(page, pictures, "request")
    page.keyboard.press("e")
    page.locator("#field-contact_email [name=value]").fill(RIGHT)
    shoot(page, pictures, "correction")
    page.keyboard.press("Enter")
    expect(page.locator("#field-contact_email .by")).to_contain_text("corrected by ana")
    expect(page.locator("#check-country_eligible button.first")).to_be_focused()
    expect(page.locator("#check-country_eligible")).to_contain_text("Guide 1.3, 4, edition")
    shoot(page, pictures, "rule")
    for rule in ("form_complete", "own_contribution"):
        page.keyboard.press("Enter")
        expect(page.locator(f"#check-{rule} button.first")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#head")).to_contain_text("nothing left to look at")
    page.keyboard.press("d")
    page.get_by_label("Not eligible").check()
    page.locator("#d-rule").select_option("country_eligible")
    page.locator("#d-reason").fill("The country is not on the list of the guide.")
    shoot(page, pictures, "decide")
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.locator(".stage")).to_have_text("Decided")
    page.wait_for_load_state("load")
    page.keyboard.press("q")
    expect(page.locator("a.row").first).not_to_have_text(reference)


def test_the_guide_speaks_of_what_is_there() -> None:
    text = GUIDE.read_text("utf-8")
    shown = re.findall(r"!\[[^\]]{20,}\]\((pictures/\w+\.png)\)", text)
    there = {f"pictures/{path.name}" for path in (GUIDE.parent / "pictures").glob("*.png")}
    assert set(shown) == there and len(shown) == len(there) >= 4
    assert all((GUIDE.parent / name).stat().st_size < LARGEST for name in shown)
    keys = {key for key in re.findall(r"`([^`\s]+)`", text) if len(key) == 1}
    assert keys <= set(KEYS) and {"n", "e", "b", "u", "z", "d", "?"} <= keys
    for name in TABS.values():
        assert f"*{name}*" in text, name
    folder = HOUSE / "review"
    said = " ".join(path.read_text("utf-8") for path in (*folder.glob("templates/*.html"), *folder.glob("*.py")))
    said += (folder / "static" / "desk.js").read_text("utf-8")
    table = text.partition("| it says | do |\n|---|---|\n")[2]
    rows = re.findall(r"^\| (?:… )?([^|]+) \|", table, re.MULTILINE)
    assert len(rows) >= 5 and [words for words in rows if words not in said] == []
