{{/* Objects are named after the release: incidentfox-agent as documented, and one a release of its own where there are several. */}}
{{- define "agent.name" -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- end -}}

{{- define "agent.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "agent.labels" -}}
{{ include "agent.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "agent.secretName" -}}
{{- .Values.existingSecret | default (include "agent.name" .) -}}
{{- end -}}

{{- define "agent.hasCa" -}}
{{- if or .Values.caConfigMap .Values.caCertificate }}yes{{ end -}}
{{- end -}}

{{/* Read-only, and nothing beyond what the documentation lists: no secrets, no write verb, no wildcard. */}}
{{- define "agent.namespacedRules" -}}
- apiGroups: [""]
  resources: [pods, services, events, configmaps]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [pods/log]
  verbs: [get]
- apiGroups: [apps]
  resources: [deployments, replicasets]
  verbs: [get, list, watch]
{{- end -}}

{{- define "agent.additionalRules" -}}
{{- with .Values.rbac.additionalRules }}
{{ toYaml . }}
{{- end }}
{{- end -}}
