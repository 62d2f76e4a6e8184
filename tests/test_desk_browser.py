"""The desk in a real browser: by keyboard alone, two people colliding, leases, undo, filters, axe, three widths."""

import os
import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from review.identity_provider import IdentityProvider
from review.sign_on_settings import SignOn
from tests.desk_browsers import People, Served
from tests.desk_room import PASSWORD, another, form
from tests.identity_issuer import CLIENT, SECRET, IdentityIssuer

VISIT, NGO, READY = "u_fr_madagascar_visite.pdf", "en_jordan_ngo.docx", "u_ru_tajikistan_seminar.pdf"
WIDTHS = (1440, 900, 420)
PICTURES = Path(os.environ.get("DESK_PICTURES", "/tmp/desk/pictures"))
"""Where the pictures of the pages go, for people to look at."""


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
    expect(page.locator("rect.box.lit")).to_have_attribute("data-box", "title")
    expect(page.locator("rect.label.lit")).to_have_attribute("data-label", "title")
    page.keyboard.press("e")
    box = page.locator("#field-title [name=value]")
    expect(box).to_be_focused()
    box.fill("Thrown away")
    page.keyboard.press("Escape")
    expect(page.locator("#field-title button").first).to_be_focused()
    expect(page.locator("#field-title .value")).to_contain_text("Renforcer")
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
    page.locator("rect[data-label=head_name]").first.click(force=True)
    expect(page.locator("#field-head_name")).to_have_class(re.compile("lit"))
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


def test_keys_are_changed_by_their_owner(people: People, served: Served) -> None:
    reference = served.room.keep(*form(VISIT))
    page = people.sign_in("ana", "/desk/account")
    edit = page.get_by_label("edit the answer, or set the outcome")
    edit.fill("n")
    page.get_by_role("button", name="Keep these keys").click()
    expect(page.get_by_role("alert").last).to_contain_text("cannot be the key for")
    page.get_by_label("edit the answer, or set the outcome").fill("w")
    page.get_by_label("next trouble", exact=True).fill("m")
    page.get_by_label("mark as left blank").fill("")
    page.get_by_label("show the keys").fill("h")
    page.get_by_role("button", name="Keep these keys").click()
    expect(page.get_by_text("(usually e)")).to_be_visible()
    page.goto(f"/desk/requests/{reference}", wait_until="load")
    expect(page.locator("#keys-button kbd")).to_have_text("h")
    expect(page.locator("#troubles .note")).to_contain_text("m leads to the next one")
    page.keyboard.press("n")
    page.keyboard.press("m")
    expect(page.locator("#check-study_visit_size button.first")).to_be_focused()
    title = page.locator("#field-title .button")
    title.focus()
    page.keyboard.press("b")
    page.keyboard.press("e")
    page.keyboard.press("h")
    shown = page.locator("#keys dl")
    expect(shown).to_contain_text("wedit the answer")
    expect(shown).to_contain_text("mnext trouble")
    expect(shown).not_to_contain_text("left blank")
    page.keyboard.press("Escape")
    title.focus()
    page.keyboard.press("w")
    expect(page.locator("#field-title [name=value]")).to_be_focused()
    expect(page.locator("#field-title .by")).to_have_count(0)
    other = people.sign_in("bo", f"/desk/requests/{reference}")
    other.keyboard.press("?")
    expect(other.locator("#keys dl")).to_contain_text("nnext trouble")


def test_single_sign_on_there_and_back_and_out_again(people: People, served: Served) -> None:
    """The provider is another site to the browser, so the policies of pages and cookies are put to the test."""
    issuer = IdentityIssuer(served.room.clock, asks=True, host="localhost").start()
    told = SignOn(issuer=issuer.address, client_id=CLIENT, unknown="reader")
    object.__setattr__(served.room.desk, "provider", IdentityProvider(told, SECRET))
    PICTURES.mkdir(parents=True, exist_ok=True)
    page = people.newcomer()
    page.goto("/desk?tab=ready")
    found = show(page, "login-sign-on")
    page.get_by_role("link", name="Sign in with your office account").click()
    expect(page).to_have_title("Office")
    page.get_by_role("button", name="I am Eva").click()
    expect(page.get_by_role("link", name="Eva Nowak (reader)")).to_be_visible()
    assert page.url.endswith("/desk?tab=ready")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="sign out there too").click()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    assert "/end" in issuer.seen
    issuer.refuse = "access_denied"
    page.get_by_role("link", name="Sign in with your office account").click()
    page.get_by_role("button", name="I am Eva").click()
    expect(page.get_by_role("alert").last).to_contain_text("broken off")
    found += show(page, "sign-on-failed")
    issuer.stop()
    assert found == []


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
    expect(page).to_have_url(re.compile("language=ru"))
    page.get_by_role("link", name="Clear filters").click()
    expect(page).not_to_have_url(re.compile("language"))


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
