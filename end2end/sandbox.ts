// A sandbox through the routes that other programs use.
import { expect } from "@playwright/test";

export class Sandbox {
  private constructor(
    readonly id: string,
    /** What `kubectl --server` takes. */
    readonly server: string,
    readonly page: string,
  ) {}

  static async create(url: string, options: object = {}): Promise<Sandbox> {
    const response = await post(`${url}/sandboxes`, options);
    expect(response.status).toBe(201);
    const created = (await response.json()) as { id: string; server: string; page: string };
    return new Sandbox(created.id, `${url}/sandboxes/${created.id}`, created.page);
  }

  static of(url: string, id: string): Sandbox {
    return new Sandbox(id, `${url}/sandboxes/${id}`, "");
  }

  async clock(change: object): Promise<{ now_ms: number; rate: number; quiet: boolean }> {
    const response = await post(`${this.server}/clock`, change);
    expect(response.status, await response.clone().text()).toBe(200);
    return response.json() as Promise<{ now_ms: number; rate: number; quiet: boolean }>;
  }

  /** Until nothing is left to do but to wait. */
  async settle(): Promise<void> {
    await this.clock({ until: "quiet" });
  }

  async fault(fault: object): Promise<void> {
    const response = await post(`${this.server}/faults`, fault);
    expect(response.ok, await response.clone().text()).toBe(true);
  }

  async digest(): Promise<{ digest: string; position: number; now_ms: number }> {
    return (await fetch(`${this.server}/digest`)).json() as Promise<{
      digest: string;
      position: number;
      now_ms: number;
    }>;
  }

  /** Objects of a list, straight from the Kubernetes API. */
  async list<T = KubernetesObject>(path: string): Promise<T[]> {
    const response = await fetch(`${this.server}${path}`);
    expect(response.status).toBe(200);
    return ((await response.json()) as { items: T[] }).items;
  }

  async pods(namespace = "default"): Promise<Pod[]> {
    return this.list<Pod>(`/api/v1/namespaces/${namespace}/pods`);
  }

  /** The kinds that were asked for with a verb, from the beginning. */
  async requests(verb: string): Promise<string[]> {
    type Request = { verb: string; object: { kind: string } };
    const response = await fetch(`${this.server}/trace?since=0`);
    const { moments } = (await response.json()) as { moments: { what: { Request?: Request } }[] };
    const requests = moments.flatMap(({ what }) => what.Request ?? []);
    return requests.filter((it) => it.verb === verb).map((it) => it.object.kind);
  }

  async readyPods(): Promise<string[]> {
    const ready = (pod: Pod) =>
      !pod.metadata.deletionTimestamp &&
      pod.status.conditions?.some((it) => it.type === "Ready" && it.status === "True");
    return (await this.pods()).filter(ready).map((pod) => pod.metadata.name);
  }
}

export type KubernetesObject = {
  metadata: { name: string; uid: string; deletionTimestamp?: string };
};

export type Pod = KubernetesObject & {
  spec: { nodeName?: string; containers: { name: string; image: string }[] };
  status: { phase: string; podIP?: string; conditions?: { type: string; status: string }[] };
};

function post(url: string, body: object): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}
