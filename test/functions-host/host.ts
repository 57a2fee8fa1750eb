import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text as textOf } from "node:stream/consumers";
import type { Clock } from "../../shared/clock.ts";
import { type Binding, invoke, type Registered, type TypedData } from "./core.ts";
import { Hub, type Kill, type Turn } from "./hub.ts";
import { type Management, type ManagementOptions, startManagement } from "./management.ts";

/** One line that a function told, as it told it. */
export interface Line {
  readonly level: string;
  readonly text: string;
}

export interface HostOptions extends ManagementOptions {
  readonly functions: ReadonlyMap<string, Registered>;
  readonly clock: Clock;
  readonly kill?: Kill;
  readonly duplicates?: boolean;
  readonly log?: (line: Line) => void;
}

/** What a function answered over HTTP. */
export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Request {
  readonly method: string;
  /** With its query: `/api/verifications?top=5`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * A small local host: the app's own registrations, called through `@azure/functions`; orchestrations replayed by `durable-functions`.
 * **Function keys are not enforced**, as in the Core Tools: a 200 here proves nothing about auth, the registered auth levels do.
 */
export class FunctionsHost implements AsyncDisposable {
  readonly hub: Hub;
  readonly lines: Line[] = [];
  readonly #options: HostOptions;
  #management: Management | undefined;

  private constructor(options: HostOptions) {
    const { clock, kill, duplicates = false } = options;
    this.#options = options;
    this.hub = new Hub({
      clock,
      duplicates,
      ...(kill === undefined ? {} : { kill }),
      functions: {
        orchestrate: async (name, binding) => turnIn(await this.#run(name, json(binding))),
        act: async (name, input) => this.#run(name, json(input)),
      },
    });
  }

  static async start(options: HostOptions): Promise<FunctionsHost> {
    const host = new FunctionsHost(options);
    host.#management = await startManagement(host.hub, options);
    return host;
  }

  /** Requests the app has made of the durable extension. */
  get engineRequests(): readonly string[] {
    return this.#management?.requests ?? [];
  }

  /** Every line of JSON that was told, with that event. */
  told(event: string): readonly Readonly<Record<string, unknown>>[] {
    return this.lines.map(({ text }) => objectIn(text)).filter((line) => line["event"] === event);
  }

  /** As the platform routes: 404 where no route or method matches. */
  async request({ method, path, headers = {}, body }: Request): Promise<Answered> {
    const url = new URL(path, "http://127.0.0.1");
    const found = this.#route(method, url.pathname);
    if (found === undefined) return { status: 404, headers: {}, body: "" };
    const { name, params } = found;
    const http = {
      url: url.href,
      method,
      headers,
      params,
      query: joined(url.searchParams),
      ...(body === undefined ? {} : { body: { string: body } }),
    };
    const returned = await this.#call(name, { http });
    const { statusCode = "200", headers: answered = {}, body: bytes } = returned?.http ?? {};
    return { status: Number(statusCode), headers: answered, body: decoded(bytes) };
  }

  /** Fires a timer as the host does, with what its monitor has on record. */
  async fire(name: string, last?: string): Promise<void> {
    const status = last === undefined ? {} : { ScheduleStatus: { Last: last, Next: last, LastUpdated: last } };
    await this.#call(name, json({ Schedule: { AdjustForDST: true }, IsPastDue: false, ...status }));
  }

  async #run(name: string, data: TypedData): Promise<unknown> {
    const returned = await this.#call(name, data);
    const text = returned?.json ?? returned?.string;
    return text === undefined ? null : JSON.parse(text);
  }

  #call(name: string, trigger: TypedData): Promise<TypedData | null> {
    const registered = this.#options.functions.get(name);
    if (registered === undefined) throw new Error(`no function is called ${name}`);
    const client = json(this.#management?.clientData);
    const data: Record<string, TypedData> = {};
    for (const [binding, { type, direction }] of Object.entries(registered.metadata.bindings)) {
      if (direction === "in") data[binding] = type === "durableClient" ? client : trigger;
    }
    return invoke(registered, { data, log: (level, text) => this.#note({ level, text }) });
  }

  #note(line: Line): void {
    this.lines.push(line);
    this.#options.log?.(line);
  }

  #route(method: string, path: string): { readonly name: string; readonly params: Record<string, string> } | undefined {
    for (const [name, { metadata }] of this.#options.functions) {
      const trigger = triggerOf(metadata.bindings);
      if (trigger?.type !== "httpTrigger" || trigger.methods?.includes(method) !== true) continue;
      const params = matched(`/api/${trigger.route}`, path);
      if (params !== undefined) return { name, params };
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#management?.[Symbol.asyncDispose]();
  }
}

export function triggerOf(bindings: Readonly<Record<string, Binding>>): Binding | undefined {
  return Object.values(bindings).find(({ type }) => type.endsWith("Trigger"));
}

/** One segment each; the platform decodes it. */
function matched(route: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [route.split("/"), path.split("/")];
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, part] of wanted.entries()) {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name !== undefined) params[name] = unescaped(given[at] ?? "");
    else if (part !== given[at]) return undefined;
  }
  return params;
}

/** As the host hands them on: what is there twice is joined. */
function joined(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...query.keys()].map((name) => [name, query.getAll(name).join(",")]));
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @throws TypeError where the text is no JSON object */
export function objectIn(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (!isFields(value)) throw new TypeError(`no object: ${text}`);
  return value;
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function turnIn(value: unknown): Turn {
  if (!isTurn(value)) throw new TypeError("the orchestrator answered with something else than its state");
  return value;
}

function isTurn(value: unknown): value is Turn {
  return isFields(value) && typeof value["isDone"] === "boolean" && Array.isArray(value["actions"]);
}

function json(value: unknown): TypedData {
  return { json: JSON.stringify(value ?? null) };
}

function decoded(body: TypedData | null | undefined): string {
  return body?.bytes === undefined ? (body?.string ?? "") : Buffer.from(body.bytes).toString("utf8");
}

export interface HttpFace extends AsyncDisposable {
  readonly url: URL;
}

/** The host's HTTP face on loopback. Keys are not enforced. */
export async function listen(host: FunctionsHost, port = 0): Promise<HttpFace> {
  const server = createServer((request, response) => void serve(host, request, response));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const taken = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: new URL(`http://127.0.0.1:${taken}`),
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(host: FunctionsHost, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = "GET", url: path = "/" } = request;
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  try {
    const body = await textOf(request);
    const fired = /^\/admin\/functions\/(\w+)$/.exec(path)?.[1];
    if (fired !== undefined && method === "POST") {
      await host.fire(fired);
      response.writeHead(202).end();
      return;
    }
    const answered = await host.request({ method, path, headers, ...(body === "" ? {} : { body }) });
    response.writeHead(answered.status, answered.headers);
    response.end(answered.body);
  } catch {
    response.writeHead(500);
    response.end();
  }
}
