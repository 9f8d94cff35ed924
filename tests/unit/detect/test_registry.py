import pytest

from burl.detect.new_template import NewTemplate
from burl.detect.registry import detector_names, detector_type, parse_spec
from burl.errors import ConfigError


def test_finds_the_detectors_of_the_distribution() -> None:
    assert {"new_template", "event_set", "rate", "deeplog"} <= set(detector_names())
    assert detector_type("new_template") is NewTemplate


def test_a_spec_may_name_a_unit() -> None:
    assert parse_spec("event_set")[1] == "session"
    assert parse_spec("event_set:window")[1] == "window"


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("nonsense", r"unknown detector 'nonsense'; installed are: .*event_set.*rate"),
        ("event_set:event", r"scores session or window, not 'event'"),
        ("rate:fortnight", r"scores interval, not 'fortnight'"),
    ],
)
def test_what_is_unknown_is_named(spec: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        parse_spec(spec)
