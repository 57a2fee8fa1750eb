import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text as textOf } from "node:stream/consumers";
import { formatInstant } from "../../shared/restore/instant.ts";
import type { Hub, Instance } from "./hub.ts";

/** The HTTP face of the durable extension, which the app's durable client talks to. On loopback. */
export interface Management extends AsyncDisposable {
  /** What the `durableClient` binding hands to a function. */
  readonly clientData: unknown;
  /** Requests of the client, oldest first: `POST /orchestrators/verifyRestore/<id>`. */
  readonly requests: readonly string[];
}

export interface ManagementOptions {
  /** How a start is refused that runs already: older extensions answer 500, newer ones may answer 409. */
  readonly existsStatus?: 409 | 500;
  /** Called for each request: a status instead of an answer, where there is to be trouble. */
  readonly trouble?: (request: string) => number | undefined;
}

interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

export async function startManagement(hub: Hub, options: ManagementOptions = {}): Promise<Management> {
  const requests: string[] = [];
  const server = createServer((request, response) => void serve(request, response));
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await textOf(request);
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://loopback");
    const line = `${request.method} ${decodeURIComponent(pathname.replace("/durabletask", ""))}`;
    requests.push(line);
    const trouble = options.trouble?.(line);
    const reply = trouble === undefined ? answer(hub, line, searchParams, body, options) : { status: trouble };
    response.writeHead(reply.status, { "content-type": "application/json" });
    response.end(reply.body === undefined ? "" : JSON.stringify(reply.body));
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    requests,
    clientData: {
      taskHubName: "RestoreVerification",
      creationUrls: {},
      managementUrls: { id: "INSTANCEID" },
      rpcBaseUrl: `http://127.0.0.1:${port}/durabletask/`,
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(
  hub: Hub,
  line: string,
  query: URLSearchParams,
  body: string,
  { existsStatus = 500 }: ManagementOptions,
): Reply {
  const start = /^POST \/orchestrators\/(\w+)\/(.+)$/.exec(line);
  if (start !== null) {
    const [, name = "", id = ""] = start;
    if (hub.start(name, id, body)) return { status: 202, body: { id } };
    return {
      status: existsStatus,
      body: { Message: `An Orchestration instance with the status Running already exists.` },
    };
  }
  const terminate = /^POST \/instances\/(.+)\/terminate$/.exec(line);
  if (terminate !== null) return { status: hub.terminate(terminate[1] ?? "") ? 202 : 404 };
  if (/^DELETE \/instances\/?$/.test(line)) {
    const deleted = hub.purge(Date.parse(query.get("createdTimeTo") ?? ""));
    return { status: 200, body: { instancesDeleted: deleted } };
  }
  const status = /^GET \/instances\/(.+)$/.exec(line);
  const instance = hub.instances.get(status?.[1] ?? "");
  return instance === undefined ? { status: 404 } : { status: 200, body: stateOf(instance) };
}

function stateOf({ id, name, createdAt, updatedAt, status, input, output }: Instance): unknown {
  return {
    name,
    instanceId: id,
    runtimeStatus: status,
    createdTime: formatInstant(createdAt),
    lastUpdatedTime: formatInstant(updatedAt),
    input,
    output: output ?? null,
    customStatus: null,
  };
}
