// Starts the real server as a person would: one file in an empty folder, nothing else beside it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "@playwright/test";

const built = fileURLToPath(new URL("../target/debug/wheelhouse", import.meta.url));
const firstPort = 4110;

export class Server {
  readonly url: string;
  /** All that the server printed, for a look when a test fails. */
  printed = "";
  private process?: ChildProcess;

  private constructor(
    readonly folder: string,
    private readonly listen: string,
  ) {
    this.url = `http://${listen}`;
  }

  /** A server of its own for each worker, with an empty database. */
  static async start(worker: number): Promise<Server> {
    const folder = await mkdtemp(join(tmpdir(), "wheelhouse-"));
    await copyFile(process.env.WHEELHOUSE ?? built, join(folder, "wheelhouse"));
    const server = new Server(folder, `127.0.0.1:${firstPort + worker}`);
    await server.run();
    return server;
  }

  async run(): Promise<void> {
    const { PATH, HOME } = process.env;
    this.process = spawn(
      join(this.folder, "wheelhouse"),
      ["--listen", this.listen, "--database", join(this.folder, "test.sqlite")],
      { cwd: this.folder, env: { PATH, HOME, RUST_BACKTRACE: "1" } },
    );
    this.process.stdout?.on("data", (text) => (this.printed += text));
    this.process.stderr?.on("data", (text) => (this.printed += text));
    await expect(() => this.isReady(), { message: this.printed }).toPass({ timeout: 20_000 });
  }

  /** The power goes: `kill -9`, with no chance to save anything. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.end("SIGTERM");
    await rm(this.folder, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const running = this.process;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, "exit");
    running.kill(signal);
    await gone;
  }

  private async isReady(): Promise<void> {
    if (this.process?.exitCode !== null) throw new Error(`The server ended:\n${this.printed}`);
    expect((await fetch(`${this.url}/readyz`)).status).toBe(200);
  }
}
