"""The desk on Elasticsearch: the same tests as on the embedded store, where lists, counts and versions matter."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from queues.elastic import Cluster, ElasticCaseStore, ElasticStateStore
from sunwai.stores import Stores
from tests.desk.office import Office
from tests.desk.test_acts import (
    test_the_next_case_is_the_most_pressing_that_nobody_has,
)
from tests.desk.test_api import test_a_search_is_counted_by_its_facts
from tests.desk.test_api_office import (
    test_many_cases_are_given_to_a_colleague_once_and_taken_back,
    test_who_did_what_is_found_in_the_cases_that_one_may_see,
)
from tests.desk.test_case_acts import (
    desk,
    test_a_case_from_the_queue_to_its_end_by_its_pages,
    test_a_stale_form_shows_both_versions_and_keeps_what_was_typed,
    test_cases_are_merged_parted_and_split,
    test_who_sends_a_case_out_of_sight_can_take_that_back,
)
from tests.desk.test_events import (
    served,
    test_each_is_told_only_of_what_they_may_see_and_nobody_of_what_is_sealed,
    test_who_was_cut_off_goes_on_after_the_last_event,
)
from tests.desk.test_field import (
    test_a_link_goes_with_a_case_that_is_merged_and_comes_back_with_it,
    test_a_report_is_taken_once,
    test_from_the_case_to_the_field_and_back_into_the_reply,
)
from tests.desk.test_overview import test_each_figure_opens_as_many_cases_as_it_says
from tests.desk.test_pins import (
    test_five_wrong_tries_end_it_and_say_how_many_are_left,
    test_two_officers_change_over_and_the_session_before_ends,
)
from tests.desk.test_reveal import test_an_officer_taps_once_and_that_is_in_the_history_before_anything_is_shown
from tests.desk.test_review import reviewing, test_one_after_another_until_none_is_left
from tests.desk.test_search_page import (
    test_facets_count_what_is_found_and_narrow_it,
    test_many_cases_are_assigned_and_taken_back,
)
from tests.queues.elastic_office import empty, some_office
from tests.services import elasticsearch_url

__all__ = [
    "desk",
    "elasticsearch_url",
    "reviewing",
    "served",
    "test_a_case_from_the_queue_to_its_end_by_its_pages",
    "test_a_link_goes_with_a_case_that_is_merged_and_comes_back_with_it",
    "test_a_report_is_taken_once",
    "test_a_search_is_counted_by_its_facts",
    "test_a_stale_form_shows_both_versions_and_keeps_what_was_typed",
    "test_an_officer_taps_once_and_that_is_in_the_history_before_anything_is_shown",
    "test_cases_are_merged_parted_and_split",
    "test_each_figure_opens_as_many_cases_as_it_says",
    "test_each_is_told_only_of_what_they_may_see_and_nobody_of_what_is_sealed",
    "test_facets_count_what_is_found_and_narrow_it",
    "test_five_wrong_tries_end_it_and_say_how_many_are_left",
    "test_from_the_case_to_the_field_and_back_into_the_reply",
    "test_many_cases_are_assigned_and_taken_back",
    "test_many_cases_are_given_to_a_colleague_once_and_taken_back",
    "test_one_after_another_until_none_is_left",
    "test_the_next_case_is_the_most_pressing_that_nobody_has",
    "test_two_officers_change_over_and_the_session_before_ends",
    "test_who_did_what_is_found_in_the_cases_that_one_may_see",
    "test_who_sends_a_case_out_of_sight_can_take_that_back",
    "test_who_was_cut_off_goes_on_after_the_last_event",
]

pytestmark = pytest.mark.elasticsearch


@pytest.fixture(scope="module")
def cluster(elasticsearch_url: str) -> Iterator[Cluster]:
    with some_office(elasticsearch_url) as cluster:
        yield cluster


@pytest.fixture
def office(cluster: Cluster, tmp_path: Path) -> Iterator[Office]:
    stores = Stores(
        ElasticCaseStore(cluster, for_people=True), ElasticStateStore(cluster), close=lambda: empty(cluster)
    )
    found = Office(tmp_path / "cases.db", stores=stores)
    yield found
    found.close()
