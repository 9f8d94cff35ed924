"""Where the raw logs are, and how one is found there: what an annotation says of them."""

from burl.write.names import IndexNames
from burl.write.settings import WriteSettings


def raw_log_index(write: WriteSettings, configured: str = "") -> str:
    """Return the index or pattern of the raw logs: what is `configured`, else what `write` tells, else ""."""
    if configured:
        return configured
    opensearch = write.opensearch
    if write.mode == "enrich":
        return IndexNames(opensearch.prefix, opensearch.dataset, opensearch.namespace).all_dated("logs")
    return write.update.index if write.mode == "update" else ""


def raw_log(index: str, uid: str) -> dict[str, str]:
    """Return the fields that lead to the raw log of the record `uid`; none where either is unknown."""
    if not (index and uid):
        return {}
    value = uid.replace("\\", "\\\\").replace('"', '\\"')
    query = f'log.record.uid:"{value}" OR log_record_uid:"{value}"'
    return {"raw_log.index": index, "raw_log.query": query}
