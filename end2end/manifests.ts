// The tutorial's files, as a newcomer pastes them.
export const pod = `apiVersion: v1
kind: Pod
metadata:
  name: my-awesome-app
spec:
  containers:
    - name: my-app-container
      image: my-app:1.0
      ports:
        - containerPort: 8080
`;

export const deployment = `apiVersion: apps/v1
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
`;

/** As pasted from a chat that ate the indentation. */
export const lostIndentation = pod.replaceAll(/^ +/gm, "");

/** Nine levels of nine aliases each: a few hundred bytes that would become gigabytes. */
export const aliasBomb = Array.from({ length: 9 }, (_, level) => {
  const inner = level === 0 ? '"lol"' : `*a${level - 1}`;
  return `a${level}: &a${level} [${Array(9).fill(inner).join(", ")}]`;
}).join("\n");
