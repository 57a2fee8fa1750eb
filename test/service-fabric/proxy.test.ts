import { describe, expect, test } from "vitest";
import {
  type ProxyVariables,
  proxyAuthorization,
  proxyFor,
  proxyName,
  proxySecrets,
} from "../../shared/service-fabric/proxy.ts";

const chosen = (url: string, variables: ProxyVariables): string | undefined => proxyFor(new URL(url), variables)?.href;

describe("the proxy", () => {
  const both = { httpProxy: "http://plain:3128", httpsProxy: "http://secure:3129" };

  test.each<readonly [string, string, ProxyVariables, string | undefined]>([
    ["of https, for https", "https://c.test:19080", both, "http://secure:3129/"],
    ["of http, for http", "http://c.test:19080", both, "http://plain:3128/"],
    ["of http never for https", "https://c.test", { httpProxy: "http://plain:3128" }, undefined],
    ["of https never for http", "http://c.test", { httpsProxy: "http://secure:3129" }, undefined],
    ["none", "https://c.test", {}, undefined],
    ["empty", "https://c.test", { httpsProxy: "" }, undefined],
    ["blank", "https://c.test", { httpsProxy: " \n" }, undefined],
    ["with gaps around it", "https://c.test", { httpsProxy: " http://secure:3129 \n" }, "http://secure:3129/"],
    ["without a scheme", "https://c.test", { httpsProxy: "127.0.0.1:8888" }, "http://127.0.0.1:8888/"],
    ["without a scheme, a name", "https://c.test", { httpsProxy: "secure:3129" }, "http://secure:3129/"],
    ["without a scheme, a user", "https://c.test", { httpsProxy: "u:p@secure:3129" }, "http://u:p@secure:3129/"],
    ["over TLS", "https://c.test", { httpsProxy: "https://secure" }, "https://secure/"],
    ["of IPv6", "https://c.test", { httpsProxy: "http://[fd00::1]:3128" }, "http://[fd00::1]:3128/"],
    [
      "with a path, which means nothing",
      "https://c.test",
      { httpsProxy: "http://secure:3129/" },
      "http://secure:3129/",
    ],
    ["for loopback too, which has no special place", "https://127.0.0.1", both, "http://secure:3129/"],
  ])("is the one %s", (_, url, variables, expected) => {
    expect(chosen(url, variables)).toBe(expected);
  });

  const NO_PROXY: readonly (readonly [string, string, string, boolean])[] = [
    ["everything", "https://c.test", "*", true],
    ["a host", "https://c.test:19080", "c.test", true],
    ["a host in another case", "https://C.test", "c.TEST", true],
    ["a host with a dot at its end", "https://c.test./", "c.test", true],
    ["one of several", "https://c.test", "a.test, b.test ,c.test", true],
    ["one of several, by gaps and lines", "https://c.test", "a.test b.test\nc.test", true],
    ["a domain", "https://a.b.test", ".b.test", true],
    ["a domain with a star", "https://a.b.test", "*.b.test", true],
    ["a domain without its dot", "https://a.b.test", "b.test", true],
    ["the domain's own host", "https://b.test", ".b.test", true],
    ["not a host that ends likewise", "https://ab.test", "b.test", false],
    ["not the domain above", "https://b.test", "a.b.test", false],
    ["not another host", "https://c.test", "d.test", false],
    ["a host and port", "https://c.test:19080", "c.test:19080", true],
    ["not another port", "https://c.test:19081", "c.test:19080", false],
    ["the port of https, unsaid", "https://c.test", "c.test:443", true],
    ["the port of http, unsaid", "http://c.test", "c.test:80", true],
    ["a domain and port", "https://a.c.test:19080", ".c.test:19080", true],
    ["an address", "https://10.1.2.3:19080", "10.1.2.3", true],
    ["not an address that ends likewise", "https://110.1.2.3", "10.1.2.3", false],
    ["no address by a part of it", "https://10.1.2.3", "2.3", false],
    ["a network", "https://10.1.2.3", "10.0.0.0/8", true],
    ["a network of 32 bits", "https://10.1.2.3", "10.1.2.3/32", true],
    ["all networks", "https://10.1.2.3", "0.0.0.0/0", true],
    ["not another network", "https://11.1.2.3", "10.0.0.0/8", false],
    ["not a name by a network", "https://c.test", "0.0.0.0/0", false],
    ["no nonsense for a network", "https://10.1.2.3", "10.0.0.0/33,10.0.0.0/x,10/8,/8,10.0.0.0/,::/0", false],
    ["an address of IPv6", "https://[::1]:19080", "::1", true],
    ["an address of IPv6 in brackets, with a port", "https://[::1]:19080", "[::1]:19080", true],
    ["not another port of IPv6", "https://[::1]:19080", "[::1]:1", false],
    ["a network of IPv6", "https://[fd00::5]", "fd00::/8", true],
    ["not another network of IPv6", "https://[fe80::5]", "fd00::/8", false],
    ["nothing", "https://c.test", " , ,", false],
  ];
  test.each(NO_PROXY)("is left out by NO_PROXY for %s", (_, url, noProxy, exempt) => {
    const proxy = "http://proxy:1/";
    expect(chosen(url, { httpProxy: proxy, httpsProxy: proxy, noProxy })).toBe(exempt ? undefined : proxy);
  });

  test.each([
    "socks5://u:hunter2@p:1",
    "ftp://u:hunter2@p",
    "http://",
    "http://u:hunter2@",
    "http://u:hunter2@p:99999",
    "://hunter2",
    "http://u:hun#ter2@p:1",
    "http://u:8#hunter2@p:1",
    "http://u:8/hunter2@p:1",
    "u:8?hunter2@p:1",
  ])("is refused where the variable holds none, by the variable's name alone: %s", (httpsProxy) => {
    const choose = (): unknown => chosen("https://c.test", { httpsProxy });
    expect(choose).toThrow(/^HTTPS_PROXY is no http\(s\) URL(; percent-encode its password)?$/);
    expect(() => chosen("http://c.test", { httpProxy: httpsProxy })).toThrow(/^HTTP_PROXY is no http/);
  });

  test.each([
    ["http://proxy:3128", undefined],
    ["http://user:pass@proxy:3128", "user:pass"],
    ["http://us%40er:p%3Ass%20w%C3%B6rd@proxy:3128", "us@er:p:ss wörd"],
    ["http://user@proxy:3128", "user:"],
    ["http://:pass@proxy:3128", ":pass"],
    ["http://user:50%@proxy:3128", "user:50%"],
    ["http://user:p%zz@proxy:3128", "user:p%zz"],
  ])("is told user and password as they were meant, and named without them: %s", (text, plain) => {
    const url = new URL(text);
    expect(proxyAuthorization(url)).toBe(
      plain === undefined ? undefined : `Basic ${Buffer.from(plain).toString("base64")}`,
    );
    expect(proxyName(url)).toBe("proxy:3128");
  });

  test.each<readonly [string, readonly string[]]>([
    ["http://proxy:3128", []],
    ["", []],
    ["http://user@proxy:3128", ["user"]],
    ["http://user:pass@proxy:3128", ["user:pass", "pass"]],
    ["user:pass@proxy:3128", ["user:pass", "pass"]],
    ["http://us%40er:p%3Ass@proxy:3128", ["us%40er:p%3Ass", "p%3Ass", "us@er:p:ss", "p:ss"]],
    ["http://user:p@ss/word#1@proxy:3128", ["user:p@ss/word#1", "p@ss/word#1"]],
    ["socks5://user:50%@proxy", ["user:50%", "50%"]],
  ])("has its secrets known, also where it is no URL: %s", (value, expected) => {
    const asSent = expected.length === 0 ? [] : [Buffer.from(expected[2] ?? expected[0] ?? "").toString("base64")];
    expect(new Set(proxySecrets([undefined, ` ${value}\n`]))).toEqual(new Set([...expected, ...asSent]));
  });
});
