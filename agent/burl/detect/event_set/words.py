"""Why a sequence is odd, in words."""

from dataclasses import dataclass

from burl.detect.base import Explanation
from burl.detect.event_set.profile import Events, Judgement, Profile
from burl.detect.vocabulary import Vocabulary
from burl.parse import Catalogue

_SHOWN = 5
"""Templates named in an explanation."""


@dataclass(frozen=True, slots=True)
class Words:
    """What an explanation is made of: `judged` holds the dense ids of the sequence's known, judged events."""

    vocabulary: Vocabulary
    catalogue: Catalogue
    profile: Profile
    judged: Events

    def explanation(self, subject: str, judgement: Judgement) -> Explanation:
        """Return what was expected and what came instead; `subject` names the sequence."""
        missing, surplus = self.profile.missing_and_surplus(self.judged)
        expected = [self.vocabulary.decode(event, self.catalogue) for event in missing[:_SHOWN]]
        return Explanation(
            kind="sequence",
            reason=f"{subject}: {self._reason(judgement, missing, surplus)}",
            expected_templates=[template for template in expected if template >= 0],
            decisive=judgement.score > 1,
            detail={"rule": judgement.rule, "missing": len(missing), "surplus": len(surplus)},
        )

    def _reason(self, judgement: Judgement, missing: list[int], surplus: list[int]) -> str:
        texts = {
            "none": "nothing to compare it with",
            "new event": "holds an event never seen in training",
            "length": f"has {len(self.judged)} events, in training it had"
            f" {self.profile.min_length} to {self.profile.max_length}",
            "n-gram": "its events come in an order never seen in training",
            "counts": "its events come in numbers never seen in training",
        }
        return "; ".join([texts[judgement.rule], *self._differences(missing, surplus)])

    def _differences(self, missing: list[int], surplus: list[int]) -> list[str]:
        parts = []
        if missing:
            parts.append(f"expected {self._text(missing[0])}, which never came or too seldom")
        if surplus:
            parts.append(f"{self._text(surplus[0])} came more often than in the nearest normal one")
        return parts

    def _text(self, event: int) -> str:
        template = self.vocabulary.decode(event, self.catalogue)
        return repr(self.catalogue[template].text) if template >= 0 else "an unknown event"
