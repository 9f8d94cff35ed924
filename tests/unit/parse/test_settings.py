from typing import Any

import pytest
from pydantic import ValidationError

from burl.parse import MaskRule, ParseSettings


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ({"name": "x", "pattern": "("}, "no regular expression"),
        ({"name": "x", "pattern": "a*"}, "matches the empty text"),
        ({"name": "x", "pattern": r"\d{4}"}, "needs a guard"),
        ({"name": "Not ok", "pattern": "a"}, "should match pattern"),
        ({"name": "x", "pattern": "a", "colour": 1}, "Extra inputs"),
    ],
)
def test_refuses_a_rule_that_cannot_work(rule: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        MaskRule.model_validate(rule)


def test_refuses_two_rules_of_one_name() -> None:
    rule = MaskRule(name="city", pattern="Lyon")
    with pytest.raises(ValidationError, match="unique"):
        ParseSettings(masks=(rule, rule))


def test_survives_json() -> None:
    settings = ParseSettings(similarity=0.7)
    assert ParseSettings.model_validate_json(settings.model_dump_json()) == settings
