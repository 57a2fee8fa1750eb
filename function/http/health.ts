import type { HttpResponseInit } from "@azure/functions";
import type { Lazily, World } from "../world.ts";

/** `GET /api/health`, for anybody: whether the app is configured and its storage answers, and nothing else. */
export async function health(world: Lazily<World>): Promise<HttpResponseInit> {
  const headers = { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" };
  try {
    await world().store.ping();
    return { status: 200, headers, body: "ok" };
  } catch {
    return { status: 503, headers, body: "not ok" };
  }
}
