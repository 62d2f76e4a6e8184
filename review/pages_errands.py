"""What waits for oneself at the desk: requests held or assigned, and comments that speak to one."""

from fastapi.responses import Response

from pipeline.errands import errands, spoken_to
from review.mentions import oneself
from review.rendering import page
from review.routes import Route
from review.visit import Here


def show_errands(visit: Here) -> Response:
    """Everything that waits for the person who asks."""
    who = oneself(visit)
    with visit.desk.reading() as connection:
        waiting = errands(connection, who, visit.now)
        spoken = spoken_to(connection, who, visit.now)
    kinds = {kind: [each for each in waiting if each.kind == kind] for kind in ("claimed", "assigned")}
    new = [each for each in reversed(spoken) if not each.seen]
    earlier = [each for each in reversed(spoken) if each.seen][:50]
    return page(visit, "errands.html", title="For you", new=new, earlier=earlier, **kinds)


ROUTES = (Route("GET", "/desk/mine", show_errands, "reader"),)
