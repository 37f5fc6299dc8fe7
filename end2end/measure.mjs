// Prints what is shipped and how fast it comes up: sizes of the file and of the page, the time
// until the server answers, until the page listens, and until an applied Pod is Ready.
// Run by `make measure`, after `make build`.
import { chromium } from "@playwright/test";
import { spawn } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const binary = process.env.WHEELHOUSE ?? join(root, "target/release/wheelhouse");
const listen = "127.0.0.1:4119";
const url = `http://${listen}`;
const row = (name, value) => console.log(`${name.padEnd(46)} ${value}`);
const kilobytes = async (path) => `${Math.round((await stat(path)).size / 1000)} kB`;

row("the one file", await kilobytes(binary));
for (const name of ["wheelhouse.wasm", "wheelhouse.js", "wheelhouse.css"]) {
  const path = join(root, "target/site/pkg", name);
  row(name, `${await kilobytes(path)}, ${await kilobytes(`${path}.br`)} compressed`);
}

const folder = await mkdtemp(join(tmpdir(), "wheelhouse-"));
const began = performance.now();
const server = spawn(binary, ["--listen", listen, "--database", join(folder, "m.sqlite")], {
  stdio: "ignore",
});
const answers = () => fetch(`${url}/readyz`).then((response) => response.ok, () => false);
while (!(await answers())) await new Promise((resolve) => setTimeout(resolve, 5));
row("the server answers after", `${Math.round(performance.now() - began)} ms`);

const send = async (path, body) => {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return response.json();
};

/** So many Pods on 50 nodes, and clients that ask a Service of theirs again and again. */
async function crowd(pods, loads) {
  const { id } = await send("/sandboxes", { rate: 0, seed: 1, nodes: 50 });
  const template = {
    metadata: { labels: { app: "web" } },
    spec: { containers: [{ name: "app", image: "nginx:1.27" }] },
  };
  const spec = { replicas: pods, selector: { matchLabels: { app: "web" } }, template };
  const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec };
  await send(`/sandboxes/${id}/apis/apps/v1/namespaces/default/deployments`, deployment);
  const ports = [{ port: 80, nodePort: 30080 }];
  const service = { apiVersion: "v1", kind: "Service", metadata: { name: "web" } };
  service.spec = { type: "NodePort", selector: { app: "web" }, ports };
  await send(`/sandboxes/${id}/api/v1/namespaces/default/services`, service);
  await send(`/sandboxes/${id}/clock`, { advance_ms: 120_000 });
  const listed = await fetch(`${url}/sandboxes/${id}/api/v1/namespaces/default/pods?limit=1`);
  const from = { pod: { namespace: "default", pod: (await listed.json()).items[0].metadata.name } };
  for (let number = 0; number < loads; number += 1) {
    const load = { name: `load-${number}`, from, url: "http://web/", rate_per_s: 20 };
    await send(`/sandboxes/${id}/traffic`, { start: load });
  }
  await send(`/sandboxes/${id}/clock`, { rate: 5 });
  return id;
}

/** Pictures a second, while the traffic lens shows a crowd. */
async function frames(pods, loads) {
  const id = await crowd(pods, loads);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`${url}/en/play?sandbox=${id}`);
  await page.locator("html[data-hydrated]").waitFor();
  await page.getByRole("button", { name: "Traffic", exact: true }).click();
  await page.getByLabel("Pace", { exact: true }).selectOption("5");
  await page.waitForTimeout(5_000);
  const measured = await page.evaluate(
    () =>
      new Promise((done) => {
        const times = [];
        const seen = [];
        const dots = () =>
          [...document.querySelectorAll(".request")].reduce(
            (sum, path) => sum + (path.getAttribute("d")?.split("M").length ?? 1) - 1,
            0,
          );
        const tick = (time) => {
          times.push(time);
          if (times.length % 30 === 0) seen.push(dots());
          if (time - times[0] < 5_000) return requestAnimationFrame(tick);
          const gaps = times.slice(1).map((it, index) => it - times[index]).sort((a, b) => a - b);
          done({
            rate: ((times.length - 1) * 1000) / (time - times[0]),
            slow: gaps[Math.floor(gaps.length * 0.95)],
            dots: Math.max(0, ...seen),
            pods: document.querySelectorAll(".pod").length,
          });
        };
        requestAnimationFrame(tick);
      }),
  );
  const words = `${measured.pods} Pods, ${measured.dots} requests on their way`;
  const slow = `95 of 100 within ${Math.round(measured.slow)} ms`;
  row(`pictures a second: ${words}`, `${measured.rate.toFixed(1)}; ${slow}`);
  await page.close();
  await fetch(`${url}/sandboxes/${id}/clock`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ rate: 0 }),
  });
}

const executablePath = process.env.CHROMIUM ?? (existsSync("/usr/bin/chromium") ? "/usr/bin/chromium" : undefined);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
try {
  for (const [pods, loads] of [[500, 32], [2000, 0]]) await frames(pods, loads);
  for (const path of ["/en", "/en/lessons/first-pod", "/en/play"]) {
    const page = await browser.newPage();
    const start = performance.now();
    await page.goto(url + path);
    await page.locator("html[data-hydrated]").waitFor();
    const hydrated = Math.round(performance.now() - start);
    const paint = await page.evaluate(
      () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
    );
    const bytes = await page.evaluate(() =>
      performance
        .getEntries()
        .reduce((sum, entry) => sum + (entry.encodedBodySize ?? 0), 0),
    );
    row(path, `painted after ${Math.round(paint)} ms, listens after ${hydrated} ms, ${Math.round(bytes / 1000)} kB`);
    await page.close();
  }
} finally {
  await browser.close();
  server.kill();
  await rm(folder, { recursive: true, force: true });
}
