// What every test gets: a server of its worker, pages that notice errors, kubectl, axe.
import { AxeBuilder } from "@axe-core/playwright";
import { test as base, expect } from "@playwright/test";
import { Kubectl } from "./kubectl.js";
import { HomePage } from "./pages/home.js";
import { LessonPage } from "./pages/lesson.js";
import { Playground } from "./pages/playground.js";
import { Server } from "./server.js";

type Worker = { server: Server };
type Test = {
  home: HomePage;
  playground: Playground;
  lesson: LessonPage;
  kubectl: (server: string) => Kubectl;
  /** Fails with what axe finds on the page as it is now. */
  accessible: () => Promise<void>;
  /** Errors on the console that a test expects, such as a server that was killed. */
  expectedErrors: RegExp;
};

export const test = base.extend<Test, Worker>({
  server: [
    async ({}, use, worker) => {
      const server = await Server.start(worker.parallelIndex);
      await use(server);
      await server.stop();
      expect(server.printed, "the server panicked").not.toContain("panicked at");
    },
    { scope: "worker" },
  ],

  baseURL: async ({ server }, use) => use(server.url),

  expectedErrors: async ({}, use) => use(/^$/),

  page: async ({ page, expectedErrors }, use) => {
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error.stack ?? error)));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) errors.push(message.text());
    });
    await use(page);
    const unexpected = errors.filter((error) => !expectedErrors.test(error));
    expect(unexpected, "errors on the console").toEqual([]);
  },

  home: async ({ page }, use) => use(new HomePage(page)),
  playground: async ({ page, server }, use) => use(new Playground(page, server.url)),
  lesson: async ({ page, server }, use) => use(new LessonPage(page, server.url)),

  kubectl: async ({}, use) => {
    const made: Kubectl[] = [];
    await use((server) => {
      const kubectl = new Kubectl(server);
      made.push(kubectl);
      return kubectl;
    });
    for (const kubectl of made) kubectl.end();
  },

  accessible: async ({ page }, use) =>
    use(async () => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      const short = violations.map(({ id, nodes }) => ({
        id,
        nodes: nodes.map((node) => `${node.target.join(" ")}: ${node.failureSummary}`),
      }));
      expect(short).toEqual([]);
    }),
});

export { expect };
