// A course page of somebody else, on another origin, with our lessons in it.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server as Http } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Frame } from "@playwright/test";
import { expect, test as base } from "../fixtures.js";

/** A site that serves one page. */
class Course {
  private constructor(private readonly http: Http) {}

  static async open(html: string): Promise<Course> {
    const http = createServer((_, answer) => {
      answer.setHeader("content-type", "text/html; charset=utf-8");
      answer.end(`<!DOCTYPE html><meta charset="utf-8"><title>Course</title>${html}`);
    });
    await new Promise<void>((listening) => http.listen(0, "127.0.0.1", listening));
    return new Course(http);
  }

  /** Another name for this machine than the product's: another site. */
  get url(): string {
    return `http://localhost:${(this.http.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.http.closeAllConnections();
    this.http.close();
  }
}

const test = base.extend<{ course: (html: string) => Promise<Course> }>({
  course: async ({}, use) => {
    const open: Course[] = [];
    await use(async (html) => {
      const course = await Course.open(html);
      open.push(course);
      return course;
    });
    for (const course of open) course.close();
  },
});

const log = `<script>
  window.heard = [];
  addEventListener("message", ({ data, origin }) => heard.push({ data, origin }));
</script>`;

test("ten lessons stand side by side, as high as they need to be", async ({ page, course, server }) => {
  test.slow();
  const lessons = Array.from(
    { length: 10 },
    (_, n) => `<wheelhouse-lesson lesson="first-pod" lang="${n % 2 ? "ko" : "en"}" panels="lesson,cluster"></wheelhouse-lesson>`,
  );
  const { url } = await course(`${log}${lessons.join("")}<script src="${server.url}/embed.js"></script>`);
  await page.goto(url);
  for (const [n, lang] of [
    [0, "en"],
    [1, "ko"],
    [9, "ko"],
  ] as const) {
    const element = page.locator("wheelhouse-lesson").nth(n);
    await element.scrollIntoViewIfNeeded();
    const frame = element.locator("iframe").contentFrame();
    await expect(frame.locator("html")).toHaveAttribute("lang", lang);
    await expect(frame.getByRole("article")).toBeVisible();
    await expect(element.locator("iframe")).toHaveCSS("height", "700px");
  }
  expect(await page.context().cookies()).toEqual([]);
});

test("a course hears how far its learner is, and can speak to the lesson", async ({ page, course, server }) => {
  const { url } = await course(
    `${log}<wheelhouse-lesson lesson="first-pod" lang="en"></wheelhouse-lesson>
     <script src="${server.url}/embed.js"></script>`,
  );
  await page.goto(url);
  const types = () => page.evaluate(() => (window as any).heard.map((m: any) => m.data.type ?? m.data.action ?? m.data.subject));
  await expect.poll(types).toContain("ready");
  for (const dialect of ["hello", "resize", "lti.frameResize", "xAPI"]) {
    await expect.poll(types).toContain(dialect);
  }
  const first = await page.evaluate(() => (window as any).heard.find((m: any) => m.data.type === "ready"));
  expect(first.origin).toBe(server.url);
  expect(first.data).toMatchObject({ source: "wheelhouse", v: 1, lesson: "first-pod", lang: "en", score: { given: 0 } });

  const pod = `apiVersion: v1\nkind: Pod\nmetadata:\n  name: from-the-course\nspec:\n  containers:\n    - name: app\n      image: nginx\n`;
  await page.evaluate(
    (yaml) => (document.querySelector("wheelhouse-lesson") as any).send({ type: "applyYaml", yaml }),
    pod,
  );
  const frame = page.locator("wheelhouse-lesson iframe").contentFrame();
  await expect(frame.getByRole("log")).toContainText("pod/from-the-course created");
});

test("a page that speaks H5P's dialect gives the height that is asked for", async ({ page, course, server }) => {
  // What h5p-resizer.js does, in short.
  const resizer = `<script>addEventListener("message", ({ data, source }) => {
    if (data.context !== "h5p") return;
    const frame = document.querySelector("iframe");
    const say = (action) => source.postMessage({ context: "h5p", action }, "*");
    if (data.action === "hello") say("hello");
    if (data.action === "prepareResize" && data.scrollHeight !== data.clientHeight) {
      frame.style.height = data.clientHeight + "px";
      say("resizePrepared");
    }
    if (data.action === "resize") frame.style.height = data.scrollHeight + "px";
  });</script>`;
  const { url } = await course(`${resizer}<iframe src="${server.url}/embed/play?lang=en&panels=cluster" width="700" height="150"></iframe>`);
  await page.goto(url);
  await expect(page.locator("iframe")).toHaveCSS("height", "464px");
});

test("where third-party cookies and storage are blocked, a lesson goes on as ever", async ({ playwright, course, server }) => {
  const { executablePath, args = [] } = test.info().project.use.launchOptions ?? {};
  const folder = await mkdtemp(join(tmpdir(), "wheelhouse-profile-"));
  // As somebody who has chosen "Block third-party cookies", which blocks a frame's storage as well.
  await mkdir(join(folder, "Default"));
  const chosen = { profile: { block_third_party_cookies: true, cookie_controls_mode: 1 } };
  await writeFile(join(folder, "Default", "Preferences"), JSON.stringify(chosen));
  const context = await playwright.chromium.launchPersistentContext(folder, { executablePath, args });
  try {
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    const { url } = await course(
      `${log}<wheelhouse-lesson lesson="first-pod" lang="en"></wheelhouse-lesson><script src="${server.url}/embed.js"></script>`,
    );
    await page.goto(url);
    const frame = page.locator("wheelhouse-lesson iframe").contentFrame();
    await expect(frame.locator("html")).toHaveAttribute("data-hydrated");
    const inside = page.frames().find((it) => it.url().startsWith(server.url));
    const blocked = await inside?.evaluate(() => {
      try {
        localStorage.setItem("x", "y");
        return document.cookie;
      } catch (error) {
        return (error as Error).name;
      }
    });
    expect(blocked, "the browser does block").toBe("SecurityError");
    const types = () => page.evaluate(() => (window as any).heard.map((m: any) => m.data.type));
    await expect.poll(types).toContain("ready");
    const pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: blocked\nspec:\n  containers:\n    - name: app\n      image: nginx\n";
    await page.evaluate(
      (yaml) => (document.querySelector("wheelhouse-lesson") as any).send({ type: "applyYaml", yaml }),
      pod,
    );
    await expect(frame.getByRole("log")).toContainText("pod/blocked created");
    expect(await context.cookies()).toEqual([]);
    expect(errors).toEqual([]);
  } finally {
    await context.close();
    await rm(folder, { recursive: true, force: true });
  }
});

test.describe("a page that is not made for it", () => {
  test.use({ expectedErrors: /frame-ancestors|Framing/ });

  test("is not framed", async ({ page, course, server }) => {
    const { url } = await course(`<iframe src="${server.url}/en/play" width="700" height="500"></iframe>`);
    await page.goto(url);
    const inside = (): Frame | undefined => page.frames().find((frame) => frame !== page.mainFrame());
    await expect.poll(() => inside()?.url()).toMatch(/chrome-error/);
  });
});

test("a teacher chooses what to paste, and sees how it will be", async ({ page, lesson, accessible }) => {
  await lesson.open("first-pod");
  await page.getByRole("button", { name: "Use this in your course" }).click();
  const dialog = page.getByRole("dialog", { name: "Use this in your course" });
  await dialog.getByRole("radio", { name: "한국어" }).check();
  await dialog.getByRole("checkbox", { name: "Terminal" }).uncheck();
  await expect(dialog.locator("pre").first()).toContainText('lang="ko" panels="lesson,cluster,editor"');
  const preview = dialog.locator("iframe").contentFrame();
  await expect(preview.locator("html")).toHaveAttribute("lang", "ko");
  await expect(preview.getByRole("article")).toBeVisible();
  await accessible();
});
