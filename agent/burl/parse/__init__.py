"""Bodies -> template indexes and continuation marks; knows nothing of time and of what is scored."""

from burl.parse.catalogue import CONTINUATION, Catalogue, Template, template_id

__all__ = ["CONTINUATION", "Catalogue", "Template", "template_id"]
