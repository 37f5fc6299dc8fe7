import { type Locator } from "@playwright/test";
import { type Language } from "../words.js";
import { Site } from "./site.js";

export class HomePage extends Site {
  async open(language: Language = "en"): Promise<this> {
    this.language = language;
    await this.visit(`/${language}`);
    return this;
  }

  get title(): Locator {
    return this.page.getByRole("heading", { level: 1, name: this.words.title });
  }

  lesson(title: string | RegExp): Locator {
    return this.page.getByRole("main").getByRole("link", { name: title }).first();
  }
}
