import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import type { ReportAnswer } from "../../function/report/respond.ts";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface Look {
  readonly scheme: "light" | "dark";
  readonly width: number;
}

export interface Opened {
  readonly page: Page;
  /** Paths asked of the server, and whatever was asked of others. */
  readonly requests: readonly string[];
  /** The console's errors and warnings, and scripts' errors. */
  readonly complaints: readonly string[];
}

export interface Browser extends AsyncDisposable {
  /** Serves the answer as `/api/report`, with its headers, and opens it. */
  open(answer: ReportAnswer, look: Look): Promise<Opened>;
}

/** A headless Chromium with a profile of its own, and a server on loopback. */
export async function startBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) {
    throw new Error(`No Chromium at ${CHROMIUM}: \`apt-get install chromium\`, or name one in CHROMIUM.`);
  }
  await using started = new AsyncDisposableStack();
  const profile = await mkdtemp(join(tmpdir(), "report-page-"));
  started.defer(() => rm(profile, { recursive: true, force: true, maxRetries: 5 }));
  let served: ReportAnswer | undefined;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (request.url?.startsWith("/api/report") !== true || served === undefined) response.writeHead(404).end();
    else response.writeHead(served.status, served.headers).end(served.body);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  started.defer(() => closeServer(server));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    chromiumSandbox: false,
    args: FLAGS,
  });
  started.defer(() => context.close());
  const origin = originOf(server);
  const owned = started.move();
  return {
    open: (answer, look) => {
      served = answer;
      asked.length = 0;
      return visit(context, origin, look, asked);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function visit(context: BrowserContext, origin: string, look: Look, asked: string[]): Promise<Opened> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith("data:")) asked.push(request.url());
  });
  await page.emulateMedia({ colorScheme: look.scheme });
  await page.setViewportSize({ width: look.width, height: 900 });
  await page.goto(`${origin}/api/report`);
  return { page, requests: asked, complaints };
}

function originOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return `http://127.0.0.1:${address.port}`;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((closed) => {
    server.close(() => closed());
    server.closeAllConnections();
  });
}
