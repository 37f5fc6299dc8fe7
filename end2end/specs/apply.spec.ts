// The tutorial's files are pasted, applied and watched, hop by hop.
import { expect, test } from "../fixtures.js";
import { aliasBomb, deployment, lostIndentation, pod } from "../manifests.js";

test.setTimeout(150_000);
const patient = { timeout: 90_000 };

test("the tutorial's Pod travels from Apply to Ready, and every hop is in the trace", async ({
  playground,
}) => {
  const { scene, timeline, terminal } = await playground.open();
  await expect(scene.pods()).toHaveCount(0);
  await playground.apply(pod);
  await expect(terminal.output).toContainText("pod/my-awesome-app created");
  await expect(scene.pods("my-awesome-app", "Pending")).toBeVisible(patient);
  await expect(scene.readyPods("my-awesome-app")).toBeVisible(patient);

  const sandbox = await playground.sandbox();
  const [stored] = await sandbox.pods();
  await expect(scene.readyPods("my-awesome-app")).toHaveAccessibleName(
    new RegExp(`, on ${stored?.spec.nodeName}, `),
  );

  await scene.showSequence();
  for (const hop of [
    /asked the API server to create Pod my-awesome-app\.$/,
    /stored Pod my-awesome-app in etcd, at revision \d+\.$/,
    /A watch told the scheduler of revision \d+: Pod my-awesome-app\.$/,
    new RegExp(`The scheduler chose ${stored?.spec.nodeName} for Pod my-awesome-app: `),
    /image my-app:1\.0 is being pulled for Pod my-awesome-app\.$/,
    /container my-app-container of Pod my-awesome-app started\.$/,
    /stored Pod my-awesome-app anew, at revision \d+: Running\.$/,
  ]) {
    await expect(scene.row(hop).first()).toBeAttached();
  }
  await expect(timeline.slider).toBeEnabled();
});

test("a Deployment becomes a ReplicaSet and three ready Pods", async ({ playground }) => {
  const { scene, terminal } = await playground.open("ko");
  await playground.apply(deployment);
  await expect(terminal.output).toContainText("deployment.apps/hello-world created");
  await expect(scene.deployment("hello-world")).toBeVisible(patient);
  await expect(scene.readyPods("hello-world-\\S+")).toHaveCount(3, patient);
  await expect(scene.deployment("hello-world")).toHaveAccessibleName(/3개 중 3개 준비/);
});

test("dry run says what would happen, and stores nothing", async ({ page, playground }) => {
  const { terminal } = await playground.open();
  await playground.write(pod);
  await page.getByRole("button", { name: playground.words.dryRun }).click();
  await expect(terminal.output).toContainText("pod/my-awesome-app created (server dry run)");
  expect(await (await playground.sandbox()).pods()).toEqual([]);
});

test("what is wrong is shown at its place, in the learner's words and in Kubernetes'", async ({
  playground,
}) => {
  await playground.open();
  const sandbox = await playground.sandbox();
  const cases: [string, RegExp, string | RegExp][] = [
    [lostIndentation, /:\d+:\d+/, "The indentation seems to be lost"],
    [pod.replace("image:", "imagee:"), /:8:7/, "There is no field imagee here. Did you mean image?"],
    [pod.replace("kind: Pod", "kind: Pood"), /:2:\d+/, "This cluster knows no kind Pood. Did you mean Pod?"],
    [pod.replace("8080", '"eighty"'), /:10:\d+/, /wants a whole number, but this is text/],
    [pod.replace("my-awesome-app", "My_App"), /:4:\d+/, "a name has only lowercase letters"],
    [pod.replace("  name: my-awesome", "\tname: my-awesome"), /:4:\d+/, "YAML does not indent with tabs"],
    [pod.replace("kind: Pod", "kind: [Pod"), /:\d+:\d+/, "This cannot be read as YAML"],
    [aliasBomb, /:\d+:\d+/, "The aliases"],
    [pod.slice(0, 30), /:\d+:\d+/, /\S/],
  ];
  for (const [text, place, words] of cases) {
    await playground.apply(text);
    await expect(playground.problems.first()).toContainText(words);
    await expect(playground.problems.first()).toContainText(place);
    await expect(playground.problems.first().locator(".kubernetes-says")).not.toBeEmpty();
  }
  expect(await sandbox.pods()).toEqual([]);

  // The sandbox lives on, and so does the page.
  await playground.apply(pod);
  await expect(playground.problems).toHaveCount(0);
  await expect.poll(() => sandbox.pods()).toHaveLength(1);
});

test("a huge and a deep file are refused, and nothing breaks", async ({ playground, server }) => {
  const { terminal } = await playground.open();
  const deep = `a: ${"[".repeat(2000)}${"]".repeat(2000)}`;
  await playground.apply(deep);
  await expect(playground.problems.first()).toContainText("nested too deeply");
  const sandbox = await playground.sandbox();
  const huge = await fetch(`${sandbox.server}/api/v1/namespaces/default/configmaps`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "huge" },
      data: { x: "y".repeat(5_000_000) },
    }),
  });
  expect(huge.status).toBe(413);
  await playground.apply(pod);
  await expect(terminal.output).toContainText("pod/my-awesome-app created");
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});
