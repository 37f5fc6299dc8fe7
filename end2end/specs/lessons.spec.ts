// Both lessons, as a person does them, in both languages.
import { expect, test } from "../fixtures.js";
import { deployment, lostIndentation, pod } from "../manifests.js";
import { type Language } from "../words.js";

test.setTimeout(240_000);

for (const language of ["en", "ko"] as Language[]) {
  test(`first-pod is done by a person's steps (${language})`, async ({ page, lesson }) => {
    const { terminal, timeline } = await lesson.open("first-pod", language);
    await expect(timeline.stopped).toBeVisible();

    // A wrong answer is known by name, and changes nothing.
    await lesson.apply(lostIndentation);
    await expect(lesson.step.locator(".wrong")).toBeVisible();
    await lesson.predict(1);
    await page.getByRole("button", { name: lesson.words.hint }).click();
    await expect(page.locator(".hints").getByRole("listitem")).toHaveCount(1);
    await lesson.apply(pod);
    await lesson.next();

    expect(await terminal.run("kubectl get pods -o wide")).toMatch(/my-awesome-app +0\/1 +Pending/);
    await lesson.next();

    await expect(async () => {
      await timeline.step("visible");
      await expect(lesson.goals.first()).toContainText(lesson.words.met, { timeout: 2_000 });
    }).toPass({ timeout: 60_000 });
    await lesson.next();

    await lesson.predict(2);
    await timeline.step("quiet");
    await lesson.next();

    await lesson.predict(1);
    await timeline.catchUpIfBehind();
    await lesson.kill("my-app-container");
    await timeline.step("quiet");
    await lesson.next();

    await lesson.predict(1);
    await terminal.run("kubectl delete pod my-awesome-app --wait=false");
    await timeline.step("quiet");
    await lesson.achieved();
    await expect(lesson.debrief).toBeVisible();
  });

  test(`deployments is done by a person's steps (${language})`, async ({ page, lesson, home }) => {
    const { terminal, timeline } = await lesson.open("deployments", language);
    const sandbox = await lesson.sandbox();
    await timeline.setPace("60");
    await lesson.apply(deployment);
    await lesson.next();

    await lesson.predict(2);
    await terminal.run("kubectl get deployments,replicasets,pods");
    await lesson.next();

    await terminal.run("kubectl scale deployment hello-world --replicas=5");
    await expect(lesson.goals.first()).toContainText(lesson.words.met);
    await terminal.run("kubectl scale deployment hello-world --replicas=3");
    await lesson.next();

    await lesson.predict(2);
    const mine = (await sandbox.readyPods()).find((name) => name.startsWith("hello-world"));
    await terminal.run(`kubectl delete pod ${mine}`);
    await terminal.run("kubectl delete pod lonely");
    await lesson.next();

    await lesson.predict(2);
    await terminal.run("kubectl set image deployment/hello-world hello=helloworld-app:2.0");
    await lesson.next();

    await lesson.predict(1);
    await terminal.run("kubectl rollout undo deployment/hello-world");
    await lesson.achieved();
    await expect(lesson.debrief).toBeVisible();

    await home.open(language);
    await expect(home.lesson(/Deployment|디플로이먼트/).getByText(home.words.done)).toBeVisible();
    await expect(page.locator("html")).toHaveAttribute("lang", language);
  });
}

test("the solution plays line by line", async ({ page, lesson }) => {
  await lesson.open("first-pod");
  const solve = page.getByRole("button", { name: lesson.words.solve });
  await solve.click();
  await expect(lesson.manifest).toContainText("my-awesome-app");
  await solve.click();
  await lesson.achieved();
});

test.describe("a server that is killed", () => {
  // Each of these is the browser's own word for a connection that broke.
  test.use({ expectedErrors: /WebSocket connection|ERR_CONNECTION_REFUSED/ });

  test("progress survives a reload, and kill -9", async ({ page, lesson, server }) => {
    await lesson.open("first-pod");
    await lesson.apply(pod);
    await lesson.next();
    const step = await lesson.step.getByRole("heading", { level: 2 }).innerText();
    const { id } = await lesson.sandbox();

    await page.reload();
    await lesson.awake();
    await expect(lesson.step.getByRole("heading", { level: 2 })).toHaveText(step);
    await expect(lesson.scene.pods("my-awesome-app")).toBeVisible();

    await server.kill();
    await expect(page.getByText("The connection to the server is lost")).toBeVisible();
    await server.run();
    await expect(page.getByText("The connection to the server is lost")).toBeHidden();
    await lesson.terminal.run("kubectl get pods");
    await lesson.next();

    await page.goto("/en");
    await lesson.open("first-pod");
    expect((await lesson.sandbox()).id).toBe(id);
    await expect(lesson.page.getByRole("button", { name: /^Step 2: .*, done$/ })).toBeVisible();
    await expect(lesson.scene.pods("my-awesome-app")).toBeVisible();
  });
});
