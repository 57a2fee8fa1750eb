import {
  BlobSASPermissions,
  BlobServiceClient,
  type ContainerClient,
  ContainerSASPermissions,
} from "@azure/storage-blob";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seal } from "../../shared/evidence/seal.ts";
import { isObject } from "../../shared/restore/fields.ts";
import { idOf, contentFor, nameOf, series, stored } from "../evidence/series.ts";
import { type Azurite, startAzurite } from "../functions-host/azurite.ts";
import { sure } from "../restore/scenes.ts";
import { type CommandOptions, type CommandResult, runCli } from "./run-cli.ts";

/* verify-evidence as a child process: over files, folders, and a container of a real storage emulator. */

const RECORDS = series(6);
const FILES = stored(RECORDS);
const LAST = sure(RECORDS.at(-1)).integrity.sha256;

let folder = "";
let azurite: Azurite;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evidence-"));
  azurite = await startAzurite();
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await azurite[Symbol.asyncDispose]();
});

/** A folder with these files in it. */
async function placed(files: ReadonlyMap<string, string>): Promise<string> {
  const place = await mkdtemp(join(folder, "f-"));
  for (const [name, text] of files) {
    await mkdir(dirname(join(place, name)), { recursive: true });
    await writeFile(join(place, name), text);
  }
  return place;
}

const check = (args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> =>
  runCli(["verify-evidence", ...args], options);

describe("the exit code says how it stands", () => {
  test("0 where all is whole, with the digest to keep", async () => {
    const place = await placed(new Map([...FILES].map(([name, text]) => [`2026/q1/${name}`, text])));
    const { exitCode, stdout, stderr } = await check([place]);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(
      `Evidence whole: 6 records in 1 series\n  last: ${LAST} ${join(place, "2026/q1", nameOf(5))}\n`,
    );
  });

  test("1 where something was changed, and the first break is in the first line", async () => {
    const place = await placed(
      new Map([...FILES, [nameOf(2), sure(FILES.get(nameOf(2))).replace("passed", "failed")]]),
    );
    const { exitCode, stdout } = await check([place]);
    expect([exitCode, stdout.split("\n")[0]]).toEqual([
      1,
      expect.stringMatching(new RegExp(`^Evidence broken: .*${nameOf(2)}: was altered after it was sealed: it says`)),
    ]);
  });

  test("1 where the end was cut off, and its digest was kept", async () => {
    const place = await placed(new Map([...FILES].slice(0, -1)));
    expect((await check([place])).exitCode).toBe(0);
    const { exitCode, stdout } = await check([place, "--last", LAST]);
    expect([exitCode, stdout.split("\n")[0]]).toEqual([
      1,
      `Evidence broken: no record here bears ${LAST.slice(0, 12)}…: the end was cut off`,
    ]);
    expect((await check([place], { env: { SF_VERIFY_LAST: LAST } })).exitCode).toBe(1);
  });

  test("2 where something could not be checked: nothing there, no seal, no access", async () => {
    const unsealed = await placed(
      new Map(Object.entries({ "old.json": JSON.stringify(contentFor(0)), "notes.txt": "x" })),
    );
    const linked = await placed(FILES);
    await symlink(folder, join(linked, "around"));
    const ends = await Promise.all([check([join(folder, "nowhere")]), check([unsealed]), check([linked])]);
    expect(ends.map(({ exitCode, stdout }) => [exitCode, stdout.split("\n")[0]?.replace(/ \/.*\//, " ")])).toEqual([
      [2, "Evidence not proven: nowhere: cannot be read: ENOENT"],
      [2, expect.stringContaining("old.json: bears no seal: written by a version that had none, or taken off")],
      [2, "Evidence not proven: around: cannot be read: a link to a folder, which is not followed"],
    ]);
    expect(ends[1]?.stdout).toContain("1 other file of another kind: not looked at");
    expect((await check([await placed(new Map(Object.entries({ "notes.txt": "x" })))])).stdout).toContain(
      "there is no record",
    );
  });

  test("64 for bad usage, all of it at once, and no secret in it", async () => {
    const { exitCode, stdout, stderr } = await check(
      [
        "-",
        "-",
        "http://account.blob.core.windows.net/records",
        "https://user:hunter2@account.blob.core.windows.net/records",
        "https://account.blob.core.windows.net/records/blob.json",
        "https://account.blob.core.windows.net/records?sv=1&sig=hunter2",
        "--last=abc",
        "--after",
        "g".repeat(64),
        "--storage-sas=hunter2",
        "--storage-connection-string-file=/nowhere",
        "--partition-id=1",
        "--show-hosts",
        "--surplus",
      ],
      { env: { SF_VERIFY_STORAGE_CONNECTION_STRING: "hunter2" } },
    );
    expect([exitCode, stdout]).toEqual([64, ""]);
    expect(stderr).not.toContain("hunter2");
    await expect(stderr).toMatchFileSnapshot("bad-usage-evidence.txt");
    expect((await check([])).stderr).toContain(
      "a PATH is missing: a file, a folder, the URL of a blob container, or -",
    );
  });
});

describe("what it takes and what it says", () => {
  test("one record from the standard input, and whom it follows", async () => {
    const { exitCode, stdout } = await check(["-"], { stdin: sure(FILES.get(nameOf(3))) });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`after: ${sure(RECORDS[2]).integrity.sha256}, which was not looked at`);
  });

  test("JSON on stdout for programs, and the same for people on stderr", async () => {
    const { exitCode, stdout, stderr } = await check(["--json", await placed(FILES)]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ state: "whole", records: 6, series: 1, ends: [{ sha256: LAST }] });
    expect(stderr).toMatch(/^Evidence whole: 6 records/);
  });

  test("names that would like to be commands are one clean line", async () => {
    const hostile = "\n::error::\u001b[31m\u202egreen\u0007 ##[warning].json";
    const place = await placed(new Map(Object.entries({ [hostile]: "{}", "-rf.json": sure(FILES.get(nameOf(0))) })));
    const { exitCode, stdout } = await check([place]);
    expect(exitCode).toBe(2);
    expect(stdout).not.toMatch(/[\p{Cf}]|(?!\n)\p{Cc}|^\s*::|##\[/mu);
    expect(stdout.split("\n")[0]).toMatch(/^Evidence not proven: .*green.*: is no record of a restore verification$/);
    const options = { env: {}, files: [] };
    expect((await check(["--", "-rf.json"], options)).stdout).toContain("-rf.json: cannot be read: ENOENT");
  });

  test("is stopped at once, and says that it was not done", async () => {
    const { exitCode, stderr } = await check(["-"], {
      stdinOpen: true,
      meanwhile: async (child) => {
        // More than a pipe holds: once all of it is gone, it is being read.
        await new Promise((resolve) => void child.stdin.write(Buffer.alloc(2 ** 20, " "), resolve));
        child.kill("SIGTERM");
      },
    });
    expect([exitCode, stderr]).toEqual([2, "The evidence was not checked to its end: stopped by SIGTERM\n"]);
  });
});

describe("large evidence", () => {
  test("of 5,000 records nothing is kept but their places", async () => {
    const many = new Map<string, string>();
    const { schema } = contentFor(0);
    const filler = "x".repeat(20_000);
    let before: string | null = null;
    for (let n = 0; n < 5_000; n++) {
      const sealed: ReturnType<typeof seal<object>> = seal(
        { schema, partitions: [], filler, verificationId: idOf(n) },
        before,
      );
      before = sealed.integrity.sha256;
      many.set(nameOf(n), JSON.stringify(sealed));
    }
    const { exitCode, stdout } = await check([await placed(many)], {
      // 100 MB of records through 48 MB of memory.
      env: { NODE_OPTIONS: "--max-old-space-size=48" },
    });
    expect([exitCode, stdout.split("\n")[0]]).toEqual([0, "Evidence whole: 5000 records in 1 series"]);
  }, 120_000);

  test("a record of 100 MB is judged, and so is one that is nothing but brackets", async () => {
    const { schema } = contentFor(0);
    const partitions = Array.from({ length: 100 }, (_, n) => ({ n, reply: "y".repeat(1_048_576) }));
    const text = JSON.stringify(seal({ schema, verificationId: null, partitions }, null));
    const place = await placed(
      new Map(Object.entries({ "huge.json": text, "brackets.json": "[".repeat(100_000_000) })),
    );
    const [whole, refused] = [await check([join(place, "huge.json")]), await check([join(place, "brackets.json")])];
    expect([whole.exitCode, whole.stderr, refused.exitCode, refused.stderr]).toEqual([0, "", 2, ""]);
    expect(refused.stdout).toContain("brackets.json: holds more than 16000000 values: too much to be judged");
  }, 120_000);
});

describe("a blob container", () => {
  const secretsIn = (text: string): readonly string[] =>
    ["AccountKey", "sig=", ...(/AccountKey=([^;]+)/.exec(azurite.connectionString)?.slice(1) ?? [])].filter((secret) =>
      text.includes(secret),
    );
  const checked = async (args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> => {
    const result = await check(args, options);
    expect(secretsIn(`${result.stdout}${result.stderr}`)).toEqual([]);
    return result;
  };

  async function filled(name: string, files: ReadonlyMap<string, string>): Promise<ContainerClient> {
    const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(name);
    await container.create();
    await Promise.all(
      [...files].map(([path, text]) => container.getBlockBlobClient(path).upload(text, Buffer.byteLength(text))),
    );
    return container;
  }

  test("is whole by a connection string from the environment, and by a signature from a file or in the URL", async () => {
    const container = await filled("whole", FILES);
    const reading = { permissions: ContainerSASPermissions.parse("rl"), expiresOn: new Date(Date.now() + 3_600_000) };
    const signed = await container.generateSasUrl(reading);
    const sasFile = join(await placed(new Map(Object.entries({ sas: `${new URL(signed).search}\n` }))), "sas");
    const env = { SF_VERIFY_STORAGE_CONNECTION_STRING: azurite.connectionString };
    const ends = [
      await checked([container.url], { env }),
      await checked([container.url, "--storage-sas-file", sasFile]),
      await checked([signed]),
    ];
    for (const { exitCode, stdout } of ends) {
      expect([exitCode, stdout]).toEqual([0, `Evidence whole: 6 records in 1 series\n  last: ${LAST} ${nameOf(5)}\n`]);
    }
    expect(ends.map(({ stderr }) => stderr.includes("can be read by whoever lists the processes"))).toEqual([
      false,
      false,
      true,
    ]);
  });

  test("is broken where a record was taken out, or lies under another name", async () => {
    const env = { SF_VERIFY_STORAGE_CONNECTION_STRING: azurite.connectionString };
    const container = await filled("broken", new Map([...FILES].filter(([name]) => name !== nameOf(2))));
    const { exitCode, stdout } = await checked([container.url], { env });
    expect([exitCode, stdout.split("\n")[0]]).toEqual([
      1,
      expect.stringContaining(
        `Evidence broken: ${nameOf(3)}: follows ${sure(RECORDS[2]).integrity.sha256.slice(0, 12)}…`,
      ),
    ]);
  });

  test("that does not let us, that is not there, or that does not answer could not be checked", async () => {
    const container = await filled("closed", FILES);
    const env = { SF_VERIFY_STORAGE_CONNECTION_STRING: azurite.connectionString };
    const blobOnly = await container
      .getBlobClient(nameOf(0))
      .generateSasUrl({ permissions: BlobSASPermissions.parse("r"), expiresOn: new Date(Date.now() + 3_600_000) });
    const wrongKey = azurite.connectionString.replace(/AccountKey=[^;]+/, `AccountKey=${"A".repeat(43)}=`);
    const ends = await Promise.all([
      checked([container.url, "--storage-sas-file=-"], { stdin: new URL(blobOnly).search }),
      checked([container.url], { env: { SF_VERIFY_STORAGE_CONNECTION_STRING: wrongKey } }),
      checked([container.url.replace("closed", "nowhere")], { env }),
      checked(["http://127.0.0.1:9/devstoreaccount1/closed"], { env }),
      checked(["http://127.0.0.1:9/devstoreaccount1/closed?sig=x"]),
    ]);
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([2, 2, 2, 2, 2]);
    const why = ends.map(({ stdout }) => stdout.split("\n")[0]?.replace(/^.* cannot be read: /, ""));
    expect(why).toEqual([
      expect.stringMatching(/^the storage account refuses us \(HTTP 403 \w+\); Storage Blob Data Reader is enough$/),
      expect.stringMatching(/^the storage account refuses us \(HTTP 403 \w+\); Storage Blob Data Reader is enough$/),
      "HTTP 404 ContainerNotFound",
      "the connection string is of another account",
      expect.stringMatching(/^no answer \(\w+\)$/),
    ]);
  }, 120_000);
});

test("what verify leaves behind is sealed: the file, and the JSON on stdout", async () => {
  const args = ["--cluster-endpoint=http://127.0.0.1:9", "--partition-id=00000000-0000-4000-8000-000000000001"];
  const limits = ["--timeout-minutes=0.01", "--start-timeout-minutes=0.01", "--poll-interval-seconds=0.1"];
  const { stdout, file } = await runCli([...args, ...limits, "--json", "--report-path=r.json"], { files: ["r.json"] });
  expect(file("r.json")).toBe(stdout);
  const { integrity } = record(stdout);
  expect(await check(["-"], { stdin: stdout })).toMatchObject({ exitCode: 0 });
  expect(integrity).toMatchObject({ predecessorSha256: null });
  const changed = await check(["-"], { stdin: stdout.replace('"inconclusive"', '"passed"') });
  expect(changed.exitCode).toBe(1);
});

function record(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  return isObject(value) ? value : {};
}
