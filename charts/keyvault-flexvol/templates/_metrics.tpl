{{/*
Whether an object of the Prometheus operator is to be rendered: "true" or nothing.
Takes a dict of root (the chart's context), kind, and values (with enabled and renderMode).
*/}}
{{- define "keyvault-flexvol.operatorObject" -}}
{{- if .values.enabled }}
{{- if not .root.Values.metrics.enabled }}
{{- fail (printf "a %s is enabled, but metrics are not: set metrics.enabled=true" .kind) }}
{{- end }}
{{- $exists := .root.Capabilities.APIVersions.Has (printf "monitoring.coreos.com/v1/%s" .kind) }}
{{- if or $exists (eq .values.renderMode "alwaysRender") }}true
{{- else if eq .values.renderMode "failIfMissing" }}
{{- fail (printf "the cluster has no %s (monitoring.coreos.com/v1), and its renderMode is failIfMissing: install the Prometheus operator first, or set renderMode=skipIfMissing" .kind) }}
{{- end }}
{{- end }}
{{- end }}

{{/* The endpoints of a PodMonitor or ServiceMonitor, as its values say: one for each container. Takes a dict of root and values. */}}
{{- define "keyvault-flexvol.endpoints" -}}
- {{ include "keyvault-flexvol.scrape" (mergeOverwrite (dict "port" "metrics") .values) | indent 2 | trim }}
{{- if include "keyvault-flexvol.hasAgent" .root }}
- {{ include "keyvault-flexvol.scrape" (mergeOverwrite (dict "port" "agent-metrics") .values) | indent 2 | trim }}
{{- end }}
{{- end }}

{{/* One endpoint; takes the values of the monitor, and the port's name. */}}
{{- define "keyvault-flexvol.scrape" -}}
port: {{ .port }}
path: /metrics
{{- with .interval }}
interval: {{ . }}
{{- end }}
{{- with .scrapeTimeout }}
scrapeTimeout: {{ . }}
{{- end }}
relabelings:
  # A node has one such pod: its name says more than the address of a pod, and stays when the pod is replaced.
  - sourceLabels: [__meta_kubernetes_pod_node_name]
    targetLabel: instance
  {{- with .relabelings }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .metricRelabelings }}
metricRelabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
