"""The Word reader: small files built from raw XML, one for each thing Word can do to a form."""

import zipfile
from io import BytesIO

import pytest

from extractors.word import read_word
from extractors.word_numbering import shaped
from pipeline.document import Document, Line, Piece
from pipeline.trouble import Unreadable

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMES = " ".join(
    f'xmlns:{prefix}="{name}"'
    for prefix, name in {
        "w": MAIN,
        "r": RELATIONS,
        "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
        "w15": "http://schemas.microsoft.com/office/word/2012/wordml",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "v": "urn:schemas-microsoft-com:vml",
        "o": "urn:schemas-microsoft-com:office:office",
    }.items()
)
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def built(body: str, main_type: str = TYPE, links: str = "", **parts: str) -> bytes:
    """A Word file with the given body; ``parts`` are further parts of word/ by kind (styles, numbering, header …)."""
    related = "".join(
        f'<Relationship Id="r{kind}" Type="{RELATIONS}/{kind.rstrip("0123456789")}" Target="{kind}.xml"/>'
        for kind in parts
    )
    files = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/word/document.xml" ContentType="{main_type}"/></Types>',
        "_rels/.rels": _relations(
            f'<Relationship Id="r1" Type="{RELATIONS}/officeDocument" Target="word/document.xml"/>'
        ),
        "word/_rels/document.xml.rels": _relations(related + links),
        "word/document.xml": f"<w:document {NAMES}><w:body>{body}<w:sectPr/></w:body></w:document>",
    }
    files |= {f"word/{kind}.xml": text.replace("NAMES", NAMES) for kind, text in parts.items()}
    return zipped(files)


def zipped(files: dict[str, str | bytes]) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _relations(inside: str) -> str:
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'
    )


def r(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def p(*inside: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(inside)}</w:p>"


def tc(*inside: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(inside)}</w:tc>"


def tr(*cells: str, properties: str = "") -> str:
    return f"<w:tr>{properties}{''.join(cells)}</w:tr>"


def tbl(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


def sdt(properties: str, content: str) -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def legacy(data: str, code: str, result: str, separate: bool = True) -> str:
    middle = f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}' if separate else ""
    return (
        f'<w:r><w:fldChar w:fldCharType="begin">{data and f"<w:ffData>{data}</w:ffData>"}</w:fldChar></w:r>'
        f'<w:r><w:instrText> {code} </w:instrText></w:r>{middle}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def read(body: str, main_type: str = TYPE, links: str = "", **parts: str) -> Document:
    return read_word(built(body, main_type, links, **parts), WORD)


def texts(document: Document) -> list[str]:
    return [line.text for line in document.lines]


def shown(line: Line, kind: str) -> list[tuple[str, Piece]]:
    return [(line.text[piece.start : piece.end], piece) for piece in line.pieces if piece.kind == kind]


def ticks(document: Document) -> list[bool | None]:
    return [piece.checked for line in document.lines for piece in line.pieces if piece.kind == "tick"]


def codes(document: Document) -> set[tuple[str, str]]:
    return {(trouble.code, trouble.severity) for trouble in document.troubles}


# Paragraphs and lines


def test_paragraphs_breaks_tabs_and_hyphens() -> None:
    document = read(
        p(
            r("one"),
            "<w:r><w:br/><w:t>two</w:t><w:tab/><w:t>tab</w:t><w:cr/><w:t>a</w:t><w:noBreakHyphen/>"
            "<w:t>b</w:t><w:softHyphen/><w:t>c&#173;d</w:t></w:r>",
        )
        + p()
        + p(r("end"))  # fmt: skip
    )
    assert texts(document) == ["one", "two\ttab", "a-bcd", "", "end"]
    assert [line.path for line in document.lines] == ["p[1]", "p[1]", "p[1]", "p[2]", "p[3]"]
    assert all(line.new_paragraph for line in document.lines)
    assert (document.origin, document.pages, document.media_type) == ("word", None, WORD)


def test_page_break_splits_only_behind_text() -> None:
    broken = '<w:r><w:br w:type="page"/></w:r>'
    assert texts(read(p(broken) + p(r("a"), broken) + p(r("b"), broken, r("c")))) == ["", "a", "b", "c"]


def test_links_smart_tags_and_simple_fields_are_walked() -> None:
    body = p(
        f'<w:hyperlink r:id="x">{r("link ")}</w:hyperlink><w:smartTag>{r("smart ")}</w:smartTag>'
        f'<w:fldSimple w:instr=" PAGE ">{r("field")}</w:fldSimple>'
    )
    assert texts(read(body)) == ["link smart field"]


def test_field_codes_are_not_text_their_results_are() -> None:
    inner = legacy("", "PAGE", r("7"))
    body = p(r("see "), legacy("", "IF " + "x", r("page ") + inner), r("."))
    assert texts(read(body)) == ["see page 7."]


def test_a_field_that_never_ends_does_not_swallow_the_form() -> None:
    assert texts(read(p(r("a"), '<w:r><w:fldChar w:fldCharType="begin"/></w:r>') + p(r("b")))) == ["a", "b"]


def test_hidden_text_is_not_text() -> None:
    assert texts(read(p(r("seen"), r("hidden", "<w:vanish/>"), r("!", '<w:vanish w:val="0"/>')))) == ["seen!"]


# Tables


def test_table_cells_have_place_and_path_and_empty_ones_are_seen() -> None:
    document = read(p(r("x")) + tbl(tr(tc(p(r("label"))), tc(p() + p() + p()))) + tbl(tr(tc(p(r("second"))))))
    assert texts(document) == ["x", "label", "", "second"]
    label, empty, second = (line.cell for line in document.lines[1:])
    assert label and empty and second
    assert (label.row, label.column, empty.column) == (0, 0, 1)
    assert label.table == empty.table != second.table
    assert document.lines[2].path == "table[1]/row[1]/cell[2]/p[1]"
    assert document.lines[3].path == "table[2]/row[1]/cell[1]/p[1]"


def test_nested_table_knows_the_cell_around_it() -> None:
    inner = tbl(tr(tc(p(r("a"))), tc(p(r("b")))))
    document = read(tbl(tr(tc(p(r("top")) + inner + p()))))
    line = next(line for line in document.lines if line.text == "b")
    assert line.path == "table[1]/row[1]/cell[1]/table[1]/row[1]/cell[2]/p[1]"
    assert line.cell and line.cell.inside is document.lines[0].cell


def test_merged_cells_are_read_once_with_their_spans() -> None:
    document = read(
        tbl(
            tr(tc(p(r("wide")), properties='<w:gridSpan w:val="2"/>'), tc(p(r("r")))),
            tr(tc(p(r("tall")), properties='<w:vMerge w:val="restart"/>'), tc(p(r("m"))), tc(p(r("n")))),
            tr(tc(p(), properties="<w:vMerge/>"), tc(p(r("o"))), tc(p(r("q")))),
        )
    )
    cells = {line.text: line.cell for line in document.lines}
    assert texts(document) == ["wide", "r", "tall", "m", "n", "o", "q"]
    assert cells["wide"] and cells["wide"].columns == 2 and cells["r"] and cells["r"].column == 2
    assert cells["tall"] and cells["tall"].rows == 2 and cells["o"] and cells["o"].column == 1
    assert document.lines[5].path == "table[1]/row[3]/cell[2]/p[1]"


def test_cells_and_rows_in_controls_keep_their_columns() -> None:
    row = sdt("<w15:repeatingSection/>", tr(tc(p(r("a"))), sdt("<w:text/>", tc(p(r("b")))), tc(p(r("c")))))
    document = read(tbl(row))
    assert texts(document) == ["a", "b", "c"]
    assert [line.cell and line.cell.column for line in document.lines] == [0, 1, 2]
    assert [len(shown(line, "entry")) for line in document.lines] == [0, 1, 0]


def test_deleted_rows_are_gone() -> None:
    gone = tr(tc(p(r("old"))), properties="<w:trPr><w:del/></w:trPr>")
    assert texts(read(tbl(gone, tr(tc(p(r("new"))))))) == ["new"]


# Form fields


def test_inline_control_is_an_entry() -> None:
    prompt = sdt('<w:alias w:val="Your name"/><w:showingPlcHdr/><w:text/>', r("Click here"))
    document = read(p(r("Name: "), prompt) + p(r("City: "), sdt('<w:tag w:val="city"/><w:text/>', r("Pa") + r("ris"))))
    ((words, piece),) = shown(document.lines[0], "entry")
    assert (words, piece.placeholder, piece.hint) == ("Click here", True, "Your name")
    ((words, piece),) = shown(document.lines[1], "entry")
    assert (words, piece.placeholder, piece.hint) == ("Paris", False, "city")


def test_drop_down_is_a_choice_and_its_valueless_item_a_prompt() -> None:
    items = (
        '<w:dropDownList><w:listItem w:displayText="Pick one" w:value=""/><w:listItem w:value="A"/></w:dropDownList>'
    )
    document = read(p(sdt(items, r("A"))) + p(sdt(items, r("Pick one"))))
    entries = [shown(line, "entry")[0][1] for line in document.lines]
    assert [(e.choice, e.placeholder) for e in entries] == [(True, False), (True, True)]


def test_date_control_keeps_the_shown_text() -> None:
    document = read(p(sdt('<w:date w:fullDate="2026-03-04T00:00:00Z"/>', r("4 mars 2026"))))
    assert shown(document.lines[0], "entry")[0][0] == "4 mars 2026"


def test_block_control_with_an_answer_is_an_entry_in_every_paragraph() -> None:
    document = read(sdt("<w:richText/>", p(r("one")) + p(r("two"))) + p(r("after")))
    assert [[words for words, _ in shown(line, "entry")] for line in document.lines] == [["one"], ["two"], []]
    assert [line.path for line in document.lines] == ["p[1]", "p[2]", "p[3]"]


@pytest.mark.parametrize(
    "content",
    [
        tbl(tr(tc(p(r("label"))), tc(p()))),
        p(r("label "), sdt("<w:text/>", r("answer"))),
        p(r("☐ yes ☐ no")),
        "".join(p(r(f"line {n}")) for n in range(30)),
    ],
)
def test_control_around_a_section_is_not_one_entry(content: str) -> None:
    document = read(sdt("<w:id w:val='1'/>", content))
    words = [words for line in document.lines for words, _ in shown(line, "entry")]
    assert words in ([], ["answer"])


def test_locked_control_is_print() -> None:
    document = read(p(sdt('<w:lock w:val="sdtContentLocked"/><w:text/>', r("Label"))))
    assert not shown(document.lines[0], "entry")


def test_placeholder_style_shows_a_prompt_without_the_switch() -> None:
    style = '<w:style w:type="character" w:styleId="X"><w:name w:val="Placeholder Text"/></w:style>'
    styles = f"<w:styles NAMES>{style}</w:styles>"
    document = read(p(sdt("<w:text/>", r("Type here", '<w:rStyle w:val="X"/>'))), styles=styles)
    assert shown(document.lines[0], "entry")[0][1].placeholder


@pytest.mark.parametrize(("state", "checked"), [("1", True), ("true", True), ("on", True), ("0", False)])
def test_check_box_control_wherever_it_stands(state: str, checked: bool) -> None:
    box = f'<w:tag w:val="t"/><w14:checkbox><w14:checked w14:val="{state}"/></w14:checkbox>'
    document = read(
        p(sdt(box, r("☐")), r(" inline"))
        + sdt(box, p(r("☐"), r(" block")))
        + tbl(tr(sdt(box, tc(p(r("☐")))), tc(p(r("cell")))))
    )
    assert ticks(document) == [checked] * 3
    sign = "☒" if checked else "☐"
    assert texts(document) == [f"{sign} inline", sign, sign, "cell"]
    assert document.lines[0].pieces[0].hint == "t"


def test_legacy_text_fields() -> None:
    document = read(
        p(r("A: "), legacy("<w:textInput/>", "FORMTEXT", r("typed")))
        + p(r("B: "), legacy("<w:textInput/>", "FORMTEXT", r("\u2002" * 5)))
        + p(r("C: "), legacy('<w:textInput><w:default w:val="Write here"/></w:textInput>', "FORMTEXT", r("Write here")))
        + p(r("D: "), legacy('<w:statusText w:val="Your town"/><w:textInput/>', "FORMTEXT", "", separate=False), r("."))
    )
    entries = [shown(line, "entry")[0] for line in document.lines]
    assert [words for words, _ in entries] == ["typed", "", "Write here", ""]
    assert [piece.placeholder for _, piece in entries] == [False, False, True, False]
    assert texts(document) == ["A: typed", "B: ", "C: Write here", "D: ."]
    assert entries[3][1].hint == "Your town"


def test_legacy_text_field_over_two_paragraphs() -> None:
    begin, end = legacy("<w:textInput/>", "FORMTEXT", r("one") + "SPLIT" + r("two")).split("SPLIT")
    document = read(p(r("A: "), begin) + p(end, r(" print")))
    assert [[words for words, _ in shown(line, "entry")] for line in document.lines] == [["one"], ["two"]]
    assert shown(document.lines[1], "text")[0][0] == " print"


def test_legacy_check_box_state_comes_before_default() -> None:
    boxes = [
        '<w:checkBox><w:default w:val="1"/><w:checked w:val="0"/></w:checkBox>',
        '<w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>',
        '<w:checkBox><w:default w:val="1"/></w:checkBox>',
        "<w:checkBox/>",
    ]
    document = read("".join(p(legacy(box, "FORMCHECKBOX", ""), r(" x")) for box in boxes))
    assert ticks(document) == [False, True, True, False]
    assert document.lines[1].text == "☒ x"


def test_legacy_drop_down_shows_the_chosen_item() -> None:
    data = '<w:ddList><w:result w:val="1"/><w:listEntry w:val="-----"/><w:listEntry w:val="Ministry"/></w:ddList>'
    blank = data.replace('<w:result w:val="1"/>', "")
    document = read(p(legacy(data, "FORMDROPDOWN", "")) + p(legacy(blank, "FORMDROPDOWN", "")))
    assert [(words, piece.choice) for line in document.lines for words, piece in shown(line, "entry")] == [
        ("Ministry", True),
        ("", True),
    ]


# Ticks


@pytest.mark.parametrize(
    ("text", "expected", "states"),
    [
        ("☒ a ☐ b", "☒ a ☐ b", [True, False]),
        ("☑ a ✔ b ✘ c □ d 🗹 e", "☒ a ☒ b ☒ c ☐ d ☒ e", [True, True, True, False, True]),
        ("[x] a [ ] b [X] c [х] d", "☒ a ☐ b ☒ c ☒ d", [True, False, True, True]),
        ("( x ) Sim (  ) Não", "☒ Sim ☐ Não", [True, False]),
        ("\uf0fe a \uf0a8 b \uf06f c", "☒ a ☐ b ☐ c", [True, False, False]),
        ("f(x) and item (v) and () and 5 (five)", "f(x) and item (v) and () and 5 (five)", []),
    ],
)
def test_ticks_written_as_characters(text: str, expected: str, states: list[bool]) -> None:
    document = read(p(r(text)))
    assert texts(document) == [expected]
    assert ticks(document) == states
    line = document.lines[0]
    assert all(line.text[q.start : q.end] == ("☒" if q.checked else "☐") for q in line.pieces if q.kind == "tick")
    assert "".join(line.text[q.start : q.end] for q in line.pieces) == expected


def test_brackets_split_over_runs_are_one_tick() -> None:
    assert texts(read(p(r("["), r("x", "<w:b/>"), r("] yes")))) == ["☒ yes"]


def test_symbol_fonts() -> None:
    wingdings = '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>'
    document = read(
        p('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', r(" a"))
        + p('<w:r><w:sym w:font="Wingdings 2" w:char="F0A3"/></w:r>', r(" b"))
        + p('<w:r><w:sym w:font="Webdings" w:char="F061"/></w:r>', r(" c"))
        + p(r("o", wingdings), r(" d"))
        + p(r("o"), r(" e"))
    )
    assert texts(document) == ["☒ a", "☐ b", "☒ c", "☐ d", "o e"]
    assert ticks(document) == [True, False, True, False]


def test_filled_square_is_a_tick_only_beside_empty_ones() -> None:
    assert ticks(read(p(r("■ one")) + p(r("■ two")))) == []
    assert ticks(read(p(r("■ one")) + p(r("□ two")))) == [True, False]


# Tracked changes and comments


def test_tracked_changes_are_read_as_accepted() -> None:
    document = read(
        p(r("Budget: "), f"<w:ins>{r('new')}</w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del>")
        + p(f"<w:moveFrom>{r('away')}</w:moveFrom><w:moveTo>{r('here')}</w:moveTo>")
    )
    assert texts(document) == ["Budget: new", "here"]
    assert ("tracked_changes", "info") in codes(document)


def test_deleted_paragraph_mark_joins_the_next() -> None:
    gone = "<w:rPr><w:del/></w:rPr>"
    wholly = p("<w:del><w:r><w:delText>x</w:delText></w:r></w:del>", properties=gone)
    document = read(p(r("first "), properties=gone) + p(r("second")) + wholly + p(r("third")))
    assert texts(document) == ["first second", "third"]
    assert [line.path for line in document.lines] == ["p[1]", "p[4]"]


def test_comments_are_no_text_but_a_notice() -> None:
    comments = f"<w:comments NAMES><w:comment w:id='1'>{p(r('Why?'))}</w:comment></w:comments>"
    document = read(p(r("text"), '<w:r><w:commentReference w:id="1"/></w:r>'), comments=comments)
    assert texts(document) == ["text"]
    assert ("comments_present", "info") in codes(document)


# Numbering, styles

NUMBERING = """<w:numbering NAMES>
<w:abstractNum w:abstractNumId="0">
 <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
 <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl>
 <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%3)"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0B7;"/>
 <w:rPr><w:rFonts w:ascii="Symbol"/></w:rPr></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="2"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0A8;"/>
 <w:rPr><w:rFonts w:ascii="Wingdings"/></w:rPr></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="0"/>
 <w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="2"/></w:num>
</w:numbering>"""


def listed(number: int, level: int = 0) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'


def test_list_numbers_are_counted_and_shown() -> None:
    plan = [(1, 0), (1, 1), (1, 1), (1, 2), (1, 2), (1, 0), (1, 1), (2, 0), (3, 0), (3, 0), (4, 0)]
    document = read("".join(p(r("q", "<w:b/>"), properties=listed(*at)) for at in plan), numbering=NUMBERING)
    expected = ["1.", "1.1", "1.2", "a)", "b)", "2.", "2.1", "•", "5.", "6.", "☐"]
    assert texts(document) == [f"{prefix} q" for prefix in expected]
    assert document.lines[0].bold and ticks(document) == [False]


def test_empty_list_paragraphs_show_nothing_but_are_counted() -> None:
    document = read(p(properties=listed(1)) + p(r("q"), properties=listed(1)), numbering=NUMBERING)
    assert texts(document) == ["", "2. q"]


@pytest.mark.parametrize(
    ("count", "shape", "expected"),
    [(4, "lowerRoman", "iv"), (28, "upperLetter", "BB"), (3, "russianLower", "в"), (7, "decimalZero", "07")],
)
def test_number_formats(count: int, shape: str, expected: str) -> None:
    assert shaped(count, shape) == expected


STYLES = """<w:styles NAMES>
<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="22"/></w:rPr></w:rPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="N"><w:name w:val="Normal"/></w:style>
<w:style w:type="table" w:styleId="T"><w:name w:val="Grid"/><w:rPr><w:b/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="Titre maison"/><w:basedOn w:val="N"/>
 <w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="30"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Sub"><w:name w:val="Sub"/><w:basedOn w:val="H1"/><w:rPr><w:i/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Own"><w:name w:val="Own"/><w:basedOn w:val="Own"/></w:style>
<w:style w:type="character" w:styleId="Em"><w:name w:val="Emphasis"/><w:rPr><w:i/></w:rPr></w:style></w:styles>"""


def test_face_size_and_heading_come_from_the_styles() -> None:
    document = read(
        p(r("head"), properties='<w:pStyle w:val="Sub"/>')
        + p(r("plain "), r("em", '<w:rStyle w:val="Em"/>'))
        + p(r("not", '<w:i w:val="0"/>'), r("back", '<w:rStyle w:val="Em"/>'), properties='<w:pStyle w:val="Sub"/>')
        + p(r("loop"), properties='<w:pStyle w:val="Own"/>'),
        styles=STYLES,
    )
    head, plain, mixed, loop = document.lines
    assert (head.role, head.bold, head.italic, head.size) == ("heading", True, True, 15)
    assert [piece.italic for piece in plain.pieces] == [False, True] and plain.role == "body" and plain.size == 11
    assert not any(piece.italic for piece in mixed.pieces)
    assert loop.role == "body"


# Drawings, text boxes, furniture

PICTURE = (
    '<w:drawing><wp:inline><wp:extent cx="{cx}" cy="{cy}"/><wp:docPr id="1" name="n" descr="scan"/><a:graphic>'
    '<a:graphicData><pic:pic><a:blip r:embed="x"/></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>'
)
SMALL = PICTURE.format(cx=900000, cy=300000)


def test_text_box_is_read_once_after_its_paragraph() -> None:
    box = f"<w:txbxContent>{p(r('boxed'))}</w:txbxContent>"
    both = (
        f'<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:wsp><wps:txbx>{box}</wps:txbx></wps:wsp>'
        f"</w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent>"
    )
    vml = f"<w:pict><v:shape><v:textbox>{box.replace('boxed', 'old')}</v:textbox></v:shape></w:pict>"
    document = read(p(r("anchor"), f"<w:r>{both}</w:r>", r(" goes on")) + p(f"<w:r>{vml}</w:r>"))
    assert texts(document) == ["anchor goes on", "boxed", "", "old"]
    assert document.lines[1].path == "p[1]/textbox[1]/p[1]"
    assert document.marks == ()


def test_pictures_and_drawings_are_marks_at_their_place() -> None:
    ink = "<w:drawing><wp:inline><a:graphic><w14:contentPart/></a:graphic></wp:inline></w:drawing>"
    rule = '<w:drawing><wps:wsp><a:prstGeom prst="line"/></wps:wsp></w:drawing>'
    vml = '<w:pict><v:shape><v:imagedata r:id="x"/></v:shape></w:pict>'
    signing = '<w:pict><v:shape><v:imagedata r:id="x"/><o:signatureline o:suggestedsigner="A B"/></v:shape></w:pict>'
    document = read(
        p(r("sign"))
        + tbl(tr(tc(p(f"<w:r>{SMALL}</w:r>"))))
        + "".join(p(f"<w:r>{drawing}</w:r>") for drawing in (ink, rule, vml, signing))  # fmt: skip
    )
    assert [(mark.kind, mark.after) for mark in document.marks] == [
        ("image", 1),
        ("drawing", 2),
        ("image", 4),
        ("digital_field", 5),
    ]
    first = document.marks[0]
    assert (first.path, first.words) == ("table[1]/row[1]/cell[1]/p[1]", "scan")
    assert first.cell is document.lines[1].cell
    assert document.marks[3].words == "A B"


def test_prompt_of_a_picture_control_is_no_mark() -> None:
    document = read(
        p(sdt("<w:picture/><w:showingPlcHdr/>", f"<w:r>{SMALL}</w:r>")) + p(sdt("<w:picture/>", f"<w:r>{SMALL}</w:r>"))
    )
    assert [mark.after for mark in document.marks] == [1]


def test_large_picture_without_text_is_noticed() -> None:
    large = PICTURE.format(cx=6_000_000, cy=8_000_000)
    assert ("text_in_picture", "warning") in codes(read(p(f"<w:r>{large}</w:r>")))
    assert not codes(read(p(f"<w:r>{SMALL}</w:r>")))
    assert not codes(read(p(r("word " * 60), f"<w:r>{large}</w:r>")))


def test_running_heads_and_notes_are_furniture() -> None:
    document = read(
        p(r("body")),
        header1=f"<w:hdr NAMES>{p(r('Head'), f'<w:r>{SMALL}</w:r>')}</w:hdr>",
        footer1=f"<w:ftr NAMES>{p(r('Foot'))}</w:ftr>",
        footnotes=f'<w:footnotes NAMES><w:footnote w:type="separator">{p(r("-"))}</w:footnote>'
        f"<w:footnote>{p(r('Note'))}</w:footnote></w:footnotes>",
    )
    assert texts(document) == ["body"] and document.marks == ()
    assert {(line.text, line.role) for line in document.furniture} == {
        ("Head", "header"),
        ("Foot", "footer"),
        ("Note", "note"),
    }


# Packages


def test_signed_package_has_a_digital_mark() -> None:
    with zipfile.ZipFile(BytesIO(built(p(r("a")) + p(r("b"))))) as archive:
        files: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    document = read_word(zipped(files | {"_xmlsignatures/sig1.xml": "<Signature/>"}), WORD)
    assert [(mark.kind, mark.after) for mark in document.marks] == [("digital", 1)]


@pytest.mark.parametrize(
    ("main_type", "expected"),
    [
        ("application/vnd.ms-word.document.macroEnabled.main+xml", {("macro_enabled_format", "info")}),
        (TYPE.replace("document.main", "template.main"), {("template_format", "info")}),
        (TYPE, set()),
    ],
)
def test_macro_and_template_formats_are_read(main_type: str, expected: set[tuple[str, str]]) -> None:
    document = read(p(r("text")), main_type)
    assert texts(document) == ["text"] and codes(document) == expected


def test_macros_are_a_warning() -> None:
    with zipfile.ZipFile(BytesIO(built(p(r("text"))))) as archive:
        files: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    assert codes(read_word(zipped(files | {"word/vbaProject.bin": b"x"}), WORD)) == {("macros", "warning")}


def test_strict_namespace_and_other_main_part() -> None:
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    office = "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument"
    data = zipped(
        {
            "_rels/.rels": _relations(f'<Relationship Id="a" Type="{office}" Target="/word/document2.xml"/>'),
            "word/document2.xml": f'<w:document xmlns:w="{strict}"><w:body>{p(r("strict"))}</w:body></w:document>',
        }
    )
    assert texts(read_word(data, WORD)) == ["strict"]


def test_missing_optional_parts_are_ignored() -> None:
    dangling = f'<Relationship Id="q" Type="{RELATIONS}/styles" Target="gone.xml"/>'
    assert texts(read(p(r("text")), links=dangling)) == ["text"]
    bare = zipped({"word/document.xml": f"<w:document {NAMES}><w:body>{p(r('bare'))}</w:body></w:document>"})
    assert texts(read_word(bare, WORD)) == ["bare"]


def test_damaged_optional_part_is_noticed() -> None:
    document = read(p(r("text")), styles="<w:styles")
    assert texts(document) == ["text"] and codes(document) == {("damaged_part", "warning")}


def test_flat_package_is_read() -> None:
    package = "http://schemas.microsoft.com/office/2006/xmlPackage"
    flat = (
        f'<?xml version="1.0"?><pkg:package xmlns:pkg="{package}"><pkg:part pkg:name="/word/document.xml"><pkg:xmlData>'
        f"<w:document {NAMES}><w:body>{p(r('flat'))}</w:body></w:document></pkg:xmlData></pkg:part></pkg:package>"
    )
    assert texts(read_word(flat.encode(), WORD)) == ["flat"]


def test_links_outside_are_noticed_but_a_hyperlink_is_none() -> None:
    link = f'<Relationship Id="x" Type="{RELATIONS}/image" Target="http://example.org/a.png" TargetMode="External"/>'
    assert codes(read(p(f"<w:r>{SMALL}</w:r>"), links=link)) == {("linked_content", "warning")}
    mail = link.replace("/image", "/hyperlink")
    assert not codes(read(p(f'<w:hyperlink r:id="x">{r("a")}</w:hyperlink>'), links=mail))
    assert codes(read(p(legacy("", "DDEAUTO cmd", r("x"))))) == {("linked_content", "warning")}
    assert codes(read('<w:altChunk r:id="x"/>')) == {("embedded_part", "warning")}


def refusal(data: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        read_word(data, WORD)
    assert caught.value.message and caught.value.remedy
    return caught.value.code


ENTITY = '<!DOCTYPE x [<!ENTITY a "b">]>'


def test_hostile_files_are_refused() -> None:
    body = f"<w:document {NAMES}><w:body>{p(r('&a;'))}</w:body></w:document>"
    assert refusal(zipped({"word/document.xml": ENTITY + body})) == "hostile"
    wide = ('<?xml version="1.0" encoding="UTF-16"?>' + ENTITY + body).encode("utf-16")
    assert refusal(zipped({"word/document.xml": wide})) == "hostile"
    assert (
        refusal(zipped({"word/document.xml": body.replace("&a;", ""), "customXml/item1.xml": ENTITY + "<x/>"}))
        == "hostile"
    )
    assert refusal(zipped({"../evil.xml": "x"})) == "hostile"
    assert refusal(zipped({"word/document.xml": b" " * 3_000_000})) == "hostile"
    assert refusal(zipped({f"{n}.txt": "x" for n in range(2_100)})) == "hostile"
    assert refusal(built(tbl(tr(tc(p(), properties='<w:gridSpan w:val="1000000"/>'))))) == "hostile"
    assert refusal(built("<w:sdt><w:sdtContent>" * 1500 + "</w:sdtContent></w:sdt>" * 1500)) == "hostile"


def test_deep_but_allowed_nesting_is_read() -> None:
    nested = p(r("deep"))
    for _ in range(60):
        nested = tbl(tr(tc(nested + p())))
    assert "deep" in texts(read(nested))


def test_too_many_paragraphs_are_refused() -> None:
    pieces = "".join(f"<w:p w:n='{n * 7919 % 65537:x}'/>" for n in range(61_000))
    assert refusal(built(pieces)) == "hostile"


def test_overlapping_members_are_refused() -> None:
    data = bytearray(built(p(r("text"))))
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    assert refusal(bytes(data)) == "hostile"


def test_damaged_and_locked_files_are_refused() -> None:
    good = built(p(r("text")))
    assert refusal(b"") == refusal(b"PK") == refusal(good[: len(good) // 2]) == "damaged"
    assert refusal(zipped({"word/document.xml": "<w:document"})) == "damaged"
    assert refusal(zipped({"xl/workbook.xml": "<x/>"})) == "not_a_request"
    assert refusal(b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le")) == "encrypted"
    locked = bytearray(good)
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(locked)) == "encrypted"


def test_wrong_checksum_of_the_text_is_damage() -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("word/document.xml", f"<w:document {NAMES}><w:body>{p(r('text'))}</w:body></w:document>")
    assert refusal(stream.getvalue().replace(b">text<", b">tixt<")) == "damaged"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name_are_refused() -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
        archive.writestr("word/document.xml", "<b/>")
    assert refusal(stream.getvalue()) == "damaged"


def test_absurd_repetition_in_one_line_is_refused_quickly() -> None:
    assert refusal(built(p(r("x", "<w:b/>") * 21_000))) == "hostile"
    assert refusal(built(p('<w:r><w:fldChar w:fldCharType="begin"/></w:r>' * 200))) == "hostile"
    assert len(ticks(read(p(r("☐ " * 20_000))))) == 0


def test_list_levels_out_of_range_do_no_harm() -> None:
    wild = NUMBERING.replace('w:ilvl="2"', 'w:ilvl="999999999999"').replace('w:ilvl="1"', 'w:ilvl="²"')
    assert texts(read(p(r("q"), properties=listed(1, 999999999999)), numbering=wild)) == ["q"]
