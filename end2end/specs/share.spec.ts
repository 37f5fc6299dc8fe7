// What a link to an experiment shows to somebody else, and what a learner can do with their own data.
import { readFile } from "node:fs/promises";
import { expect, test } from "../fixtures.js";
import { pod } from "../manifests.js";
import { Sandbox } from "../sandbox.js";
import { Playground } from "../pages/playground.js";

const note = `<img src="x" onerror="alert(1)"> 왜 Running이지?`;

test("a link shows the experiment to somebody else, who forks it to go on", async ({
  page,
  browser,
  server,
  playground,
  accessible,
}) => {
  const sandbox = await Sandbox.create(server.url, { rate: 0, seed: 7 });
  await playground.open("en", sandbox);
  await playground.apply(pod);
  await sandbox.settle();
  const here = playground.scene.pods("my-awesome-app").first();
  await expect(here).toBeVisible();

  await page.getByRole("button", { name: "Share", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Share this experiment" });
  await dialog.getByRole("textbox").fill(note);
  await dialog.getByRole("button", { name: "As kubectl commands" }).click();
  await expect(dialog.getByText("kubectl apply -f - <<'EOF'")).toBeVisible();
  await dialog.getByRole("button", { name: /^Make a link/ }).click();
  const link = dialog.getByText(/\/en\/play\?sandbox=shared-[a-z2-7]{26}$/);
  await expect(link).toBeVisible();
  await accessible();
  const address = (await link.textContent()) ?? "";

  // Somebody else opens it.
  const context = await browser.newContext({ baseURL: server.url });
  const guest = new Playground(await context.newPage(), server.url);
  const asked: string[] = [];
  guest.page.on("dialog", (dialog) => asked.push(dialog.message()));
  await guest.page.goto(address);
  await guest.awake();
  const bar = guest.page.getByRole("region", { name: "A shared experiment" });
  await expect(bar).toContainText(note);
  await expect(bar.locator("img")).toHaveCount(0);
  await expect(guest.scene.pods("my-awesome-app").first()).toBeVisible();

  // Nothing can be changed, and the bar says why.
  await guest.terminal.start("kubectl delete pod my-awesome-app");
  await expect(guest.terminal.output).toContainText("This is a shared experiment: fork it to change anything.");
  await expect(bar).toContainText("What is shared cannot be changed. Fork it to go on.");
  await bar.getByRole("button", { name: "Fork to go on" }).click();
  await expect(guest.page).toHaveURL(/sandbox=[a-z2-7]{26}$/);
  await expect(bar).toBeHidden();
  const own = await guest.sandbox();
  expect(own.id).not.toBe(sandbox.id);
  expect((await own.pods()).map((it) => it.metadata.name)).toEqual(["my-awesome-app"]);
  expect(await guest.terminal.run("kubectl label pod my-awesome-app mine=yes")).toContain("pod/my-awesome-app labeled");
  expect(asked, "markup of a note is never run").toEqual([]);
  await context.close();
});

test("a learner sees their data, takes it along, and deletes it", async ({ page, server, playground, accessible }) => {
  await playground.open("en");
  const sandbox = await playground.sandbox();
  await page.goto("/en/data");
  await playground.awake();
  const clusters = page.getByRole("region", { name: "Clusters on the server" });
  await expect(clusters.getByRole("link", { name: "Playground" })).toHaveAttribute("href", new RegExp(sandbox.id));
  await accessible();

  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Take it as a file" }).click();
  const file = await (await saving).path();
  const data = JSON.parse(await readFile(file, "utf8"));
  expect(data.device["sandbox.play"]).toBe(sandbox.id);
  expect(data.clusters[sandbox.id]).toMatchObject({ entries: [], scenario: { name: "playground" } });

  await page.getByRole("button", { name: "Delete all, on the server and here" }).click();
  await page.getByRole("button", { name: "Yes, delete all of it" }).click();
  await expect(page.getByText("All of it is deleted.")).toBeVisible();
  expect((await fetch(`${sandbox.server}/clock`)).status).toBe(404);
  const left = await page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith("wheelhouse.")));
  expect(left).toEqual([]);
});
