{{/* What the installer's environment says of the node agent, and of the node's network, in which it then is. */}}
{{- define "keyvault-flexvol.agentEnv" -}}
{{- with .Values.agent }}
{{- if .enabled -}}
- name: AGENT
  value: "on"
- name: AGENT_MEMORY
  value: {{ ternary "on" "off" .memory.enabled | quote }}
- name: AGENT_MEMORY_MIB
  value: {{ .memory.mebibytes | quote }}
- name: AGENT_LATEST_SECONDS
  value: {{ .memory.latestSeconds | quote }}
- name: AGENT_PINNED_SECONDS
  value: {{ .memory.pinnedSeconds | quote }}
- name: AGENT_VAULT_REQUESTS_PER_SECOND
  value: {{ .vaultRequestsPerSecond | quote }}
- name: AGENT_ROTATION
  value: {{ ternary "on" "off" .rotation.enabled | quote }}
{{- if include "keyvault-flexvol.signals" $ }}
- name: AGENT_ROTATION_SIGNALS
  value: "on"
{{- end }}
{{- if include "keyvault-flexvol.podEvents" $ }}
- name: AGENT_ROTATION_EVENTS
  value: "on"
- name: AGENT_ROTATION_EXPIRY_DAYS
  value: {{ .rotation.events.expiryDays | quote }}
{{- end }}
- name: HEALTH_HOST
  value: 127.0.0.1
{{- if $.Values.metrics.enabled }}
- name: METRICS_HOST
  valueFrom:
    fieldRef:
      fieldPath: status.podIP
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Where kubelet's probes ask: on the node's loopback where the pod is in the node's network, so that nobody else can. */}}
{{- define "keyvault-flexvol.probed" -}}
{{- if .Values.agent.enabled -}}
host: 127.0.0.1
port: {{ .Values.health.port }}
{{- else -}}
port: health
{{- end }}
{{- end }}

{{/* Kubelet's directory of pods, where the agent is to find tokens in it. */}}
{{- define "keyvault-flexvol.kubeletPods" -}}
{{- with .Values.agent }}
{{- if and .enabled .rotation.enabled }}{{ .rotation.kubeletPodsDirectory }}{{ end }}
{{- end }}
{{- end }}

{{/* Not empty where the agent tells pods' owners by events. */}}
{{- define "keyvault-flexvol.podEvents" -}}
{{- with .Values.agent }}
{{- if and .enabled .rotation.enabled .rotation.events.enabled }}true{{ end }}
{{- end }}
{{- end }}

{{/* Not empty where the installer asks the API server for something, for which it needs a token and its node's name. */}}
{{- define "keyvault-flexvol.asksApi" -}}
{{- if or .Values.startupTaint.enabled (include "keyvault-flexvol.podEvents" .) }}true{{ end }}
{{- end }}

{{/* Not empty where the agent may send signals. */}}
{{- define "keyvault-flexvol.signals" -}}
{{- with .Values.agent }}
{{- if and .enabled .rotation.enabled .rotation.signals }}true{{ end }}
{{- end }}
{{- end }}
