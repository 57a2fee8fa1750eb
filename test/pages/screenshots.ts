import { mkdir } from "node:fs/promises";
import type { Page } from "playwright-core";

/** Pictures to look at, in `build/screenshots/`; never compared, never committed. */
export async function picture(page: Page, name: string, options: { readonly fullPage?: boolean } = {}): Promise<void> {
  await mkdir("build/screenshots", { recursive: true });
  await page.screenshot({ path: `build/screenshots/${name}.png`, fullPage: options.fullPage ?? true });
}
