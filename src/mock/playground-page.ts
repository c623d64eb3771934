/** The playground, which a browser gets at `/`. */
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { byteReply, type MockReply } from "./mock-reply.js";
import type { MockRequest } from "./mock-request.js";

const UNBUILT = "The playground is not built yet. In a clone of the repository, run: npm run build";

/** The page, if a browser asks for `/`. Other clients get what MiniMax answers there. */
export async function playgroundReply({ method, path, headers }: MockRequest): Promise<MockReply | undefined> {
  if (method !== "get" || path !== "/" || !headers.accept?.includes("text/html")) return undefined;
  // The path is the same from dist/mock and from src/mock.
  const file = await readFile(new URL("../../dist/mock/playground.html.gz", import.meta.url)).catch(() => undefined);
  if (!file) return byteReply("text/plain; charset=utf-8", `${UNBUILT}\n`, { status: 503, note: UNBUILT });
  return byteReply("text/html; charset=utf-8", gunzipSync(file), { note: "the playground" });
}
