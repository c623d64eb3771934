/** Sends callbacks for bench/webhook.ts from a separate process: `webhook-sender.mjs <port> <connections>`. */
import { connect, type Socket } from "node:net";

const [, , port = "", connections = "1"] = process.argv;

/** Keep-alive connections. Each sends one request at a time and waits for the answer. */
const sockets = await Promise.all(
  Array.from({ length: Number(connections) }, () => opened(connect(Number(port), "127.0.0.1"))),
);
process.send?.({});

/** A batch of events to send, from the first task on, to these paths in turn. */
export interface Batch {
  first: number;
  events: number;
  paths: string[];
}

process.on("message", async ({ first, events, paths }: Batch) => {
  const half = events / 2;
  let next = 0;
  const sending = sockets.map(async (socket) => {
    for (let index = next++; index < events; index = next++) {
      // First "processing" for all tasks of the batch, then their ends, so that no end arrives before its "processing".
      const task = first + (index % half);
      await send(socket, paths[task % paths.length] ?? "", task, index >= half);
    }
  });
  await Promise.all(sending);
  process.send?.({});
});
process.once("disconnect", () => process.exit());

function opened(socket: Socket): Promise<Socket> {
  return new Promise((resolve) => socket.once("connect", () => resolve(socket)));
}

function send(socket: Socket, path: string, task: number, isEnd: boolean): Promise<void> {
  const body = JSON.stringify({
    task_id: String(115_334_141_465_000 + task),
    status: isEnd ? "success" : "processing",
    file_id: isEnd ? "205258526306433" : "",
    base_resp: { status_code: 0, status_msg: "success" },
  });
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  return new Promise((resolve) => {
    let answer = "";
    const hear = (chunk: Buffer) => {
      answer += chunk;
      // An answer ends with the JSON object, or, if it is chunked, with the last chunk.
      if (!/\}(\r\n0\r\n\r\n)?$/.test(answer)) return;
      if (!answer.startsWith("HTTP/1.1 200")) throw new Error(answer.split("\r\n")[0]);
      socket.off("data", hear);
      resolve();
    };
    socket.on("data", hear);
  });
}
