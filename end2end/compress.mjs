// Writes `.br` and `.gz` beside every file of a folder, quickly rather than well: what the server
// embeds for browser tests looks as the release's does, where cargo-leptos compresses.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } };
const folder = process.argv[2];
for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || /\.(br|gz)$/.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const bytes = await readFile(path);
  await writeFile(`${path}.br`, brotliCompressSync(bytes, quick));
  await writeFile(`${path}.gz`, gzipSync(bytes, { level: 3 }));
}
