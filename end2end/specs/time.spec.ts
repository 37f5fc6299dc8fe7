// The time machine: pause, step, rates, the past, forks; and a lost node.
import { expect, test } from "../fixtures.js";
import { deployment, pod } from "../manifests.js";
import { Sandbox } from "../sandbox.js";

test.setTimeout(150_000);
const patient = { timeout: 60_000 };

test("stopped time goes on by a write, a turn, a visible change, until quiet", async ({
  server,
  playground,
}) => {
  const sandbox = await Sandbox.create(server.url, { rate: 0, seed: 3 });
  const { scene, timeline } = await playground.open("en", sandbox);
  await expect(timeline.stopped).toBeVisible();
  await playground.apply(deployment);
  await expect.poll(() => sandbox.list("/apis/apps/v1/namespaces/default/deployments")).toHaveLength(1);
  expect(await sandbox.list("/apis/apps/v1/namespaces/default/replicasets")).toEqual([]);

  const positions = [(await sandbox.digest()).position];
  for (const stride of ["write", "turn", "visible"] as const) {
    await timeline.step(stride);
    await expect
      .poll(async () => (await sandbox.digest()).position, stride)
      .toBeGreaterThan(positions.at(-1) ?? 0);
    positions.push((await sandbox.digest()).position);
  }
  expect(await sandbox.readyPods()).toEqual([]);

  await timeline.step("quiet");
  await expect.poll(() => sandbox.readyPods()).toHaveLength(3);
  await timeline.catchUpIfBehind();
  await expect(scene.readyPods("hello-world-\\S+")).toHaveCount(3);
  expect((await sandbox.clock({ advance_ms: 0 })).rate).toBe(0);
});

test("pause holds both clocks, and each pace is the cluster's rate", async ({ playground }) => {
  const { timeline } = await playground.open();
  const sandbox = await playground.sandbox();
  const rate = async () => (await sandbox.clock({ advance_ms: 0 })).rate;
  await timeline.pause();
  await expect.poll(rate).toBe(0);
  const { now_ms } = await sandbox.digest();
  expect((await sandbox.digest()).now_ms).toBe(now_ms);
  await timeline.play();
  await expect.poll(rate).toBe(1);
  for (const pace of ["0.01", "0.1", "10", "600"]) {
    await timeline.setPace(pace);
    await expect.poll(rate).toBe(Number(pace));
  }
  await timeline.setPace("story");
  await expect.poll(rate).toBe(1);
});

test("dragging back shows the cluster as it was, and now is one press away", async ({
  server,
  playground,
}) => {
  const sandbox = await Sandbox.create(server.url, { rate: 0, seed: 4 });
  const { scene, timeline } = await playground.open("en", sandbox);
  await playground.apply(pod);
  await expect.poll(() => sandbox.pods()).toHaveLength(1);
  await timeline.step("quiet");
  await expect.poll(() => sandbox.readyPods()).toHaveLength(1);
  await timeline.catchUpIfBehind();
  await expect(scene.readyPods("my-awesome-app")).toBeVisible();

  await timeline.goToStart();
  await expect(scene.pods()).toHaveCount(0);
  await expect(timeline.backToNow).toBeVisible();
  await timeline.slider.press("End");
  await expect(scene.readyPods("my-awesome-app")).toBeVisible();
  await timeline.goToStart();
  await timeline.backToNow.click();
  await expect(scene.readyPods("my-awesome-app")).toBeVisible();
  await expect(timeline.backToNow).toBeHidden();
});

test("the past can be forked: the new cluster goes its own way", async ({
  page,
  server,
  playground,
}) => {
  const sandbox = await Sandbox.create(server.url, { rate: 0, seed: 5 });
  const { scene, timeline } = await playground.open("en", sandbox);
  await sandbox.clock({ advance_ms: 5_000 });
  await playground.apply(pod);
  await expect.poll(() => sandbox.pods()).toHaveLength(1);
  await timeline.step("quiet");
  await expect.poll(() => sandbox.readyPods()).toHaveLength(1);
  const before = await sandbox.digest();
  await timeline.catchUpIfBehind();
  await timeline.goToStart();
  await timeline.fork();
  await expect(page).not.toHaveURL(new RegExp(sandbox.id));
  await playground.awake();
  await playground.ready();
  const fork = await playground.sandbox();
  expect(await fork.pods()).toEqual([]);
  await expect(scene.pods()).toHaveCount(0);
  expect(await sandbox.digest()).toEqual(before);
});

test("a node loses power: NotReady, evicted, replaced, and why", async ({ server, playground }) => {
  const sandbox = await Sandbox.create(server.url, { rate: 0, seed: 6 });
  const { scene, timeline } = await playground.open("en", sandbox);
  await playground.apply(deployment);
  await expect.poll(() => sandbox.list("/apis/apps/v1/namespaces/default/deployments")).toHaveLength(1);
  await timeline.step("quiet");
  await expect.poll(() => sandbox.readyPods()).toHaveLength(3);
  const before = await sandbox.pods();
  const node = before[0]?.spec.nodeName ?? "";
  const lost = before.filter((it) => it.spec.nodeName === node);
  await timeline.catchUpIfBehind();

  await playground.powerOff(node);
  await expect(scene.node(node, "Ready.*off")).toBeVisible(patient);
  const off = await sandbox.digest();

  // To what happens next: the node is given up after 50 seconds.
  await timeline.skip.click();
  await expect(scene.node(node, "NotReady")).toBeVisible(patient);
  const notReady = await sandbox.digest();
  expect(notReady.now_ms - off.now_ms).toBeGreaterThan(40_000);
  expect(notReady.now_ms - off.now_ms).toBeLessThan(60_000);

  // And again: after five minutes its Pods are evicted and replaced elsewhere.
  await timeline.step("quiet");
  await timeline.catchUpIfBehind();
  await expect(timeline.skip).toHaveAccessibleName(/^Skip (4 min 5|5 min)/);
  await timeline.skip.click();
  // A step shows what is already there first: the skip must have been answered.
  const waited = async () => (await sandbox.digest()).now_ms - notReady.now_ms;
  await expect.poll(waited).toBeGreaterThan(240_000);
  await timeline.step("quiet");
  const old = new Set(before.map((it) => it.metadata.name));
  const fresh = async () => (await sandbox.readyPods()).filter((name) => !old.has(name));
  await expect.poll(fresh).toHaveLength(lost.length);
  await timeline.catchUpIfBehind();
  const [name] = await fresh();
  await expect(scene.readyPods(name)).toBeVisible(patient);

  const chain = await playground.why(scene.readyPods(name));
  await expect(chain.last()).toContainText(`somebody switched node ${node} off.`);
  expect(await chain.count()).toBeGreaterThan(4);
  await chain.last().getByRole("button").click();
  await expect(scene.readyPods("hello-world-\\S+")).toHaveCount(3);
  await expect(scene.pods(name)).toHaveCount(0);
});
