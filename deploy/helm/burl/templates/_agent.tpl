{{- /* The agent's pod in gateway and daemonset; takes (list root stateVolume). */}}
{{- define "burl.agent.pod" -}}
{{- $root := index . 0 -}}
{{- with $root -}}
metadata:
  labels:
    {{- include "burl.labels" (list . "agent") | nindent 4 }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    checksum/config: {{ include "burl.config" . | sha256sum }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  {{- include "burl.podCommon" (list .) | nindent 2 }}
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: burl
      image: {{ include "burl.image" (list . .Values.image) }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args: [run, --config, /etc/burl/burl.yaml]
      {{- include "burl.credentials.env" .Values.opensearch.existingSecret | nindent 6 }}
      ports:
        - name: otlp-grpc
          containerPort: {{ .Values.receive.port }}
        - name: metrics
          containerPort: 9108
      # Up and listening: a replay of the journal comes before, and is given its time.
      startupProbe:
        httpGet: {path: /livez, port: metrics}
        periodSeconds: 5
        failureThreshold: 60
      livenessProbe:
        httpGet: {path: /livez, port: metrics}
        periodSeconds: 20
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: {path: /readyz, port: metrics}
        periodSeconds: 10
        timeoutSeconds: 5
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      securityContext:
        {{- include "burl.containerSecurity" . | nindent 8 }}
      volumeMounts:
        {{- include "burl.tool.mounts" (list . .Values.opensearch.existingSecret) | nindent 8 }}
        - name: state
          mountPath: /var/lib/burl
        {{- if .Values.receive.tlsSecret }}
        - name: tls
          mountPath: /run/secrets/tls
          readOnly: true
        {{- end }}
        {{- if .Values.receive.tokenSecret }}
        - name: senders
          mountPath: /run/secrets/senders
          readOnly: true
        {{- end }}
        {{- if .Values.bundle.existingClaim }}
        - name: bundle
          mountPath: /bundle
          readOnly: true
        {{- end }}
  volumes:
    {{- include "burl.tool.volumes" (list . .Values.opensearch.existingSecret) | nindent 4 }}
    {{- with .Values.receive.tlsSecret }}
    - name: tls
      secret:
        secretName: {{ . }}
    {{- end }}
    {{- with .Values.receive.tokenSecret }}
    - name: senders
      secret:
        secretName: {{ . }}
    {{- end }}
    {{- with .Values.bundle.existingClaim }}
    - name: bundle
      persistentVolumeClaim:
        claimName: {{ . }}
        readOnly: true
    {{- end }}
{{- end }}
{{- end }}
