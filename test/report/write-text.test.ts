import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Places, writeText } from "../../shared/report/write-text.ts";

let root = "";
let places: Places = { home: "", workspace: "" };
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "files-"));
  places = { home: join(root, "home"), workspace: join(root, "work") };
  await mkdir(join(places.workspace, "there"), { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

const write = (typed: string, ...text: readonly string[]): Promise<string> =>
  writeText(typed, "name.json", text, places);

describe("a file is written where the user means it", () => {
  test.each([
    ["report.json", "work/report.json"],
    ["./a/b/c/report.json", "work/a/b/c/report.json"],
    ["../report.json", "report.json"],
    ["there", "work/there/name.json"],
    ["there/", "work/there/name.json"],
    ["not-there-yet/", "work/not-there-yet/name.json"],
    [".", "work/name.json"],
    ["~", "home/name.json"],
    ["~/evidence/", "home/evidence/name.json"],
    ["~/evidence.json", "home/evidence.json"],
    ["~not-a-home.json", "work/~not-a-home.json"],
    ["ünï cödé/😀.json", "work/ünï cödé/😀.json"],
  ])("%s is %s", async (typed, expected) => {
    const path = await write(typed, "first ", "second");
    expect(path).toBe(join(root, expected));
    expect(await readFile(path, "utf8")).toBe("first second");
  });

  test("an absolute path is taken as it is", async () => {
    expect(await write(join(root, "absolute", "x.json"), "x")).toBe(join(root, "absolute", "x.json"));
  });

  test("what was there before is replaced, not added to", async () => {
    await write("report.json", "a long text of last month");
    expect(await readFile(await write("report.json", "new"), "utf8")).toBe("new");
  });

  test("a path through a file is refused", async () => {
    await writeFile(join(places.workspace, "file"), "");
    await expect(write("file/report.json", "x")).rejects.toThrow(/file/);
  });
});
