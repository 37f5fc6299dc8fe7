// Study jams under load: joins, memory for each idle connection, and how long words of a host take to
// every learner:
// `node --experimental-websocket end2end/rooms.mjs [rooms] [learners in each] [words a second] [seconds]`.
// The server is WHEELHOUSE, or the optimised one.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [rooms, learners, rate, seconds] = [1, 500, 10, 10].map((usual, n) => Number(process.argv[n + 2] ?? usual));
const program = process.env.WHEELHOUSE ?? new URL("../target/release/wheelhouse", import.meta.url).pathname;
const port = 4132;
const at = `http://127.0.0.1:${port}`;
const folder = mkdtempSync(join(tmpdir(), "wheelhouse-rooms-"));
const server = spawn(program, ["--listen", `127.0.0.1:${port}`, "--database", join(folder, "rooms.sqlite")], {
  env: { ...process.env, RUST_LOG: "warn", WHEELHOUSE_ADDRESS_REQUESTS_MAX: "20000" },
  stdio: ["ignore", "ignore", "inherit"],
});

const post = async (path, body) => {
  const headers = { "content-type": "application/json" };
  const response = await fetch(at + path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
};

/** A connection to a room; `hear` gets what comes down. */
const connect = (id, secret, hear) =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${at.replace("http", "ws")}/rooms/${id}/socket`);
    let greeted = false;
    socket.onopen = () => socket.send(JSON.stringify({ Hello: { secret } }));
    socket.onerror = () => reject(new Error("a connection failed"));
    socket.onmessage = ({ data }) => {
      if (!greeted) resolve(socket);
      greeted = true;
      hear(data);
    };
  });

const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))[1]);
// The 14th and 15th field, in hundredths of a second: proc_pid_stat(5).
const work = () => {
  const fields = readFileSync(`/proc/${server.pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

const measure = async () => {
  while (!(await fetch(`${at}/readyz`).catch(() => null))?.ok) await wait(100);
  const open = { name: "load", lessons: [], language: "en", minutes: 60, admission: false };
  const opened = [];
  for (let n = 0; n < rooms; n++) opened.push(await post("/rooms", open));

  const begun = performance.now();
  const joined = [];
  for (const { code } of opened) {
    for (let n = 0; n < learners; n += 25) {
      const some = Array.from({ length: Math.min(25, learners - n) }, (_, k) => k + n);
      joined.push(...(await Promise.all(some.map((k) => post("/rooms/join", { code, name: `learner ${k}` })))));
    }
  }
  console.log(`${joined.length} joins in ${((performance.now() - begun) / 1000).toFixed(1)} s, without an error`);

  const delays = [];
  const hear = (data) => {
    const sent = /"text":"at (\d+\.\d+)"/.exec(data);
    if (sent && data.startsWith('{"Room"')) delays.push(performance.now() - Number(sent[1]));
  };
  const before = memory();
  for (let n = 0; n < joined.length; n += 50) {
    await Promise.all(joined.slice(n, n + 50).map(({ id, secret }) => connect(id, secret, hear)));
  }
  await wait(3_000);
  console.log(`${((memory() - before) / joined.length).toFixed(1)} KiB of memory for each idle connection`);

  const hosts = await Promise.all(opened.map(({ id, secret }) => connect(id, secret, () => {})));
  await wait(2_000);
  delays.length = 0;
  const [workBefore, from] = [work(), performance.now()];
  for (let n = 0; n < rate * seconds; n++) {
    await wait(Math.max(0, from + (n * 1_000) / rate - performance.now()));
    for (const host of hosts) {
      const text = `at ${performance.now().toFixed(3)}`;
      host.send(JSON.stringify({ Lead: { act: { Hint: { learner: null, text } } } }));
    }
  }
  await wait(1_000);
  const spent = performance.now() - from;
  delays.sort((a, b) => a - b);
  const percentile = (share) => delays[Math.floor((delays.length - 1) * share)]?.toFixed(1);
  console.log(
    `${rooms} × ${learners} learners, ${rate} words a second: ${delays.length} of ` +
      `${rate * seconds * joined.length} came, median ${percentile(0.5)} ms, p99 ${percentile(0.99)} ms; ` +
      `server ${((100_000 * (work() - workBefore)) / spent).toFixed(1)} % of a core`,
  );
};

measure()
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(() => {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
    setTimeout(() => process.exit(), 200);
  });
