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
const binary = join(root, "target/release/wheelhouse");
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

const executablePath = process.env.CHROMIUM ?? (existsSync("/usr/bin/chromium") ? "/usr/bin/chromium" : undefined);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
try {
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
