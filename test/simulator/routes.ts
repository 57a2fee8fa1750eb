import { aadMetadataBody, admit } from "./access.ts";
import { type Answer, type Asked, refuse, toAnswer } from "./answers.ts";
import type { SimulatedCluster } from "./cluster.ts";
import { nativeRoute } from "./native-routes.ts";
import { badRoute, nativeReply } from "./replies.ts";
import { serviceRoute } from "./service-routes.ts";

/** The REST surface: which request meets what. The order of the checks is the real one. */
export function answer(cluster: SimulatedCluster, asked: Asked): Answer {
  const trouble = cluster.strike();
  if (trouble !== undefined) return toAnswer(cluster, trouble);
  const { pathname: path, searchParams: params } = requestUrl(asked.target);
  const { method, body } = asked;
  if (path === "/$/GetAadMetadata" && method === "GET") return aadMetadata(cluster, params);

  const role = admit(cluster.access, asked, cluster.now());
  if (typeof role !== "string") return refuse(role);
  const request = { role, method, path, params, body };
  return serviceRoute(cluster, request) ?? nativeRoute(cluster, request) ?? refuse(badRoute);
}

/** `//` is a request line a client can send, and no relative URL. */
export function requestUrl(target: string): URL {
  return URL.parse(`http://cluster${target}`) ?? new URL("http://cluster");
}

/** For everybody: where else would a client learn whom to ask for a token? */
function aadMetadata(cluster: SimulatedCluster, params: URLSearchParams): Answer {
  if (!cluster.acceptsNatively(params.get("api-version") ?? "")) return refuse(badRoute);
  return { kind: "reply", reply: nativeReply(aadMetadataBody(cluster.access)) };
}
