// The two sides of a study jam: who leads, and who learns.
import { expect, type Locator } from "@playwright/test";
import { Site } from "./site.js";

export class HostPage extends Site {
  /** Opens a room on a lesson; its join code. */
  async open(name: string, lesson: RegExp): Promise<string> {
    await this.visit("/en/rooms/new");
    await this.page.getByLabel("Name of the room").fill(name);
    await this.page.getByRole("checkbox", { name: lesson }).check();
    await this.page.getByRole("button", { name: "Open the room" }).click();
    await expect(this.page.getByRole("heading", { name, level: 1 })).toBeVisible();
    const code = this.page.locator(".room-code");
    await expect(code).toHaveText(/^\w{4}-\w{4}$/);
    return (await code.textContent()) ?? "";
  }

  row(name: string): Locator {
    return this.page.getByRole("row", { name });
  }

  tool(name: string): Locator {
    return this.page.getByRole("region", { name, exact: true });
  }

  async breakForAll(what: string, node: string): Promise<void> {
    const all = this.tool("Everybody");
    await all.getByLabel("What to break for all").selectOption(what);
    await all.getByLabel("Name of the node").fill(node);
    await all.getByRole("button", { name: "To all", exact: true }).click();
  }

  async waitAt(step: string): Promise<void> {
    const all = this.tool("Everybody");
    await all.getByLabel("Step").selectOption(step);
    await all.getByRole("button", { name: "Who comes here waits" }).click();
  }

  async say(label: string, text: string): Promise<void> {
    const line = this.page.locator("form.room-line").filter({ has: this.page.getByLabel(label, { exact: true }) });
    await line.getByRole("textbox").fill(text);
    await line.getByRole("button").click();
  }
}

export class LearnerPage extends Site {
  /** Joins with the code, and goes to the room's lesson. */
  async join(code: string, name: string, lesson: RegExp): Promise<void> {
    await this.visit(`/en/join/${code}`);
    await this.page.getByLabel("Nickname").fill(name);
    await this.page.getByRole("button", { name: "Join", exact: true }).click();
    await this.page.getByRole("button", { name: lesson }).click();
    await expect(this.bar).toContainText(name);
  }

  get bar(): Locator {
    return this.page.getByRole("region", { name: "Study jam" });
  }
}

