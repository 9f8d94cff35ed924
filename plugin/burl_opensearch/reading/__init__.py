"""Logs that are in OpenSearch already, of whatever form -> batches, as if they had just arrived."""
