"""What Burl installs in OpenSearch: index templates, the dashboard, and the schema of its documents."""
