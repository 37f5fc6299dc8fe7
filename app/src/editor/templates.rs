//! What a new file can begin with.

use protocol::File;

/// A file to begin with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Template {
    /// In Korean and in English.
    pub(super) title: (&'static str, &'static str),
    pub(super) name: &'static str,
    pub(super) text: &'static str,
}

pub(super) const TEMPLATES: [Template; 6] = [
    Template { title: ("파드", "Pod"), name: "pod.yaml", text: POD },
    Template {
        title: ("디플로이먼트(Deployment)", "Deployment"),
        name: "deployment.yaml",
        text: DEPLOYMENT,
    },
    Template { title: ("서비스", "Service"), name: "service.yaml", text: SERVICE },
    Template {
        title: ("컨피그맵(ConfigMap)", "ConfigMap"),
        name: "configmap.yaml",
        text: CONFIG_MAP,
    },
    Template {
        title: ("네임스페이스", "Namespace"), name: "namespace.yaml", text: NAMESPACE
    },
    Template { title: ("빈 파일", "Empty file"), name: "manifest.yaml", text: "" },
];

/// What the playground opens with.
pub fn first_file() -> File {
    File { name: "pod.yaml".to_owned(), text: POD.to_owned() }
}

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: my-awesome-app
spec:
  containers:
    - name: my-app-container
      image: my-app:1.0
      ports:
        - containerPort: 8080
";

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: hello-world
spec:
  replicas: 3
  selector:
    matchLabels:
      app: hello
  template:
    metadata:
      labels:
        app: hello
    spec:
      containers:
        - name: hello
          image: helloworld-app
";

const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata:
  name: hello
spec:
  selector:
    app: hello
  ports:
    - port: 80
      targetPort: 8080
";

const CONFIG_MAP: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  GREETING: hello
";

const NAMESPACE: &str = "\
apiVersion: v1
kind: Namespace
metadata:
  name: staging
";
