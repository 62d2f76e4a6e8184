"""The desk's tests of what is kept, once more on PostgreSQL: claims, decisions, the queue, search, people at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests.conftest import copied_database
from tests.desk_room import Room, open_room
from tests.test_desk import (  # noqa: F401
    full,
    reference,
    test_a_check_is_set_with_a_reason_and_taken_back,
    test_a_claim_is_a_lease,
    test_a_closed_request_is_open_again_for_its_institution,
    test_a_double_click_is_one_step,
    test_a_lead_takes_over_and_it_is_logged,
    test_many_at_once_each_with_its_own_result,
    test_nobody_decides_on_a_page_that_is_not_the_newest,
    test_search_folds_accents_and_scripts,
    test_the_oldest_stands_first_and_filters_combine,
    test_the_outcomes_and_what_they_need,
    test_two_people_at_one_answer_lose_nothing,
    test_views_and_changes_are_in_the_audit,
    test_waiting_requests_come_back,
)


@pytest.fixture
def room(ready_server: URL, tmp_path: Path) -> Iterator[Room]:
    """A desk on a database of its own."""
    with copied_database(ready_server) as url:
        made = open_room(tmp_path, url)
        yield made
        made.desk.drawer.close()
        made.store.close()
