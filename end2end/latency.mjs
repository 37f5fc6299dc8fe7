// Prints how long whole kubectl processes take against a server: `get pods` of 100 Pods and `apply`
// of a Deployment, beside a bare `version`. Run by `make measure`; BINARY names another server.
import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const binary = process.env.BINARY ?? join(root, "target/release/wheelhouse");
const listen = "127.0.0.1:4133";
const rounds = 25;

const folder = await mkdtemp(join(tmpdir(), "wheelhouse-"));
const server = spawn(binary, ["--listen", listen, "--database", join(folder, "l.sqlite")], { stdio: "ignore" });
const answers = () => fetch(`http://${listen}/readyz`).then((response) => response.ok, () => false);
const post = async (path, body) => {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`http://${listen}${path}`, { method: "POST", body: JSON.stringify(body), headers });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
};

try {
  while (!(await answers())) await new Promise((resolve) => setTimeout(resolve, 5));
  const sandbox = await post("/sandboxes", { nodes: 5 });
  const env = { ...process.env, HOME: folder, KUBECONFIG: "" };
  const kubectl = (...words) => execFileSync("kubectl", ["--server", sandbox.server, ...words], { env, encoding: "utf8" });
  const web = (replicas) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: "nginx:1.27"}]}
`;
  const file = join(folder, "web.yaml");
  await writeFile(file, web(100));
  kubectl("apply", "-f", file);
  await post(`/sandboxes/${sandbox.id}/clock`, { until: "quiet" });
  const pods = kubectl("get", "pods", "--no-headers").trim().split("\n").length;
  if (pods !== 100) throw new Error(`there are ${pods} Pods`);

  const commands = { version: ["version"], "get pods": ["get", "pods"], apply: ["apply", "-f", file] };
  const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    // Each apply changes something; by turns, so that what else the machine does hits all alike.
    await writeFile(file, web(100).replace("spec:\n", `spec:\n  minReadySeconds: ${round % 2}\n`));
    for (const [name, words] of Object.entries(commands)) {
      const began = performance.now();
      kubectl(...words);
      times[name].push(performance.now() - began);
    }
  }
  const median = (list) => list.sort((one, other) => one - other)[Math.floor(list.length / 2)];
  const bare = median(times.version);
  for (const [name, list] of Object.entries(times)) {
    const more = name === "version" ? "" : `, ${(median(list) - bare).toFixed(0)} ms more`;
    console.log(`kubectl ${name}`.padEnd(46), `${median(list).toFixed(0)} ms${more}`);
  }
} finally {
  server.kill();
  await rm(folder, { recursive: true, force: true });
}
