from hypothesis import given
from hypothesis import strategies as st

from burl.write.names import IndexNames

NAMES = IndexNames(prefix="mine", dataset="shop", namespace="prod")


def test_names_follow_event_time() -> None:
    assert NAMES.dated("anomalies", 1_763_820_000_123_456_789) == "mine_anomalies-shop-prod-2025.11"
    assert NAMES.dated("dead_letters", -1) == "mine_dead_letters-shop-prod-1970.01"
    assert NAMES.alias("incidents") == "mine_incidents"
    assert NAMES.template("anomalies") == "mine_anomalies_template"


@given(time_ns=st.integers(-(2**63), 2**63 - 1))
def test_every_name_is_matched_by_the_pattern_and_in_lower_case(time_ns: int) -> None:
    name = NAMES.dated("anomalies", time_ns)
    assert name.startswith(NAMES.all_dated("anomalies").removesuffix("*"))
    assert name == name.lower()
