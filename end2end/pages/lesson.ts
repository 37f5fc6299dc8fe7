import { type Language } from "../words.js";
import { Bridge } from "./bridge.js";

export class LessonPage extends Bridge {
  async open(slug: string, language: Language = "en"): Promise<this> {
    this.language = language;
    await this.visit(`/${language}/lessons/${slug}`);
    return this;
  }
}
