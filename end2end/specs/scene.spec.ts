// The picture: requests on their way, a closer look, filters, why not, two moments compared.
import { expect, test } from "../fixtures.js";
import { Sandbox } from "../sandbox.js";

const labels = (app: string) => ({ matchLabels: { app } });
const deployment = (name: string, replicas: number, cpu = "0") => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: {
    replicas,
    selector: labels(name),
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [
          {
            name: "app",
            image: "registry.k8s.io/e2e-test-images/agnhost:2.53",
            args: ["netexec"],
            resources: { requests: { cpu } },
          },
        ],
      },
    },
  },
});
const service = (name: string, app: string) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name },
  spec: { selector: { app }, ports: [{ port: 80, targetPort: 8080 }] },
});

async function make(sandbox: Sandbox, path: string, body: object): Promise<void> {
  const response = await fetch(`${sandbox.server}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.ok, await response.clone().text()).toBe(true);
}

async function shop(url: string): Promise<Sandbox> {
  const sandbox = await Sandbox.create(url, { rate: 0, seed: 7 });
  await make(sandbox, "/apis/apps/v1/namespaces/default/deployments", deployment("web", 2));
  await make(sandbox, "/api/v1/namespaces/default/services", service("web", "web"));
  await make(sandbox, "/api/v1/namespaces/default/services", service("shop", "wbe"));
  await sandbox.settle();
  return sandbox;
}

test("requests are sent, drawn, and counted; those nobody answers too", async ({
  page,
  server,
  playground,
}) => {
  const sandbox = await shop(server.url);
  await playground.open("en", sandbox);
  await page.getByRole("button", { name: "Traffic", exact: true }).click();
  const targets = page.getByLabel("From where to where");
  for (const target of [/web\.default/, /shop\.default/]) {
    const option = targets.locator("option").filter({ hasText: target });
    await targets.selectOption((await option.first().getAttribute("value")) ?? "");
    await page.getByRole("button", { name: "Send requests" }).click();
  }
  await sandbox.clock({ advance_ms: 5_000 });
  const good = page.getByRole("region", { name: /web\.default/ });
  await expect(good.getByRole("img")).toHaveAccessibleName(/[1-9]\d* succeeded, 0 failed/);
  const bad = page.getByRole("region", { name: /shop\.default/ });
  await expect(bad.getByRole("img")).toHaveAccessibleName(/: 0 succeeded, [1-9]\d* failed/);
  await expect(page.locator(".link-label")).toContainText("app: wbe ≠ app: web");
  await sandbox.clock({ rate: 1 });
  await page.getByRole("button", { name: "One scene back" }).press("n");
  await expect(page.locator(".request.is-going")).toHaveAttribute("d", /M/);
  await expect(page.locator(".request.is-refused")).toHaveAttribute("d", /M/);
  await good.getByRole("button", { name: "Stop these requests" }).click();
  await expect(good.getByRole("button", { name: "Stop these requests" })).toHaveCount(0);
});

test("why has this Service no endpoints, and this Pod no node", async ({
  page,
  server,
  playground,
}) => {
  const sandbox = await shop(server.url);
  await make(sandbox, "/apis/apps/v1/namespaces/default/deployments", deployment("huge", 1, "64"));
  await sandbox.settle();
  const { scene, timeline } = await playground.open("en", sandbox);
  await timeline.catchUpIfBehind();
  await scene.root.getByRole("button", { name: /^Service shop,/ }).press("Enter");
  await page.getByRole("button", { name: "shop: Why has it no endpoints?" }).click();
  const answer = page.getByRole("region", { name: "Why not" });
  await expect(answer).toContainText("app: wbe ≠ app: web");
  await scene.pods("huge-\\S+").press("Enter");
  await page.getByRole("button", { name: /Why has it no node\?$/ }).click();
  await expect(answer.getByRole("row", { name: /node-1/ })).toContainText("NodeResourcesFit");
  await answer.getByRole("button", { name: "To that moment" }).first().click();
  await expect(timeline.backToNow).toBeVisible();
});

test("the cluster's own Pods are shown on request, and anything is found by name", async ({
  page,
  server,
  playground,
}) => {
  const sandbox = await shop(server.url);
  const { scene, timeline } = await playground.open("en", sandbox);
  await timeline.catchUpIfBehind();
  await expect(scene.pods("coredns-\\S+")).toHaveCount(0);
  await page.getByLabel("Namespace", { exact: true }).selectOption({ label: "all namespaces" });
  await expect(scene.pods("coredns-\\S+").first()).toBeVisible();
  await page.getByLabel("Namespace", { exact: true }).selectOption({ label: "my namespaces" });
  await page.getByLabel("Filter by labels").fill("app=web");
  await expect(scene.pods()).toHaveCount(2);
  await page.keyboard.press("Escape");
  const field = page.getByRole("combobox", { name: "Find" });
  await field.fill("etcd control");
  await field.press("Enter");
  await expect(scene.pods("etcd-\\S+")).toBeVisible();
  await expect(page.locator(".scene-picture.is-close")).toBeVisible();
  await page.getByRole("button", { name: "Show all (0)" }).click();
  await expect(scene.node("node-3")).toBeInViewport();
});

test("two moments are compared, and bookmarks lead back", async ({ page, server, playground }) => {
  const sandbox = await shop(server.url);
  const { timeline } = await playground.open("en", sandbox);
  await timeline.catchUpIfBehind();
  await timeline.goToStart();
  await page.getByRole("button", { name: "Bookmark", exact: true }).click();
  await page.getByRole("button", { name: "Compare with this moment" }).click();
  await timeline.backToNow.click();
  const list = page.getByRole("region", { name: "Two moments compared" });
  await expect(list.getByRole("button", { name: "Deployment web" })).toBeVisible();
  await expect(page.locator(".compared.is-came").first()).toBeVisible();
  await page.getByRole("button", { name: /^Bookmark 0/ }).click();
  await expect(list).toContainText("Nothing differs.");
  await list.getByRole("button", { name: "Stop comparing" }).click();
  await expect(list).toHaveCount(0);
});
