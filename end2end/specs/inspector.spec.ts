// What there is to see of one object: YAML in parts, events, logs, history, related objects.
import { expect, test } from "../fixtures.js";
import { deployment } from "../manifests.js";
import { Sandbox } from "../sandbox.js";

test.setTimeout(120_000);

test("an object is seen in parts, through time, and with what belongs to it", async ({
  page,
  server,
  playground,
}) => {
  const sandbox = await Sandbox.create(server.url, { rate: 0, seed: 31 });
  const { scene, timeline } = await playground.open("en", sandbox);
  await playground.apply(deployment);
  await sandbox.settle();
  await timeline.catchUpIfBehind();
  await scene.deployment("hello-world").press("Enter");
  const inspector = page.getByRole("region", { name: playground.words.inspector, exact: true });
  const tab = (name: string) => inspector.getByRole("tab", { name, exact: true }).click();

  await tab("YAML");
  await expect(inspector.getByText("what is wanted, by people and controllers")).toBeVisible();
  await expect(inspector.getByText(/^managedFields: \d+ lines, folded$/)).toBeVisible();
  await expect(inspector.locator("mark")).toHaveCount(0);
  await playground.terminal.run("kubectl scale deployment hello-world --replicas=4");
  await sandbox.settle();
  await timeline.catchUpIfBehind();
  await playground.show("inspector");
  await expect(inspector.locator("mark", { hasText: "replicas: 4" }).first()).toBeVisible();
  await expect(inspector.getByText(/^\d+ lines have changed since you began to look\.$/)).toBeVisible();
  await inspector.getByRole("button", { name: "Seen", exact: true }).click();
  await expect(inspector.locator("mark")).toHaveCount(0);

  await tab("History");
  await expect(inspector.locator(".field-changes", { hasText: "spec.replicas 3 → 4" }).first()).toBeVisible();
  await tab("Events");
  await expect(inspector.getByText("ScalingReplicaSet").first()).toBeVisible();

  await tab("Summary");
  await inspector.getByRole("button", { name: /^replicaset\/hello-world-/ }).click();
  await inspector.getByRole("button", { name: /^pod\/hello-world-/ }).first().click();
  await tab("Logs");
  await expect(inspector.locator("pre.logs")).toBeVisible();
  await tab("Why?");
  await expect(inspector.getByRole("tabpanel").getByRole("listitem").first()).toBeVisible();
});
