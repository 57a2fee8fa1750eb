import { registerHooks } from "node:module";

/*
 * What the Node.js worker is to `@azure/functions`: it answers the package's `require("@azure/functions-core")`, keeps what registers, and calls
 * it through the package's own invocation model. Everything between a handler and the wire is the real thing.
 */

export interface Binding {
  readonly type: string;
  readonly direction: "in" | "out";
  readonly authLevel?: string;
  readonly methods?: readonly string[];
  readonly route?: string;
  readonly schedule?: string;
  readonly useMonitor?: boolean;
  readonly runOnStartup?: boolean;
}

export interface Metadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly retryOptions?: unknown;
}

export type Callback = (...inputs: unknown[]) => unknown;

export interface Registered {
  readonly metadata: Metadata;
  readonly callback: Callback;
}

/** The package's side of a call. */
interface InvocationModel {
  getArguments(): Promise<{ readonly context: unknown; readonly inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: Callback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<{ readonly returnValue?: TypedData | null }>;
}

export interface TypedData {
  readonly string?: string;
  readonly json?: string;
  readonly bytes?: Uint8Array;
  readonly http?: HttpData;
}

export interface HttpData {
  readonly url?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: TypedData | null;
  readonly statusCode?: string;
}

interface ProgrammingModel {
  getInvocationModel(context: unknown): InvocationModel;
}

let model: ProgrammingModel | undefined;
let registered: Registered[] = [];

const CORE = "functions-host:core";
const HANDED_OVER = Symbol.for("functions-host.core");

Object.assign(globalThis, {
  [HANDED_OVER]: {
    hostVersion: "4.1040.0",
    workerVersion: "3.11.0",
    registerFunction: (metadata: Metadata, callback: Callback) => {
      registered.push({ metadata, callback });
      return { dispose: () => undefined };
    },
    registerHook: () => ({ dispose: () => undefined }),
    setProgrammingModel: (set: ProgrammingModel) => void (model = set),
    log: () => undefined,
  },
});

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "@azure/functions-core"
      ? { url: CORE, format: "commonjs", shortCircuit: true }
      : next(specifier, context),
  load: (url, context, next) =>
    url === CORE
      ? {
          format: "commonjs",
          source: `module.exports = globalThis[Symbol.for("functions-host.core")];`,
          shortCircuit: true,
        }
      : next(url, context),
});

/** What `register` registers, by name. */
export function capture(register: () => void): ReadonlyMap<string, Registered> {
  registered = [];
  register();
  const found = new Map(registered.map((one) => [one.metadata.name, one]));
  registered = [];
  return found;
}

/** As `capture`, of a module that registers when it is loaded. */
export async function captureModule(load: () => Promise<unknown>): Promise<ReadonlyMap<string, Registered>> {
  registered = [];
  await load();
  const found = new Map(registered.map((one) => [one.metadata.name, one]));
  registered = [];
  return found;
}

export interface Call {
  readonly data: Readonly<Record<string, TypedData>>;
  readonly log: (level: string, line: string) => void;
}

let calls = 0;

/** One invocation, as the worker does it. Rejects with whatever the handler throws. */
export async function invoke({ metadata, callback }: Registered, { data, log }: Call): Promise<TypedData | null> {
  if (model === undefined) throw new Error("@azure/functions has not registered its programming model");
  const context = {
    invocationId: `call-${++calls}`,
    metadata,
    state: undefined,
    request: {
      inputData: Object.entries(data).map(([name, value]) => ({ name, data: value })),
      triggerMetadata: {},
      traceContext: {},
    },
    log: (level: string, _category: string, line: string) => log(level, line),
  };
  const invocation = model.getInvocationModel(context);
  const { context: given, inputs } = await invocation.getArguments();
  const result = await invocation.invokeFunction(given, inputs, callback);
  const { returnValue } = await invocation.getResponse(given, result);
  return returnValue ?? null;
}
