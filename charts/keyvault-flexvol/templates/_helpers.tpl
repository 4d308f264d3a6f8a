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

{{/* Where kubelet looks for volume plugins; values.schema.json knows the same platforms. */}}
{{- define "keyvault-flexvol.volumePluginDir" -}}
{{- if and (eq .Values.platform "custom") (not .Values.volumePluginDir) }}
{{- fail "platform \"custom\" needs volumePluginDir: the directory that kubelet's --volume-plugin-dir names" }}
{{- else if and (ne .Values.platform "custom") .Values.volumePluginDir }}
{{- fail (printf "volumePluginDir is set, but platform %q has a directory of its own: set \"platform: custom\", or leave volumePluginDir empty" .Values.platform) }}
{{- end }}
{{- $directories := dict
  "kubeadm" "/usr/libexec/kubernetes/kubelet-plugins/volume/exec"
  "aks" "/etc/kubernetes/volumeplugins"
  "gke" "/home/kubernetes/flexvolume"
  "rke2" "/var/lib/kubelet/volumeplugins"
  "openshift" "/etc/kubernetes/kubelet-plugins/volume/exec"
  "custom" .Values.volumePluginDir }}
{{- get $directories .Values.platform }}
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
{{- toPrettyJson $config }}
{{- end }}
