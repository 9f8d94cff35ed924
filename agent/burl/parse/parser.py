"""The parse room's front: bodies in, template indexes and continuation marks out."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from burl.parse.cache import KIND, KNOWN, SHAPE, TEMPLATE_SHIFT, UNKNOWN, KeyCache
from burl.parse.catalogue import CONTINUATION, Catalogue
from burl.parse.continuation import Continuations
from burl.parse.deciding import Deciding
from burl.parse.kinds import Kind, Kinds
from burl.parse.lines import LineReader, parameters
from burl.parse.masks import masking_version
from burl.parse.matcher import Matcher
from burl.parse.online import OnlineTemplates
from burl.parse.recognition import Recognition
from burl.parse.settings import ParseSettings
from burl.parse.standing import Place, Standing
from burl.parse.template_set import TemplateSet
from burl.receive.batch import Ints

_AT_ONCE = 4096
"""Lines worked on together: enough for numpy (bench/rooms.py), few enough for long lines to fit in memory."""


class Parser:
    """Gives each body its template; frozen templates first, then those mined online.

    The result is a function of the state and the bodies alone: how they are cut into slices and what the
    caches hold never matters.
    """

    def __init__(
        self,
        settings: ParseSettings,
        catalogue: Catalogue,
        frozen: TemplateSet | None = None,
        has_history: Callable[[int], bool] = lambda _: False,
    ) -> None:
        """Parse into `catalogue`.

        Args:
            settings: limits; masks and protection too, unless `frozen` brings its own.
            catalogue: gets the frozen templates at once, the others as they are born.
            frozen: the template set of a bundle.
            has_history: tells which writers `frozen` was made of.
        """
        self._given = settings
        self._catalogue = catalogue
        self._continuations = Continuations(settings.max_open_streams)
        self._cache = KeyCache(settings.max_cache_entries)
        self._standing = Standing(settings.max_open_streams, has_history)
        self._lines = self._forgotten = 0
        self._version = ""
        self.adopt(frozen)

    def adopt(self, frozen: TemplateSet | None) -> None:
        """Use another template set from now on; what was mined online stays while the masking is the same."""
        settings = self._given if frozen is None else _with_masking(self._given, frozen.settings)
        version = masking_version(settings.masks, settings.protect)
        self._reader = LineReader(settings)
        self._matcher = Matcher()
        if frozen is not None:
            indexes = map(self._catalogue.add, frozen.catalogue_entries())
            self._matcher = frozen.matcher(self._reader, indexes)
        if version != self._version:
            self._version = version
            self._online = OnlineTemplates(settings, self._catalogue, version)
        self._deciding = Deciding(self._reader.masker, settings.masks)
        self._kinds = Kinds(self._reader, self._deciding, self.parameters, settings.max_cache_entries)
        self._forget()

    @property
    def refused(self) -> int:
        """Lines that went to the overflow template, since the start."""
        return self._online.refused

    def parse(self, bodies: list[str], streams: Ints, writers: Ints | None = None) -> Ints:
        """Return the template index of each body, CONTINUATION where it belongs to the record before it.

        Args:
            bodies: texts; of a multi-line body the first line decides.
            streams: stream index of each body.
            writers: who may have templates born for each body: its service, or NOBODY. None: its stream.
        """
        writers = streams if writers is None else writers
        slices = [slice(at, at + _AT_ONCE) for at in range(0, max(len(bodies), 1), _AT_ONCE)]
        found = [self._parse(bodies[part], streams[part], writers[part]) for part in slices]
        return found[0] if len(found) == 1 else np.concatenate(found)

    def _parse(self, bodies: list[str], streams: Ints, writers: Ints) -> Ints:
        lines = Recognition(self._cache, self._deciding, self._reader, bodies)
        records = self._continuations.records(lines.codes & SHAPE, streams)
        found = np.full(len(bodies), CONTINUATION, dtype=np.int64)
        done = 0
        while done < len(bodies):
            known = records & (lines.codes & KIND == KNOWN)
            found[done:] = np.where(known, lines.codes >> TEMPLATE_SHIFT, CONTINUATION)[done:]
            pending = np.flatnonzero(records & ~known)
            pending = pending[pending >= done]
            done = self._resolve(lines, writers, found, pending) if len(pending) else len(bodies)
        self._lines += len(bodies)
        self._standing.note(writers)
        return found

    def _resolve(self, lines: Recognition, writers: Ints, found: Ints, pending: Ints) -> int:
        """Find the templates of the `pending` lines; return where all was forgotten, or the end."""
        forgotten = self._forgotten
        templates = lines.templates(pending)
        found[pending] = templates
        unknown: list[int] = pending[templates == UNKNOWN].tolist()
        for position in unknown:
            index = lines.template(position)
            if index == UNKNOWN:
                place = Place(self._lines + position, writers, position, self._standing)
                index = self._template(lines, position, place)
            found[position] = index
            if self._forgotten != forgotten:
                lines.look_up(position + 1)
                return position + 1
        return len(found)

    def parameters(self, body: str, template: int) -> tuple[str, ...]:
        """Return the variable parts of `body`, one for each `<*>` of its template, as they stood."""
        masked, values = self._reader.masked_with_values(self._reader.head(body))
        return parameters(self._catalogue[template].text.split(), masked.split(), values)

    def kinds(
        self, bodies: list[str], templates: Sequence[int], places: Sequence[tuple[int, ...]]
    ) -> list[Kind | None]:
        """Return of each body what is equal for those that say the same in `places` of their template.

        Runs of four digits and more count as equal; places are wildcards, from 0. None: only its `parameters`
        tell.
        """
        return self._kinds.of(bodies, templates, places)

    def _template(self, lines: Recognition, position: int, place: Place) -> int:
        masked = self._reader.masker.mask(lines.lines[position])
        index = self._cache.texts.get(masked, UNKNOWN)
        if index == UNKNOWN:
            index = self._assigned(self._reader.canonical(masked), place)
            if index == UNKNOWN:
                return self._online.overflow()
            self._cache.note_text(masked, index)
        lines.learn(position, index)
        return index

    def _assigned(self, masked: str, place: Place) -> int:
        line = self._reader.line(masked)
        index = self._matcher.find(line)
        if index == UNKNOWN:
            index = self._online.remembered.get(masked, UNKNOWN)
        if index == UNKNOWN:
            if self._online.full:
                self._forget()
            index = self._online.assign(line, place)
        return index

    def _forget(self) -> None:
        """Empty the caches and the memory behind them together: what one still knew the others must know."""
        self._forgotten += 1
        self._cache.clear()
        self._online.remembered.clear()

    def state(self) -> dict[str, Any]:
        """Return what `restore` needs, as msgpack-able values. The catalogue keeps its own state."""
        return {
            "version": self._version,
            "lines": self._lines,
            "online": self._online.state(),
            "continuations": self._continuations.state(),
            "writers": self._standing.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from `state`; the catalogue must have been restored before this parser was made.

        With another masking than the state was saved under, templates mined online start anew.
        """
        self._lines = state["lines"]
        self._continuations.restore(state["continuations"])
        if "writers" in state:  # states saved before newcomers were told apart by service go on without
            self._standing.restore(state["writers"])
        if state["version"] == self._version:
            self._online.restore(state["online"], self._reader.line)


def _with_masking(settings: ParseSettings, frozen: ParseSettings) -> ParseSettings:
    decided_in_training = ("masks", "protect", "max_line_chars", "max_line_tokens")
    return settings.model_copy(update={name: getattr(frozen, name) for name in decided_in_training})
