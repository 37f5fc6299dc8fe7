import { expect, type Locator, type Page } from "@playwright/test";
import { type Words } from "../words.js";

/** The terminal in the page. */
export class Terminal {
  readonly root: Locator;

  constructor(
    private readonly page: Page,
    private readonly words: Words,
  ) {
    this.root = page.getByRole("region", { name: words.terminal, exact: true });
  }

  get output(): Locator {
    return this.root.getByRole("log", { name: this.words.output });
  }

  /** The button for one more terminal. */
  get add(): Locator {
    return this.root.getByRole("button", { name: this.words.newTerminal });
  }

  /** The small browser that is there while ports are forwarded. */
  get browser() {
    const root = this.root.getByRole("region", { name: this.words.browser });
    return {
      root,
      address: root.getByRole("textbox", { name: this.words.address }),
      open: root.getByRole("button", { name: this.words.open, exact: true }),
      reload: root.getByRole("button", { name: this.words.reload }),
      page: root.frameLocator("iframe"),
    };
  }

  get prompt(): Locator {
    return this.root.getByRole("textbox", { name: this.words.command });
  }

  /** Types a line and leaves it running. */
  async start(line: string): Promise<void> {
    await this.page.getByRole("tab", { name: this.words.terminal, exact: true }).click();
    await this.prompt.fill(line);
    await this.prompt.press("Enter");
  }

  /** Types a line on a clean screen, waits for its end, and answers what it printed. */
  async run(line: string): Promise<string> {
    await this.start("clear");
    await expect(this.output).toBeEmpty();
    await this.start(line);
    await expect(this.output.locator(".typed")).toHaveText(`$ ${line}`);
    await expect(this.root.getByRole("button", { name: this.words.stop })).toBeHidden();
    return (await this.output.locator(".printed").allInnerTexts()).join("\n");
  }
}
