"""What becomes of the parts of a mail: named after the failures of mailbox.md (numbers) and of the list of faults."""

from collections.abc import Iterator, Sequence
from datetime import date

import pytest

from extractors.mail.opening import open_mail
from flows.post import Circumstances, begin, open_or_read, requests_in
from flows.process import process_bytes
from flows.sandbox import Pool
from flows.sorting import Delivery, Whole, part_arrival, sort_out
from flows.workers import open_pool
from pipeline.mail import OpenedMail, PostOffice
from pipeline.records import Arrival, DocumentFacts, FieldReading, Flag, Record, Signature
from pipeline.trouble import Unreadable
from tests.mail_making import mail, outlook, picture, raw_mail, zipped
from tests.small_stages import SMALL

TODAY = date(2026, 3, 2)
OFFICE = PostOffice(authserv_id="mx.office.eu", own_addresses=("requests@socieux.eu",))
KEYS = [f"key_{number}" for number in range(20)]
FULL = KEYS[:14]


def form(*keys: str, title: str = "A title", pages: int | None = None, **more: str) -> bytes:
    """The bytes of a form that ``read`` reads: these questions, answered."""
    told = {"institution_name": "Ministry of Labour", "title": title} | dict.fromkeys(keys, "x") | more
    lines = [f"{key}: {value}" for key, value in told.items()]
    return f"FORM {pages or ''}\n".encode() + "\n".join(lines).encode()


def read(data: bytes, arrival: Arrival) -> Record:
    """The record of a part by its bytes: a form of ours, a file that cannot be read (!), or no form."""
    if data.startswith(b"FORM"):
        head, _, lines = data.decode().partition("\n")
        pairs = (line.partition(": ") for line in lines.splitlines())
        fields = {key: FieldReading(state="answered", value=value, raw=value) for key, _, value in pairs}
        made = process_bytes(b"title: x", arrival, TODAY, stages=SMALL)
        own = process_bytes(b"!" + data, arrival, TODAY, stages=SMALL)
        pages = int(head[5:]) if head[5:].strip() else None
        facts = DocumentFacts(form_kind="full", language="en", text_origin="word", pages=pages)
        update = {"fields": fields, "record_id": own.record_id, "source": own.source, "document": facts, "flags": ()}
        return made.model_copy(update=update | {"signature": Signature(mark="present")})
    if data.startswith(b"!"):
        return process_bytes(data, arrival, TODAY, stages=SMALL)
    trouble = Unreadable("no_form_found", "No form.", "Ask.")
    from flows.process import quarantined

    return quarantined(data, arrival, TODAY, trouble)


def sorted_mail(data: bytes, name: str = "a.eml", office: PostOffice = OFFICE) -> Delivery:
    """The delivery of a mail whose parts are read by ``read``."""
    opened = open_mail(data, name, office.authserv_id)
    whole = Whole(data, Arrival(filename=name, channel="mail"), TODAY, office)
    readings = [read(part.data, part_arrival(part, opened, whole)) for part in opened.documents()]
    delivery = sort_out(opened, readings, whole)
    assert len(delivery.outcomes) == len(opened.parts), "every part has an outcome"
    for outcome in delivery.outcomes:
        assert (outcome.record_id is None) == (outcome.fate == "ignored")
        assert outcome.record_id in {None, *(record.record_id for record in delivery.records)}
    assert delivery.records, "every input gives at least one record"
    return delivery


def codes(flags: Sequence[Flag]) -> list[str]:
    """Codes without those that every mail gives."""
    return [flag.code for flag in flags if flag.code != "sender_unproven"]


def fates(delivery: Delivery) -> list[tuple[str, str]]:
    """Names and fates."""
    return [(outcome.filename, outcome.fate) for outcome in delivery.outcomes]


def test_a_form_and_its_supporting_documents_are_one_request() -> None:
    delivery = sorted_mail(mail(("law.pdf", b"the law"), ("b.docx", form(*FULL)), ("cv.pdf", b"a life")))
    (record,) = delivery.records
    assert record.source.filename == "b.docx" and record.source.container == ("a.eml",)
    assert record.source.sender == "a.person@labour.gov.xx" and record.source.message_id == "<first@labour.gov.xx>"
    assert [beside.filename for beside in record.source.supporting_documents] == ["law.pdf", "cv.pdf"]
    assert fates(delivery) == [("law.pdf", "supporting"), ("b.docx", "request"), ("cv.pdf", "supporting")]
    assert record.disposition == "ready" and delivery.kind == "letter"


def test_19_the_form_is_told_by_its_content_and_the_runner_up_is_named() -> None:
    delivery = sorted_mail(mail(("request form.docx", form("key_1", "key_2")), ("scan0001.pdf", form(*FULL))))
    (record,) = delivery.records
    assert record.source.filename == "scan0001.pdf"
    assert codes(record.flags) == ["runner_up"] and "request form.docx" in record.flags[-1].message


def test_19_where_nothing_is_clearly_a_form_the_best_is_taken() -> None:
    delivery = sorted_mail(mail(("a.docx", form("key_1")), ("b.docx", form("key_1", "key_2", "key_3"))))
    assert [record.source.filename for record in delivery.records] == ["b.docx"]


def test_several_forms_are_several_requests() -> None:
    delivery = sorted_mail(mail(("a.docx", form(*FULL)), ("b.docx", form(*FULL, title="Another")), ("law.pdf", b"law")))
    assert [record.source.filename for record in delivery.records] == ["a.docx", "b.docx"]
    assert all(len(record.source.supporting_documents) == 1 for record in delivery.records)
    assert all(record.disposition == "ready" for record in delivery.records)


def test_the_same_request_as_word_and_as_signed_print_is_for_a_person() -> None:
    delivery = sorted_mail(mail(("a.docx", form(*FULL)), ("a.pdf", form(*FULL, more="y"))))
    assert [codes(record.flags) for record in delivery.records] == [["same_request_twice"]] * 2
    assert [record.disposition for record in delivery.records] == ["flagged"] * 2


def test_m2_the_same_bytes_twice_are_one_request_with_two_arrivals() -> None:
    delivery = sorted_mail(mail(("a.docx", form(*FULL)), ("copy.docx", form(*FULL))))
    (record,) = delivery.records
    assert [arrival.filename for arrival in record.source.arrivals] == ["a.docx", "copy.docx"]
    assert fates(delivery) == [("a.docx", "request"), ("copy.docx", "request")]


def test_d24_a_form_over_several_photographs_is_one_request() -> None:
    first, second = form(*KEYS[:10], pages=1), b"FORM 1\n" + b"\n".join(b"key_%d: y" % n for n in range(10, 20))
    delivery = sorted_mail(mail(("1.jpg.bin", first), ("2.jpg.bin", second)))
    (record,) = delivery.records
    assert codes(record.flags) == ["form_over_several_files"] and record.disposition == "flagged"
    assert fates(delivery)[1][1] == "supporting"


def test_supporting_documents_belong_to_the_nearest_request() -> None:
    inner = mail(("b.docx", form(*FULL, title="Another")), ("inner.pdf", b"inner law"), From="x@y.zz")
    delivery = sorted_mail(mail(("a.docx", form(*FULL)), ("outer.pdf", b"law"), ("i.eml", inner)))
    beside = {r.source.filename: [b.filename for b in r.source.supporting_documents] for r in delivery.records}
    assert beside == {"a.docx": ["outer.pdf"], "b.docx": ["inner.pdf"]}


@pytest.mark.parametrize("bad", [b"!", b"Rar!\x1a\x07"])
def test_what_cannot_be_read_is_never_silently_supporting(bad: bytes) -> None:
    data = mail(("annex.pdf", b"!broken"), ("b.docx", form(*FULL)))
    delivery = sorted_mail(data)
    assert [(r.source.filename, r.disposition) for r in delivery.records] == [
        ("b.docx", "ready"),
        ("annex.pdf", "quarantined"),
    ]
    assert fates(delivery) == [("annex.pdf", "quarantined"), ("b.docx", "request")]


def test_17_a_locked_archive_beside_a_form_has_its_own_record() -> None:
    locked = bytearray(zipped({"annex.pdf": b"abc"}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + at] |= 1
    delivery = sorted_mail(mail(("b.docx", form(*FULL)), ("a.zip", bytes(locked))))
    assert [record.flags[0].code for record in delivery.records[1:]] == ["encrypted"]
    assert delivery.records[1].source.filename == "a.zip"


def test_d5_half_an_outlook_message_may_hide_a_form() -> None:
    half = outlook("x", "a@b.xx", {"f.pdf": b"%PDF-1.4" * 900})[:4000]
    delivery = sorted_mail(mail(("request.msg", half)))
    assert fates(delivery) == [("request.msg", "quarantined")]


def test_18_a_picture_in_the_text_without_a_form_is_ignored() -> None:
    body = b"--B\r\nContent-Type: text/html\r\n\r\n<img src=cid:1>\r\n--B\r\nContent-Type: image/jpeg; name=i.jpg\r\n"
    body += b"Content-ID: <1>\r\nContent-Disposition: inline\r\n\r\n" + picture(900, 1200) + b"\r\n--B--\r\n"
    delivery = sorted_mail(raw_mail("multipart/related; boundary=B", body))
    assert fates(delivery) == [("i.jpg", "ignored")] and "read" in delivery.outcomes[0].reason
    assert delivery.records[0].flags[0].code == "no_form_found"


# No form.


def test_no_form_is_one_record_that_says_what_to_do() -> None:
    delivery = sorted_mail(mail(("law.pdf", b"the law")))
    (record,) = delivery.records
    assert (record.disposition, record.flags[0].code) == ("quarantined", "no_form_found")
    assert "law.pdf" in record.flags[0].message and "Ask the sender" in record.flags[0].message
    assert record.source.filename == "a.eml" and record.source.sender == "a.person@labour.gov.xx"
    assert [beside.filename for beside in record.source.supporting_documents] == ["law.pdf"]
    assert fates(delivery) == [("law.pdf", "quarantined")]


def test_no_file_at_all() -> None:
    assert "No file is attached" in sorted_mail(mail()).records[0].flags[0].message


def test_20_a_link_instead_of_a_file_is_named_and_not_followed() -> None:
    (record,) = sorted_mail(mail(text="The form: https://we.tl/t-Abc")).records
    assert record.flags[0].code == "no_form_found" and "https://we.tl/t-Abc" in record.flags[0].message
    assert "links_not_followed" in codes(record.flags)


def test_20_a_link_beside_a_form_is_named() -> None:
    (record,) = sorted_mail(mail(("b.docx", form(*FULL)), text="Annexes: https://we.tl/t-Abc")).records
    assert codes(record.flags) == ["links_not_followed"] and record.disposition == "ready"


def test_20_a_form_in_the_text() -> None:
    lines = ["Title of the action: x", "Name of institution: x", "Country: y", "Objectives: z", "Expected results: w",
             "Target groups: q", "Background: b", "Deliverables: d", "Cross-cutting issues: c"]  # fmt: skip
    (record,) = sorted_mail(mail(text="\n".join(lines))).records
    assert "text of the mail itself" in record.flags[0].message


def test_an_archive_without_a_form_says_so() -> None:
    (record,) = sorted_mail(zipped({"law.pdf": b"the law"}), "a.zip").records
    assert record.flags[0].code == "no_form_found" and "archive" in record.flags[0].message


# Automatic mail.


@pytest.mark.parametrize("heads", [{"Auto_Submitted": "auto-replied"}, {"List_Id": "<x>"}, {"X_SOCIEUX_Letter": "x"}])
def test_m6_automatic_mail_is_one_record_to_be_filed(heads: dict[str, str]) -> None:
    delivery = sorted_mail(mail(("logo.pdf", b"not a form"), **heads))
    (record,) = delivery.records
    assert (record.disposition, record.flags[0].code) == ("quarantined", "automatic_mail")
    assert fates(delivery) == [("logo.pdf", "ignored")]


def test_24_an_automatic_mail_with_a_form_is_still_a_request() -> None:
    (record,) = sorted_mail(mail(("b.docx", form(*FULL)), Auto_Submitted="auto-replied")).records
    assert codes(record.flags) == ["came_with_automatic_mail"] and record.disposition == "ready"


def test_24_the_notice_of_a_sharing_service_is_for_a_person() -> None:
    (record,) = sorted_mail(mail(text="Files for you: https://we.tl/t-Abc", Auto_Submitted="auto-generated")).records
    assert record.flags[0].code == "no_form_found"


# M7: the sender.


def with_verdict(verdict: str, *files: tuple[str, bytes], **heads: str) -> bytes:
    """A mail of which our server says something."""
    return f"Authentication-Results: mx.office.eu; dmarc={verdict}\r\n".encode() + mail(*files, **heads)


def test_27_a_spoofed_sender_is_flagged_and_never_dropped() -> None:
    (record,) = sorted_mail(with_verdict("fail", ("b.docx", form(*FULL)))).records
    assert [(f.code, f.severity) for f in record.flags] == [("sender_not_verified", "warning")]
    assert record.disposition == "flagged"


@pytest.mark.parametrize(("verdict", "flags"), [("pass", []), ("none", ["sender_unproven"])])
def test_27_offices_without_proof_are_no_reason_against_ready(verdict: str, flags: list[str]) -> None:
    (record,) = sorted_mail(with_verdict(verdict, ("b.docx", form(*FULL)))).records
    assert [flag.code for flag in record.flags] == flags and record.disposition == "ready"


@pytest.mark.parametrize(
    ("contact", "code"),
    [
        ("x@1abour.gov.xx", "sender_looks_alike"),
        ("x@lаbour.gov.xx", "sender_looks_alike"),
        ("x@labour.gov.xx", None),
        ("x@health.example.org", None),
    ],
)
def test_m7_a_domain_that_looks_like_the_forms(contact: str, code: str | None) -> None:
    (record,) = sorted_mail(with_verdict("pass", ("b.docx", form(*FULL, contact_email=contact)))).records
    assert codes(record.flags) == ([code] if code else [])


def test_m7_an_answer_that_would_go_elsewhere() -> None:
    files = (("b.docx", form(*FULL)),)
    (record,) = sorted_mail(with_verdict("pass", *files, Reply_To="x@elsewhere.xx")).records
    assert codes(record.flags) == ["reply_elsewhere"] and record.disposition == "flagged"
    (record,) = sorted_mail(with_verdict("pass", *files, Reply_To="other@labour.gov.xx")).records
    assert record.flags == ()


def test_26_our_own_address_is_no_requester() -> None:
    (record,) = sorted_mail(mail(("b.docx", form(*FULL)), From="requests@socieux.eu")).records
    assert "sender_is_us" in codes(record.flags)


def test_16_a_forwarded_form_names_both_senders() -> None:
    inner = mail(("b.docx", form(*FULL)), From="chief@labour.gov.xx")
    (record,) = sorted_mail(with_verdict("pass", ("i.eml", inner), From="delegation@eeas.example.eu")).records
    assert record.source.sender == "delegation@eeas.example.eu" and record.source.container == ("a.eml", "i.eml")
    (flag,) = record.flags
    assert flag.code == "forwarded" and "chief@labour.gov.xx" in flag.message and flag.severity == "info"


# In the workers.


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """One worker."""
    with open_pool(1) as workers:
        yield workers


def test_m4_a_hostile_mail_is_opened_in_a_worker(pool: Pool) -> None:
    data = mail(("law.txt", b"Dear all, the law"), ("empty.pdf", b""))
    under_way = begin(pool, data, Arrival(filename="a.eml"), Circumstances(TODAY))
    delivery = under_way.finish()
    assert fates(delivery) == [("law.txt", "quarantined"), ("empty.pdf", "ignored")]
    assert delivery.records[0].flags[0].code == "no_form_found"
    assert isinstance(under_way.opening.result(), OpenedMail)


def test_a_file_that_is_no_mail_takes_the_same_way(pool: Pool) -> None:
    delivery = requests_in(pool, b"plain words", Arrival(filename="a.txt"), Circumstances(TODAY))
    assert [record.flags[0].code for record in delivery.records] == ["not_a_request"] and delivery.outcomes == ()


def test_what_came_from_a_mailbox_is_a_mail_whatever_it_looks_like() -> None:
    circumstances = Circumstances(TODAY)
    assert isinstance(open_or_read(b"junk", Arrival(), circumstances, is_mail=True), OpenedMail)
    assert isinstance(open_or_read(b"junk", Arrival(), circumstances), Record)


def test_a_mail_that_cannot_be_opened_is_one_quarantined_record(pool: Pool) -> None:
    bad = zipped({"../../x": b"x"})
    delivery = requests_in(pool, bad, Arrival(filename="a.zip"), Circumstances(TODAY))
    assert [record.flags[0].code for record in delivery.records] == ["hostile"]


def test_19_a_runner_up_that_may_be_a_form_is_a_warning() -> None:
    (record,) = sorted_mail(mail(("a.docx", form(*KEYS[:8])), ("b.docx", form(*FULL)))).records
    assert [(flag.code, flag.severity) for flag in record.flags[-1:]] == [("runner_up", "warning")]
    assert record.disposition == "flagged"
