"""The desk in a real browser: by keyboard alone, two people colliding, leases, undo, filters, axe, three widths."""

import os
import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.desk_room import PASSWORD, Room, another, form, open_room

VISIT, NGO, READY = "u_fr_madagascar_visite.pdf", "en_jordan_ngo.docx", "u_ru_tajikistan_seminar.pdf"
WIDTHS = (1440, 900, 420)
PICTURES = Path(os.environ.get("DESK_PICTURES", "/tmp/desk/pictures"))
"""Where the pictures of the pages go, for people to look at."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        say("Chromium is missing: apt-get install -y --no-install-recommends chromium")
    switches = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=program, args=switches)
        yield opened
        opened.close()


class Served:
    """A desk that is served on a free port of this machine."""

    def __init__(self, room: Room) -> None:
        self.room = room
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self.server = uvicorn.Server(uvicorn.Config(room.app, log_level="error", timeout_graceful_shutdown=1))
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listening]}, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.02)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    room = open_room(tmp_path)
    made = Served(room)
    yield made
    made.stop()
    room.store.close()


@pytest.fixture
def people(browser: Browser, served: Served) -> Iterator["People"]:
    made = People(browser, served)
    yield made
    made.leave()


class People:
    """Browsers of several people; whatever a page complains about fails the test."""

    def __init__(self, browser: Browser, served: Served) -> None:
        self.browser, self.served = browser, served
        self.contexts = []
        self.complaints: list[str] = []

    def newcomer(self) -> Page:
        context = self.browser.new_context(viewport={"width": 1440, "height": 900}, base_url=self.served.address)
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        page.on("console", lambda told: self.complaints.append(told.text) if "Content Security" in told.text else None)
        return page

    def sign_in(self, name: str, path: str = "/desk") -> Page:
        page = self.newcomer()
        page.goto(f"/desk/login?next={path}")
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        page.wait_for_load_state("load")
        return page

    def leave(self) -> None:
        for context in self.contexts:
            context.close()
        assert self.complaints == []


def test_from_a_record_to_an_accepted_one_by_keyboard_alone(people: People, served: Served) -> None:
    reference = served.room.keep(*another(VISIT, 1, {"contact_email": "old@mail.mg"}))
    page = people.newcomer()
    page.goto("/desk")
    page.keyboard.type("ana")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Requests", exact=True)).to_be_visible()
    page.wait_for_load_state("load")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=reference)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#troubles")).to_contain_text("Study visit size")
    expect(page.locator(".sheet image").first).to_be_visible(timeout=40_000)
    page.keyboard.press("n")
    expect(page.locator("#check-study_visit_size button.first")).to_be_focused()
    expect(page.locator("#claim")).to_contain_text("Claim")
    page.keyboard.press("Enter")
    expect(page.locator("#decide input[value=accepted]")).to_be_focused()
    expect(page.locator("#claim")).to_contain_text("You are working on this")
    expect(page.locator("#head")).to_contain_text("nothing left to look at")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator(".stage")).to_have_text("Decided")
    page.wait_for_load_state("load")
    page.keyboard.press("q")
    expect(page.get_by_role("link", name="Decided 1")).to_be_visible()


def test_an_answer_is_corrected_by_keyboard_and_its_place_lights_up(people: People, served: Served) -> None:
    reference = served.room.keep(*form(VISIT))
    page = people.sign_in("ana", f"/desk/requests/{reference}")
    expect(page.locator(".sheet image").first).to_be_visible(timeout=40_000)
    page.locator("#field-title .button").focus()
    expect(page.locator("rect.lit").first).to_have_attribute("data-box", "title")
    page.keyboard.press("e")
    box = page.locator("#field-title [name=value]")
    expect(box).to_be_focused()
    box.fill("Thrown away")
    page.keyboard.press("Escape")
    expect(page.locator("#field-title")).to_contain_text("Renforcer")
    page.locator("#field-title .button").focus()
    page.keyboard.press("e")
    page.locator("#field-title [name=value]").fill("")
    page.keyboard.press("Enter")
    expect(page.locator("#field-title [role=alert]")).to_contain_text("Type the answer")
    page.locator("#field-title [name=value]").fill("A better title")
    page.keyboard.press("Enter")
    expect(page.locator("#field-title .by")).to_contain_text("corrected by ana")
    expect(page.locator("#field-title .machine")).to_contain_text("Renforcer")
    expect(page.locator("#check-study_visit_size button.first")).to_be_focused()
    page.locator("rect[data-box=contact_email]").first.click(force=True)
    expect(page.locator("#field-contact_email")).to_have_class(re.compile("lit"))
    page.keyboard.press("z")
    expect(page.locator("#field-title .by")).to_have_count(0)
    expect(page.locator("#history")).to_contain_text("taken back")


def test_the_help_shows_only_keys_that_are_live(people: People, served: Served) -> None:
    reference = served.room.keep(*form(VISIT))
    page = people.sign_in("ana")
    page.keyboard.press("?")
    expect(page.locator("#keys dl")).to_contain_text("next row")
    expect(page.locator("#keys dl")).not_to_contain_text("edit the answer")
    page.keyboard.press("Escape")
    page.goto(f"/desk/requests/{reference}", wait_until="load")
    page.keyboard.press("?")
    expect(page.locator("#keys dl")).to_contain_text("next trouble")
    expect(page.locator("#keys dl")).not_to_contain_text("edit the answer")
    page.keyboard.press("Escape")
    page.locator("#field-title .button").focus()
    page.keyboard.press("?")
    expect(page.locator("#keys dl")).to_contain_text("edit the answer")
    reader = people.sign_in("rea", f"/desk/requests/{reference}")
    reader.keyboard.press("?")
    expect(reader.locator("#keys dl")).not_to_contain_text("claim")


def correct(page: Page, key: str, value: str) -> None:
    page.locator(f"#field-{key} .button").click()
    page.locator(f"#field-{key} [name=value]").fill(value)
    page.locator(f"#field-{key} button.main").click()


def test_two_people_collide_and_nothing_is_lost(people: People, served: Served) -> None:
    reference = served.room.keep(*form(VISIT))
    ana, bo = (people.sign_in(name, f"/desk/requests/{reference}") for name in ("ana", "bo"))
    bo.locator("#field-title .button").click()
    bo.locator("#field-title [name=value]").fill("Bo's title")
    correct(ana, "title", "Ana's title")
    expect(ana.locator("#field-title .by")).to_contain_text("ana")
    bo.locator("#field-title button.main").click()
    expect(bo.locator("#notice")).to_contain_text("Ana is working on this request")
    expect(bo.locator("#field-title [name=value]")).to_have_value("Bo's title")
    ana.get_by_role("button", name="Release").click()
    expect(ana.get_by_role("button", name="Claim")).to_be_visible()
    bo.locator("#field-title button.main").click()
    conflict = bo.locator(".conflict")
    expect(conflict).to_contain_text("Ana's title")
    expect(conflict).to_contain_text("Bo's title")
    conflict.get_by_role("button", name="Put mine in its place").click()
    expect(bo.locator("#head h1")).to_contain_text("Bo's title")
    expect(bo.locator("#history")).to_contain_text("Ana's title")


def test_a_lease_runs_out_with_a_warning(people: People, served: Served) -> None:
    reference = served.room.keep(*form(VISIT))
    ana, bo = (people.sign_in(name, f"/desk/requests/{reference}") for name in ("ana", "bo"))
    ana.get_by_role("button", name="Claim").click()
    expect(ana.locator("#claim")).to_contain_text("You are working on this")
    served.room.clock.later(minutes=14)
    ana.reload()
    expect(ana.locator("#claim .warning")).to_contain_text("runs out soon")
    served.room.clock.later(minutes=2)
    correct(bo, "title", "Bo's title")
    expect(bo.locator("#claim")).to_contain_text("You are working on this")
    correct(ana, "head_name", "Mme A")
    expect(ana.locator("#notice")).to_contain_text("Bo is working on this request")


def test_typed_words_survive_a_desk_that_is_gone(people: People, served: Served) -> None:
    reference = served.room.keep(*form(VISIT))
    page = people.sign_in("ana", f"/desk/requests/{reference}")
    page.locator("#field-title .button").click()
    page.locator("#field-title [name=value]").fill("Typed with care")
    page.route("**/fields/title", lambda route: route.abort())
    page.locator("#field-title button.main").click()
    expect(page.locator("#notice")).to_contain_text("Nothing was saved")
    expect(page.locator("#field-title [name=value]")).to_have_value("Typed with care")
    page.unroute("**/fields/title")
    page.locator("#field-head_name button[value=confirm]").click()
    expect(page.locator("#field-head_name .by")).to_contain_text("confirmed by ana")
    expect(page.locator("#field-title [name=value]")).to_have_value("Typed with care")
    page.locator("#field-title button.main").click()
    expect(page.locator("#head h1")).to_contain_text("Typed with care")


def test_a_region_drawn_on_the_page_is_read_into_the_field(people: People, served: Served) -> None:
    reference = served.room.keep(*form(VISIT))
    page = people.sign_in("ana", f"/desk/requests/{reference}")
    expect(page.locator(".sheet image").first).to_be_visible(timeout=40_000)
    page.locator("#field-head_name .button").click()
    page.get_by_role("button", name="Read a region of the page").click()
    around = page.locator("rect[data-box=institution_name]").first.bounding_box()
    assert around
    page.mouse.move(around["x"], around["y"])
    page.mouse.down()
    page.mouse.move(around["x"] + around["width"], around["y"] + around["height"], steps=3)
    page.mouse.up()
    field = page.locator("#field-head_name [name=value]")
    expect(field).to_have_value("Direction générale de la Protection sociale", timeout=30_000)
    page.locator("#field-head_name button.main").click()
    expect(page.locator("#field-head_name .by")).to_contain_text("corrected by ana")


def test_filters_stand_in_the_address(people: People, served: Served) -> None:
    served.room.keep(*form(VISIT))
    ready = served.room.keep(*form(READY))
    page = people.sign_in("ana")
    page.fill("#f-q", "seminar")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".empty")).to_contain_text("none fits your filters")
    page.goto("/desk?tab=ready")
    page.keyboard.press("f")
    page.select_option("#f-language", "ru")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name=ready)).to_be_visible()
    assert "language=ru" in page.url
    page.get_by_role("link", name="Clear filters").click()
    assert "language" not in page.url


def show(page: Page, name: str) -> list[str]:
    """Axe's serious findings on a page, and its picture at three widths; nothing may stick out sideways."""
    found = [
        f"{name}: {each['id']} {each['nodes'][0]['target']}"
        for each in Axe().run(page).response["violations"]
        if each["impact"] in ("serious", "critical")
    ]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=PICTURES / f"{name}-{width}.png")
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{name}: wider than a window of {width}")
    page.set_viewport_size({"width": 1440, "height": 900})
    return found


def test_every_page_passes_axe_at_three_widths(people: People, served: Served) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    room = served.room
    first, second = room.keep(*form(VISIT)), room.keep(*form(READY))
    page = people.newcomer()
    page.goto("/desk/login")
    found = show(page, "login")
    page = people.sign_in("adm")
    found += show(page, "queue")
    pages = {
        "waiting": "/desk?tab=waiting",
        "people": "/desk/people",
        "account": "/desk/account",
        "audit": "/desk/audit",
    }
    pages |= {"nothing": "/desk/requests/none", "editor": f"/desk/requests/{first}/fields/activities/edit"}
    for name, path in pages.items():
        page.goto(path)
        found += show(page, name)
    page.goto("/desk")
    page.keyboard.press("f")
    page.get_by_text("Saved views").click()
    found += show(page, "queue-filters")
    page.locator("[name=chosen]").first.check()
    page.get_by_role("button", name="Assign", exact=True).click()
    found += show(page, "bulk")
    page.goto(f"/desk/requests/{first}")
    expect(page.locator(".sheet image").first).to_be_visible(timeout=40_000)
    found += show(page, "request")
    page.keyboard.press("n")
    found += show(page, "trouble")
    page.locator("#field-institution_country .button").click()
    expect(page.locator("[data-editor]")).to_be_visible()
    found += show(page, "edit")
    correct_conflict(people, page, first)
    found += show(page, "conflict")
    page.goto(f"/desk/requests/{second}")
    expect(page.locator(".sheet image").first).to_be_visible(timeout=40_000)
    page.locator("#decide input[value=accepted]").check()
    found += show(page, "decide")
    page.get_by_role("button", name="Decide").click()
    expect(page.locator(".stage")).to_have_text("Decided")
    found += show(page, "decided")
    assert found == []


def correct_conflict(people: People, page: Page, reference: str) -> None:
    other = people.sign_in("bo", f"/desk/requests/{reference}")
    correct(other, "institution_country", "KM")
    expect(other.locator("#field-institution_country .by")).to_be_visible()
    other.get_by_role("button", name="Release").click()
    expect(other.get_by_role("button", name="Claim")).to_be_visible()
    page.locator("#field-institution_country [name=value]").fill("Seychelles")
    page.locator("#field-institution_country button.main").click()
    expect(page.locator(".conflict")).to_be_visible()
