// The editor's help: repairs by one press, templates, completion, what a field means, dry runs, files
// in and out.
import { readFile } from "node:fs/promises";
import { expect, test } from "../fixtures.js";
import { deployment, pod } from "../manifests.js";
import { Sandbox } from "../sandbox.js";

test.setTimeout(150_000);

const flat = (text: string) => text.replace(/^ +/gm, "");
const controlPlane = `apiVersion: v1
kind: Pod
metadata:
  name: control-plane-pod
spec:
  containers:
    - name: kube-apiserver
      image: k8s.gcr.io/kube-apiserver:v1.21.0
    - name: kube-controller-manager
      image: k8s.gcr.io/kube-controller-manager:v1.21.0
    - name: kube-scheduler
      image: k8s.gcr.io/kube-scheduler:v1.21.0
`;
const node = `apiVersion: v1
kind: Node
metadata:
  name: worker-node-1
spec:
  podCIDR: 10.244.1.0/24
status:
  capacity:
    cpu: "2"
    memory: 4Gi
`;

test("tutorials' manifests that were pasted flat are mended by one press, and then apply", async ({
  page,
  server,
  playground,
}) => {
  const sandbox = await Sandbox.create(server.url, { rate: 1, seed: 21 });
  await playground.open("ko", sandbox);
  const mend = page.getByRole("button", { name: "들여쓰기 되살리기" }).first();
  for (const manifest of [controlPlane, node, pod, deployment]) {
    await playground.apply(flat(manifest));
    await expect(playground.problems.first()).toContainText("들여쓰기");
    await mend.click();
    await expect(mend).toHaveCount(0);
    await playground.page.getByRole("button", { name: playground.words.apply, exact: true }).click();
    const name = /name: (\S+)/.exec(manifest)?.[1] ?? "";
    await expect(playground.terminal.output).toContainText(new RegExp(`/${name} created`));
  }
  await expect(playground.problems).toHaveCount(0);
});

test("a misspelt field and a selector that does not match are mended by one press", async ({
  page,
  playground,
}) => {
  await playground.open();
  await playground.apply(pod.replace("image:", "imagee:"));
  await expect(playground.problems.first()).toContainText("Did you mean image?");
  await page.getByRole("button", { name: "Mend it" }).click();
  await page.getByRole("button", { name: playground.words.apply, exact: true }).click();
  await expect(playground.terminal.output).toContainText("pod/my-awesome-app created");

  await playground.apply(deployment.replace(/(labels:\s+app: )hello/, "$1helo"));
  await expect(playground.problems.first()).toContainText(
    "The selector looks for app: hello, but the Pods of this template get app: helo.",
  );
  await page.getByRole("button", { name: "Make the labels match" }).click();
  await page.getByRole("button", { name: playground.words.apply, exact: true }).click();
  await expect(playground.terminal.output).toContainText("deployment.apps/hello-world created");
});

test("a dry run shows what would change, and a repair can be taken back", async ({ page, playground }) => {
  await playground.open();
  await playground.apply(deployment);
  await expect(playground.terminal.output).toContainText("created");
  await playground.write(deployment.replace("replicas: 3", "replicas: 5"));
  await page.getByRole("button", { name: playground.words.dryRun }).click();
  const difference = page.getByRole("region", { name: "What applying would change" });
  await expect(difference.locator("ins", { hasText: "+  replicas: 5" })).toBeVisible();
  await expect(difference.locator("del", { hasText: "-  replicas: 3" })).toBeVisible();
  await difference.getByRole("button").click();
  await expect(difference).toBeHidden();

  await playground.apply(pod.replace("image:", "imagee:"));
  await page.getByRole("button", { name: "Mend it" }).click();
  await expect(playground.manifest).toContainText("image: my-app:1.0");
  await playground.manifest.press("Control+z");
  await expect(playground.manifest).toContainText("imagee: my-app:1.0");
});

test("templates open for every kind; files come in by dropping and go out as downloads", async ({
  page,
  playground,
}) => {
  await playground.open();
  await page.getByLabel("New file").click();
  await page.getByRole("button", { name: "StatefulSet", exact: true }).click();
  await expect(page.getByRole("tab", { name: "statefulset.yaml" })).toBeVisible();
  await expect(playground.manifest).toContainText("volumeClaimTemplates");

  const files = page.locator('input[type="file"]');
  await files.setInputFiles({ name: "dropped.yaml", mimeType: "text/yaml", buffer: Buffer.from(pod) });
  await expect(page.getByRole("tab", { name: "dropped.yaml" })).toBeVisible();
  await playground.apply(pod);
  await expect(playground.terminal.output).toContainText("pod/my-awesome-app created");

  const wait = page.waitForEvent("download");
  await page.getByLabel("Open and download").click();
  await page.getByRole("button", { name: "Download the cluster's objects" }).click();
  const download = await wait;
  expect(download.suggestedFilename()).toBe("cluster.yaml");
  const text = await readFile(await download.path(), "utf8");
  expect(text).toContain("name: my-awesome-app");
  expect(text).not.toContain("resourceVersion");
});

test("fields are completed and explained from Kubernetes' own schema", async ({ page, playground }) => {
  await playground.open();
  await expect(page.locator(".cm-content")).toBeVisible();
  await playground.write(pod);
  await page.getByText("containerPort", { exact: false }).first().hover();
  await expect(page.locator(".cm-field")).toContainText("Number of port to expose on the pod's IP address.");
  await playground.manifest.press("Control+End");
  await page.keyboard.type("  restartP");
  const suggestion = page.locator(".cm-tooltip-autocomplete li").first();
  await expect(suggestion).toContainText("restartPolicy");
  await suggestion.click();
  await expect(playground.manifest).toContainText("restartPolicy:");
});
