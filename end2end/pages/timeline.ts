import { expect, type Locator, type Page } from "@playwright/test";
import { type Words } from "../words.js";

export type Stride = "write" | "turn" | "visible" | "quiet";

/** The time machine's controls. */
export class Timeline {
  readonly root: Locator;

  constructor(
    page: Page,
    private readonly words: Words,
  ) {
    this.root = page.getByRole("region", { name: words.time, exact: true });
  }

  get playing(): Locator {
    return this.button(this.words.pause);
  }

  get stopped(): Locator {
    return this.button(this.words.play);
  }

  get slider(): Locator {
    return this.root.getByRole("slider", { name: this.words.slider });
  }

  get time(): Locator {
    return this.root.getByRole("timer", { name: this.words.modelTime });
  }

  get backToNow(): Locator {
    return this.root.getByRole("button", { name: this.words.backToNow });
  }

  get behind(): Locator {
    const back = new RegExp(`^(${this.words.backToNow}|${this.words.catchUp})$`);
    return this.root.getByRole("button", { name: back });
  }

  get skip(): Locator {
    return this.root.getByRole("button", { name: this.words.skip });
  }

  async pause(): Promise<void> {
    await this.playing.click();
    await expect(this.stopped).toBeVisible();
  }

  async play(): Promise<void> {
    await this.stopped.click();
    await expect(this.playing).toBeVisible();
  }

  /** A step of the cluster: what has already happened and was not shown yet is shown first. */
  async step(stride: Stride): Promise<void> {
    await this.catchUpIfBehind();
    await this.root.getByLabel(this.words.stride).selectOption(this.words[stride]);
    await this.button(this.words.step).click();
  }

  async setPace(pace: string): Promise<void> {
    await this.root.getByLabel(this.words.pace).selectOption(pace);
  }

  /** To what is now, if the picture is not there already: the key works in both cases. */
  async catchUpIfBehind(): Promise<void> {
    await expect(async () => {
      await this.button(this.words.step).press("n");
      await expect(this.behind).toBeHidden({ timeout: 1_000 });
    }).toPass();
  }

  /** Drags the slider back to the beginning of what is known. */
  async goToStart(): Promise<void> {
    await this.slider.focus();
    await this.slider.press("Home");
  }

  async fork(): Promise<void> {
    await this.button(this.words.fork).click();
  }

  private button(name: string): Locator {
    return this.root.getByRole("button", { name, exact: true });
  }
}
