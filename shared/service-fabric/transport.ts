import { type Dispatcher, errors, Pool as Connections, ProxyAgent } from "undici";
import { GatewayError, type LookBudget } from "../cluster-gateway.ts";
import { authorities, type ConnectOptions, secureConnector } from "./connect.ts";
import { proxyAuthorization, proxyFor, proxyName, proxySecrets } from "./proxy.ts";
import { limited, unlessAborted } from "./unless-aborted.ts";

/** An HTTP reply, whole. The reason phrase is kept: the gateway puts its error codes there. */
export interface Reply {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** GETs over the wire: nothing else is ever sent. Closing ends the connections, also those still being made. */
export interface Transport {
  /**
   * @param target path and query, percent-encoded
   * @throws GatewayError, or the signal's reason where `look.signal` aborted
   */
  get(endpoint: URL, target: string, look: LookBudget, headers?: Readonly<Record<string, string>>): Promise<Reply>;
  close(): Promise<void>;
}

export type TransportOptions = Omit<ConnectOptions, "closing" | "timeoutMs">;

const LARGEST_BODY = 1_048_576;
/** Less than the default request timeout, so that a second gateway can still be asked within it. */
const CONNECT_MS = 10_000;
/**
 * How long an idle connection is kept where the server does not say (`Keep-Alive: timeout=`, which is heeded): longer than any
 * pause between looks, so that none pays for a second handshake, and less than the 120 s after which http.sys hangs up.
 */
const IDLE_MS = 75_000;

/**
 * HTTP(S) on undici: keep-alive, HTTP/1.1 (the gateway renegotiates, which h2 forbids), at most 8 connections an endpoint. One
 * budget spans a request from connect to last byte: undici's own body timeout measures the gap between chunks, and a body
 * that drips defeats it. Redirects are not followed: Service Fabric sends none, and whoever does is not the cluster.
 */
export function httpTransport(options: TransportOptions): Transport {
  const closing = new AbortController();
  const pools = new Map<string, Pool>();

  const poolFor = (url: URL): Pool => {
    const known = pools.get(url.origin);
    if (known !== undefined) return known;
    const pool = openPool(url, { ...options, closing: closing.signal, timeoutMs: CONNECT_MS });
    pools.set(url.origin, pool);
    return pool;
  };

  return {
    async get(endpoint, target, { budgetMs, signal }, headers = {}) {
      const budget = limited(signal, Math.ceil(budgetMs));
      let via = "";
      try {
        const pool = poolFor(endpoint);
        via = pool.via;
        const asked = { origin: endpoint.origin, path: target, headers: { ...HEADERS, ...headers } };
        const reply = await unlessAborted(fetched(pool.dispatcher, asked, budget.signal), budget.signal);
        return withoutSecrets(reply, pool.secrets);
      } catch (error) {
        if (signal.aborted) throw error;
        throw asGatewayError(error, `${endpoint.host}${via}`, budget.isOver() ? Math.ceil(budgetMs) : undefined);
      } finally {
        budget.end();
      }
    },
    async close() {
      closing.abort();
      await Promise.all([...pools.values()].map((pool) => pool.dispatcher.destroy()));
    },
  };
}

interface Pool {
  readonly dispatcher: Dispatcher;
  /** ` through the proxy ...`, where an error would not say so itself. */
  readonly via: string;
  /** What a proxy that answers itself could repeat of what it was told. */
  readonly secrets: readonly string[];
}

function openPool(url: URL, options: ConnectOptions): Pool {
  const limits = { connections: 8, pipelining: 1, allowH2: false, keepAliveTimeout: IDLE_MS };
  const direct = (connect: NonNullable<Connections.Options["connect"]>): Pool => ({
    dispatcher: new Connections(url.origin, { ...limits, connect }),
    via: "",
    secrets: [],
  });
  if (url.protocol === "https:") return direct(secureConnector(options));
  const proxy = proxyFor(url, options.proxies);
  if (proxy === undefined) return direct({ timeout: options.timeoutMs });
  const token = proxyAuthorization(proxy);
  const dispatcher = new ProxyAgent({
    ...limits,
    uri: `${proxy.protocol}//${proxy.host}`,
    proxyTls: { rejectUnauthorized: true, ca: authorities() },
    ...(token === undefined ? {} : { token }),
  });
  const secrets = proxySecrets([options.proxies.httpProxy]).filter(({ length }) => length >= SHORTEST_SECRET);
  return { dispatcher, via: ` through the proxy ${proxyName(proxy)}`, secrets };
}

/** As with the runner's masks: what is shorter would be found in any text. */
export const SHORTEST_SECRET = 8;

/** A front-end repeats in its error what it was sent; no message and no record may repeat it after that. */
export function withoutSecrets(reply: Reply, secrets: readonly string[]): Reply {
  const clean = (text: string): string => secrets.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
  return secrets.length === 0 ? reply : { ...reply, statusText: clean(reply.statusText), body: clean(reply.body) };
}

const HEADERS = { accept: "application/json", "cache-control": "no-cache" };

async function fetched(
  dispatcher: Dispatcher,
  asked: Pick<Dispatcher.RequestOptions, "origin" | "path" | "headers">,
  signal: AbortSignal,
): Promise<Reply> {
  const response = await dispatcher.request({ ...asked, method: "GET", signal });
  const { statusCode: status, statusText, headers: received } = response;
  // A length that is told is held to by the HTTP parser; without one the reading itself is bounded.
  const told = Number(received["content-length"] ?? Number.NaN);
  const body = told <= LARGEST_BODY ? await response.body.text() : await readCapped(response.body);
  // undici gives a connection back only with the next turn of the loop; who asks again before that would open a second one.
  await new Promise((resolve) => setImmediate(resolve));
  return { status, statusText, headers: received, body };
}

async function readCapped(body: Dispatcher.ResponseData["body"]): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw new GatewayError("unintelligible", `the reply is larger than ${LARGEST_BODY} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks)); // takes a byte order mark off
}

function asGatewayError(error: unknown, host: string, overBudgetMs: number | undefined): GatewayError {
  if (error instanceof GatewayError) return error;
  if (overBudgetMs !== undefined) {
    return new GatewayError("timed-out", `no answer from ${host} within ${overBudgetMs} ms`, { cause: error });
  }
  const root = rootCause(error);
  if (root instanceof GatewayError) return root;
  const code = codeOf(root);
  if (NO_TLS.has(code)) {
    return new GatewayError("untrusted-server", `${host} does not speak TLS as it should: ${describe(root)}`, {
      cause: error,
    });
  }
  if (/ALERT.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)|ALERT_HANDSHAKE_FAILURE/.test(code)) {
    return new GatewayError("access-denied", `${host} refused our certificate: ${describe(root)}`, {
      cause: error,
    });
  }
  return new GatewayError("unreachable", `${host} cannot be reached: ${describe(root)}`, { cause: error });
}

/** What no patience mends: the other side speaks no TLS, or none that is acceptable. */
const NO_TLS: ReadonlySet<string> = new Set([
  "ERR_SSL_WRONG_VERSION_NUMBER",
  "ERR_SSL_PACKET_LENGTH_TOO_LONG",
  "ERR_SSL_HTTP_REQUEST",
  "ERR_SSL_UNSUPPORTED_PROTOCOL",
  "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
]);

/** The innermost error says more than those around it. */
export function rootCause(error: unknown): unknown {
  if (error instanceof GatewayError) return error;
  if (error instanceof AggregateError && error.errors.length > 0) return rootCause(error.errors[0]);
  if (error instanceof Error && error.cause !== undefined && !(error instanceof errors.ResponseError))
    return rootCause(error.cause);
  return error;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error);
  // OpenSSL's own lines carry source files and thread ids; its code says all there is.
  if (code.startsWith("ERR_SSL_")) return code;
  return code === "" || error.message.includes(code) ? error.message : `${code} (${error.message})`;
}
