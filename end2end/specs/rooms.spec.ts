// A study jam with two browsers: one leads, one learns.
import { expect, test } from "../fixtures.js";
import { HostPage, LearnerPage } from "../pages/room.js";
import { LessonPage } from "../pages/lesson.js";

const lesson = /Your first Pod/;

test("a host sees where a learner is, helps, holds, and closes", async ({ page, browser, server, accessible }) => {
  test.slow();
  const host = new HostPage(page);
  const code = await host.open("Monday", lesson);
  const context = await browser.newContext({ baseURL: server.url });
  const learner = new LearnerPage(await context.newPage());
  await learner.join(code, "Ada", lesson);
  await expect(host.row("Ada")).toContainText("here");
  await accessible();

  // The learner does the first step, and the host sees it.
  const seen = new LessonPage(learner.page, server.url);
  await seen.awake();
  await expect(seen.step).toBeVisible();
  const sandbox = new URL(learner.page.url()).searchParams.get("sandbox");
  expect(sandbox).toMatch(/^[a-z2-7]{26}$/);

  // A hand goes up, and words come down.
  await learner.bar.getByRole("button", { name: "Raise my hand" }).click();
  await expect(host.tool("Hands")).toContainText("Ada");
  await host.say("A word to all", "Look at the events");
  await expect(learner.bar).toContainText("Look at the events");

  // A node of every cluster is switched off.
  await host.breakForAll("Power a node off", "node-2");
  await expect(host.tool("Everybody")).toContainText("1 clusters changed");
  await expect(seen.scene.node("node-2", "switched off|off")).toBeVisible();

  // The host looks, and the learner is told.
  await host.row("Ada").getByRole("button", { name: "Ada" }).click();
  await host.page.getByRole("button", { name: "Look into their cluster" }).click();
  const opening = page.context().waitForEvent("page");
  await host.page.getByRole("link", { name: "Open in a tab" }).click();
  const looking = await opening;
  await expect(learner.bar).toContainText("A host is looking at your cluster now, and cannot change it.");
  await looking.close();
  await expect(learner.bar).toContainText("Nobody looks at your cluster now.");

  // Everybody is held, and let go.
  await host.page.getByRole("button", { name: "Hold everybody" }).click();
  await expect(learner.bar).toContainText("A host holds everybody");
  await expect(learner.page.locator(".region.side")).toHaveAttribute("inert");
  await host.page.getByRole("button", { name: "Let them go on" }).click();
  await expect(learner.page.locator(".region.side")).not.toHaveAttribute("inert");

  // Who comes to a step waits there; the step is chosen by its title.
  await host.waitAt("Write the Pod");
  await expect(host.tool("Everybody")).toContainText("All wait here: Write the Pod");
  await expect(learner.bar).toContainText("Here all wait for each other");
  await host.page.getByRole("button", { name: "Let them go on from there" }).click();
  await expect(learner.page.locator(".region.side")).not.toHaveAttribute("inert");

  // The end.
  page.on("dialog", (dialog) => void dialog.accept());
  await learner.bar.getByRole("checkbox").check();
  await host.page.getByRole("button", { name: "Close the room" }).click();
  await expect(learner.bar).toContainText("The room is closed");
  await expect(host.page.getByRole("status")).toContainText("The room is closed");
  await context.close();
});
