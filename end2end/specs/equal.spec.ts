// A whole lesson by the keyboard alone, and another time by what a screen reader is told alone.
import { type Locator, type Page } from "@playwright/test";
import { expect, test } from "../fixtures.js";
import { pod } from "../manifests.js";

test.setTimeout(300_000);
const STOPS_MAX = 260;

/** Goes to an element by Tab, as somebody without a pointer does. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  const look = () =>
    target.evaluate((it) => {
      const here = document.activeElement;
      return { there: it === here || it.contains(here), editing: !!here?.closest(".cm-editor") };
    });
  await expect(target).toBeVisible();
  for (let stop = 0; stop < STOPS_MAX; stop += 1) {
    const { there, editing } = await look();
    if (there) return;
    // Inside the editor Tab indents: Escape leads out of it.
    if (editing) await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
  }
  throw new Error(`no Tab leads to ${String(target)}`);
}

async function press(page: Page, target: Locator, key = "Enter"): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

test("a lesson is done by the keyboard alone", async ({ page, lesson }) => {
  const { words, terminal } = await lesson.open("first-pod", "en");
  const button = (name: string | RegExp) => page.getByRole("button", { name, exact: typeof name === "string" });
  const predict = (n: number) => press(page, lesson.step.getByRole("group").getByRole("button").nth(n));
  const next = async () => {
    await lesson.achieved();
    const heading = lesson.step.getByRole("heading").first();
    const before = (await heading.textContent()) ?? "";
    await press(page, button(words.next));
    await expect(heading).not.toHaveText(before);
  };
  const type = async (line: string) => {
    // One of the tabs is a stop of the Tab key; the keys of a list lead to the others.
    const name = new RegExp(`^(${words.terminal}|${words.faults})$`);
    await press(page, page.getByRole("tab", { name, selected: true }), "Home");
    await tabTo(page, terminal.prompt);
    await page.keyboard.type(`${line}\n`);
  };
  const untilQuiet = async () => {
    await tabTo(page, lesson.timeline.root.getByLabel(words.stride));
    await page.keyboard.type(words.quiet);
    // What has already happened is shown first; then a step goes on from there.
    await expect(async () => {
      await press(page, lesson.timeline.root.getByRole("button", { name: words.step, exact: true }));
      for (const goal of await lesson.goals.all()) {
        await expect(goal).toContainText(words.met, { timeout: 2_000 });
      }
    }).toPass({ timeout: 90_000 });
  };

  await predict(1);
  await tabTo(page, lesson.manifest);
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(pod);
  await page.keyboard.press("Control+Enter");
  await next();
  await type("kubectl get pods -o wide");
  await next();
  await untilQuiet();
  await next();
  await predict(2);
  await untilQuiet();
  await next();
  await predict(1);
  await press(page, page.getByRole("tab", { name: words.terminal, exact: true }));
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await press(page, button(/^Kill: .*\/my-app-container$/));
  await untilQuiet();
  await next();
  await predict(1);
  await type("kubectl delete pod my-awesome-app --wait=false");
  await untilQuiet();
  await expect(lesson.debrief).toBeVisible();
});

test("a lesson is done by what a screen reader is told alone", async ({ page, lesson }) => {
  const { words, timeline } = await lesson.open("first-pod", "ko");
  // All that is read comes from the accessibility tree, and all that is done goes by role and name.
  const told = () => page.getByRole("main").ariaSnapshot();
  const guide = page.getByRole("article");
  const by = (role: "button" | "textbox", name: string | RegExp) =>
    page.getByRole(role, { name, exact: typeof name === "string" });
  const met = async () => {
    await expect(async () => {
      expect(await guide.ariaSnapshot()).toContain(words.met.trim());
      await expect(by("button", words.next)).toBeEnabled({ timeout: 1_000 });
    }).toPass({ timeout: 60_000 });
  };
  const next = async () => {
    await met();
    const before = await guide.getByRole("heading", { level: 2 }).first().textContent();
    await by("button", words.next).click();
    await expect(guide.getByRole("heading", { level: 2 }).first()).not.toHaveText(before ?? "");
  };
  const predict = (n: number) => guide.getByRole("group").getByRole("button").nth(n).click();

  expect(await told()).toContain("my-awesome-app");
  await predict(1);
  await by("textbox", words.manifest).fill(pod);
  await by("button", words.apply).click();
  await next();
  await by("textbox", words.command).fill("kubectl get pods -o wide");
  await by("textbox", words.command).press("Enter");
  await expect(async () => expect(await told()).toMatch(/my-awesome-app[^]*Pending/)).toPass();
  await next();
  const step = async () => {
    await timeline.step("quiet");
    await timeline.catchUpIfBehind();
  };
  await step();
  await next();
  await predict(2);
  await step();
  await next();
  await predict(1);
  await page.getByRole("tab", { name: words.faults, exact: true }).click();
  await by("button", /^죽이기: .*\/my-app-container$/).click();
  await step();
  // The picture says in words what it shows.
  await expect(async () => {
    expect(await page.getByRole("region", { name: words.cluster, exact: true }).ariaSnapshot()).toMatch(
      /파드 my-awesome-app, Running/,
    );
  }).toPass();
  await next();
  await predict(1);
  await page.getByRole("tab", { name: words.terminal, exact: true }).click();
  await by("textbox", words.command).fill("kubectl delete pod my-awesome-app --wait=false");
  await by("textbox", words.command).press("Enter");
  await expect(async () => {
    await step();
    await expect(page.getByRole("heading", { name: words.debrief })).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 60_000 });
});
