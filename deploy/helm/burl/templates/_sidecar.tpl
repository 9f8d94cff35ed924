{{- /* The sidecar's containers and volumes, out of the file that `burl inject` reads, too. */}}
{{- define "burl.sidecar.parts" -}}
{{- $first := first .Values.sidecar.containers | default dict }}
{{- .Files.Get "files/sidecar.yaml"
  | replace "@IMAGE@" (include "burl.image" (list . .Values.image))
  | replace "@FLUENT_BIT_IMAGE@" (include "burl.image" (list . .Values.fluentBitImage))
  | replace "@RELEASE@" (include "burl.fullname" .)
  | replace "@SECRET@" (default (printf "%s-opensearch" (include "burl.fullname" .)) .Values.opensearch.existingSecret)
  | replace "@WAY@" .Values.sidecar.logs
  | replace "@LOG_PATH@" .Values.sidecar.logPath
  | replace "@LOG_CONTAINER@" (default "app" $first.name) }}
{{- end }}

{{- /* A pod spec: the application's containers with the agent beside them. */}}
{{- define "burl.sidecar.pod" -}}
{{- $parts := include "burl.sidecar.parts" . | fromYaml }}
{{- $logs := .Values.sidecar.logs }}
{{- $init := list $parts.agent }}
{{- $volumes := $parts.agentVolumes }}
{{- $containers := list }}
{{- $shared := dict "name" "burl-logs" "mountPath" (dir .Values.sidecar.logPath) }}
{{- range deepCopy .Values.sidecar.containers }}
{{- if eq $logs "otlp" }}
{{- $sends := list
  (dict "name" "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT" "value" "http://127.0.0.1:4317")
  (dict "name" "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL" "value" "grpc") }}
{{- $_ := set . "env" (concat (default list .env) $sends) }}
{{- else if eq $logs "files" }}
{{- $_ := set . "volumeMounts" (append (default list .volumeMounts) $shared) }}
{{- end }}
{{- $containers = append $containers . }}
{{- end }}
{{- if ne $logs "otlp" }}
{{- $shipper := $parts.shipper }}
{{- $volumes = concat $volumes $parts.shipperVolumes }}
{{- if eq $logs "stdout" }}
{{- $_ := set $shipper "securityContext" $parts.podLogs.securityContext }}
{{- $_ := set $shipper "volumeMounts" (append $shipper.volumeMounts $parts.podLogs.mount) }}
{{- $volumes = append $volumes $parts.podLogs.volume }}
{{- else }}
{{- $_ := set $shipper "volumeMounts" (append $shipper.volumeMounts (merge (dict "readOnly" true) $shared)) }}
{{- $volumes = append $volumes (dict "name" "burl-logs" "emptyDir" dict) }}
{{- end }}
{{- $init = append $init $shipper }}
{{- end }}
{{- toYaml (dict "initContainers" $init "containers" $containers "volumes" $volumes) }}
{{- end }}
