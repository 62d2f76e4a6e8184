"""Deciding on a request, letting it wait, opening it again."""

from fastapi.responses import Response

from review.claims import HeldByOther
from review.deciding import DecisionTrouble, decide, reopen
from review.editing import Closed, Conflict
from review.pages_queue import record_id_of
from review.rendering import notice, went
from review.routes import Route
from review.visit import Here


def do_decide(visit: Here, reference: str) -> Response:
    """Give an outcome and see the request as decided."""
    back = f"/desk/requests/{reference}"
    try:
        decide(visit, record_id_of(visit, reference))
    except DecisionTrouble as trouble:
        return notice(visit, "said.html", 422, title="Not decided", words=str(trouble), back=f"{back}#decide")
    except HeldByOther as held:
        return notice(visit, "held.html", title="Claimed", claim=held.claim, back=back)
    except Closed:
        return notice(visit, "said.html", title="Decided", words="This request is decided already.", back=back)
    except Conflict:
        words = "The request has changed since this page was made. Load it again, look at what changed, then decide."
        return notice(visit, "said.html", title="Changed meanwhile", words=words, back=back)
    return _gone(visit, back)


def do_reopen(visit: Here, reference: str) -> Response:
    """Open a request again, with a reason."""
    back = f"/desk/requests/{reference}"
    try:
        reopen(visit, record_id_of(visit, reference))
    except DecisionTrouble as trouble:
        return notice(visit, "said.html", 422, title="Not opened", words=str(trouble), back=back)
    return _gone(visit, back)


def _gone(visit: Here, address: str) -> Response:
    if not visit.by_script:
        return went(address)
    return Response(status_code=204, headers={"hx-redirect": address})


ROUTES = (
    Route("POST", "/desk/requests/{reference}/decide", do_decide, "analyst"),
    Route("POST", "/desk/requests/{reference}/reopen", do_reopen, "analyst"),
)
