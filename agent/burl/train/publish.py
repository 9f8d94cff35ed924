"""Writes a bundle from what was trained."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from burl import __version__
from burl.bundle import DetectorEntry, Manifest
from burl.bundle.bundle import MANIFEST, SESSIONS, TEMPLATES, bundle_version, file_digests, new_bundle
from burl.bundle.manifest import TrainingFacts
from burl.clock import Clock
from burl.decide.deployments import version_of
from burl.decide.times import rfc3339
from burl.parse.template_set import TemplateSet
from burl.receive.batch import StreamTable
from burl.train.corpus import Corpus
from burl.train.fitting import Fitted
from burl.window.settings import WindowSettings
from burl.window.spec import SessionSpec

_HISTORY_RECORDS = 100
"""Records of a service in training from which on it has history."""


@dataclass(frozen=True, slots=True)
class Trained:
    """Everything that a bundle is made of; times in nanoseconds since the epoch."""

    fitted: Sequence[Fitted]
    templates: TemplateSet
    sessions: SessionSpec
    corpus: Corpus
    records: int
    start_ns: int
    end_ns: int
    cut_ns: int


def publish(
    out: Path,
    trained: Trained,
    *,
    inputs: Sequence[Path],
    seed: int,
    window: WindowSettings,
    clock: Clock,
) -> Manifest:
    """Write the bundle to `out`, atomically; return its manifest. Raises BundleError."""
    with new_bundle(out) as staging:
        (staging / TEMPLATES).write_text(trained.templates.to_json(), encoding="utf-8")
        (staging / SESSIONS).write_text(trained.sessions.to_json(), encoding="utf-8")
        entries = [_export(fitted, staging) for fitted in trained.fitted]
        files = file_digests(staging)
        manifest = Manifest(
            version=bundle_version(files),
            template_set_version=_version(trained.templates),
            masking_version=trained.templates.masking_version,
            window=window.model_dump(mode="json"),
            detectors=entries,
            training=_facts(trained, inputs, seed, clock),
            files=files,
        )
        (staging / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
    return manifest


def _export(fitted: Fitted, staging: Path) -> DetectorEntry:
    relative = f"detectors/{fitted.id.replace(':', '-')}"
    directory = staging / relative
    directory.mkdir(parents=True)
    fitted.detector.export(directory)
    return DetectorEntry(
        id=fitted.id,
        name=fitted.detector.name,
        unit=fitted.detector.unit,
        path=relative,
        config=fitted.detector.config.model_dump(mode="json"),
        calibration=fitted.calibration.to_json(),
        chosen_because=fitted.chosen_because,
        weight=fitted.weight,
        figures=fitted.figures,
    )


def _version(templates: TemplateSet) -> str:
    """Return a name for the set: the same for the same templates."""
    return hashlib.sha256("\n".join(sorted(templates.templates)).encode()).hexdigest()[:12]


def _versions(streams: StreamTable) -> dict[str, list[str]]:
    """Return the versions that wrote, by the service's key."""
    found: dict[str, list[str]] = {}
    for identity in map(streams.identity, range(len(streams))):
        version = version_of(identity)
        if version and version not in found.setdefault(identity.service, []):
            found[identity.service].append(version)
    return {service: versions for service, versions in found.items() if versions}


def _facts(trained: Trained, inputs: Sequence[Path], seed: int, clock: Clock) -> TrainingFacts:
    corpus = trained.corpus
    counts = Counter(service for events in corpus.events() for service in events.services.tolist())
    services = [corpus.streams.service_name(s) for s, n in counts.items() if n >= _HISTORY_RECORDS]
    return TrainingFacts(
        burl_version=__version__,
        seed=seed,
        created=rfc3339(clock.time_ns()),
        inputs=[path.name for path in inputs],
        lines=trained.records,
        templates=len(corpus.catalogue),
        sessions=len(corpus.sessions) if corpus.sessions is not None else 0,
        services=sorted(services),
        versions=_versions(corpus.streams),
        start=rfc3339(trained.start_ns),
        end=rfc3339(trained.end_ns),
        holdout=f"the last quarter, from {rfc3339(trained.cut_ns)}",
    )
