import { type Locator, type Page } from "@playwright/test";
import { type Words } from "../words.js";

/** The picture of the cluster, as its names tell it. */
export class Scene {
  readonly root: Locator;

  constructor(
    page: Page,
    private readonly words: Words,
  ) {
    this.root = page.getByRole("region", { name: words.cluster, exact: true });
  }

  /** `Pod web-1, Running, on node-2, 1 of 1 containers ready`; all Pods if no name is given. */
  pods(name = "\\S+", status = ""): Locator {
    const start = `^${this.words.pod} ${name}, ${status}`;
    return this.root.getByRole("button", { name: new RegExp(start) });
  }

  readyPods(name = "\\S+"): Locator {
    return this.pods(name, "Running, .*(1 of 1 containers ready|1개 중 1개 준비)");
  }

  node(name: string, state = ""): Locator {
    const start = `^${this.words.node} ${name}, ${state}`;
    return this.root.getByRole("button", { name: new RegExp(start) });
  }

  deployment(name: string): Locator {
    return this.root.getByRole("button", { name: new RegExp(`^${this.words.deployment} ${name}, `) });
  }

  /** Shows the trace as lanes over time; each row says in its name what happened. */
  async showSequence(): Promise<void> {
    await this.root.getByRole("button", { name: this.words.sequence }).click();
  }

  row(sentence: RegExp): Locator {
    return this.root.getByRole("button", { name: sentence });
  }
}
