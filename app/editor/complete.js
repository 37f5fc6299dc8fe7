// What can be written next: fields of the kinds that lessons use, by where in the document one is.

const metadata = { name: "", namespace: "", labels: {}, annotations: {} };
const probe = {
  httpGet: { path: "", port: "" },
  tcpSocket: { port: "" },
  exec: { command: "" },
  initialDelaySeconds: "",
  periodSeconds: "",
  timeoutSeconds: "",
  successThreshold: "",
  failureThreshold: "",
};
const resources = { requests: { cpu: "", memory: "" }, limits: { cpu: "", memory: "" } };
const container = {
  name: "",
  image: "",
  imagePullPolicy: ["Always", "IfNotPresent", "Never"],
  command: "",
  args: "",
  ports: { containerPort: "", name: "", protocol: ["TCP", "UDP", "SCTP"] },
  env: { name: "", value: "", valueFrom: {} },
  envFrom: { configMapRef: { name: "" }, secretRef: { name: "" } },
  resources,
  volumeMounts: { name: "", mountPath: "", readOnly: ["true", "false"] },
  readinessProbe: probe,
  livenessProbe: probe,
  startupProbe: probe,
};
const podSpec = {
  containers: container,
  initContainers: container,
  restartPolicy: ["Always", "OnFailure", "Never"],
  nodeName: "",
  nodeSelector: {},
  tolerations: {
    key: "",
    operator: ["Exists", "Equal"],
    value: "",
    effect: ["NoSchedule", "PreferNoSchedule", "NoExecute"],
    tolerationSeconds: "",
  },
  terminationGracePeriodSeconds: "",
  serviceAccountName: "",
  volumes: { name: "", configMap: { name: "" }, secret: { secretName: "" }, emptyDir: {} },
};
const selector = { matchLabels: {}, matchExpressions: {} };
const template = { metadata, spec: podSpec };
const rollingUpdate = { maxSurge: "", maxUnavailable: "" };
const kinds = {
  Pod: { spec: podSpec },
  ReplicaSet: { spec: { replicas: "", selector, template, minReadySeconds: "" } },
  Deployment: {
    spec: {
      replicas: "",
      selector,
      template,
      strategy: { type: ["RollingUpdate", "Recreate"], rollingUpdate },
      minReadySeconds: "",
      revisionHistoryLimit: "",
      progressDeadlineSeconds: "",
      paused: ["true", "false"],
    },
  },
  Service: {
    spec: {
      type: ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"],
      selector: {},
      ports: { name: "", port: "", targetPort: "", protocol: ["TCP", "UDP", "SCTP"], nodePort: "" },
      clusterIP: "",
    },
  },
  ConfigMap: { data: {}, immutable: ["true", "false"] },
  Secret: { type: ["Opaque"], data: {}, stringData: {}, immutable: ["true", "false"] },
  Namespace: {},
  ServiceAccount: {},
};
const versions = { Deployment: "apps/v1", ReplicaSet: "apps/v1" };

const indentOf = (line) => /^(?:- |\s)*/.exec(line)[0].length;

// The fields above a line, outermost first, and the lines of its document.
function place(state, number, indent) {
  const path = [];
  const lines = [];
  let limit = indent;
  let inside = true;
  for (let n = number - 1; n >= 1; n--) {
    const text = state.doc.line(n).text;
    if (/^---/.test(text)) break;
    lines.push(text);
    const field = /^((?:- |\s)*)([\w./-]+):\s*(?:#.*)?$/.exec(text);
    const starts = /^\s*/.exec(text)[0].length;
    if (inside && field && starts < limit && indentOf(text) <= limit) {
      path.unshift(field[2]);
      // A list may stand as far left as the field it belongs to.
      limit = field[1].includes("-") ? starts + 0.5 : starts;
    }
    inside = limit > 0;
  }
  for (let n = number + 1; n <= state.doc.lines; n++) {
    const text = state.doc.line(n).text;
    if (/^---/.test(text)) break;
    lines.push(text);
  }
  return { path, lines };
}

function fieldsAt(kind, path) {
  const top = { apiVersion: "", kind: Object.keys(kinds), metadata, ...kinds[kind] };
  let fields = top;
  for (const step of path) {
    fields = fields?.[step];
  }
  return fields && typeof fields === "object" && !Array.isArray(fields) ? fields : null;
}

function option([name, below]) {
  const scalar = below === "" || Array.isArray(below);
  return { label: name, apply: scalar ? `${name}: ` : `${name}:`, type: "property" };
}

export function complete(context) {
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  const { path, lines } = place(context.state, line.number, indentOf(line.text));
  const kind = lines.map((text) => /^kind:\s*(\w+)/.exec(text)?.[1]).find(Boolean);
  const fields = fieldsAt(kind, path);
  const value = /^(?:- |\s)*([\w]+):\s+(\S*)$/.exec(before);
  if (value) {
    const from = context.pos - value[2].length;
    if (value[1] === "apiVersion" && path.length === 0) {
      return { from, options: [{ label: versions[kind] ?? "v1", type: "constant" }] };
    }
    const choices = fields?.[value[1]];
    if (!Array.isArray(choices)) return null;
    return { from, options: choices.map((label) => ({ label, type: "constant" })) };
  }
  const word = /^(?:- |\s)*([\w]*)$/.exec(before);
  if (!word || !fields || (word[1] === "" && !context.explicit)) return null;
  return { from: context.pos - word[1].length, options: Object.entries(fields).map(option) };
}
