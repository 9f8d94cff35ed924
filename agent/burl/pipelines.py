"""Settings -> the pipelines that score with them: fresh, continued from a checkpoint, or of a challenger."""

import socket

from burl.bundle import Bundle
from burl.clock import Clock
from burl.config import Settings
from burl.engine.pipeline import Pipeline
from burl.engine.shadow import Shadow
from burl.engine.storage import Storage
from burl.errors import UserError
from burl.receive.batch import StreamTable
from burl.receive.otlp import Decoder
from burl.write.base import Store


def make_shadow(settings: Settings, store: Store, clock: Clock, champion: Pipeline) -> Shadow:
    """Return the place of a challenger beside the rooms of the champion."""

    def make(bundle: Bundle, state: "dict[str, object] | None") -> tuple[Pipeline, Decoder]:
        pipeline = make_pipeline(settings, bundle, state)
        return pipeline, Decoder(settings.receive, pipeline.streams)

    return Shadow(
        settings=settings.bundle,
        store=store,
        clock=clock,
        agent=socket.gethostname(),
        champion=champion,
        make=make,
        saved=settings.state.directory / "challenger",
    )


def make_pipeline(settings: Settings, bundle: Bundle | None, state: "dict[str, object] | None") -> Pipeline:
    """Return the pipeline of these settings, continuing from `state` where there is one."""
    return Pipeline(
        bundle=bundle,
        parse=settings.parse,
        window=settings.window,
        decide=settings.decide,
        streams=StreamTable(settings.receive.max_streams, settings.receive.stream_memory_seconds),
        state=state,
        enrich=settings.write.mode == "enrich",
    )


def recovered_pipeline(settings: Settings, bundle: Bundle | None, storage: Storage) -> Pipeline:
    """Return a pipeline that continues from the newest checkpoint that its rooms can be restored from.

    Checkpoints that are newer than that are set aside. Raises BundleError or ConfigError.
    """
    while storage.recovered.state is not None:
        try:
            return make_pipeline(settings, bundle, storage.recovered.state["pipeline"])
        except UserError:
            raise
        except Exception as error:  # whatever a room makes of old state, the agent must start
            storage.set_aside(f"its state cannot be restored ({type(error).__name__}: {error})")
    return make_pipeline(settings, bundle, None)
