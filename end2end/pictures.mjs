// Takes pictures of every page, in both themes and three widths, with a cluster in the middle of a
// rollout: for the README, and to look at before a change of the page is called done.
// `make pictures`; they go to end2end/test-results/pictures.
import { chromium } from "@playwright/test";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "end2end/test-results/pictures");
const listen = "127.0.0.1:4119";
const url = `http://${listen}`;
const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "hello-world" },
  spec: {
    replicas: 5,
    selector: { matchLabels: { app: "hello" } },
    template: {
      metadata: { labels: { app: "hello" } },
      spec: { containers: [{ name: "hello", image: "helloworld-app" }] },
    },
  },
};

const send = async (path, body, method = "POST", type = "application/json") => {
  const response = await fetch(url + path, {
    method,
    headers: { "content-type": type },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return response.json();
};

/** A Deployment of five, halfway to its second image. */
async function rollout() {
  const { id } = await send("/sandboxes", { rate: 0, seed: 12 });
  const deployments = `/sandboxes/${id}/apis/apps/v1/namespaces/default/deployments`;
  await send(deployments, deployment);
  await send(`/sandboxes/${id}/clock`, { until: "quiet" });
  const image = { spec: { template: { spec: { containers: [{ name: "hello", image: "helloworld-app:2.0" }] } } } };
  await send(`${deployments}/hello-world`, image, "PATCH", "application/strategic-merge-patch+json");
  for (let step = 0; step < 24; step += 1) {
    await send(`/sandboxes/${id}/clock`, { step: "visible" });
  }
  return id;
}

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const home = await mkdtemp(join(tmpdir(), "wheelhouse-"));
const binary = process.env.WHEELHOUSE ?? join(root, "target/debug/wheelhouse");
const server = spawn(binary, ["--listen", listen, "--database", join(home, "p.sqlite")], { stdio: "ignore" });
const answers = () => fetch(`${url}/readyz`).then((response) => response.ok, () => false);
while (!(await answers())) await new Promise((resolve) => setTimeout(resolve, 20));
const executablePath = process.env.CHROMIUM ?? (existsSync("/usr/bin/chromium") ? "/usr/bin/chromium" : undefined);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
try {
  const id = await rollout();
  const pages = {
    home: "/en",
    play: `/en/play?sandbox=${id}`,
    lesson: "/ko/lessons/first-pod",
  };
  for (const colorScheme of ["dark", "light"]) {
    for (const width of [1440, 1024, 390]) {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: width < 500 ? 844 : 900 } });
      for (const [name, path] of Object.entries(pages)) {
        const page = await context.newPage();
        await page.goto(url + path);
        await page.locator("html[data-hydrated]").waitFor();
        if (name !== "home") await page.locator("[id^=scene-node]").first().waitFor({ state: "attached" });
        await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`) });
        await page.close();
      }
      await context.close();
    }
  }
} finally {
  await browser.close();
  server.kill();
  await rm(home, { recursive: true, force: true });
}
console.log(folder);
