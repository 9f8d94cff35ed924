"""A finding: one row of scores that was graded above 0, with everything an annotation is made of."""

from dataclasses import dataclass, field

from burl.decide.deployments import Deployment
from burl.detect import Explanation
from burl.receive.batch import Identity
from burl.window import Record, Unit

ONLINE_VERSION = "online"
"""Version of the model and of the templates where no bundle is loaded."""


@dataclass(frozen=True, slots=True)
class Source:
    """Which detector found it, as the bundle (or the built-in default) names it."""

    detector_id: str
    detector_type: str
    unit: Unit
    model_version: str
    template_set_version: str


@dataclass(slots=True)
class Finding:
    """One finding, before it is a document.

    Attributes:
        unit_key: the session's canonical id, the stream's key, or service, template and interval start.
        record: the first offending record; None for what names no record (silence).
        deployment: what explains a new line: then it opens no incident.
        context: raw lines before the record, the record's own last.
    """

    source: Source
    unit_key: str
    time_ns: int
    start_ns: int
    end_ns: int
    score: float
    grade: float
    p_value: float
    threshold: float
    explanation: Explanation
    identity: Identity
    record: Record | None = None
    session_ids: list[str] = field(default_factory=list)
    session_kind: str = ""
    context: list[str] = field(default_factory=list)
    learning: bool = False
    deployment: Deployment | None = None

    @property
    def namespace(self) -> str:
        """What incidents are grouped by."""
        return self.identity.namespace

    @property
    def record_uid(self) -> str:
        """The uid that takes part in the annotation's id; empty where no record is named."""
        return self.record.uid if self.record is not None else ""
