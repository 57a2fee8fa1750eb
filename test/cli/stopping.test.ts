import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import { stopping } from "../../cli/stopping.ts";

class Process extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

describe("a command", () => {
  test("is stopped by the first signal, which names itself as the reason", () => {
    const source = new Process();
    const { signal } = stopping(source, () => 0);
    expect(signal.aborted).toBe(false);
    source.emit("SIGTERM");
    expect([signal.reason, source.exits]).toEqual(["SIGTERM", []]);
  });

  test("takes two signals within a moment for one, and ends at once at a later one", () => {
    const source = new Process();
    let now = 1_000;
    const { signal } = stopping(source, () => now);
    source.emit("SIGINT");
    now += 5;
    source.emit("SIGINT");
    expect([signal.reason, source.exits]).toEqual(["SIGINT", []]);
    now += 1_000;
    source.emit("SIGINT");
    expect(source.exits).toEqual([2]);
  });

  test("is stopped by an error that nobody caught, and keeps it", () => {
    const source = new Process();
    const { signal } = stopping(source, () => 0);
    source.emit("uncaughtException", new RangeError("a defect"));
    expect(signal.reason).toEqual(new RangeError("a defect"));
    expect(source.exits).toEqual([]);
  });
});
