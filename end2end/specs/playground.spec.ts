// The playground's own: a cluster as one wants it, things to break, traffic, examples, undo.
import { expect, test } from "../fixtures.js";
import { pod } from "../manifests.js";
import { Sandbox } from "../sandbox.js";

test.setTimeout(150_000);

test("a new cluster has the nodes, zones and control plane that were chosen", async ({
  page,
  playground,
}) => {
  const { words, terminal } = await playground.open();
  await page.getByRole("button", { name: words.startOver }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(words.workers).fill("5");
  await dialog.getByRole("group", { name: "Zones" }).getByLabel("2").check();
  await dialog.getByRole("group", { name: "Control-plane nodes" }).getByLabel(/^3/).check();
  await dialog.getByLabel(/stands in a cloud/).uncheck();
  await expect(dialog.getByText(/play\?nodes=5&zones=2&control-plane=3&cloud=off$/)).toBeVisible();
  await dialog.getByRole("button", { name: words.startThis }).click();
  await expect(playground.scene.node("node-5")).toBeVisible();
  const nodes = await terminal.run("kubectl get nodes -L topology.kubernetes.io/zone");
  expect(nodes.match(/^control-plane-\d .*zone-[ab]$/gm)).toHaveLength(3);
  expect(nodes.match(/^node-\d .*zone-[ab]$/gm)).toHaveLength(5);
});

test("without the scheduler a Pod stays Pending; started again, it is placed", async ({
  server,
  playground,
  page,
}) => {
  const sandbox = await Sandbox.create(server.url, { rate: 60, seed: 3 });
  const { words } = await playground.open("en", sandbox);
  await playground.show("faults");
  const panel = page.getByRole("region", { name: words.faults, exact: true });
  const stop = (verb: string) =>
    panel.getByRole("button", { name: `${verb}: kube-scheduler, control-plane-1` });
  await stop("Stop").click();
  await expect(stop(words.startProgram)).toBeVisible();
  await playground.apply(pod);
  await sandbox.clock({ advance_ms: 60_000 });
  expect((await sandbox.pods()).map((it) => it.status.phase)).toEqual(["Pending"]);
  await playground.show("faults");
  await stop(words.startProgram).press("Enter");
  await expect(stop("Stop")).toBeFocused();
  await expect.poll(() => sandbox.readyPods()).toHaveLength(1);
});

test("a node can be cut off and mended; what is broken is known after a reload", async ({
  page,
  server,
  playground,
}) => {
  const sandbox = await Sandbox.create(server.url, { rate: 1, seed: 4 });
  const { words } = await playground.open("ko", sandbox);
  await playground.show("faults");
  await page.getByRole("button", { name: `${playground.words.cutNetwork}: node-2` }).click();
  const mend = page.getByRole("button", { name: `${playground.words.mendNetwork}: node-2` });
  await expect(mend).toBeVisible();
  await page.getByRole("button", { name: "대답 없음" }).click();
  await page.reload();
  await playground.awake();
  await playground.show("faults");
  await expect(mend).toBeVisible();
  await expect(page.getByRole("button", { name: "대답 없음" })).toHaveAttribute("aria-pressed", "true");
  await mend.click();
  await expect(page.getByRole("button", { name: `${playground.words.cutNetwork}: node-2` })).toBeVisible();
  expect(words.undo).toBe("되돌리기");
});

test("a new machine joins, and its node becomes Ready", async ({ server, playground, page }) => {
  const sandbox = await Sandbox.create(server.url, { rate: 60, seed: 5 });
  const { scene } = await playground.open("en", sandbox);
  await playground.show("faults");
  await page.getByRole("button", { name: "Add a node: node-4" }).click();
  await expect(page.getByRole("button", { name: "Add a node: node-5" })).toBeVisible();
  await expect(scene.node("node-4")).toContainText("Ready");
});

test("an act is undone, visibly, and the browser's Back is the redo", async ({ page, playground }) => {
  const { scene, words } = await playground.open();
  await playground.apply(pod);
  await expect(scene.pods("my-awesome-app")).toBeVisible();
  const before = page.url();
  await page.getByRole("button", { name: words.undo, exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: /^Undo: kubectl .*my-awesome-app/ }).click();
  await expect(page).not.toHaveURL(before);
  await playground.ready();
  await expect(scene.pods()).toHaveCount(0);
  await page.goBack();
  await expect(page).toHaveURL(before);
  await expect(scene.pods("my-awesome-app")).toBeVisible();
});

test("a link starts an example", async ({ page, playground }) => {
  await page.goto("/en/play?example=guestbook&nodes=4");
  await playground.awake();
  await expect(playground.scene.node("node-4")).toBeVisible();
  await expect(page.getByRole("tab", { name: "redis.yaml" })).toBeVisible();
  const sandbox = await playground.sandbox();
  await expect.poll(async () => (await sandbox.pods()).length).toBe(6);
  await sandbox.settle();
  await sandbox.clock({ advance_ms: 30_000 });
  expect(await sandbox.readyPods()).toHaveLength(6);
});
