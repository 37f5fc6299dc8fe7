// Every route, in every theme and size: axe, the keyboard alone, no script, a narrow screen.
import { type Page } from "@playwright/test";
import { expect, test } from "../fixtures.js";
import { pod } from "../manifests.js";
import { Sandbox } from "../sandbox.js";

const routes = ["/ko", "/en", "/en/play", "/ko/lessons/first-pod", "/en/lessons/deployments"];

for (const colorScheme of ["dark", "light"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    for (const route of routes) {
      test(`axe finds nothing on ${route}`, async ({ page, home, accessible }) => {
        await page.goto(route);
        await home.awake();
        if (!/^\/..$/.test(route)) await expect(page.locator("#scene-node-node-1, [id^=scene-node]").first()).toBeVisible();
        await accessible();
      });
    }

    test("axe finds nothing while a cluster is busy, in any view", async ({
      page,
      server,
      playground,
      accessible,
    }) => {
      // Axe looks through the whole page a dozen times.
      test.slow();
      const sandbox = await Sandbox.create(server.url, { rate: 0, seed: 2 });
      await playground.open("en", sandbox);
      await playground.apply(pod);
      await playground.timeline.step("quiet");
      await expect.poll(() => sandbox.readyPods()).toHaveLength(1);
      await playground.timeline.catchUpIfBehind();
      for (const lens of ["Ownership", "Traffic", "Resources", "Sequence", "Control"]) {
        await playground.scene.root.getByRole("button", { name: lens, exact: true }).click();
        await accessible();
      }
      await playground.scene.pods("my-awesome-app").press("Enter");
      for (const tab of ["Summary", "Describe", "YAML", "Events", "Logs", "History", "Why?"]) {
        await page.getByRole("region", { name: "Inspector" }).getByRole("tab", { name: tab, exact: true }).click();
        await accessible();
      }
      for (const tab of ["events", "faults"] as const) {
        await playground.show(tab);
        await accessible();
      }
      await page.getByRole("button", { name: playground.words.myKubectl }).click();
      await accessible();
    });
  });
}

for (const width of [1440, 1024, 768, 390]) {
  test.describe(`${width} pixels`, () => {
    test.use({ viewport: { width, height: 844 } });

    test("nothing is cut off at the sides", async ({ page, home }) => {
      for (const route of routes) {
        await page.goto(route);
        await home.awake();
        expect(await overflow(page), route).toBe(0);
      }
    });
  });
}

test.describe("390 pixels, by touch", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("a Pod is applied and seen on a phone", async ({ page, playground, accessible }) => {
    await page.goto("/en/play");
    await playground.awake();
    await page.getByRole("button", { name: "Editor", exact: true }).tap();
    await playground.write(pod);
    await page.getByRole("button", { name: playground.words.apply, exact: true }).tap();
    const sandbox = await playground.sandbox();
    await expect.poll(() => sandbox.pods()).toHaveLength(1);
    await page.getByRole("button", { name: "Picture", exact: true }).tap();
    await expect(playground.scene.pods("my-awesome-app")).toBeVisible({ timeout: 60_000 });
    await accessible();
  });
});

test.describe("without JavaScript", () => {
  // The browser fetches what only a script would use.
  test.use({ javaScriptEnabled: false, expectedErrors: /preloaded using link preload but not used/ });

  test("a whole lesson can be read", async ({ page }) => {
    for (const [route, words] of [
      ["/en/lessons/first-pod", ["Write the Pod", "A node is chosen", "Gone is gone", "Five stages"]],
      ["/ko/lessons/first-pod", ["파드"]],
    ] as const) {
      await page.goto(route);
      for (const text of words) await expect(page.getByText(text).first()).toBeVisible();
    }
    await page.goto("/en");
    await expect(page.getByRole("link", { name: /Deployments/ }).first()).toBeVisible();
  });
});

test("by the keyboard alone: apply, look, step, ask why", async ({ page, server, playground }) => {
  const sandbox = await Sandbox.create(server.url, { rate: 0, seed: 2 });
  await playground.open("en", sandbox);
  await playground.manifest.focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(pod);
  await page.keyboard.press("Control+Enter");
  await expect.poll(() => sandbox.pods()).toHaveLength(1);
  await playground.terminal.prompt.focus();
  await page.keyboard.type("kubectl get pods");
  await page.keyboard.press("Enter");
  await expect(playground.terminal.output).toContainText(/my-awesome-app +0\/1 +Pending/);

  // One stop for the picture; arrows lead from one thing to the next, Enter opens it.
  await playground.scene.node("node-1").focus();
  await page.keyboard.press("ArrowRight");
  await expect(playground.scene.node("node-2")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Inspector" })).toContainText("node-2");
});

/** By how many pixels the page is wider than its window. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const root = document.documentElement;
    return Math.max(0, root.scrollWidth - root.clientWidth);
  });
}
