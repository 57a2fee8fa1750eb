import type { Issue } from "./issue.ts";

export interface Repository {
  readonly owner: string;
  readonly repo: string;
  readonly token: string;
  /** Where the run can be looked at. */
  readonly run: string;
}

/** How long GitHub may take for all of it: the verdict is told by then, and nobody waits for an issue. */
const PATIENCE_MS = 20_000;
/** So many open issues are looked through for the marker, newest first. */
const MOST_PAGES = 10;
const PAGE = 100;

/** Who may be the author of ours: an app of this repository (the workflow's own token), or who may write here (a token of theirs). */
const OWN: ReadonlySet<string> = new Set(["OWNER", "MEMBER", "COLLABORATOR"]);

/**
 * Where everybody may open issues anybody can copy the marker into one: taken for ours it would be told of the next red drill in place of
 * those who watch for a new one.
 */
function isOurs({ user, author_association: by }: Authored): boolean {
  return user?.type === "Bot" || OWN.has(by ?? "");
}

interface Authored {
  readonly user?: { readonly type?: string } | null;
  readonly author_association?: string;
}

/** Resolves to what was done, in a sentence; rejects where GitHub refuses. */
export async function reportIssue(issue: Issue, to: Repository, stop: AbortSignal): Promise<string> {
  const { owner, repo, token, run } = to;
  if (token === "") throw new Error("there is no github-token");
  if (owner === "" || repo === "") throw new Error("this is no run of a repository");
  const { getOctokit } = await import("@actions/github");
  const api = getOctokit(token).rest.issues;
  const request = { signal: AbortSignal.any([stop, AbortSignal.timeout(PATIENCE_MS)]) };
  const at = { owner, repo, request };
  const text = `${issue.text}\n\n[The run](${run})`;

  const open: number[] = [];
  for (let page = 1; page <= MOST_PAGES; page++) {
    const { data } = await api.listForRepo({
      ...at,
      state: "open",
      sort: "created",
      direction: "desc",
      per_page: PAGE,
      page,
    });
    const ours = data.filter(
      ({ body, pull_request: pull, ...of }) =>
        pull === undefined && body?.includes(issue.marker) === true && isOurs(of),
    );
    open.push(...ours.map(({ number }) => number));
    if (data.length < PAGE) break;
  }

  const [number] = open;
  if (issue.verdict === "passed") {
    for (const passed of open) {
      await api.createComment({ ...at, issue_number: passed, body: text });
      await api.update({ ...at, issue_number: passed, state: "closed", state_reason: "completed" });
    }
    return open.length === 0
      ? "No issue of this target was open."
      : `Closed issue ${open.map((one) => `#${one}`).join(", ")}.`;
  }
  if (number !== undefined) {
    await api.createComment({ ...at, issue_number: number, body: text });
    return `Commented on issue #${number}.`;
  }
  const { data } = await api.create({ ...at, title: issue.title, body: `${issue.marker}\n${text}` });
  return `Opened issue #${data.number}.`;
}
