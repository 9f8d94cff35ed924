"""`burl demo`: a real agent, fed by the official OpenTelemetry exporter with logs that hold known faults."""
