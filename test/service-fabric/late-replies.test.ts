import { createServer, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { AMPLE_MS, gatewayError, SHORT_MS } from "../contract/face.ts";
import { listening, opened, type Listening } from "./scene.ts";

/* On a connection that is kept, an answer belongs to a question by its place alone: whatever is out of place ends the connection. */

const progress = (state: string): string => {
  const body = JSON.stringify({ RestoreState: state });
  return `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
};

/** A server that is told of every request on a connection, the first one being 1. */
function raw(on: (socket: Socket, request: number, connection: number) => void): Promise<Listening> {
  let connections = 0;
  return listening(
    createServer((socket) => {
      const connection = ++connections;
      let requests = 0;
      socket.on("data", () => on(socket, ++requests, connection));
    }),
  );
}

describe("a reply that is out of place is not the answer to the next question", () => {
  test("one that comes when nobody waits for it any more", async () => {
    let late: (() => void) | undefined;
    await using server = await raw((socket, _, connection) => {
      if (connection === 1) late = () => void socket.write(progress("Success"));
      else {
        late?.();
        socket.write(progress("Failure"));
      }
    });
    await using cluster = opened(new URL(`http://127.0.0.1:${server.port}`));
    expect((await gatewayError(cluster.look(SHORT_MS))).code).toBe("timed-out");
    expect((await cluster.look(AMPLE_MS)).progress?.state).toBe("Failure");
    expect(server.connections.made).toBe(2);
  });

  test("a second one to the same question, behind the first", async () => {
    await using server = await raw((socket, _, connection) => {
      socket.write(connection === 1 ? progress("Accepted") + progress("Success") : progress("Failure"));
    });
    await using cluster = opened(new URL(`http://127.0.0.1:${server.port}`));
    expect((await cluster.look()).progress?.state).toBe("Accepted");
    expect((await cluster.look()).progress?.state).toBe("Failure");
    expect(server.connections.made).toBe(2);
  });

  test("what is left of one that was longer than it said", async () => {
    await using server = await raw((socket, _, connection) => {
      const none = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnull";
      socket.write(connection === 1 ? none + progress("Success") : progress("Failure"));
    });
    await using cluster = opened(new URL(`http://127.0.0.1:${server.port}`));
    expect((await cluster.look()).progress).toBeNull();
    expect((await cluster.look()).progress?.state).toBe("Failure");
  });
});
