"""Reading a file once more: after a repair of the software, or with a converter that was missing."""

from typing import cast

from flows.sandbox import Pool
from flows.workers import outcome, submit
from pipeline.records import Arrival, Record
from review.decisions import Reading
from review.queue_rows import catch_up
from review.visit import Visit


def read_again(visit: Visit, reading: Reading) -> bool:
    """Read the original anew in a worker and keep what comes out; true if it differs from the reading before."""
    store, record = visit.desk.store, reading.record
    data = store.raw(record.source.sha256)
    arrival = _arrival(record)
    others = store.other_open_requests(record)
    with Pool(1) as pool:
        promise = submit(pool, data, arrival, visit.desk.today, others)
        fresh = cast(Record, outcome(promise, data, arrival, visit.desk.today))
    # It has not come in once more: no arrival is added. What came beside it is still beside it.
    beside = {"arrivals": (), "supporting_documents": record.source.supporting_documents}
    store.keep(fresh.model_copy(update={"source": fresh.source.model_copy(update=beside)}), data)
    return catch_up(visit.desk, 100) > 0


def _arrival(record: Record) -> Arrival:
    source = record.source
    return Arrival(
        received_at=source.received_at,
        channel=source.channel,
        filename=source.filename,
        container=source.container,
        sender=source.sender,
        message_id=source.message_id,
    )
