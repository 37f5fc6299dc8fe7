// The reference, search, live examples within texts, and the learner's own pages.
import { expect, test } from "../fixtures.js";

test("a page of the reference plays its example", async ({ page, home, accessible }) => {
  await page.goto("/en/reference/kinds/pod");
  await home.awake();
  await expect(page.locator(".scene")).toHaveCount(0);
  await page.getByRole("button", { name: "Play the example" }).click();
  await expect(page.locator(".live-said")).toContainText("$ kubectl");
  await expect(page.locator(".live [id^=scene-node]").first()).toBeVisible();
  await expect(page.locator(".live-said")).toHaveText("That is all.", { timeout: 60_000 });
  await accessible();
  await page.getByRole("button", { name: "Play it again" }).click();
  await expect(page.locator(".live-said")).toContainText("$ kubectl");
});

test("a live example in a lesson has its own cluster", async ({ page, lesson }) => {
  await lesson.open("control-plane");
  const before = page.url();
  await page.getByRole("button", { name: "Play the example" }).click();
  await expect(page.locator(".live-said")).toHaveText("That is all.", { timeout: 60_000 });
  expect(page.url()).toBe(before);
  expect(await (await lesson.sandbox()).pods()).toHaveLength(0);
});

test("the reference is read, and searched, without a script", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL });
  const page = await context.newPage();
  await page.goto("/ko/reference");
  await page.getByRole("main").getByRole("link", { name: /^파드\(Pod\)/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("파드(Pod)");
  await expect(page.locator(".live-script")).toContainText("kubectl");
  await page.goto("/ko/reference");
  await page.getByRole("searchbox").fill("인그레스를");
  await page.getByRole("searchbox").press("Enter");
  await expect(page).toHaveURL(/\/ko\/search\?q=/);
  await expect(page.locator(".hits a").first()).toContainText("인그레스");
  await context.close();
});

test("the key / finds while one types", async ({ page, home }) => {
  await home.open("en");
  await page.keyboard.press("/");
  await page.keyboard.type("crashloop");
  const first = page.getByRole("dialog").locator(".hits a").first();
  await expect(first).toContainText("CrashLoopBackOff");
  await first.click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("CrashLoopBackOff");
});

test("a word in the terminal leads to its page", async ({ page, lesson }) => {
  await lesson.open("deployments");
  await lesson.terminal.run("kubectl get pods");
  const word = page.getByRole("log").getByRole("link", { name: "Running" }).first();
  await expect(word).toHaveAttribute("href", "/en/reference/status/running");
});

test("progress goes to another device by a link, and none is lost", async ({ browser, page, baseURL }) => {
  const done = (slug: string) => `localStorage.setItem("wheelhouse.progress.${slug}", "[2,true]")`;
  await page.goto("/en/progress");
  await page.evaluate(done("first-pod"));
  await page.getByRole("button", { name: "Make a personal link" }).click();
  await expect(page.getByRole("img", { name: /QR code/ })).toBeVisible();
  const link = (await page.locator(".personal-link pre").innerText()).trim();
  expect(link).toMatch(/\/en\/progress#[a-z2-7]{26}$/);

  const phone = await (await browser.newContext({ baseURL })).newPage();
  await phone.goto("/en/progress");
  await phone.evaluate(done("nodes"));
  await phone.goto("about:blank");
  await phone.goto(link);
  await expect(phone.getByText("Put together with this device")).toBeVisible();
  await expect(phone).not.toHaveURL(/#/);
  await phone.goto("/en");
  await expect(phone.locator(".lesson-link .done")).toHaveCount(2);

  await page.reload();
  await expect(page.getByRole("img", { name: /QR code/ })).toBeVisible();
  await page.goto("/en");
  await expect(page.locator(".lesson-link .done")).toHaveCount(2);
  await phone.context().close();
});
