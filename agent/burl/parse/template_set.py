"""The frozen templates that training makes and a bundle carries, as JSON."""

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from burl.errors import BundleError
from burl.parse.catalogue import Template, template_id
from burl.parse.lines import LineReader
from burl.parse.masks import masking_version
from burl.parse.matcher import Matcher
from burl.parse.settings import ParseSettings


class TemplateSet(BaseModel):
    """Templates in canonical order, with the settings that made them.

    `templates` maps id to text. `supersedes` maps ids of templates mined online (or trained before) to the
    trained template that now stands for their lines; suppressions follow it. `words` are, by id, the places
    of wildcards that stood for words in training, not for masked values alone; elsewhere a word is another
    message. None, as in sets of version 1: every wildcard takes words.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1, 2] = 2
    masking_version: str
    settings: ParseSettings
    templates: dict[str, str]
    words: dict[str, tuple[int, ...]] | None = None
    supersedes: dict[str, str] = Field(default_factory=dict)

    @classmethod
    def of(cls, texts: Iterable[str], settings: ParseSettings) -> "TemplateSet":
        """Return the set of `texts`, whose wildcards all take words."""
        version = masking_version(settings.masks, settings.protect)
        templates = {template_id(text, version): text for text in sorted(set(texts))}
        return cls(masking_version=version, settings=settings, templates=templates)

    @classmethod
    def mined(cls, words: Mapping[str, Collection[int]], settings: ParseSettings) -> "TemplateSet":
        """Return the set of templates by their texts; of each, the places of wildcards that take words."""
        bare = cls.of(words, settings)
        places = {key: tuple(sorted(words[text])) for key, text in bare.templates.items() if words[text]}
        return bare.model_copy(update={"words": places})

    def __len__(self) -> int:
        """Return the number of templates."""
        return len(self.templates)

    def stands_for(self, identifier: str) -> bool:
        """Return True when lines of the template with this id, of whatever set, have a template here."""
        return identifier in self.templates or identifier in self.supersedes

    def to_json(self) -> str:
        """Return the set as JSON."""
        return self.model_dump_json(indent=1)

    @classmethod
    def from_json(cls, text: str | bytes) -> "TemplateSet":
        """Read what `to_json` wrote. Raises BundleError when it is damaged or of another format."""
        try:
            found = cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            raise BundleError(f"template set: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
        if any(template_id(text, found.masking_version) != key for key, text in found.templates.items()):
            raise BundleError("template set: an id does not belong to its text; train the bundle again")
        return found

    def catalogue_entries(self) -> list[Template]:
        """Return the templates as the catalogue keeps them."""
        return [Template(key, text, trained=True) for key, text in self.templates.items()]

    def matcher(self, reader: LineReader, indexes: Iterable[int]) -> Matcher:
        """Return what finds the templates, which have `indexes` in their order."""
        matcher = Matcher()
        for index, (key, text) in zip(indexes, self.templates.items(), strict=True):
            words = None if self.words is None else self.words.get(key, ())
            matcher.add(reader.line(text), index, words)
        return matcher

    def superseding(self, others: Iterable[Template]) -> "TemplateSet":
        """Return this set with `supersedes` filled for `others` (mined online, or trained before)."""
        mapped = supersedes(self, others)
        return self.model_copy(update={"supersedes": {**self.supersedes, **mapped}})


def supersedes(trained: TemplateSet, others: Iterable[Template]) -> dict[str, str]:
    """Return for each of `others` the trained template that now matches its text, where that is another one.

    The text of a template mined online is the masked line that it was born of, so it is matched as lines are.
    """
    reader, ids = LineReader(trained.settings), list(trained.templates)
    matcher = trained.matcher(reader, range(len(ids)))
    found = ((other.id, matcher.find(reader.line(other.text))) for other in others)
    return {key: ids[index] for key, index in found if index >= 0 and ids[index] != key}
