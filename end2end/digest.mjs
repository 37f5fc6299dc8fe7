// The same log gives the same digests natively and as WebAssembly: runs both and compares.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const run = (program, ...args) =>
  execFileSync(program, args, { encoding: "utf8" }).trimEnd().split("\n");
const target = fileURLToPath(new URL("../target/", import.meta.url));
const native = run(`${target}debug/examples/digest`);
const wasm = run(process.execPath, `${target}digest/digest.cjs`);

const length = Math.max(native.length, wasm.length);
const different = [...Array(length).keys()].find((at) => native[at] !== wasm[at]);
const answers = native.slice(1, -1).map((line) => line.split(" ")[1]);
// A Deployment that is no JSON, and a bare Pod that its lost node has taken along.
const refused = answers.filter((answer) => /^[45]/.test(answer)).join(" ");
if (different !== undefined) {
  console.error(`They part at line ${different + 1}:\n${native[different]}\n${wasm[different]}`);
  process.exit(1);
}
if (native.length < 13 || refused !== "400 404") {
  console.error(`The log was not played as meant:\n${native.join("\n")}`);
  process.exit(1);
}
console.log(`The same ${length} lines natively and as WebAssembly; at the end:\n${native.at(-1)}`);
