{{- define "opampsupervisor.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* What the identity of an agent is worked out of; empty where a pod is an agent of its own. */}}
{{- define "opampsupervisor.identity" -}}
{{- $last := get (dict "DaemonSet" "${env:NODE_NAME}" "StatefulSet" "${env:POD_NAME}") .Values.kind -}}
{{- if $last -}}
{{- join "/" (compact (list .Values.cluster "${env:POD_NAMESPACE}" .Release.Name $last)) -}}
{{- end -}}
{{- end }}
