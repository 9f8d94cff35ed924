"""Why a sequence is odd, in words."""

from dataclasses import dataclass

from burl.detect.base import Explanation
from burl.detect.event_set.laws import Breach
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
        if judgement.breach is not None and judgement.rule == "law":
            return self._of_law(subject, judgement, judgement.breach)
        missing, surplus = self.profile.missing_and_surplus(self.judged)
        return Explanation(
            kind="sequence",
            reason=f"{subject}: {self._reason(judgement, missing, surplus)}",
            expected_templates=self._templates(missing[:_SHOWN]),
            decisive=judgement.decisive,
            detail={"rule": judgement.rule, "missing": len(missing), "surplus": len(surplus)},
        )

    def _of_law(self, subject: str, judgement: Judgement, breach: Breach) -> Explanation:
        law = breach.law
        expected = law.second if law.relation == "presence" else law.first
        return Explanation(
            kind="sequence",
            reason=f"{subject}: {self._law(breach)}",
            expected_templates=self._templates([expected]),
            probability=(law.exceptions + 1) / (law.support + 2),
            decisive=judgement.decisive,
            detail={
                "rule": law.relation,
                "support": law.support,
                "exceptions": law.exceptions,
                "broken_laws": breach.broken,
            },
        )

    def _law(self, breach: Breach) -> str:
        law = breach.law
        first, second = self._text(law.first), self._text(law.second)
        held = f"in {law.support - law.exceptions} of {law.support} sessions in training"
        if law.relation == "presence":
            return f"expected {second}{self._between(breach)}; {held} with {first} it came"
        if law.relation == "order":
            return f"{second} came before {first}; {held} with both it came after"
        came = self.judged.count(law.first)
        if law.relation == "count":
            return f"{first} came {_times(came)}; {held} with it, it came {_times(law.times)}"
        also = self.judged.count(law.second)
        return (
            f"{first} came {_times(came)} and {second} {_times(also)};"
            f" {held} with both they came as {law.times} to {law.others}"
        )

    def _between(self, breach: Breach) -> str:
        after = f"after {self._text(breach.after)}" if breach.after >= 0 else ""
        before = f"before {self._text(breach.before)}" if breach.before >= 0 else ""
        if after and before:
            return f" between {self._text(breach.after)} and {self._text(breach.before)}"
        return f" {after or before}" if after or before else ""

    def _reason(self, judgement: Judgement, missing: list[int], surplus: list[int]) -> str:
        texts = {
            "none": "nothing to compare it with",
            "new event": "holds an event never seen in training",
            "length": f"has {len(self.judged)} events, in training it had"
            f" {self.profile.min_length} to {self.profile.max_length}",
            "n-gram": "its events come in an order never seen in training",
            "counts": "its events come in numbers never seen in training",
            "proportions": "what it does comes in proportions like those of no session in training",
        }
        return "; ".join([texts[judgement.rule], *self._differences(missing, surplus)])

    def _differences(self, missing: list[int], surplus: list[int]) -> list[str]:
        parts = []
        if missing:
            parts.append(f"expected {self._text(missing[0])}, which never came or too seldom")
        if surplus:
            parts.append(f"{self._text(surplus[0])} came more often than in the nearest normal one")
        return parts

    def _templates(self, events: list[int]) -> list[int]:
        found = (self.vocabulary.decode(event, self.catalogue) for event in events)
        return [template for template in found if template >= 0]

    def _text(self, event: int) -> str:
        template = self.vocabulary.decode(event, self.catalogue)
        return repr(self.catalogue[template].text) if template >= 0 else "an unknown event"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
