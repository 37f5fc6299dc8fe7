// Puts what the page takes from npm into public/vendor: the editor as one bundle, and the fonts.
import { build } from "esbuild";
import { cp, mkdir, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

const root = fileURLToPath(new URL("../..", import.meta.url));
const vendor = join(root, "public/vendor");
const pretendard = "node_modules/pretendard/dist/web/variable";
const copies = {
  [`${pretendard}/pretendardvariable-dynamic-subset.css`]: "pretendard/pretendard.css",
  [`${pretendard}/woff2-dynamic-subset`]: "pretendard/woff2-dynamic-subset",
  "node_modules/@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2":
    "jetbrains-mono.woff2",
};

await rm(vendor, { recursive: true, force: true });
await mkdir(vendor, { recursive: true });
for (const [from, to] of Object.entries(copies)) {
  await cp(join(root, from), join(vendor, to), { recursive: true });
}
const editor = join(root, "app/editor/editor.js");
if (existsSync(editor)) {
  await build({
    entryPoints: [editor],
    outfile: join(vendor, "editor.js"),
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "linked",
    logLevel: "warning",
  });
}
