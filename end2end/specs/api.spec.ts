// What other programs do: no page, plain HTTP.
import { expect, test } from "../fixtures.js";
import { deployment } from "../manifests.js";
import { Sandbox } from "../sandbox.js";

test("a sandbox is made with nothing said, or with all of it", async ({ server }) => {
  const plain = await fetch(`${server.url}/sandboxes`, { method: "POST" });
  expect(plain.status).toBe(201);
  const created = (await plain.json()) as Record<string, string>;
  expect(Object.keys(created).sort()).toEqual(["id", "page", "server"]);
  expect(plain.headers.get("location")).toContain(created.id);

  const small = await Sandbox.create(server.url, { nodes: 1, seed: 7, scenario: "playground", rate: 0 });
  const nodes = await small.list("/api/v1/nodes");
  expect(nodes).toHaveLength(2);
});

test("what cannot be is refused as a problem", async ({ server }) => {
  for (const body of ['{"nodes": 0}', '{"nodes": 100000}', '{"rate": -1}', '{"colour": "red"}', "{"]) {
    const response = await fetch(`${server.url}/sandboxes`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect(response.status, body).toBeGreaterThanOrEqual(400);
    expect(response.status, body).toBeLessThan(500);
    expect(response.headers.get("content-type"), body).toContain("application/problem+json");
    expect(await response.json(), body).toMatchObject({ status: response.status });
  }
});

test("the clock stops, runs ahead, and runs until all is quiet", async ({ server, kubectl }) => {
  const sandbox = await Sandbox.create(server.url, { rate: 0 });
  const start = await sandbox.clock({ advance_ms: 0 });
  expect(start.rate).toBe(0);
  const ahead = await sandbox.clock({ advance_ms: 60_000 });
  expect(ahead.now_ms - start.now_ms).toBe(60_000);

  await kubectl(sandbox.server).ok("create -f -", deployment);
  expect(await sandbox.readyPods()).toEqual([]);
  const quiet = await sandbox.clock({ until: "quiet" });
  expect(quiet.quiet).toBe(true);
  expect(await sandbox.readyPods()).toHaveLength(3);
});

test("a node that is switched off loses its Pods, and what happened can be read", async ({
  server,
  kubectl,
}) => {
  const sandbox = await Sandbox.create(server.url, { rate: 0 });
  await kubectl(sandbox.server).ok("create -f -", deployment);
  await sandbox.settle();
  const before = await sandbox.pods();
  const node = before[0]?.spec.nodeName;
  await sandbox.fault({ kind: "node-off", node });
  await sandbox.clock({ advance_ms: 10 * 60_000 });

  const after = await sandbox.pods();
  const living = after.filter((pod) => !pod.metadata.deletionTimestamp);
  expect(living).toHaveLength(3);
  expect(living.map((pod) => pod.spec.nodeName)).not.toContain(node);

  const trace = (await (await fetch(`${sandbox.server}/trace?since=0`)).json()) as {
    moments: { position: number; causes: number[] }[];
    next: number;
  };
  expect(trace.moments.map((moment) => moment.position)).toEqual(trace.moments.map((_, at) => at));
  expect(trace.next).toBe(trace.moments.length);
  for (const { position, causes } of trace.moments) {
    for (const cause of causes) expect(cause).toBeLessThan(position);
  }
});

test("the same seed and the same inputs give the same digest", async ({ server, kubectl }) => {
  const digests = [];
  for (const seed of [11, 11, 12]) {
    const sandbox = await Sandbox.create(server.url, { rate: 0, seed });
    const response = await fetch(`${sandbox.server}/apis/apps/v1/namespaces/default/deployments`, {
      method: "POST",
      headers: { "content-type": "application/yaml" },
      body: deployment,
    });
    expect(response.status).toBe(201);
    await sandbox.settle();
    digests.push((await sandbox.digest()).digest);
  }
  expect(digests[0]).toBe(digests[1]);
  expect(digests[0]).not.toBe(digests[2]);
});

test("the routes are described, and an unknown sandbox is a Kubernetes Status", async ({ server }) => {
  const described = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    openapi: string;
    paths: Record<string, object>;
  };
  expect(described.openapi).toMatch(/^3\./);
  expect(Object.keys(described.paths)).toEqual(
    expect.arrayContaining([
      "/sandboxes",
      "/sandboxes/{id}/clock",
      "/sandboxes/{id}/faults",
      "/sandboxes/{id}/trace",
      "/sandboxes/{id}/digest",
    ]),
  );
  const nowhere = await fetch(`${server.url}/sandboxes/aaaaaaaaaaaaaaaaaaaaaaaaaa/api/v1/pods`);
  // Gone, not NotFound: kubectl prints the message of that one as it is.
  expect(nowhere.status).toBe(410);
  expect(await nowhere.json()).toMatchObject({ kind: "Status", status: "Failure", code: 410 });
});

test("kill -9 loses nothing that was acknowledged", async ({ server, kubectl }) => {
  const sandbox = await Sandbox.create(server.url, { rate: 0 });
  await kubectl(sandbox.server).ok("create -f -", deployment);
  await sandbox.clock({ advance_ms: 1_234 });
  const before = await sandbox.digest();
  await server.kill();
  await server.run();
  expect(await sandbox.digest()).toEqual(before);
  await sandbox.settle();
  expect(await sandbox.readyPods()).toHaveLength(3);
});

test("the one file brings its page with it, compressed", async ({ server }) => {
  const wasm = await fetch(`${server.url}/pkg/wheelhouse.wasm`, {
    headers: { "accept-encoding": "br" },
  });
  expect(wasm.status).toBe(200);
  expect(wasm.headers.get("content-encoding")).toBe("br");
  expect(wasm.headers.get("content-type")).toBe("application/wasm");
  const etag = wasm.headers.get("etag");
  expect(etag).toBeTruthy();
  const again = await fetch(`${server.url}/pkg/wheelhouse.wasm`, {
    headers: { "accept-encoding": "br", "if-none-match": etag ?? "" },
  });
  expect(again.status).toBe(304);
});
