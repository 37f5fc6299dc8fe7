import { expect } from "@playwright/test";
import { type Sandbox } from "../sandbox.js";
import { type Language } from "../words.js";
import { Bridge } from "./bridge.js";

export class Playground extends Bridge {
  /** Opens the playground with a new sandbox, or with the one given, and waits for its cluster. */
  async open(language: Language = "en", sandbox?: Sandbox): Promise<this> {
    this.language = language;
    await this.visit(`/${language}/play${sandbox ? `?sandbox=${sandbox.id}` : ""}`);
    await this.ready();
    return this;
  }

  async ready(): Promise<void> {
    await expect(this.scene.node("node-1")).toBeVisible();
  }
}
