{{/* Not empty where the pod has the node agent's container: where the driver is to go, nothing reads for it. */}}
{{- define "keyvault-flexvol.hasAgent" -}}
{{- if and .Values.agent.enabled (not .Values.uninstall) }}true{{ end }}
{{- end }}

{{/* Environment of both containers: whether there is an agent, what it may do, and where it answers; the installer's commands tell of it. */}}
{{- define "keyvault-flexvol.agentEnv" -}}
{{- with .Values.agent }}
{{- if include "keyvault-flexvol.hasAgent" $ -}}
- name: AGENT
  value: "on"
- name: AGENT_HEALTH_PORT
  value: {{ .healthPort | quote }}
- name: AGENT_ROTATION
  value: {{ ternary "on" "off" .rotation.enabled | quote }}
{{- if include "keyvault-flexvol.signals" $ }}
- name: AGENT_ROTATION_SIGNALS
  value: "on"
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Environment of both containers in the node's network: nobody but the node itself reaches their health ports. */}}
{{- define "keyvault-flexvol.nodeNetworkEnv" -}}
{{- if .Values.agent.enabled -}}
- name: HEALTH_HOST
  value: 127.0.0.1
{{- if .Values.metrics.enabled }}
- name: METRICS_HOST
  valueFrom:
    fieldRef:
      fieldPath: status.podIP
{{- end }}
{{- end }}
{{- end }}

{{/* Environment of the agent's container alone. */}}
{{- define "keyvault-flexvol.agentOwnEnv" -}}
{{- with .Values.agent -}}
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
{{- if $.Values.metrics.enabled }}
- name: AGENT_METRICS_PORT
  value: {{ .metricsPort | quote }}
{{- end }}
{{- if include "keyvault-flexvol.podEvents" $ }}
- name: AGENT_ROTATION_EVENTS
  value: "on"
- name: AGENT_ROTATION_EXPIRY_DAYS
  value: {{ .rotation.events.expiryDays | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/*
The node agent's container. It works on files that containers can write to, so it has nothing to write to that kubelet runs: the
volume plugin directory is read-only here, and installing is the other container's work.
*/}}
{{- define "keyvault-flexvol.agentContainer" -}}
{{- include "keyvault-flexvol.refuseSharedPorts" . -}}
- name: agent
  image: {{ include "keyvault-flexvol.image" . | quote }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  args: [agent]
  env:
    - name: PLUGIN_DIRECTORY_ON_NODE
      value: {{ include "keyvault-flexvol.volumePluginDir" . | quote }}
    - name: RUN_DIRECTORY
      value: /run/keyvault-flexvol
    {{- if include "keyvault-flexvol.podEvents" . }}
    - name: NODE_NAME
      valueFrom:
        fieldRef:
          fieldPath: spec.nodeName
    {{- end }}
    {{- include "keyvault-flexvol.agentEnv" . | nindent 4 }}
    {{- include "keyvault-flexvol.agentOwnEnv" . | nindent 4 }}
    {{- include "keyvault-flexvol.nodeNetworkEnv" . | nindent 4 }}
    {{- with include "keyvault-flexvol.extraEnv" . }}
    {{- . | nindent 4 }}
    {{- end }}
  {{- if .Values.metrics.enabled }}
  ports:
    - name: agent-metrics
      containerPort: {{ .Values.agent.metricsPort }}
  {{- end }}
  # No readiness probe: without the agent drivers read by themselves, so the pod is ready when its node can mount.
  startupProbe:
    httpGet:
      path: /healthz
      host: 127.0.0.1
      port: {{ .Values.agent.healthPort }}
    initialDelaySeconds: 1
    periodSeconds: 1
    timeoutSeconds: 2
    failureThreshold: 60
  livenessProbe:
    httpGet:
      path: /healthz
      host: 127.0.0.1
      port: {{ .Values.agent.healthPort }}
    periodSeconds: 30
    timeoutSeconds: 5
  {{- with .Values.agent.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    allowPrivilegeEscalation: false
    readOnlyRootFilesystem: true
    capabilities:
      drop:
        - ALL
      {{- if .Values.agent.rotation.enabled }}
      add:
        # A volume's files may belong to the pod's user and group, and so do those that replace them.
        - CHOWN
        - DAC_OVERRIDE
        {{- if include "keyvault-flexvol.signals" . }}
        - KILL
        {{- end }}
      {{- end }}
  volumeMounts:
    - name: volume-plugins
      mountPath: /volume-plugins
      # The node configuration beside the driver is read here. The agent does not start where it could write.
      readOnly: true
    - name: run
      mountPath: /run/keyvault-flexvol
      mountPropagation: HostToContainer
    {{- with include "keyvault-flexvol.kubeletPods" . }}
    - name: kubelet-pods
      mountPath: {{ . | quote }}
      readOnly: true
      mountPropagation: HostToContainer
    {{- end }}
    {{- if and (include "keyvault-flexvol.asksApi" .) (not (include "keyvault-flexvol.podEvents" .)) }}
    {{- include "keyvault-flexvol.noToken" . | nindent 4 }}
    {{- end }}
    {{- with .Values.extraVolumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{/* In the place of the service account's token, in a container that asks the API server for nothing. */}}
{{- define "keyvault-flexvol.noToken" -}}
- name: no-token
  mountPath: /var/run/secrets/kubernetes.io/serviceaccount
  readOnly: true
{{- end }}

{{/* Not empty where one of the two containers has the token and the other has not. */}}
{{- define "keyvault-flexvol.tokenForOne" -}}
{{- if and (include "keyvault-flexvol.hasAgent" .) (include "keyvault-flexvol.asksApi" .) }}
{{- if not (and .Values.startupTaint.enabled (include "keyvault-flexvol.podEvents" .)) }}true{{ end }}
{{- end }}
{{- end }}

{{/* Both containers are in one network, where the second process on a port fails. */}}
{{- define "keyvault-flexvol.refuseSharedPorts" -}}
{{- $ports := dict }}
{{- $named := list (list "health.port" .Values.health.port) (list "agent.healthPort" .Values.agent.healthPort) }}
{{- if .Values.metrics.enabled }}
{{- $named = concat $named (list (list "metrics.port" .Values.metrics.port) (list "agent.metricsPort" .Values.agent.metricsPort)) }}
{{- end }}
{{- range $named }}
{{- $name := first . }}
{{- $port := last . | int | toString }}
{{- with get $ports $port }}
{{- fail (printf "%s and %s are both %s: installer and agent are in the node's network, where each needs ports of its own" . $name $port) }}
{{- end }}
{{- $_ := set $ports $port (first .) }}
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
{{- if and (include "keyvault-flexvol.hasAgent" $) .rotation.enabled }}{{ .rotation.kubeletPodsDirectory }}{{ end }}
{{- end }}
{{- end }}

{{/* Not empty where the agent tells pods' owners by events. */}}
{{- define "keyvault-flexvol.podEvents" -}}
{{- with .Values.agent }}
{{- if and (include "keyvault-flexvol.hasAgent" $) .rotation.enabled .rotation.events.enabled }}true{{ end }}
{{- end }}
{{- end }}

{{/* Not empty where the installer asks the API server for something, for which it needs a token and its node's name. */}}
{{- define "keyvault-flexvol.asksApi" -}}
{{- if or .Values.startupTaint.enabled (include "keyvault-flexvol.podEvents" .) }}true{{ end }}
{{- end }}

{{/* Not empty where the agent may send signals. */}}
{{- define "keyvault-flexvol.signals" -}}
{{- with .Values.agent }}
{{- if and (include "keyvault-flexvol.hasAgent" $) .rotation.enabled .rotation.signals }}true{{ end }}
{{- end }}
{{- end }}
