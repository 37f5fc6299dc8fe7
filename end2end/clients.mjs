// Runs the official clients against a server of its own, each in a sandbox of its own.
// Run by `make test-clients`, which installs them; where Python is not to be had, it says so.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const listen = "127.0.0.1:4131";
const clients = {
  Python: [join(root, "target/clients/python/bin/python"), join(root, "end2end/clients/python/client.py")],
  JavaScript: ["node", join(root, "end2end/clients/javascript/client.mjs")],
  Rust: [join(root, "target/clients/debug/client")],
};

const folder = await mkdtemp(join(tmpdir(), "wheelhouse-"));
const binary = join(root, "target/debug/wheelhouse");
if (!existsSync(binary)) throw new Error("the server must be built: make test-rust");
const server = spawn(binary, ["--listen", listen, "--database", join(folder, "clients.sqlite")], {
  stdio: ["ignore", "ignore", "inherit"],
});
const ended = (child) => new Promise((resolve) => child.on("exit", (code) => resolve(code ?? 1)));
const answers = () => fetch(`http://${listen}/readyz`).then((response) => response.ok, () => false);

let failed = false;
try {
  while (!(await answers())) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  for (const [name, [program, ...words]] of Object.entries(clients)) {
    if (process.argv[2] && process.argv[2] !== name) continue;
    if (name === "Python" && !existsSync(program)) {
      console.log("Python: its client could not be installed, and is not tested");
      continue;
    }
    const body = JSON.stringify({ rate: 5 });
    const headers = { "content-type": "application/json" };
    const made = await fetch(`http://${listen}/sandboxes`, { method: "POST", body, headers });
    const env = { ...process.env, SERVER: (await made.json()).server };
    const began = performance.now();
    const code = await ended(spawn(program, words, { env, stdio: "inherit" }));
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`${name}: ${code === 0 ? "passed" : "FAILED"} after ${seconds} s`);
    failed ||= code !== 0;
  }
} finally {
  server.kill();
  await rm(folder, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
