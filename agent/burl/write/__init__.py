"""Findings -> sinks: OpenSearch, embedded SQLite, JSON lines, Fluent Forward, webhook."""
