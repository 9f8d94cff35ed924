{{- define "burl.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- define "burl.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains (include "burl.name" .) .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "burl.name" .) | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- /* Labels that select; takes (list root component). */}}
{{- define "burl.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "burl.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "burl.labels" -}}
{{- $root := index . 0 -}}
{{ include "burl.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: burl
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version }}
{{- end }}

{{- define "burl.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "burl.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- /* Takes (list root image). */}}
{{- define "burl.image" -}}
{{- $image := index . 1 -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ default (index . 0).Chart.AppVersion $image.tag }}
{{- end }}
{{- end }}

{{- define "burl.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "burl.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- /* What every pod of ours has; takes (list root component). */}}
{{- define "burl.podCommon" -}}
{{- $root := index . 0 -}}
serviceAccountName: {{ include "burl.serviceAccountName" $root }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "burl.podSecurity" $root | nindent 2 }}
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* The name of OpenSearch's user; its password is a file. Takes the Secret's name. */}}
{{- define "burl.credentials.env" -}}
{{- with . }}
env:
  - name: BURL_WRITE__OPENSEARCH__USERNAME
    valueFrom:
      secretKeyRef:
        name: {{ . }}
        key: username
{{- end }}
{{- end }}

{{- /* Takes (list root secret). */}}
{{- define "burl.tool.mounts" -}}
- name: config
  mountPath: /etc/burl
  readOnly: true
{{- if index . 1 }}
- name: opensearch
  mountPath: /run/secrets/opensearch
  readOnly: true
{{- end }}
{{- end }}

{{- define "burl.tool.volumes" -}}
- name: config
  configMap:
    name: {{ include "burl.fullname" (index . 0) }}
{{- with index . 1 }}
- name: opensearch
  secret:
    secretName: {{ . }}
{{- end }}
{{- end }}
