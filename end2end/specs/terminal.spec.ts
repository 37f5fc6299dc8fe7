// The terminal in the page: a person's commands, printed as kubectl prints.
import { expect, test } from "../fixtures.js";
import { deployment, pod } from "../manifests.js";
import { Sandbox } from "../sandbox.js";

test.setTimeout(240_000);

test("apply, get, describe, logs, scale, set image, rollout, delete", async ({
  server,
  playground,
}) => {
  const sandbox = await Sandbox.create(server.url, { rate: 60, seed: 8 });
  const { terminal } = await playground.open("en", sandbox);
  await playground.write(deployment);
  expect(await terminal.run("kubectl apply -f pod.yaml")).toBe("deployment.apps/hello-world created\n");
  expect(await terminal.run("kubectl rollout status deployment/hello-world")).toContain(
    'deployment "hello-world" successfully rolled out',
  );
  expect(await terminal.run("kubectl get deployments")).toMatch(
    /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nhello-world +3\/3 +3 +3 +\d+[sm]/,
  );
  const pods = await terminal.run("kubectl get pods -l app=hello -o wide");
  expect(pods).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +/);
  expect(pods.match(/^hello-world-\w+-\w+ +1\/1 +Running /gm)).toHaveLength(3);
  const name = /^hello-world-\S+/m.exec(pods)?.[0] ?? "";
  expect(await terminal.run(`kubectl describe pod ${name}`)).toMatch(/^Name: +hello-world-[^]*^Events:/m);
  expect(await terminal.run(`kubectl logs ${name}`)).not.toBe("");

  expect(await terminal.run("kubectl scale deployment hello-world --replicas=4")).toBe(
    "deployment.apps/hello-world scaled\n",
  );
  await expect.poll(() => sandbox.readyPods()).toHaveLength(4);

  expect(await terminal.run("kubectl set image deployment/hello-world hello=helloworld-app:2.0")).toBe(
    "deployment.apps/hello-world image updated\n",
  );
  await terminal.run("kubectl rollout status deployment/hello-world");
  const sets = await terminal.run("kubectl get replicasets");
  expect(sets.match(/^hello-world-\w+ +[40] +[40] +[40] /gm)).toHaveLength(2);
  expect(await terminal.run("kubectl rollout undo deployment/hello-world")).toBe(
    "deployment.apps/hello-world rolled back\n",
  );
  await terminal.run("kubectl rollout status deployment/hello-world");
  const images = (await sandbox.pods()).map((it) => it.spec.containers[0]?.image);
  expect(new Set(images)).toEqual(new Set(["helloworld-app"]));
  expect(await terminal.run("kubectl delete deployment hello-world")).toMatch(
    /^deployment.apps "hello-world" deleted/,
  );
  await expect.poll(() => sandbox.pods()).toEqual([]);
});

test("a Pod of a Deployment returns under another name, a bare Pod does not", async ({
  server,
  playground,
}) => {
  const sandbox = await Sandbox.create(server.url, { rate: 60, seed: 9 });
  const { scene, terminal, timeline } = await playground.open("en", sandbox);
  await timeline.setPace("60");
  await playground.apply(`${deployment}---\n${pod}`);
  await expect.poll(() => sandbox.readyPods()).toHaveLength(4);
  const [victim] = (await sandbox.readyPods()).filter((name) => name.startsWith("hello-world"));
  expect(await terminal.run(`kubectl delete pod ${victim}`)).toMatch(/^pod "hello-world-\S+" deleted/);
  await expect.poll(() => sandbox.readyPods()).toHaveLength(4);
  expect(await sandbox.readyPods()).not.toContain(victim);

  await terminal.run("kubectl delete pod my-awesome-app");
  await sandbox.clock({ advance_ms: 10 * 60_000 });
  const names = (await sandbox.pods()).map((it) => it.metadata.name);
  expect(names).toHaveLength(3);
  expect(names).not.toContain("my-awesome-app");
  await expect(scene.pods("my-awesome-app")).toHaveCount(0);
});

test("what is unknown is said as kubectl says it", async ({ playground }) => {
  const { terminal } = await playground.open();
  expect(await terminal.run("kubectl get pod nobody")).toBe(
    'Error from server (NotFound): pods "nobody" not found\n',
  );
  expect(await terminal.run("kubectl get pods")).toBe("No resources found in default namespace.\n");
  expect(await terminal.run("kubectl frobnicate")).toContain('unknown command "frobnicate" for "kubectl"');
  expect(await terminal.run("kubectl get frobs")).toContain(
    'the server doesn\'t have a resource type "frobs"',
  );
});

test("a watch runs until Ctrl-C; history and Tab help to type", async ({ server, playground }) => {
  const sandbox = await Sandbox.create(server.url, { rate: 60, seed: 10 });
  const { terminal, timeline } = await playground.open("en", sandbox);
  await terminal.start("kubectl get pods -w");
  await playground.apply(pod);
  await expect(terminal.output).toContainText(/my-awesome-app +1\/1 +Running/);
  await terminal.prompt.press("Control+c");
  await expect(terminal.output).toContainText("^C");

  await terminal.prompt.press("ArrowUp");
  await expect(terminal.prompt).toHaveValue("kubectl get pods -w");
  await timeline.catchUpIfBehind();
  await terminal.prompt.fill("kubectl describe pod my-aw");
  await terminal.prompt.press("Tab");
  await expect(terminal.prompt).toHaveValue(/^kubectl describe pod my-awesome-app ?$/);

  await terminal.prompt.fill("");
  await terminal.prompt.press("Control+r");
  await terminal.prompt.pressSequentially("get po");
  await expect(terminal.root.getByText("reverse-i-search: kubectl get pods -w")).toBeVisible();
  await terminal.prompt.press("ArrowRight");
  await expect(terminal.prompt).toHaveValue("kubectl get pods -w");
});

test("the page tells how the learner's own kubectl reaches the cluster, and it does", async ({
  page,
  playground,
  kubectl,
}) => {
  const { scene } = await playground.open();
  await page.getByRole("button", { name: playground.words.myKubectl }).click();
  const dialog = page.getByRole("dialog");
  const line = (await dialog.getByText(/^kubectl --server /).innerText()).trim();
  const server = /^kubectl --server (\S+) get pods -w$/.exec(line)?.[1] ?? "";
  const download = page.waitForEvent("download");
  await dialog.getByRole("link", { name: /wheelhouse\.yaml/ }).click();
  const file = await (await download).path();
  await page.keyboard.press("Escape");

  await kubectl(server).ok("apply -f -", pod);
  await expect(scene.pods("my-awesome-app")).toBeVisible();
  const byFile = await kubectl(server).ok(`--kubeconfig ${file} get pods -o name`);
  expect(byFile).toBe("pod/my-awesome-app\n");
});

test("Enter while a Korean syllable is composed ends the syllable, not the line", async ({
  page,
  playground,
}) => {
  const { terminal } = await playground.open();
  await terminal.start("clear");
  await terminal.prompt.fill("echo ");
  const keyboard = await page.context().newCDPSession(page);
  const compose = (text: string) =>
    keyboard.send("Input.imeSetComposition", { text, selectionStart: 1, selectionEnd: 1 });
  await compose("ㅎ");
  await compose("한");
  await page.keyboard.press("Enter");
  await expect(terminal.prompt).toHaveValue("echo 한");
  await expect(terminal.output).toBeEmpty();
  await keyboard.send("Input.insertText", { text: "한" });
  await page.keyboard.press("Enter");
  await expect(terminal.output.locator(".typed")).toHaveText("$ echo 한");
  await expect(terminal.output.locator(".printed")).toHaveText("한\n");
});
