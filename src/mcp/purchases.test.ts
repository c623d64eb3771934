/** What becomes of a purchase when the host cancels, disconnects or repeats calls. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { afterEach, expect, test } from "vitest";
import { OK } from "../../contract-tests/helpers/fake-fetch.js";
import { temporaryFolder } from "../../contract-tests/helpers/temporary-folder.js";
import { defined } from "../base/record.js";
import { openJournal } from "../node/index.js";
import { createMcpServer, type McpOptions } from "./index.js";

const folder = temporaryFolder();
const WISH = { model: "MiniMax-Hailuo-2.3", prompt: "a red fox", duration: 6, resolution: "768P" };
const box = (name: string, ...bytes: number[]) => [0, 0, 0, 8 + bytes.length, ...Buffer.from(name), ...bytes];
const clip = (fill: number) =>
  Uint8Array.from([...box("ftyp", ...Buffer.from("isom"), 0, 0, 2, 0), ...box("moov"), ...box("mdat", fill)]);

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A host, and a service whose creates and downloads end when the test lets them. */
async function hostOf(options: McpOptions = {}) {
  const journal = await openJournal(folder.join("journal"));
  mkdirSync(folder.join("videos"), { recursive: true });
  const held: (() => void)[] = [];
  const holds = { creates: false, downloads: false, losesReplies: false };
  const hold = (isHeld: boolean) => isHeld && new Promise<void>((resolve) => held.push(resolve));
  let sold = 0;
  const answer = async (input: unknown, init: RequestInit = {}) => {
    const url = new URL(String(input));
    const aborted = new Promise<never>((_, reject) =>
      init.signal?.addEventListener("abort", () => reject(init.signal?.reason)),
    );
    if (init.method === "POST") {
      const task_id = String(++sold);
      if (holds.losesReplies) throw new TypeError("terminated");
      await Promise.race([hold(holds.creates), aborted]);
      return Response.json({ task_id, ...OK });
    }
    const id = url.searchParams.get("task_id") ?? url.searchParams.get("file_id") ?? "";
    if (url.pathname.includes("query")) return Response.json({ task_id: id, status: "Success", file_id: id, ...OK });
    if (url.pathname.includes("retrieve"))
      return Response.json({ file: { file_id: id, download_url: `http://127.0.0.1/${id}` }, ...OK });
    await Promise.race([hold(holds.downloads), aborted]);
    const bytes = clip(Number(url.pathname.slice(1)));
    return new Response(bytes, { headers: { "content-length": String(bytes.length) } });
  };
  const server = await createMcpServer({
    server: { baseUrl: "http://127.0.0.1:9", like: "global" },
    apiKey: "any",
    fetch: answer as typeof fetch,
    folders: [folder.join("videos")],
    journal,
    maxCost: 100,
    ...options,
  });
  const client = new Client({ name: "host", version: "1" });
  const [here, there] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(there), client.connect(here)]);
  ends.push(() => client.close());
  const call = async (name: string, args: object, signal?: AbortSignal) => {
    const { content } = await client.callTool({ name, arguments: { ...args } }, undefined, defined({ signal }));
    return (content as { text: string }[])[0]?.text ?? "";
  };
  const release = () => {
    for (const go of held.splice(0)) go();
  };
  return { client, call, journal, holds, held, release, sold: () => sold };
}

test.each([
  "cancels",
  "disconnects",
])("a task that is being bought when the host %s is found under its key", async (how) => {
  const { client, call, journal, holds, held, release, sold } = await hostOf();
  holds.creates = true;
  const stop = new AbortController();
  const buying = call("create_video", { request: WISH, key: "fox" }, stop.signal).catch(() => "gone");
  await expect.poll(() => held.length).toBe(1);
  if (how === "cancels") stop.abort(new Error("enough"));
  else await client.close();
  expect(await buying).toBe("gone");
  await new Promise((resolve) => setTimeout(resolve, 50));
  release();
  const key = { server: "http://127.0.0.1:9", key: "fox" };
  await expect.poll(() => journal.find(key)).toMatchObject({ state: "accepted", task: { id: "1" } });
  if (how === "cancels") expect(await call("create_video", { request: WISH, key: "fox" })).toContain("Task 1 was");
  expect(sold()).toBe(1);
});

test("cancelled calls that were not sent yet spend nothing", async () => {
  const { call, journal, holds, held, release, sold } = await hostOf({ createsPerMinute: 1, maxCostPerVideo: 0.3 });
  holds.creates = true;
  const stop = new AbortController();
  const calls = Array.from({ length: 20 }, (_, index) =>
    call("create_video", { request: WISH, key: `fox ${index}` }, stop.signal).catch(() => "gone"),
  );
  await expect.poll(() => held.length).toBe(1);
  stop.abort(new Error("enough"));
  await Promise.all(calls);
  release();
  await expect.poll(() => journal.list()).toMatchObject([{ state: "accepted" }]);
  const dearer = { request: { ...WISH, duration: 10 }, key: "dearer" };
  await expect.poll(() => call("create_video", dearer)).toContain("(0.28 of 100.00 USD has been spent)");
  expect(sold()).toBe(1);
});

test("a create that an earlier server has lost is sent again only if its price may be spent", async () => {
  const server = { baseUrl: "http://127.0.0.1:9", like: "global" as const, idempotencyHeader: "Idempotency-Key" };
  const { call, holds, sold } = await hostOf({ server, maxRetries: 0 });
  holds.losesReplies = true;
  expect(await call("create_video", { request: WISH, key: "fox" })).toContain("may or may not have been accepted");
  const later = await hostOf({ server, maxCost: 0 });
  expect(await later.call("create_video", { request: WISH, key: "fox" })).toContain("Nothing was bought");
  expect([sold(), later.sold()]).toEqual([1, 0]);
});

test("of two videos saved under one name at the same time, the second is refused", async () => {
  const { call, holds, held, release } = await hostOf();
  holds.downloads = true;
  const save = (task_id: string) => call("save_video", { task_id, file_name: "fox.mp4" });
  const saving = [save("1"), save("2")];
  await expect.poll(() => held.length).toBe(2);
  holds.downloads = false;
  release();
  const said = await Promise.all(saving);
  expect(said.filter((text) => text.startsWith("Saved "))).toHaveLength(1);
  expect(said.filter((text) => text.includes("another file is there"))).toHaveLength(1);
  const path = folder.join("videos", "fox.mp4");
  const first = 1 + said.findIndex((text) => text.startsWith("Saved "));
  expect([existsSync(path), [...readFileSync(path)]]).toEqual([true, [...clip(first)]]);
});
