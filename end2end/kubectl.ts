// The real kubectl, run from outside as a learner would run it.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "@playwright/test";

export type Outcome = { stdout: string; stderr: string; code: number };

export class Kubectl {
  // An own home: no configuration or cache of this machine takes part.
  private readonly home = mkdtempSync(join(tmpdir(), "kubectl-"));
  private readonly watches: Watch[] = [];

  constructor(private readonly server: string) {}

  /** Runs to the end; `input` is what `-f -` reads. */
  run(line: string, input = ""): Promise<Outcome> {
    return new Promise((resolve) => {
      const child = execFile("kubectl", this.args(line), this.options(), (error, stdout, stderr) =>
        resolve({ stdout, stderr, code: error ? Number(error.code) : 0 }),
      );
      child.stdin?.end(input);
    });
  }

  /** Runs, and fails the test unless kubectl succeeds. */
  async ok(line: string, input = ""): Promise<string> {
    const outcome = await this.run(line, input);
    expect(outcome, `kubectl ${line}`).toMatchObject({ code: 0 });
    return outcome.stdout;
  }

  /** Leaves a command such as `get pods -w` running until the test ends. */
  watch(line: string): Watch {
    const watch = new Watch(spawn("kubectl", this.args(line), this.options()));
    this.watches.push(watch);
    return watch;
  }

  file(name: string, text: string): string {
    const path = join(this.home, name);
    writeFileSync(path, text);
    return path;
  }

  end(): void {
    for (const watch of this.watches) watch.end();
  }

  private args(line: string): string[] {
    return ["--server", this.server, ...line.split(" ")];
  }

  private options() {
    return { env: { PATH: process.env.PATH, HOME: this.home, KUBECONFIG: join(this.home, "none") } };
  }
}

export class Watch {
  output = "";

  constructor(private readonly process: ChildProcess) {
    process.stdout?.on("data", (text) => (this.output += text));
    process.stderr?.on("data", (text) => (this.output += text));
  }

  async says(pattern: RegExp): Promise<void> {
    await expect.poll(() => this.output).toMatch(pattern);
  }

  end(): void {
    this.process.kill("SIGKILL");
  }
}
