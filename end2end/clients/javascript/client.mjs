// The official JavaScript client against a sandbox, whose address is in SERVER.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import * as k8s from "@kubernetes/client-node";

const namespace = "javascript";
const config = new k8s.KubeConfig();
config.loadFromClusterAndUser({ name: "sandbox", server: process.env.SERVER, skipTLSVerify: true }, { name: "learner" });
const core = config.makeApiClient(k8s.CoreV1Api);
const apps = config.makeApiClient(k8s.AppsV1Api);

const labels = { app: "web" };
const deployment = {
  metadata: { name: "web", labels },
  spec: {
    replicas: 3,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: "main", image: "nginx:1.27", ports: [{ containerPort: 80 }] }] },
    },
  },
};

async function refused(code, reason, asked) {
  const error = await asked.then(
    () => assert.fail(`${reason} was expected`),
    (error) => error,
  );
  assert.equal(error.code, code, String(error));
  assert.match(JSON.stringify(error.body), new RegExp(reason));
}

async function until(what, ask, seconds = 60) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const found = await ask();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`${what} did not come`);
}

async function createsReadsUpdatesAndDeletes() {
  await core.createNamespace({ body: { metadata: { name: namespace } } });
  await refused(404, "NotFound", apps.readNamespacedDeployment({ name: "web", namespace }));
  const made = await apps.createNamespacedDeployment({ namespace, body: deployment });
  assert.equal(made.spec.strategy.rollingUpdate.maxSurge, "25%");
  const map = await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: "map" }, data: { a: "1" } } });
  map.data = { a: "2" };
  const replaced = await core.replaceNamespacedConfigMap({ name: "map", namespace, body: map });
  assert.deepEqual(replaced.data, { a: "2" });
  await refused(409, "Conflict", core.replaceNamespacedConfigMap({ name: "map", namespace, body: map }));
  await core.deleteNamespacedConfigMap({ name: "map", namespace });
  await refused(404, "NotFound", core.readNamespacedConfigMap({ name: "map", namespace }));
  const patch = [{ op: "replace", path: "/spec/replicas", value: 2 }];
  await apps.patchNamespacedDeployment({ name: "web", namespace, body: patch });
  await until("two ready Pods", async () => {
    const { status } = await apps.readNamespacedDeployment({ name: "web", namespace });
    return status.readyReplicas === 2 && status.replicas === 2;
  });
  const { items } = await core.listNamespacedPod({ namespace, labelSelector: "app=web" });
  return items.find((pod) => pod.status.phase === "Running").metadata.name;
}

async function informs() {
  const list = () => core.listNamespacedConfigMap({ namespace });
  const informer = k8s.makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, list);
  const seen = [];
  for (const what of ["add", "update", "delete"]) {
    informer.on(what, ({ metadata, data }) => metadata.name === "seen" && seen.push([what, data.a]));
  }
  let failure;
  informer.on("error", (error) => (failure = error));
  await informer.start();
  const body = { metadata: { name: "seen" }, data: { a: "1" } };
  await core.createNamespacedConfigMap({ namespace, body });
  await until("an addition", () => informer.get("seen", namespace));
  await core.replaceNamespacedConfigMap({ name: "seen", namespace, body: { ...body, data: { a: "2" } } });
  await until("a change", () => informer.get("seen", namespace).data.a === "2");
  await core.deleteNamespacedConfigMap({ name: "seen", namespace });
  await until("a deletion", () => seen.length === 3);
  assert.deepEqual(seen, [["add", "1"], ["update", "2"], ["delete", "2"]]);
  assert.equal(failure, undefined);
  await informer.stop();
}

async function appliesOnTheServer() {
  const objects = k8s.KubernetesObjectApi.makeApiClient(config);
  const apply = (manager, data, force) => {
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "owned", namespace }, data };
    return objects.patch(object, undefined, undefined, manager, force, k8s.PatchStrategy.ServerSideApply);
  };
  assert.deepEqual((await apply("alice", { a: "1" })).data, { a: "1" });
  await refused(409, "conflict with", apply("bob", { a: "2" }));
  assert.deepEqual((await apply("bob", { a: "2" }, true)).data, { a: "2" });
  assert.deepEqual((await apply("alice", { b: "3" })).data, { a: "2", b: "3" });
}

async function executes(pod) {
  const run = async (command, stdin) => {
    const [out, err] = [new PassThrough(), new PassThrough()];
    const heard = Promise.all([text(out), text(err)]);
    const status = await new Promise((resolve, reject) => {
      const opened = new k8s.Exec(config).exec(namespace, pod, "main", command, out, err, stdin ?? null, false, resolve);
      opened.catch(reject);
    });
    out.end();
    err.end();
    return [...(await heard), status.status, status.details?.causes?.[0]?.message];
  };
  assert.deepEqual(await run(["echo", "hello"]), ["hello\n", "", "Success", undefined]);
  assert.deepEqual(await run(["sh", "-c", "echo out; echo err >&2; exit 7"]), ["out\n", "err\n", "Failure", "7"]);
  const stdin = new PassThrough();
  stdin.end("hello\n");
  assert.deepEqual(await run(["head", "-n", "1"], stdin), ["hello\n", "", "Success", undefined]);
}

async function readsLogs(pod) {
  assert.match(await core.readNamespacedPodLog({ name: pod, namespace }), /start worker processes/);
  const command = ["sh", "-c", "for i in 1 2 3; do echo $i; sleep 1; done"];
  const containers = [{ name: "main", image: "busybox:1.37", command }];
  const body = { metadata: { name: "counts" }, spec: { restartPolicy: "Never", containers } };
  await core.createNamespacedPod({ namespace, body });
  await until("a start", async () => {
    const { status } = await core.readNamespacedPod({ name: "counts", namespace });
    return status.phase !== "Pending";
  });
  const lines = new PassThrough();
  await new k8s.Log(config).log(namespace, "counts", "main", lines, { follow: true });
  assert.equal(await text(lines), "1\n2\n3\n");
}

async function forwardsPorts(pod) {
  const forward = new k8s.PortForward(config);
  const server = createServer((socket) => {
    forward.portForward(namespace, pod, [80], socket, null, socket).catch((error) => socket.destroy(error));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/`, { headers: { connection: "close" } });
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), /Welcome to nginx!/);
  server.close();
}

const pod = await createsReadsUpdatesAndDeletes();
await informs();
await appliesOnTheServer();
await executes(pod);
await readsLogs(pod);
await forwardsPorts(pod);
await core.deleteNamespace({ name: namespace });
process.exit(0);
