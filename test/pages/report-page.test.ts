import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { afterAll, assert, beforeAll, describe, expect, test } from "vitest";
import { type ReportAnswer, respond } from "../../function/report/respond.ts";
import type { ReportRow } from "../../function/report/report-row.ts";
import { type Browser, type Look, startBrowser } from "./browser.ts";
import { hostileRows, manyRows, NOW, ordinaryRows } from "./fixture.ts";
import { picture } from "./screenshots.ts";

/* The report page in a real browser. Pictures of it go to `build/screenshots/`, to be looked at. */

const LOOKS: readonly Look[] = (["light", "dark"] as const).flatMap((scheme) =>
  [1280, 360].map((width) => ({ scheme, width })),
);
const SCENES: readonly (readonly [string, () => readonly ReportRow[]])[] = [
  ["ordinary", ordinaryRows],
  ["empty", () => []],
  ["hostile", hostileRows],
];

const page = (rows: readonly ReportRow[]): ReportAnswer => respond(rows, { now: NOW, format: "html" });

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => {
  await browser[Symbol.asyncDispose]();
});

describe.each(SCENES)("%s records", (name, rows) => {
  test.each(LOOKS)("$scheme, $width px wide: silent, self-contained, accessible, nothing sticks out", async (look) => {
    const opened = await browser.open(page(rows()), look);
    await openAll(opened.page);
    expect(await sideways(opened.page)).toBe(0);
    expect(await touchingLabels(opened.page)).toEqual([]);
    expect(await violations(opened.page)).toEqual([]);
    expect(opened.complaints).toEqual([]);
    expect(opened.requests).toEqual(["/api/report"]);
    await closeAllBut(opened.page, 0);
    await picture(opened.page, `${name}-${look.scheme}-${look.width}`);
    await opened.page.close();
  });
});

describe("a guarded page", () => {
  test("a script that got into it does not run, and the browser says that the policy stopped it", async () => {
    const answer = page(ordinaryRows());
    const body = answer.body.replace("</main>", "<script>document.title = 'owned'</script></main>");
    expect(body).not.toBe(answer.body);
    const opened = await browser.open({ ...answer, body }, { scheme: "light", width: 1280 });
    expect(await opened.page.title()).toMatch(/^Restore report/);
    expect(opened.complaints.join("\n")).toMatch(/Executing inline script violates .*Content Security Policy/);
    await opened.page.close();
  });

  test("styles, pictures and requests that got into it are stopped as well", async () => {
    const answer = page(ordinaryRows());
    const smuggled = `<style>h1 { display: none }</style><p style="color: red">x</p><img src="/leak"><link rel="stylesheet" href="/leak">`;
    const body = answer.body.replace("</main>", `${smuggled}</main>`);
    const opened = await browser.open({ ...answer, body }, { scheme: "light", width: 1280 });
    expect(await opened.page.locator("h1").isVisible()).toBe(true);
    expect(opened.requests).toEqual(["/api/report"]);
    expect(opened.complaints.length).toBeGreaterThanOrEqual(4);
    await opened.page.close();
  });

  test("hostile names are text: no element, attribute or link is made of them", async () => {
    const opened = await browser.open(page(hostileRows()), { scheme: "light", width: 1280 });
    expect(await opened.page.title()).toMatch(/^Restore report/);
    expect(await opened.page.locator("script, img, iframe, [onload], [onerror], [onclick]").count()).toBe(0);
    const links: unknown = await opened.page.evaluate("[...document.links].map((one) => one.getAttribute('href'))");
    const known = /^(#targets|report(\?[\w%.=&!'()*~-]*)?|verifications\/[\w-]+)$/;
    assert(Array.isArray(links) && links.length > 20);
    expect(links.filter((href) => !known.test(String(href)))).toEqual([]);
    await opened.page.close();
  });
});

describe("a page to work with", () => {
  test("the keyboard opens a target, and from there reaches its records", async () => {
    const opened = await browser.open(page(ordinaryRows()), { scheme: "light", width: 1280 });
    const first = opened.page.locator("details").first();
    await first.locator("summary").focus();
    await opened.page.keyboard.press("Enter");
    expect(await first.locator(".area").isVisible()).toBe(true);
    await opened.page.keyboard.press("Tab");
    await opened.page.keyboard.press("Tab");
    const focused = opened.page.locator("a:focus");
    expect(await focused.getAttribute("href")).toMatch(/^verifications\/[\w-]+$/);
    await opened.page.close();
  });

  test("a link to a record leads from /api/report to /api/verifications/{id}, without a query", async () => {
    const opened = await browser.open(page(ordinaryRows()), { scheme: "light", width: 1280 });
    const to = await firstRecordLink(opened.page);
    expect(to.pathname).toMatch(/^\/api\/verifications\/[\w-]{36}$/);
    expect(to.search).toBe("");
    await opened.page.close();
  });

  test.each(LOOKS)(
    "5,000 records of 200 targets fit the screen without a complaint: $scheme, $width px wide",
    async (look) => {
      const opened = await browser.open(page(manyRows(5_000, 200)), look);
      expect(await opened.page.locator(".target").count()).toBe(200);
      expect(await sideways(opened.page)).toBe(0);
      expect(opened.complaints).toEqual([]);
      await picture(opened.page, `many-${look.scheme}-${look.width}`, { fullPage: false });
      await opened.page.close();
    },
  );

  test("5,000 targets with one record each: the most urgent at length, the others in a table, accessible", async () => {
    const opened = await browser.open(page(manyRows(5_000, 5_000)), { scheme: "light", width: 360 });
    expect(await opened.page.locator(".target").count()).toBe(200);
    expect(await opened.page.locator("#rest + .scroll tbody tr").count()).toBe(1_500);
    expect(await sideways(opened.page)).toBe(0);
    await opened.page.locator("#rest").scrollIntoViewIfNeeded();
    await picture(opened.page, "rest-light-360", { fullPage: false });
    await opened.page.close();
  });

  test("on paper it is black on white, also for those who read it in the dark", async () => {
    const opened = await browser.open(page(ordinaryRows()), { scheme: "dark", width: 1280 });
    await opened.page.emulateMedia({ media: "print", colorScheme: "dark" });
    const ink = await opened.page.evaluate("getComputedStyle(document.querySelector('h1')).color");
    expect(ink).toBe("rgb(28, 36, 48)");
    expect(await opened.page.locator(".skip").isVisible()).toBe(false);
    await picture(opened.page, "print");
    await opened.page.close();
  });
});

/* What runs in the page is a string: the browser's types would otherwise hold for the whole project. */

async function openAll(opened: Page): Promise<void> {
  await opened.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
}

async function closeAllBut(opened: Page, kept: number): Promise<void> {
  await opened.evaluate(`document.querySelectorAll("details").forEach((one, at) => { one.open = at === ${kept} })`);
}

/** By how many pixels the page can be scrolled sideways. */
async function sideways(opened: Page): Promise<unknown> {
  return opened.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}

/** Labels of one plot that lie upon each other. */
async function touchingLabels(opened: Page): Promise<unknown> {
  return opened.evaluate(`[...document.querySelectorAll(".plot")].flatMap((plot) => {
    const labels = [...plot.querySelectorAll("text")].map((one) => ({ text: one.textContent, box: one.getBoundingClientRect() }));
    return labels.flatMap(({ text, box }, index) => labels.slice(index + 1)
      .filter((other) => box.left < other.box.right && other.box.left < box.right
        && box.top + 3 < other.box.bottom && other.box.top + 3 < box.bottom)
      .map((other) => text + " / " + other.text));
  })`);
}

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const LOOK_CLOSELY = `axe.run().then(({ violations, passes }) => [
  ...violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map((node) => node.html).join(" ")),
  ...(passes.length < 15 ? ["axe-core looked at next to nothing: " + passes.length] : []),
])`;

/** What axe-core objects to. It is evaluated by the debugger, which the page's policy does not concern. */
async function violations(opened: Page): Promise<unknown> {
  await opened.evaluate(await readFile(AXE, "utf8"));
  return opened.evaluate(LOOK_CLOSELY);
}

/** Where the first link to a record leads, as the browser understands it. */
async function firstRecordLink(opened: Page): Promise<URL> {
  return new URL(String(await opened.evaluate("document.querySelector('tbody a').href")));
}
