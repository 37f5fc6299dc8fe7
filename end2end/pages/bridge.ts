import { expect, type Locator, type Page } from "@playwright/test";
import { Sandbox } from "../sandbox.js";
import { type Words } from "../words.js";
import { Scene } from "./scene.js";
import { Site } from "./site.js";
import { Terminal } from "./terminal.js";
import { Timeline } from "./timeline.js";

/** The editor, picture, timeline and terminal around one cluster: the playground's and a lesson's. */
export class Bridge extends Site {
  constructor(
    page: Page,
    readonly url: string,
  ) {
    super(page);
  }

  get scene(): Scene {
    return new Scene(this.page, this.words);
  }

  get timeline(): Timeline {
    return new Timeline(this.page, this.words);
  }

  get terminal(): Terminal {
    return new Terminal(this.page, this.words);
  }

  /** The sandbox that the page is connected to. */
  async sandbox(): Promise<Sandbox> {
    await expect(this.page).toHaveURL(/[?&]sandbox=\w+/);
    const id = new URL(this.page.url()).searchParams.get("sandbox") ?? "";
    return Sandbox.of(this.url, id);
  }

  get manifest(): Locator {
    return this.page.getByRole("textbox", { name: this.words.manifest });
  }

  get problems(): Locator {
    return this.page.getByRole("status", { name: this.words.problems }).getByRole("listitem");
  }

  /** Puts a text into the editor's current file, as pasting over all of it does. */
  async write(text: string): Promise<void> {
    await this.manifest.fill(text);
  }

  async apply(text: string): Promise<void> {
    await this.write(text);
    await this.page.getByRole("button", { name: this.words.apply, exact: true }).click();
  }

  async show(tab: keyof Words & ("terminal" | "events" | "inspector" | "faults")): Promise<void> {
    const row = this.page.getByRole("tablist", { name: this.words.neighbours });
    await row.getByRole("tab", { name: this.words[tab], exact: true }).click();
  }

  async powerOff(node: string): Promise<void> {
    await this.show("faults");
    await this.page.getByRole("button", { name: `${this.words.powerOff}: ${node}` }).click();
  }

  async kill(container: string): Promise<void> {
    await this.show("faults");
    const name = new RegExp(`^${this.words.kill}: .*/${container}$`);
    await this.page.getByRole("button", { name }).click();
  }

  /** Asks why of an object in the picture: the chain of causes, one link an item. */
  async why(object: Locator): Promise<Locator> {
    await object.press("Enter");
    const inspector = this.page.getByRole("region", { name: this.words.inspector, exact: true });
    await inspector.getByRole("tab", { name: this.words.why, exact: true }).click();
    return inspector.getByRole("tabpanel").getByRole("listitem");
  }
}
