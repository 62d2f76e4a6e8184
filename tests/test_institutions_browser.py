"""Institutions and twins in a real browser: judged by keyboard alone, every page checked with axe at three widths."""

from playwright.sync_api import Page, expect

from tests.desk_browsers import People, Served
from tests.desk_room import another
from tests.test_desk_browser import PICTURES, show

FORM = "en_ghana_pensions.docx"
NAMES = ("Ministry of Labour", "Министерство труда Кыргызской Республики", "Ministère du Travail", "Minstry of Labour")


def kept(served: Served) -> list[str]:
    """Four requests of one ministry under four names; the first and the last are versions of each other."""
    found = []
    for number, name in enumerate(NAMES):
        values: dict[str, object] = {"institution_name": name, "institution_country": "KG"}
        values["title" if number in (0, 3) else "background"] = f"Title {number}"
        for key in ("objectives", "expected_results", "activities") if number in (1, 2) else ():
            values[key] = [{"title": name}] if key == "activities" else f"Other words {number} on {key} of {name}"
        found.append(served.room.keep(*another(FORM, number, values, days=10 - number)))
    return found


def goes_on(page: Page, tab: str) -> None:
    """The page is loaded anew, and the next pair has the focus."""
    expect(page.get_by_role("link", name=tab)).to_be_visible()
    page.wait_for_load_state("load")
    expect(page.locator("th[id^=pair-]:focus, th[id^=pair-] :focus")).to_have_count(1)


def test_institutions_and_twins_are_judged_by_keyboard_alone(people: People, served: Served) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    first, *_, last = kept(served)
    page = people.sign_in("ana", "/desk/institutions")
    expect(page.get_by_role("link", name="To judge 6")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator("a.row").first).to_be_focused()
    found = show(page, "institutions")
    page.keyboard.press("1")
    goes_on(page, "Judged 1")
    page.keyboard.press("3")
    goes_on(page, "Undecided 1")
    page.keyboard.press("2")
    expect(page.get_by_role("link", name="Judged 2")).to_be_visible()
    page.get_by_role("link", name="Judged 2").click()
    expect(page.locator("tbody")).to_contain_text("ana judged: not the same")
    found += show(page, "institutions-judged")
    page.get_by_role("link", name=NAMES[0]).first.click()
    expect(page.get_by_role("heading", name="Its names, judged to be one")).to_be_visible()
    found += show(page, "institution")
    page.goto(f"/desk/requests/{first}#institution")
    expect(page.locator("#institution")).to_contain_text("ranks nothing")
    found += show(page, "request-institution")
    page.get_by_role("link", name=f"Compare with {last}").click()
    expect(page.locator("ins").nth(1)).to_contain_text("3")
    found += show(page, "twins")
    page.keyboard.press("2")
    expect(page.locator("#verdict")).to_contain_text("ana judged, 20 Nov 2026")
    page.get_by_text(f"Decide on {last} on this ground").click()
    found += show(page, "twins-judged")
    page.get_by_role("button", name=f"Decide: a new version of {first}").click()
    expect(page.locator(".stage")).to_have_text("Decided")
    expect(page.locator("#history")).to_contain_text(f"New version of another request {first}")
    assert found == []
