// A newcomer arrives: the language, the course, the way in.
import { expect, test } from "../fixtures.js";
import { deployment } from "../manifests.js";

for (const [wish, language] of [
  ["ko-KR,ko;q=0.9,en;q=0.8", "ko"],
  ["en-GB,en;q=0.9", "en"],
  ["fr-FR,fr;q=0.9,ko;q=0.3", "ko"],
  ["de-DE", "en"],
] as const) {
  test(`a browser that wants ${wish} is led to /${language}`, async ({ server }) => {
    const answer = await fetch(server.url, {
      headers: { "accept-language": wish },
      redirect: "manual",
    });
    expect(answer.status).toBeGreaterThanOrEqual(302);
    expect(answer.headers.get("location")).toBe(`/${language}`);
    expect(answer.headers.get("vary")?.toLowerCase()).toContain("accept-language");
  });
}

test.describe("in Korean", () => {
  test.use({ locale: "ko-KR" });

  test("the first page greets in the browser's language", async ({ page, home }) => {
    await page.goto("/");
    await expect(page).toHaveURL(/\/ko$/);
    await expect(page.locator("html")).toHaveAttribute("lang", "ko");
    await home.open("ko");
    await expect(home.title).toBeVisible();
    await home.switchLanguage();
    await expect(page).toHaveURL(/\/en$/);
    await expect(home.title).toBeVisible();
  });
});

test("the course leads to its lessons, and to the playground", async ({ page, home, lesson }) => {
  await home.open();
  await expect(home.lesson(/Your first Pod/)).toBeVisible();
  await expect(home.lesson(/Deployments/)).toBeVisible();
  await page.getByRole("link", { name: home.words.firstLesson }).click();
  await expect(page).toHaveURL(/\/en\/lessons\/orchestrator/);
  const heading = page.getByRole("heading", { level: 1, name: "From containers to an orchestrator" });
  await expect(heading).toBeVisible();
  await expect(lesson.scene.node("node-1")).toBeVisible();
  await home.open();
  await page.getByRole("link", { name: home.words.openPlayground }).click();
  await expect(page).toHaveURL(/\/en\/play/);
  await expect(lesson.scene.node("node-3")).toBeVisible();
});

test("switching the language keeps the cluster and what is typed", async ({ page, playground }) => {
  await playground.open();
  const sandbox = await playground.sandbox();
  await playground.write(`${deployment}# mine`);
  await playground.switchLanguage();
  await expect(page).toHaveURL(new RegExp(`/ko/play\\?sandbox=${sandbox.id}`));
  await expect(playground.manifest).toContainText("# mine");
  await expect(playground.scene.node("node-1")).toBeVisible();
});

test("the theme is chosen and remembered", async ({ page, home }) => {
  await home.open();
  const html = page.locator("html");
  await page.getByRole("button", { name: /^Theme: / }).click();
  await expect(html).toHaveAttribute("data-theme", "dark");
  await page.getByRole("button", { name: "Theme: dark" }).click();
  await expect(html).toHaveAttribute("data-theme", "light");
  await page.reload();
  await expect(html).toHaveAttribute("data-theme", "light");
});

test.describe("an address that leads nowhere", () => {
  test.use({ expectedErrors: /status of 404/ });

  test("says so kindly", async ({ page, home }) => {
    for (const path of ["/en/nowhere", "/en/lessons/nowhere"]) {
      const answer = await page.goto(path);
      expect(answer?.status(), path).toBe(404);
      await expect(page.getByRole("heading", { name: home.words.notHere })).toBeVisible();
    }
  });
});

test("? lists the shortcuts", async ({ page, home }) => {
  await home.open();
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: home.words.shortcuts });
  await expect(dialog).toContainText("Ctrl Enter");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});
