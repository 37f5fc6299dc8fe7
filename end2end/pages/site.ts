// What all pages share: the bar at the top, and when a page is ready for the first click.
import { expect, type Page } from "@playwright/test";
import { type Language, type Words, words } from "../words.js";

export class Site {
  protected language: Language = "en";

  constructor(readonly page: Page) {}

  get words(): Words {
    return words[this.language];
  }

  /** Opens an address and waits until the page listens. */
  protected async visit(path: string): Promise<void> {
    await this.page.goto(path);
    await this.awake();
  }

  async awake(): Promise<void> {
    await expect(this.page.locator("html")).toHaveAttribute("data-hydrated");
  }

  async switchLanguage(): Promise<void> {
    await this.page.getByRole("link", { name: this.words.switchTo, exact: true }).click();
    this.language = this.language === "en" ? "ko" : "en";
    await expect(this.page.locator("html")).toHaveAttribute("lang", this.language);
  }
}
