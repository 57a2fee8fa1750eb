import { BlockList, isIP } from "node:net";

/** The proxy variables as they were found; every one may be absent, empty, or without a scheme. */
export interface ProxyVariables {
  readonly httpProxy?: string | undefined;
  readonly httpsProxy?: string | undefined;
  readonly noProxy?: string | undefined;
}

/**
 * The proxy for a URL, or none. As curl has it: https goes through HTTPS_PROXY only, NO_PROXY holds hosts, `.suffixes`,
 * `host:port`, `*`; addresses in CIDR form too. Loopback has no special place.
 * @throws TypeError where the variable is no URL, naming the variable and never its value, which may hold a password
 */
export function proxyFor(url: URL, variables: ProxyVariables): URL | undefined {
  const https = url.protocol === "https:";
  const value = (https ? variables.httpsProxy : variables.httpProxy)?.trim() ?? "";
  if (value === "" || isExempt(url, variables.noProxy ?? "")) return undefined;
  const text = value.includes("://") ? value : `http://${value}`;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  // An `@` after the host: what stands before it is half a password, cut at a `/`, `?` or `#`, and not a host to be named.
  const cut = proxy !== undefined && `${proxy.pathname}${proxy.search}${proxy.hash}`.includes("@");
  if (proxy === undefined || cut || !["http:", "https:"].includes(proxy.protocol) || proxy.hostname === "") {
    const hint = cut ? "; percent-encode its password" : "";
    throw new TypeError(`${https ? "HTTPS_PROXY" : "HTTP_PROXY"} is no http(s) URL${hint}`);
  }
  return proxy;
}

/** Host and port: all of a proxy that may be shown. */
export function proxyName(proxy: URL): string {
  return proxy.port === "" ? proxy.hostname : `${proxy.hostname}:${proxy.port}`;
}

/** The value of `Proxy-Authorization`, from the URL's user info. */
export function proxyAuthorization({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64")}`;
}

/**
 * What is secret in the values of proxy variables, in each form in which it could come to light: as written, decoded, and as it is sent. Found
 * also where the variable is no URL, as with a `/` or an `@` in a password.
 */
export function proxySecrets(values: readonly (string | undefined)[]): readonly string[] {
  const found = values.flatMap((value = "") => {
    const [, userInfo = ""] = /^(?:[^:/]*:\/\/)?(.*)@/s.exec(value.trim()) ?? [];
    const [, password = ""] = /^[^:]*:(.*)$/s.exec(userInfo) ?? [];
    const plain = userInfo.split(":").map(decoded).join(":");
    return [userInfo, password, plain, decoded(password), Buffer.from(plain).toString("base64")];
  });
  return [...new Set(found)].filter((secret) => secret !== "");
}

/** A `%` that encodes nothing stands for itself, as with curl. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isExempt(url: URL, noProxy: string): boolean {
  const host = bareHost(url.hostname);
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  return noProxy
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => matches(entry.toLowerCase(), host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  if (entry.includes("/")) return inSubnet(entry, host);
  const [, name = entry, onlyPort] = /^(.*[^:]):(\d+)$/.exec(entry) ?? [];
  if (onlyPort !== undefined && isIP(entry) === 0 && onlyPort !== port) return false;
  const wanted = bareHost(isIP(entry) === 0 ? name : entry).replace(/^\*?\./, "");
  return host === wanted || (isIP(host) === 0 && host.endsWith(`.${wanted}`));
}

function inSubnet(entry: string, host: string): boolean {
  const [network = "", prefix = ""] = entry.split("/");
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(prefix)) return false;
  const bits = Number(prefix);
  if (bits > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(network, bits, type);
  return list.check(host, type);
}

function bareHost(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "");
}
