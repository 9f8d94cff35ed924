"""What people's verdicts say of each detector: how many of its findings that they judged were anomalies."""

from collections import Counter
from typing import Any

from burl.feedback.verdict import in_force

Verdicts = Counter[tuple[str, str]]
"""Findings by their detector's id and what was said of them: `anomaly` or `normal`."""


def verdicts_by_detector(history: list[dict[str, Any]]) -> Verdicts:
    """Count the findings that people judged; of several verdicts on one finding the newest counts.

    Args:
        history: documents of verdicts, newest first; those taken back do not count.
    """
    newest: dict[str, tuple[str, str]] = {}
    for document in in_force(history):
        on_finding = "detector_id" in document and "anomaly_id" in document
        if on_finding and document["verdict"] != "missed":  # that says nothing of a finding, but can be said
            newest.setdefault(document["anomaly_id"], (document["detector_id"], document["verdict"]))
    return Counter(newest.values())


def precision(verdicts: Verdicts) -> dict[str, float]:
    """Return the share of anomalies among the judged findings, by detector; none of which none was judged."""
    detectors = sorted({detector for detector, _ in verdicts})
    return {
        detector: verdicts[detector, "anomaly"]
        / (verdicts[detector, "anomaly"] + verdicts[detector, "normal"])
        for detector in detectors
    }
