import { expect, type Page } from "@playwright/test";
import { Sandbox } from "../sandbox.js";
import { Site } from "./site.js";

/** The editor, scene, timeline and terminal around one cluster: the playground's and a lesson's. */
export class Bridge extends Site {
  constructor(
    page: Page,
    readonly url: string,
  ) {
    super(page);
  }

  /** The sandbox that the page is connected to. */
  async sandbox(): Promise<Sandbox> {
    await expect(this.page).toHaveURL(/[?&]sandbox=\w+/);
    const id = new URL(this.page.url()).searchParams.get("sandbox") ?? "";
    return Sandbox.of(this.url, id);
  }

  /** Puts a text into the editor's current file, as pasting over all of it does. */
  async write(text: string): Promise<void> {
    await this.page.getByRole("textbox", { name: this.words.manifest }).fill(text);
  }

  async apply(text: string): Promise<void> {
    await this.write(text);
    await this.page.getByRole("button", { name: this.words.apply, exact: true }).click();
  }
}
