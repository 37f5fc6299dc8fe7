import { expect, type Locator } from "@playwright/test";
import { type Language } from "../words.js";
import { Bridge } from "./bridge.js";

export class LessonPage extends Bridge {
  async open(slug: string, language: Language = "en"): Promise<this> {
    this.language = language;
    await this.visit(`/${language}/lessons/${slug}`);
    await expect(this.scene.node("node-1")).toBeVisible();
    return this;
  }

  /** The step that the learner is at. */
  get step(): Locator {
    return this.page.getByRole("article").locator("section.step:visible");
  }

  get goals(): Locator {
    return this.step.locator(".goals").getByRole("listitem");
  }

  get debrief(): Locator {
    return this.page.getByRole("heading", { name: this.words.debrief });
  }

  async predict(answer: number): Promise<void> {
    await this.step.getByRole("group").getByRole("button").nth(answer).click();
    await expect(this.step.getByRole("group").getByRole("status")).not.toBeEmpty();
  }

  /** Whether all goals of the step are met now. */
  async allMet(): Promise<boolean> {
    const goals = await this.goals.allTextContents();
    return goals.length > 0 && goals.every((goal) => goal.includes(this.words.met));
  }

  /** Waits until all goals of the step are met. */
  async achieved(): Promise<void> {
    for (const goal of await this.goals.all()) await expect(goal).toContainText(this.words.met);
  }

  /** Whether a step follows this one. */
  async hasNext(): Promise<boolean> {
    return this.page.getByRole("button", { name: this.words.next, exact: true }).isVisible();
  }

  async next(): Promise<void> {
    await this.achieved();
    const heading = this.step.getByRole("heading").first();
    const before = (await heading.textContent()) ?? "";
    await this.page.getByRole("button", { name: this.words.next, exact: true }).click();
    await expect(heading).not.toHaveText(before);
  }
}
