"""Fields that several documents have."""

from burl_opensearch.fields.field import Field

KIND = Field("event.kind", "keyword", "ECS: always `alert`.", required=True, values=("alert",))
SCHEMA = Field("schema_version", "integer", "Version of this specification, from 1.", required=True)
AGENT = Field("burl.agent", "keyword", "Name of the agent that wrote the document (its host or pod).")
LAG = Field(
    "burl.lag_seconds",
    "double",
    "From the event (of a count, from the interval's end) to the agent storing it, in seconds.",
)
NAMESPACE = Field("k8s.namespace.name", "keyword", "Kubernetes namespace.")

IDENTITY = (
    Field(
        "service.name",
        "keyword",
        "Service: what owns vocabulary and rates; the workload's name.",
        required=True,
    ),
    Field("service.namespace", "keyword", "Group of services, as the resource says."),
    Field("service.version", "keyword", "Version of the service."),
    Field("service.instance.id", "keyword", "Instance of the service."),
    Field("deployment.environment.name", "keyword", "Such as `production`."),
    Field("k8s.cluster.name", "keyword", "Kubernetes cluster."),
    NAMESPACE,
    Field("k8s.node.name", "keyword", "Kubernetes node."),
    Field("k8s.pod.name", "keyword", "Pod that wrote the record."),
    Field("k8s.pod.uid", "keyword", "The pod's uid."),
    Field("k8s.container.name", "keyword", "Container that wrote the record."),
    Field("container.image.name", "keyword", "Image of the container, with its tag where that came so."),
    Field("container.image.tag", "keyword", "The image's tag, where it came apart from the name."),
    Field("k8s.deployment.name", "keyword", "Deployment that the pod belongs to."),
    Field("host.name", "keyword", "Host that wrote the record."),
    Field("log.file.path", "keyword", "File that the record was read from."),
)
"""What of a record's resource is copied onto annotations."""

TRACED = (
    Field("severity.number", "integer", "OpenTelemetry severity number, 1 to 24."),
    Field("trace_id", "keyword", "Lower-case hex; also searchable as `traceId`."),
    Field("span_id", "keyword", "Lower-case hex; also searchable as `spanId`."),
)
"""What OpenTelemetry says of a record beside its text."""
