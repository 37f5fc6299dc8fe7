// Every lesson in the page, solved by "play the solution", line by line; then the proof of it.
import { expect, test } from "../fixtures.js";
import { type LessonPage } from "../pages/lesson.js";

test.setTimeout(240_000);

/** The slugs of the course, as the first page has them. */
const lessons = [
  "orchestrator", "cluster", "control-plane", "nodes", "first-pod", "pod-sharing", "restarts", "labels",
  "deployments", "rollouts", "probes", "node-loss", "services", "load-balancers", "ingress", "storage",
  "statefulsets", "jobs", "configuration", "daemonsets", "kubectl", "resources", "graduation",
];

/** Plays what is left of the step, and goes on to the next while there is one. */
async function solve(lesson: LessonPage): Promise<void> {
  const button = lesson.page.getByRole("button", { name: lesson.words.solve });
  const sandbox = await lesson.sandbox();
  for (;;) {
    const heading = (await lesson.step.getByRole("heading").first().textContent()) ?? "";
    await expect(async () => {
      if (await lesson.allMet()) return;
      await button.click();
      await expect(button).toBeEnabled();
      await sandbox.settle();
      await expect.poll(() => lesson.allMet(), { timeout: 1_500 }).toBe(true);
    }, heading).toPass({ timeout: 120_000, intervals: [0] });
    if (!(await lesson.hasNext())) return expect(lesson.debrief).toBeVisible();
    await lesson.next();
  }
}

test("there is a test for each lesson", async ({ page, home }) => {
  await home.open("en");
  const links = await page.locator(".course .lesson-link").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  expect(links.map((href) => href?.split("/").pop()).sort()).toEqual([...lessons, "drill"].sort());
});

for (const slug of lessons) {
  test(`${slug} is solved by its solution`, async ({ lesson }) => {
    await lesson.open(slug);
    await solve(lesson);
  });
}

test("a case of the drill is diagnosed and repaired, and proved", async ({ page, lesson }) => {
  await page.goto("/en/lessons/drill");
  await lesson.awake();
  await page.getByRole("link", { name: "Draw a cluster" }).click();
  await solve(lesson);
  await expect(page.locator(".score")).not.toHaveCount(0);

  await page.goto("/en/progress");
  await page.getByLabel("Name (may be left out)").fill("Ada");
  await page.getByRole("button", { name: "Make the proof" }).click();
  await page.getByRole("link", { name: "Open it" }).click({ timeout: 60_000 });
  await expect(page.getByText("Verified by replay")).toBeVisible();
  await expect(page.getByText("Ada")).toBeVisible();
});
