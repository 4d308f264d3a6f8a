{{- define "keyvault-flexvol.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "keyvault-flexvol.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains (include "keyvault-flexvol.name" .) .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "keyvault-flexvol.name" .) | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "keyvault-flexvol.selectorLabels" -}}
app.kubernetes.io/name: {{ include "keyvault-flexvol.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "keyvault-flexvol.labels" -}}
{{ include "keyvault-flexvol.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* "annotations:" and what is in it, of an object with annotations of its own besides the common ones; or nothing. */}}
{{- define "keyvault-flexvol.annotations" -}}
{{- with mergeOverwrite (dict) .root.Values.commonAnnotations (default (dict) .own) -}}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "keyvault-flexvol.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "keyvault-flexvol.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "keyvault-flexvol.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{- define "keyvault-flexvol.seLinuxOptions" -}}
{{- if .Values.seLinuxOptions }}
{{- toYaml .Values.seLinuxOptions }}
{{- else if eq .Values.platform "openshift" -}}
type: spc_t
{{- end }}
{{- end }}

{{/* The document the driver reads; what is not set is left out, so that the driver's own defaults hold. */}}
{{- define "keyvault-flexvol.nodeConfig" -}}
{{- $config := dict "schemaVersion" 1 }}
{{- with .Values.nodeConfig.clouds }}{{ $_ := set $config "clouds" . }}{{ end }}
{{- with .Values.nodeConfig.caBundle }}{{ $_ := set $config "caBundle" . }}{{ end }}
{{- with .Values.nodeConfig.httpsProxy }}{{ $_ := set $config "httpsProxy" . }}{{ end }}
{{- with .Values.nodeConfig.noProxy }}{{ $_ := set $config "noProxy" . }}{{ end }}
{{- with .Values.nodeConfig.nmiPorts }}{{ $_ := set $config "nmiPorts" . }}{{ end }}
{{- with .Values.nodeConfig.deadlineSeconds }}{{ $_ := set $config "deadlineSeconds" (int .) }}{{ end }}
{{- with .Values.nodeConfig.policy }}{{ if or .enabled .rules }}{{ $_ := set $config "policy" . }}{{ end }}{{ end }}
{{- with .Values.agent }}
{{- if and .enabled .rotation.enabled }}
{{- $_ := set $config "rotation" (dict "defaultInterval" .rotation.defaultInterval "keepServicePrincipals" .rotation.keepServicePrincipals) }}
{{- end }}
{{- end }}
{{- toPrettyJson $config }}
{{- end }}

{{/* The installer must come before the taint that it takes away, whatever else is tolerated. */}}
{{- define "keyvault-flexvol.tolerations" -}}
{{- $tolerations := .Values.tolerations }}
{{- if and .Values.startupTaint.enabled (not (has (dict "operator" "Exists") $tolerations)) }}
{{- $tolerations = append $tolerations (dict "key" .Values.startupTaint.key "operator" "Exists") }}
{{- end }}
{{- with $tolerations }}
{{- toYaml . }}
{{- end }}
{{- end }}

{{/* Further variables; a second value for one of the chart's own would win silently. */}}
{{- define "keyvault-flexvol.extraEnv" -}}
{{- range .Values.extraEnv }}
{{- if has .name (list "PLUGIN_DIRECTORY_ON_NODE" "HEALTH_PORT" "RUN_DIRECTORY" "NODE_ADDRESS" "NODE_NAME" "STARTUP_TAINT_KEY" "UNINSTALL" "METRICS_PORT" "METRICS_HOST" "HEALTH_HOST" "AGENT" "AGENT_HEALTH_PORT" "AGENT_METRICS_PORT" "AGENT_MEMORY" "AGENT_MEMORY_MIB" "AGENT_LATEST_SECONDS" "AGENT_PINNED_SECONDS" "AGENT_VAULT_REQUESTS_PER_SECOND" "AGENT_ROTATION" "AGENT_ROTATION_SIGNALS" "AGENT_ROTATION_EVENTS" "AGENT_ROTATION_EXPIRY_DAYS") }}
{{- fail (printf "extraEnv sets %s, which the chart sets itself: use platform, volumePluginDir, health, metrics, agent, startupTaint or uninstall" .name) }}
{{- end }}
{{- end }}
{{- with .Values.extraEnv }}
{{- toYaml . }}
{{- end }}
{{- end }}
