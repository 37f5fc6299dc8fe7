// The learner's own kubectl, from outside.
import { expect, test } from "../fixtures.js";
import { deployment, pod } from "../manifests.js";
import { Sandbox } from "../sandbox.js";

test("get pods -w tells how the tutorial's Pod comes and goes", async ({ server, kubectl }) => {
  // Time stands still until kubectl watches: it takes a while to start.
  const sandbox = await Sandbox.create(server.url, { rate: 0 });
  const real = kubectl(sandbox.server);
  const watch = real.watch("get pods -w");
  await expect.poll(() => sandbox.requests("watch")).toContain("Pod");
  await sandbox.clock({ rate: 20 });
  expect(await real.ok("apply -f -", pod)).toBe("pod/my-awesome-app created\n");
  await watch.says(/^NAME +READY +STATUS +RESTARTS +AGE$/m);
  await watch.says(/^my-awesome-app +0\/1 +Pending /m);
  await watch.says(/^my-awesome-app +0\/1 +ContainerCreating /m);
  await watch.says(/^my-awesome-app +1\/1 +Running /m);
  expect(await real.ok("apply -f -", pod)).toBe("pod/my-awesome-app unchanged\n");
  expect(await real.ok("delete pod my-awesome-app")).toContain('pod "my-awesome-app" deleted');
  await watch.says(/^my-awesome-app +1\/1 +Terminating /m);
  expect((await real.run("get pods")).stderr).toBe("No resources found in default namespace.\n");
});

test("a Deployment is created, described, scaled, changed and undone", async ({ server, kubectl }) => {
  const sandbox = await Sandbox.create(server.url, { rate: 20 });
  const real = kubectl(sandbox.server);
  const file = real.file("deployment.yaml", deployment);
  expect(await real.ok(`create -f ${file}`)).toBe("deployment.apps/hello-world created\n");
  expect(await real.ok("rollout status deployment/hello-world")).toContain("successfully rolled out");
  expect(await real.ok("get deployments")).toMatch(/^hello-world +3\/3 +3 +3 /m);

  const described = await real.ok("describe deployment hello-world");
  expect(described).toMatch(/^Replicas: +3 desired \| 3 updated \| 3 total \| 3 available/m);
  expect(described).toMatch(/ScalingReplicaSet .*Scaled up replica set hello-world-\w+ from 0 to 3/);
  const name = (await sandbox.readyPods())[0];
  const events = await real.ok(`describe pod ${name}`);
  for (const reason of ["Scheduled", "Pulling", "Pulled", "Created", "Started"]) {
    expect(events).toMatch(new RegExp(`^ +Normal +${reason} `, "m"));
  }

  expect(await real.ok("scale deployment hello-world --replicas=5")).toBe(
    "deployment.apps/hello-world scaled\n",
  );
  await expect.poll(() => sandbox.readyPods()).toHaveLength(5);

  await real.ok("set image deployment/hello-world hello=my-app:1.0");
  await real.ok("rollout status deployment/hello-world");
  const image = "get deployment hello-world -o jsonpath={.spec.template.spec.containers[0].image}";
  expect(await real.ok(image)).toBe("my-app:1.0");
  expect(await real.ok("rollout history deployment/hello-world")).toMatch(/^2 +/m);
  expect(await real.ok("rollout undo deployment/hello-world")).toContain("rolled back");
  await real.ok("rollout status deployment/hello-world");
  expect(await real.ok(image)).toBe("helloworld-app");

  expect(await real.ok("delete deployment hello-world")).toContain("deleted");
  await expect.poll(() => sandbox.pods()).toEqual([]);
});

test("logs, yaml, labels, and refusals come as from a real cluster", async ({ server, kubectl }) => {
  const sandbox = await Sandbox.create(server.url, { rate: 20 });
  const real = kubectl(sandbox.server);
  await real.ok("apply -f -", deployment);
  await real.ok("rollout status deployment/hello-world");
  expect(await real.ok("logs deployment/hello-world")).not.toBe("");
  expect(await real.ok("get pods -l app=hello -o name")).toMatch(/^(pod\/hello-world-\S+\n){3}$/);
  expect(await real.ok("get deployment hello-world -o yaml")).toContain("\n  replicas: 3\n");
  expect(await real.ok("get nodes")).toMatch(/ control-plane /);

  const missing = await real.run("get pod nobody");
  expect(missing.code).toBe(1);
  expect(missing.stderr).toBe('Error from server (NotFound): pods "nobody" not found\n');
  const misspelt = await real.run("apply -f -", pod.replace("image:", "imagee:"));
  expect(misspelt.code).toBe(1);
  expect(misspelt.stderr).toContain('unknown field "spec.containers[0].imagee"');
  const unknown = await real.run("apply -f -", pod.replace("kind: Pod", "kind: Pood"));
  expect(unknown.stderr).toContain('no matches for kind "Pood" in version "v1"');
});
