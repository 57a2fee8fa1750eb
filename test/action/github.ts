import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/* GitHub's API, as much of it as is asked. */

export interface FakeGitHub extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly IncomingMessage[];
}

export async function startGitHub(
  answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
): Promise<FakeGitHub> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    void answer(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

export interface IssueSeen {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly comments: readonly string[];
  readonly state: string;
  readonly isPullRequest?: true;
  /** Whose it is, where it is not the workflow's own. */
  readonly by?: { readonly user: { readonly type: string } | null; readonly author_association: string };
}

const WORKFLOW = { user: { type: "Bot" }, author_association: "NONE" } as const;

/** A repository is a list of issues: opened, commented on, closed. */
export class FakeIssues {
  issues: readonly IssueSeen[] = [];
  /** Answers everything so, once set. */
  refusal: { readonly status: number; readonly message: string } | undefined;

  readonly answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { refusal } = this;
    if (refusal !== undefined) return reply(response, refusal.status, { message: refusal.message });
    const url = new URL(request.url ?? "", "http://github");
    const sent = await bodyOf(request);
    const [, number = "", rest = ""] =
      /^\/repos\/owner\/repository\/issues(?:\/(\d+))?(\/comments)?$/.exec(url.pathname) ?? [];
    if (request.method === "GET") return reply(response, 200, this.#page(url.searchParams));
    if (request.method === "PATCH") {
      this.#change(Number(number), (issue) => ({ ...issue, state: sent["state"] ?? issue.state }));
      return reply(response, 200, { number: Number(number) });
    }
    if (rest === "/comments") {
      this.#change(Number(number), (issue) => ({ ...issue, comments: [...issue.comments, sent["body"] ?? ""] }));
      return reply(response, 201, { id: 1 });
    }
    const issue = { number: this.issues.length + 1, title: sent["title"] ?? "", body: sent["body"] ?? "" };
    this.issues = [...this.issues, { ...issue, comments: [], state: "open" }];
    return reply(response, 201, { number: issue.number });
  };

  #change(number: number, change: (issue: IssueSeen) => IssueSeen): void {
    this.issues = this.issues.map((issue) => (issue.number === number ? change(issue) : issue));
  }

  /** Newest first, as it is asked for. */
  #page(query: URLSearchParams): readonly unknown[] {
    const [size, page] = [Number(query.get("per_page")), Number(query.get("page"))];
    const open = this.issues.filter(({ state }) => state === query.get("state")).toReversed();
    return open.slice(size * (page - 1), size * page).map(({ isPullRequest, by = WORKFLOW, ...issue }) => ({
      ...issue,
      ...by,
      ...(isPullRequest === true ? { pull_request: {} } : {}),
    }));
  }
}

async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, string>>> {
  let text = "";
  request.setEncoding("utf8");
  for await (const chunk of request) text += String(chunk);
  const parsed: unknown = text === "" ? {} : JSON.parse(text);
  const fields = typeof parsed === "object" && parsed !== null ? Object.entries(parsed) : [];
  return Object.fromEntries(fields.map(([name, value]) => [name, String(value)]));
}
