{{/* Where kubelet looks for volume plugins; values.schema.json knows the same platforms. */}}
{{- define "keyvault-flexvol.volumePluginDir" -}}
{{- include "keyvault-flexvol.refuseOtherPlatform" . }}
{{- if eq .Values.platform "custom" }}
{{- include "keyvault-flexvol.refuseDirectory" .Values.volumePluginDir }}
{{- else if .Values.volumePluginDir }}
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

{{/* Some clusters say what they are; a driver in another platform's directory would never be found. */}}
{{- define "keyvault-flexvol.refuseOtherPlatform" -}}
{{- $platform := .Values.platform }}
{{- $version := .Capabilities.KubeVersion.Version }}
{{- $is := "" }}
{{- if contains "+rke2" $version }}{{ $is = "rke2" }}
{{- else if contains "-gke." $version }}{{ $is = "gke" }}
{{- else if .Capabilities.APIVersions.Has "security.openshift.io/v1" }}{{ $is = "openshift" }}
{{- end }}
{{- if and $is (not (has $platform (list $is "custom"))) }}
{{- fail (printf "platform is %q, but this cluster (Kubernetes %s) is %s: set \"platform: %s\", or \"platform: custom\" with the directory that kubelet's --volume-plugin-dir names as volumePluginDir" $platform $version $is $is) }}
{{- end }}
{{- end }}

{{/* Directories that kubelet's --volume-plugin-dir surely doesn't name. The installer writes there as root. */}}
{{- define "keyvault-flexvol.refuseDirectory" -}}
{{- $wayOut := "set it to the directory that kubelet's --volume-plugin-dir names, such as /usr/libexec/kubernetes/kubelet-plugins/volume/exec" }}
{{- if not . }}
{{- fail (printf "platform \"custom\" needs volumePluginDir: %s" $wayOut) }}
{{- else if not (hasPrefix "/" .) }}
{{- fail (printf "volumePluginDir %q is a relative path: %s" . $wayOut) }}
{{- else if regexMatch "(^|/)\\.{1,2}(/|$)" . }}
{{- fail (printf "volumePluginDir %q has \".\" or \"..\" in it: %s" . $wayOut) }}
{{- else if has . (list "/" "/bin" "/boot" "/dev" "/etc" "/etc/kubernetes" "/home" "/lib" "/lib64" "/opt" "/proc" "/root" "/run" "/sbin" "/srv" "/sys" "/tmp" "/usr" "/usr/bin" "/usr/lib" "/usr/libexec" "/usr/libexec/kubernetes" "/usr/local" "/var" "/var/lib" "/var/lib/kubelet") }}
{{- fail (printf "volumePluginDir %q holds more than volume plugins: %s" . $wayOut) }}
{{- else if or (hasSuffix "/" .) (contains "//" .) }}
{{- fail (printf "volumePluginDir %q has a slash too many: write %q" . (regexReplaceAll "/+" . "/" | trimSuffix "/")) }}
{{- else if contains "~" (base .) }}
{{- fail (printf "volumePluginDir %q is a driver's own directory: name the one above it, %q" . (dir .)) }}
{{- else if not (regexMatch "^[A-Za-z0-9/._@+-]+$" .) }}
{{- fail (printf "volumePluginDir %q has characters other than letters, digits and / . _ @ + -: %s" . $wayOut) }}
{{- else if regexMatch "^/(proc|sys|dev|run|tmp|var/run|var/tmp)/" . }}
{{- fail (printf "volumePluginDir %q is in a directory that does not outlast a boot, or is no place for programs: %s" . $wayOut) }}
{{- else if regexMatch "^/var/lib/kubelet/(pods|plugins|plugins_registry|device-plugins|pod-resources|pki|checkpoints)(/|$)" . }}
{{- fail (printf "volumePluginDir %q is a directory of kubelet's for something else, such as CSI drivers: %s" . $wayOut) }}
{{- end }}
{{- end }}
