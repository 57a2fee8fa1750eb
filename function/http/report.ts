import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { formatInstant, given } from "../../shared/index.ts";
import { isName } from "../cluster.ts";
import type { ReportRow } from "../report/report-row.ts";
import { respond } from "../report/respond.ts";
import type { Verification } from "../verification.ts";
import type { World } from "../world.ts";
import { refusal } from "./answers.ts";

/** As many as the report is made for, the newest. */
const MOST = 5_000;

/** `GET /api/report?format=html|json&cluster=`: the page, or the data behind it. */
export async function getReport({ store, clock }: World, request: HttpRequest): Promise<HttpResponseInit> {
  const { query } = request;
  const [format, cluster] = [query.get("format") ?? "html", query.get("cluster") ?? undefined];
  if (format !== "html" && format !== "json") return refusal(400, "format must be html or json");
  if (cluster !== undefined && !isName(cluster)) return refusal(400, "cluster must be the name of a cluster");
  const { verifications, after } = await store.lists.page({ top: MOST });
  const rows = verifications.flatMap(toRow);
  return respond(rows, { format, now: clock.now(), olderExist: after !== undefined, ...given("cluster", cluster) });
}

function toRow({ conclusion, startedAt, ...row }: Verification): readonly ReportRow[] {
  if (conclusion === null) return [];
  const { id, cluster, target, plan, rtoSeconds, partitionCount } = row;
  const { verdict, reason, endedAt, restoreSeconds } = conclusion;
  const [startedAtUtc, endedAtUtc] = [formatInstant(startedAt), formatInstant(endedAt)];
  return [
    {
      id,
      cluster,
      target,
      plan,
      verdict,
      reason,
      startedAtUtc,
      endedAtUtc,
      restoreSeconds,
      rtoSeconds,
      partitionCount,
    },
  ];
}
