/** Sends callbacks for bench/webhook.ts, from a process of its own: `webhook-sender.mjs <port> <connections> <paths>`. */
import { connect, type Socket } from "node:net";

const [, , port = "", connections = "1", json = "[]"] = process.argv;
const paths: string[] = JSON.parse(json);

/** Keep-alive connections that send one request, and wait for its answer. */
const sockets = await Promise.all(
  Array.from(
    { length: Number(connections) },
    () =>
      new Promise<Socket>((resolve) =>
        connect(Number(port), "127.0.0.1", function open() {
          resolve(this as unknown as Socket);
        }),
      ),
  ),
);
process.send?.({});

process.on("message", async ({ first, events }: { first: number; events: number }) => {
  let next = first;
  const sending = sockets.map(async (socket) => {
    for (let index = next++; index < first + events; index = next++) await send(socket, index);
  });
  await Promise.all(sending);
  process.send?.({});
});
process.once("disconnect", () => process.exit());

/** Of each task first that it is being made, then its end. */
function send(socket: Socket, index: number): Promise<void> {
  const task = index >> 1;
  const body = JSON.stringify({
    task_id: String(115_334_141_465_000 + task),
    status: index % 2 ? "success" : "processing",
    file_id: index % 2 ? "205258526306433" : "",
    base_resp: { status_code: 0, status_msg: "success" },
  });
  const path = paths[task % paths.length];
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  return new Promise((resolve) => {
    let answer = "";
    const hear = (chunk: Buffer) => {
      answer += chunk;
      // Both kinds of answer end so: with the object, or with the last chunk after it.
      if (!/\}(\r\n0\r\n\r\n)?$/.test(answer)) return;
      if (!answer.startsWith("HTTP/1.1 200")) throw new Error(answer.split("\r\n")[0]);
      socket.off("data", hear);
      resolve();
    };
    socket.on("data", hear);
  });
}
