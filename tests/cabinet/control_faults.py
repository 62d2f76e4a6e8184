"""Word forms with content controls as people and programs make them (D15): every answer is read, and no prompt."""

import re
from collections.abc import Mapping

from tests.cabinet.case import ACCEPT, Case
from tests.cabinet.word_faults import MAIN, R, part, repacked

ADDRESS, COUNTRY, CONTACT, MINISTRY, MANDATED = "4103", "4102", "4117", "4107", "4110"
"""Controls of the sample form by their ids."""
W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
DATA, ITEM = "urn:office:data", "{6F1C2B8E-1111-4222-8333-944445555666}"
PROMPT = "Click or tap here to enter text."


def control(number: str, main: str) -> "re.Match[str]":
    """A control of the form by its id: its properties and its content."""
    found = re.search(
        rf'<w:sdt><w:sdtPr><w:id w:val="{number}"/>(?P<kind>(?:(?!</w:sdtPr>).)*)</w:sdtPr>'
        r"<w:sdtContent>(?P<content>(?:(?!</w:sdtContent>).)*)</w:sdtContent></w:sdt>",
        main,
    )
    assert found is not None, number
    return found


def run(text: str) -> str:
    """A run of text."""
    return f"<w:r><w:t>{text}</w:t></w:r>"


def sdt(kind: str, content: str) -> str:
    """A control."""
    return f"<w:sdt><w:sdtPr>{kind}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def with_controls(new: Mapping[str, str], also: Mapping[str, bytes] = {}) -> bytes:
    """The sample form with some of its controls replaced."""
    main = part().decode()
    for number, xml in new.items():
        main = main.replace(control(number, main).group(), xml)
    return repacked({MAIN: main.encode(), **also})


def nested() -> bytes:
    """An answer three controls deep, in two runs."""
    inner = sdt("<w:text/>", run("Ring Road ") + run("Central 7"))
    return with_controls({ADDRESS: sdt('<w:alias w:val="x"/>', sdt("<w:text/>", inner))})


def ticked() -> bytes:
    """Another box ticked, the first one empty."""

    def box(on: bool) -> str:
        state = f'<w14:checkbox xmlns:w14="{W14}"><w14:checked w14:val="{int(on)}"/></w14:checkbox>'
        return sdt(state, run("☒" if on else "☐"))

    return with_controls({MINISTRY: box(True), MANDATED: box(False)})


def repeating() -> bytes:
    """Every row of the first table is an item of a section that can be repeated."""
    main = part().decode()
    start = main.index("<w:tr>", main.index("OFFICIAL NAME") - 2_000)
    end = main.index("</w:tbl>", start)
    rows = re.sub(r"<w:tr>.*?</w:tr>", lambda row: sdt("<w15:repeatingSectionItem/>", row.group()), main[start:end])
    whole = sdt("<w15:repeatingSection/>", rows).replace("<w:sdt>", f'<w:sdt xmlns:w15="{W15}">', 1)
    return repacked({MAIN: (main[:start] + whole + main[end:]).encode()})


def chosen(shown: str, prompt: bool = False) -> bytes:
    """A drop-down list of countries."""
    items = "".join(f'<w:listItem w:displayText="{name}" w:value="{name[:3]}"/>' for name in ("Ghana", "Rwanda"))
    kind = f"{'<w:showingPlcHdr/>' if prompt else ''}<w:dropDownList>{items}</w:dropDownList>"
    return with_controls({COUNTRY: sdt(kind, run(shown))})


def dated() -> bytes:
    """The day of the signature picked from a calendar, in the office's own way to write it."""
    main = part().decode()
    number = re.findall(r'<w:id w:val="(\d+)"/>', main[: re.search(r">19[^<]{1,12}2026<", main).start()])[-1]  # type: ignore[union-attr]
    kind = '<w:date w:fullDate="2026-10-20T00:00:00Z"><w:dateFormat w:val="dddd d MMMM yyyy"/></w:date>'
    return with_controls({number: sdt(kind, run("Tuesday 20 October 2026"))})


def bound(shown: str, prompt: bool, held: str = "Ring Road Central 7, Accra") -> bytes:
    """The address bound to data that a program filled."""
    path = f'w:prefixMappings="xmlns:d=\'{DATA}\'" w:xpath="/d:form[1]/d:address[1]" w:storeItemID="{ITEM}"'
    kind = f"<w:dataBinding {path}/>{'<w:showingPlcHdr/>' if prompt else ''}<w:text/>"
    properties = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"
    rels = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    link = f'<Relationship Id="rD" Type="{R}/customXmlProps" Target="itemProps9.xml"/>'
    main_rels = part("word/_rels/document.xml.rels").replace(
        b"</Relationships>",
        f'<Relationship Id="rD" Type="{R}/customXml" Target="../customXml/item9.xml"/></Relationships>'.encode(),
    )
    also = {
        "customXml/item9.xml": f'<form xmlns="{DATA}"><title>x</title><address>{held}</address></form>'.encode(),
        "customXml/_rels/item9.xml.rels": rels.format(link).encode(),
        "customXml/itemProps9.xml": f'<d:datastoreItem xmlns:d="{properties}" d:itemID="{ITEM}"/>'.encode(),
        "word/_rels/document.xml.rels": main_rels,
    }
    return with_controls({ADDRESS: sdt(kind, run(shown))}, also)


CONTROLS: dict[str, Case] = {
    "control in a control": Case("D15", nested, ACCEPT, says={"institution_address": "Ring Road Central 7"}),
    "another box ticked": Case("D15", ticked, ACCEPT, says={"institution_type": "central_government"}),
    "rows of a repeating section": Case(
        "D15",
        repeating,
        ACCEPT,
        says={"institution_name": "National Pensions Regulatory Authority", "institution_country": "GH"},
    ),
    "item of a list": Case("D15", lambda: chosen("Rwanda"), ACCEPT, says={"institution_country": "RW"}),
    "list left at its prompt": Case(
        "D15",
        lambda: chosen("Choose an item.", prompt=True),
        {"flagged"},
        {"form_complete"},
        stands={"institution_country": "placeholder"},
    ),
    "prompt left in place": Case(
        "D15",
        lambda: with_controls({ADDRESS: sdt("<w:showingPlcHdr/><w:text/>", run(PROMPT))}),
        {"flagged"},
        {"form_complete"},
        stands={"institution_address": "placeholder"},
    ),
    "day from a calendar": Case("D15", dated, ACCEPT, says={"signature_date": "2026-10-20"}),
    "bound to data, shown": Case(
        "D15",
        lambda: bound("Ring Road Central 7,  Accra", prompt=False),
        ACCEPT,
        without={"bound_value_differs"},
        says={"institution_address": "Ring Road Central 7, Accra"},
    ),
    "bound to data, not yet shown": Case(
        "D15",
        lambda: bound(PROMPT, prompt=True),
        ACCEPT,
        without={"bound_value_differs", "form_complete"},
        says={"institution_address": "Ring Road Central 7, Accra"},
    ),
    "bound to data that say something else": Case(
        "D15",
        lambda: bound("Independence Avenue", prompt=False),
        {"flagged"},
        {"bound_value_differs"},
        says={"institution_address": "Independence Avenue"},
        told=("Independence Avenue", "Ring Road Central 7"),
    ),
}
"""By what is special about them."""
