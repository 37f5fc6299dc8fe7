// What a first visit may weigh, compressed, in kB of 1,000 bytes: `make build` fails beyond it.
// The page's program is far from the 150 kB that one would like: the figure may only fall.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const site = fileURLToPath(new URL("../target/site", import.meta.url));
const budget = {
  "pkg/wheelhouse.wasm.br": 975,
  "pkg/wheelhouse.js.br": 10,
  "pkg/wheelhouse.css.br": 14,
  "vendor/editor.js.br": 120,
};

let over = false;
for (const [name, most] of Object.entries(budget)) {
  const kilobytes = (await stat(join(site, name))).size / 1000;
  if (kilobytes > most) console.error(`${name}: ${kilobytes.toFixed(1)} kB, and ${most} kB is the most`);
  over ||= kilobytes > most;
}
process.exit(over ? 1 : 0);
