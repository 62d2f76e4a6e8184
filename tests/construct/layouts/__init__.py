"""The layouts of the constructed forms: each turns a form into a list of page parts."""

from collections.abc import Callable

from tests.construct.form import Form
from tests.construct.layouts import columns, compact, letter, near, questions, ruled
from tests.construct.page import Block

LAYOUTS: dict[str, Callable[[Form], list[Block]]] = {
    "C": columns.lay_out,
    "D": questions.lay_out,
    "E": compact.lay_out,
    "F": ruled.lay_out,
    "G": letter.lay_out,
    "N": near.lay_out,
}
