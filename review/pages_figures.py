"""The figures page: what came in and was decided, how long it took, and how good the machine is; and the balance."""

from fastapi.responses import Response

from pipeline.ledger import Ledger
from pipeline.ledger_balance import Balance, balance
from review.figure_plots import plot_agreement, plot_calibration, plot_weeks
from review.figures import LANGUAGES, LEAST, WEEKS, Figures, figures
from review.queue_rows import catch_up
from review.rendering import page
from review.routes import Route
from review.visit import Here, Visit


def show_figures(visit: Here) -> Response:
    """Everything that can be counted about the desk's work and the machine's."""
    catch_up(visit.desk, 25)
    with visit.desk.reading() as connection:
        found = figures(connection, visit.now)
    return page(
        visit,
        "figures.html",
        title="Figures",
        found=found,
        balance=_balance(visit),
        weeks=plot_weeks(found.weeks),
        agreement=plot_agreement(found.fields),
        calibration=[plot_calibration(each) for each in found.calibration],
        languages=[language for language in LANGUAGES if language != "unknown" or _occurs(found, language)],
        LEAST=LEAST,
        WEEKS=WEEKS,
    )


def _occurs(found: Figures, language: str) -> bool:
    return any(language in each.by_language for each in (*found.fields, *found.checks, *found.theme))


def show_balance(visit: Here) -> Response:
    """The balance in one line, for the front page."""
    return page(visit, "balance_part.html", balance=_balance(visit))


def _balance(visit: Visit) -> Balance:
    store = visit.desk.store
    return balance(Ledger(store.engine, store.raw_folder, visit.desk.clock))


ROUTES = (
    Route("GET", "/desk/figures", show_figures, "analyst"),
    Route("GET", "/desk/balance", show_balance, "reader"),
)
