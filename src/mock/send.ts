/** Sending a parcel: at once, late, slowly or not to its end. */
import type { ServerResponse } from "node:http";
import type { Parcel } from "./wire.js";

/** How many pieces a body trickles in. */
const PIECES = 10;

/** Sends a parcel. Resolves when all of it is handed over, or the caller has hung up; at once unless it is a slow one. */
export async function send(response: ServerResponse, parcel: Parcel): Promise<void> {
  const { status, headers, body, cutAfter, wait, trickle } = parcel;
  if (wait) await pause(wait, response);
  if (status === 0) return void response.destroy();
  response.writeHead(status, headers);
  if (trickle) await trickled(response, body, trickle / PIECES);
  else if (cutAfter === undefined) response.end(body);
  else response.write(body.subarray(0, cutAfter), () => response.destroy());
}

async function trickled(response: ServerResponse, body: Buffer, interval: number): Promise<void> {
  response.flushHeaders();
  const size = Math.ceil(body.length / PIECES);
  for (let at = 0; at < body.length && !response.destroyed; at += size) {
    await pause(interval, response);
    response.write(body.subarray(at, at + size));
  }
  response.end();
}

/** Ends early when the caller hangs up, or the mock is closed. */
function pause(milliseconds: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    response.once("close", done);
    function done() {
      clearTimeout(timer);
      response.off("close", done);
      resolve();
    }
  });
}
