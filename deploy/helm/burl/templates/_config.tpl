{{- /* burl.yaml of the agents. */}}
{{- define "burl.config" -}}
{{- $sidecar := eq .Values.mode "sidecar" }}
{{- $receive := dict "listen" (printf "%s:%v" (ternary "127.0.0.1" "0.0.0.0" $sidecar) .Values.receive.port) }}
{{- if not $sidecar }}
{{- if .Values.receive.tlsSecret }}
{{- $tls := dict "cert_file" "/run/secrets/tls/tls.crt" "key_file" "/run/secrets/tls/tls.key" }}
{{- if .Values.receive.requireClientCertificate }}
{{- $_ := set $tls "client_ca_file" "/run/secrets/tls/ca.crt" }}
{{- end }}
{{- $_ := set $receive "tls" $tls }}
{{- else if .Values.receive.insecurePublic }}
{{- $_ := set $receive "insecure_public" true }}
{{- else }}
{{- fail "logs would cross the network in plain text: set receive.tlsSecret, or say receive.insecurePublic=true" }}
{{- end }}
{{- if .Values.receive.tokenSecret }}
{{- $_ := set $receive "token_file" "/run/secrets/senders/tokens" }}
{{- end }}
{{- end }}
{{- $agent := dict "receive" $receive
  "state" (dict "directory" "/var/lib/burl/state")
  "telemetry" (dict "metrics_listen" "0.0.0.0:9108") }}
{{- if and .Values.bundle.existingClaim (not $sidecar) }}
{{- $_ := set $agent "bundle" (dict "registry" "/bundle") }}
{{- end }}
{{- $shared := include "burl.config.shared" . | fromYaml }}
{{- toYaml (mergeOverwrite $agent $shared (deepCopy .Values.config)) }}
{{- end }}

{{- /* Where findings go: what agents and the other commands have in common. */}}
{{- define "burl.config.shared" -}}
{{- $opensearch := dict "hosts" .Values.opensearch.hosts }}
{{- if .Values.opensearch.existingSecret }}
{{- $_ := set $opensearch "password_file" "/run/secrets/opensearch/password" }}
{{- with .Values.opensearch.caKey }}
{{- $_ := set $opensearch "ca_file" (printf "/run/secrets/opensearch/%s" .) }}
{{- end }}
{{- end }}
{{- toYaml (dict "write" (dict "store" "opensearch" "opensearch" $opensearch)) }}
{{- end }}

{{- /* tools.yaml of setup, trainer and console, which have neither the agents' doors nor their secrets. */}}
{{- define "burl.config.tools" -}}
{{- $agent := include "burl.config" . | fromYaml }}
{{- $receive := omit $agent.receive "listen" "http_listen" "tls" "token_file" "insecure_public" }}
{{- $tools := omit $agent "receive" "state" "telemetry" }}
{{- if $receive }}
{{- $_ := set $tools "receive" $receive }}
{{- end }}
{{- toYaml $tools }}
{{- end }}
