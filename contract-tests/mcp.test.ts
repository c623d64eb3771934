/** The MCP server, through the SDK's own client, against the mock. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { type CallToolResult, ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, beforeAll, expect, test } from "vitest";
import { createMcpServer, type McpOptions } from "../src/mcp/index.js";
import { openJournal } from "../src/node/index.js";
import { mockForAll } from "./helpers/mock-for-all.js";
import { folderForAll } from "./helpers/temporary-folder.js";

const WISH = { model: "MiniMax-Hailuo-2.3", prompt: "a red fox nobody may read", duration: 6, resolution: "768P" };
const PRICE = 0.28;

const created: string[] = [];
const folder = folderForAll();
const videos = join(folder, "videos");
const ends: (() => Promise<unknown>)[] = [];

const mock = mockForAll({
  speed: 200,
  onRequest: ({ method, path }) => method === "POST" && path.includes("generation") && created.push(path),
});
beforeAll(() => mkdirSync(videos));
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  created.length = 0;
  for (const file of readdirSync(videos)) rmSync(join(videos, file), { recursive: true });
});

let journals = 0;

/** A host that is connected to a server. `answer` is its user's answer to questions, or absent if it cannot ask. */
async function hostOf(options: McpOptions = {}, answer?: (message: string) => object, elicitation = {}) {
  const server = await createMcpServer({
    // Uses the prices of a region with the address of the mock.
    server: { baseUrl: mock.url, like: "global" },
    apiKey: "sk-api-secret",
    folders: [videos],
    journal: await openJournal(join(folder, `journal-${++journals}`)),
    ...options,
  });
  const client = new Client({ name: "host", version: "1" }, { capabilities: answer ? { elicitation } : {} });
  const asked: string[] = [];
  if (answer)
    client.setRequestHandler(ElicitRequestSchema, ({ params: { message } }) => {
      asked.push(message);
      return answer(message) as never;
    });
  const [here, there] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(there), client.connect(here)]);
  ends.push(() => client.close());
  const call = async (name: string, args: object = {}, more: object = {}) => {
    const result = (await client.callTool({ name, arguments: { ...args } }, undefined, more)) as CallToolResult;
    const [first] = result.content;
    // biome-ignore lint/suspicious/noExplicitAny: results of tools have any type
    const facts = result.structuredContent as any;
    return { text: first?.type === "text" ? first.text : "", facts, isError: result.isError ?? false, result };
  };
  return { client, call, asked };
}

const yes = () => ({ action: "accept", content: { buy: true } });

test("says which tool spends money, and takes its schemas from the specs", async () => {
  const { client } = await hostOf();
  const { tools } = await client.listTools();
  const buying = tools.filter(({ annotations }) => annotations?.destructiveHint).map(({ name }) => name);
  expect(buying).toEqual(["create_video", "generate_video"]);
  expect(tools.map(({ name }) => name).join(" ")).toBe(
    "check_video get_prices create_video generate_video get_task wait_for_task save_video list_tasks reconcile",
  );
  for (const { title, description, annotations, inputSchema } of tools) {
    expect([typeof title, typeof description, inputSchema.type]).toEqual(["string", "string", "object"]);
    expect(annotations).toHaveProperty("readOnlyHint");
  }
  const request = tools[0]?.inputSchema.properties?.request as { properties: Record<string, { enum: string[] }> };
  expect(request.properties.model?.enum).toContain("MiniMax-Hailuo-2.3");
  expect(client.getInstructions()).toMatch(/cost money/);
});

test("offers no tool that cannot work: none that saves without a folder, and no key parameter without a journal", async () => {
  const { client } = await hostOf({ folders: [], journal: "off" });
  const { tools } = await client.listTools();
  const names = tools.map(({ name }) => name);
  expect(names).toEqual(["check_video", "get_prices", "create_video", "get_task", "wait_for_task"]);
  expect(tools[2]?.inputSchema.properties).not.toHaveProperty("key");
  await expect(client.callTool({ name: "save_video", arguments: {} })).rejects.toThrow("There is no tool save_video");
});

test("check_video reports every mistake, or the price, and buys nothing", async () => {
  const { call } = await hostOf();
  const good = await call("check_video", { request: WISH });
  expect(good.text).toMatch(/^Valid\.\nCost: list price 0\.28 USD .*\n0\.00 of 0\.00 has been spent\.$/s);
  expect(good.facts).toMatchObject({ ok: true, cost: { amount: PRICE, currency: "USD" } });
  const bad = await call("check_video", { request: { ...WISH, duration: 7, resolution: "4K", promt: "x" } });
  expect(bad.facts.issues.map(({ path }: { path: string }) => path).sort()).toEqual([
    "duration",
    "promt",
    "resolution",
  ]);
  expect(bad.isError).toBe(false);
  expect(created).toEqual([]);
});

test("get_prices lists the prices of the region, for all models or one", async () => {
  const { call } = await hostOf();
  const all = (await call("get_prices")).facts;
  expect(new Set(all.prices.map(({ currency }: { currency: string }) => currency))).toEqual(new Set(["USD"]));
  const { prices, templates } = (await call("get_prices", { model: "MiniMax-H3" })).facts;
  expect(prices.length).toBeGreaterThan(2);
  expect(prices.every(({ model }: { model: string }) => model === "MiniMax-H3")).toBe(true);
  expect([all.templates.length > 0, templates]).toEqual([true, []]);
});

test("generate_video within the budget buys, waits with progress, and saves", async () => {
  const { call, asked } = await hostOf({ maxCost: 1 }, yes);
  const heard: { progress: number; message?: string }[] = [];
  const more = { onprogress: (one: { progress: number }) => heard.push(one), resetTimeoutOnProgress: true };
  const wish = { request: WISH, key: "fox", file_name: "a/fox.mp4" };
  const { text, facts, result } = await call("generate_video", wish, more);
  const path = join(videos, "a", "fox.mp4");
  expect(text).toMatch(/^Saved .*fox\.mp4 \(\d+ bytes\), task \d+\.$/);
  expect(readFileSync(path).length).toBe(facts.bytes);
  expect(result.content[1]).toMatchObject({
    type: "resource_link",
    uri: pathToFileURL(path).href,
    mimeType: "video/mp4",
  });
  expect(heard.map(({ progress }) => progress)).toEqual(heard.map((_, at) => at + 1));
  expect(heard.map(({ message }) => message).join()).toMatch(/Task \d+: Success \(succeeded\),Downloading/);
  const again = await call("generate_video", wish);
  expect([again.text, asked, created.length]).toEqual([expect.stringContaining("see list_tasks"), [], 1]);
  expect(JSON.stringify(result) + JSON.stringify(heard)).not.toMatch(/nobody may read|sk-api|Signature|Expires/);
});

test.each([
  ["above the sum", { maxCost: 0.3 }, 2],
  ["above what one may cost", { maxCost: 9, maxCostPerVideo: 0.1 }, 1],
  ["without a limit", {}, 1],
])("asks the user %s, and buys only if they agree", async (_, limits, at) => {
  let agreed = false;
  const { call, asked } = await hostOf(limits, () => ({ action: "accept", content: { buy: agreed } }));
  for (let count = 1; count < at; count++) await call("create_video", { request: WISH, key: `fox ${count}` });
  const declined = await call("create_video", { request: WISH, key: "more" });
  expect([declined.isError, created.length]).toEqual([true, at - 1]);
  expect(declined.text).toBe(
    `Nothing was bought: the user declined a video of MiniMax-Hailuo-2.3 6 s 768P for 0.28 USD.`,
  );
  agreed = true;
  expect((await call("create_video", { request: WISH, key: "more" })).isError).toBe(false);
  expect(created).toHaveLength(at);
  expect(asked[0]).toMatch(
    /^Buy a video of MiniMax-Hailuo-2\.3 6 s 768P for 0\.28 USD .*\? So far .* has been spent\.$/,
  );
});

test.each<[string, () => object, says?: string, elicitation?: object]>([
  ["cancels the question", () => ({ action: "cancel" })],
  ["dismisses it", () => ({ action: "decline" })],
  ["says no", () => ({ action: "accept", content: { buy: false } })],
  ["says something else", () => ({ action: "accept", content: { buy: "yes" } }), "the host did not ask its user"],
  ["can only be shown web pages", yes, "the host did not ask its user", { url: {} }],
])("buys nothing if the user %s", async (_, answer, says = "the user declined", elicitation = {}) => {
  const { call } = await hostOf({}, answer, elicitation);
  const { text, isError } = await call("create_video", { request: WISH, key: "fox" });
  expect([text, isError, created]).toEqual([expect.stringContaining(says), true, []]);
});

test("refuses requests that a host cannot make, and those without a known price", async () => {
  const { call } = await hostOf({ maxCost: 0.2 });
  const { text, isError } = await call("create_video", { request: WISH, key: "fox" });
  expect([isError, created.length]).toEqual([true, 0]);
  expect(text).toMatch(/^Nothing was bought: .* 0\.28 USD .* \(0\.00 of 0\.20 USD has been spent\).*--max-cost/);
  const rich = await hostOf({ maxCost: 1000 });
  const older = { model: "T2V-01", prompt: "a fox" };
  expect((await rich.call("create_video", { request: older, key: "old" })).text).toContain("at an unknown price");
  expect(created).toEqual([]);
});

test("a key whose price is already counted is not counted again while it is being bought, nor asked about", async () => {
  const { call, asked } = await hostOf({}, yes);
  const purchases = [1, 2, 3].map(() => call("create_video", { request: WISH, key: "owl" }));
  const [first, ...others] = await Promise.all(purchases);
  expect(asked).toHaveLength(1);
  expect(first?.text).toMatch(/0\.28 of 0\.00 USD has been spent\.$/);
  for (const { text } of others) expect(text).toMatch(/earlier, under this key\. 0\.28 of 0\.00 USD has been spent\.$/);
  expect(created).toHaveLength(1);
});

test("a call under the key of a create that is then refused asks for its own price", async () => {
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const sent: unknown[] = [];
  const fetch = async (url: unknown) => {
    sent.push(url);
    await answered;
    return Response.json({ base_resp: { status_code: 1026, status_msg: "no" } });
  };
  const { call, asked } = await hostOf({ fetch }, yes);
  const wish = { request: WISH, key: "boar" };
  const first = call("create_video", wish);
  await expect.poll(() => sent).toHaveLength(1);
  const second = call("create_video", wish);
  // By now, the second has looked into the journal, where the first is under way.
  await new Promise((resolve) => setTimeout(resolve, 100));
  answer();
  for (const { isError } of await Promise.all([first, second])) expect(isError).toBe(true);
  expect([sent.length, asked]).toEqual([2, Array(2).fill(expect.stringContaining("So far 0.00 of 0.00 USD"))]);
});

test("a refused create returns its price to the budget, but one with an unknown outcome does not", async () => {
  const { call } = await hostOf({ maxCost: PRICE });
  const refused = await call("create_video", { request: { ...WISH, prompt: "{mock:sensitive_input}" }, key: "1" });
  expect([refused.isError, refused.facts.error.name]).toEqual([true, "ApiError"]);
  const lost = await call("create_video", { request: { ...WISH, prompt: "{mock:lost_reply}" }, key: "2" });
  expect([lost.isError, lost.facts.error.name]).toEqual([true, "SubmissionUnknownError"]);
  expect((await call("create_video", { request: WISH, key: "3" })).text).toContain("0.28 of 0.28 USD has been spent");
  const { facts } = await call("list_tasks");
  expect(facts.entries.map(({ state }: { state: string }) => state)).toContain("unknown");
});

test("a call that is cancelled just before it would be sent spends nothing", async () => {
  const journal = await openJournal(join(folder, `journal-${++journals}`));
  const stop = new AbortController();
  const find: typeof journal.find = async (which) => {
    stop.abort(new Error("enough"));
    // Waits until the host has notified the server.
    await new Promise((resolve) => setTimeout(resolve, 20));
    return journal.find(which);
  };
  const { call } = await hostOf({ maxCost: PRICE, journal: { ...journal, find } });
  const wish = { request: WISH, key: "fox" };
  await expect(call("create_video", wish, { signal: stop.signal })).rejects.toThrow("enough");
  expect(created).toEqual([]);
  const { text } = await call("create_video", { ...wish, key: "another" });
  expect([text, created.length]).toEqual([expect.stringContaining("0.28 of 0.28 USD has been spent"), 1]);
});

test("waits for a while and returns, then continues", async () => {
  const { call } = await hostOf({ maxCost: 1 });
  const { facts } = await call("create_video", { request: WISH, key: "fox" });
  const task_id = facts.task.id;
  expect((await call("get_task", { task_id })).text).toMatch(/\((running|succeeded)\)$/);
  const soon = await call("wait_for_task", { task_id, timeout_seconds: 0.01 });
  expect([soon.isError, soon.facts.state]).toEqual([false, "running"]);
  expect((await call("wait_for_task", { task_id })).facts.state).toBe("succeeded");
  expect((await call("save_video", { task_id })).facts.path).toBe(join(videos, `${task_id}.mp4`));
  const twice = await call("save_video", { task_id });
  expect([twice.isError, twice.text]).toEqual([true, expect.stringContaining("already exists")]);
});

test("a failed task is a result that says why", async () => {
  const { call } = await hostOf({ maxCost: 1 });
  const { text, isError, facts } = await call("generate_video", {
    request: { ...WISH, prompt: "{mock:fail}" },
    key: "f",
  });
  expect([isError, facts.error.name]).toEqual([true, "TaskFailedError"]);
  expect(text).toMatch(/failed/);
});

test("a cancelled call ends at once, and its task is found in the journal", async () => {
  const { call } = await hostOf({ maxCost: 1 });
  const stop = new AbortController();
  const slow = { request: { ...WISH, prompt: "{mock:slow=1000}" }, key: "slow" };
  const generating = call("generate_video", slow, { signal: stop.signal });
  const entries = async () => (await call("list_tasks")).facts.entries;
  const bought = [{ state: "accepted", key: "slow" }];
  await expect.poll(entries, { timeout: 10_000 }).toMatchObject(bought);
  stop.abort(new Error("enough"));
  await expect(generating).rejects.toThrow("enough");
  expect(await entries()).toMatchObject(bought);
});

test("local files are read only in the allowed folders", async () => {
  const { call } = await hostOf();
  const png = readFileSync(new URL("../openapi/first-frame.png", import.meta.url));
  for (const path of [join(folder, "outside.png"), join(videos, "in.png")]) writeFileSync(path, png);
  const check = (first_frame_image: string) => call("check_video", { request: { model: "I2V-01", first_frame_image } });
  expect((await check("in.png")).facts.ok).toBe(true);
  const { isError, result } = await check("../outside.png");
  expect([isError, JSON.stringify(result).includes(png.toString("base64").slice(0, 50))]).toEqual([true, false]);
});

test("nothing is bought for a video that cannot be saved where the model says", async () => {
  const { call } = await hostOf({ maxCost: 1 });
  const { isError } = await call("generate_video", { request: WISH, key: "fox", file_name: "../x.mp4" });
  expect([isError, created.length]).toEqual([true, 0]);
});

test.each<[tool: string, args: Record<string, unknown>, says: RegExp]>([
  ["create_video", { request: "a fox", key: "1" }, /request: must be an object/],
  ["create_video", { request: [], key: "1" }, /request: must be an object/],
  ["create_video", { request: WISH }, /key: is required/],
  ["create_video", { request: WISH, key: 7 }, /key: must be a string/],
  ["create_video", { key: "1" }, /request: is required/],
  ["check_video", { request: WISH, extra: 1 }, /extra: is not a known option/],
  ["wait_for_task", { task_id: "1", timeout_seconds: "soon" }, /timeout_seconds: must be a number of seconds/],
  ["get_task", { task_id: "1", kind: "film" }, /kind: must be one of video/],
  ["get_task", { task_id: "" }, /task_id: must be a string/],
  ["get_task", { task_id: "x".repeat(100_000) }, /task_id|not a task id|id/],
  ["reconcile", { entry_id: "nothing" }, /must be the id of an entry/],
  ["create_video", { request: { ...WISH, prompt: "x".repeat(3_000_000) }, key: "1" }, /prompt: takes at most 2000/],
  ["create_video", { request: { ...WISH, first_frame_image: [["deep"]] }, key: "1" }, /first_frame_image/],
  ["check_video", { request: { ...WISH, subject_reference: [{ image: [7, null] }, null] } }, /subject_reference/],
])("hostile arguments get an answer: %s %j", async (tool, args, says) => {
  const { call } = await hostOf({ maxCost: 100 });
  const { text, facts } = await call(tool, args);
  expect(text).toMatch(says);
  expect(text.length).toBeLessThan(2000);
  expect(created).toEqual([]);
  expect(JSON.stringify(facts)).not.toContain("xxxxxxxxxxxxxxxx");
});

test("reconcile finds the task of a lost reply, which can then be saved", async () => {
  const { call } = await hostOf({ maxCost: 5 });
  const wish = { model: "MiniMax-H3", prompt: "{mock:lost_reply}", duration: 4, resolution: "768P", ratio: "16:9" };
  const { facts: lost } = await call("create_video", { request: wish, key: "lost" });
  expect(lost.error.name).toBe("SubmissionUnknownError");
  const [entry] = (await call("list_tasks")).facts.entries;
  expect(entry).toMatchObject({ state: "unknown", key: "lost", model: "MiniMax-H3" });
  const found = await call("reconcile", { entry_id: entry.id });
  expect(found.facts).toMatchObject({ outcome: "found", tasks: [{ kind: "generation" }] });
  const task_id = found.facts.tasks[0].id;
  expect(found.text).toBe(`Found task ${task_id}`);
  expect((await call("create_video", { request: wish, key: "lost" })).facts.task.id).toBe(task_id);
  expect((await call("save_video", { task_id })).facts.bytes).toBeGreaterThan(1000);
  expect(created).toHaveLength(1);
});

test.each<[McpOptions, RegExp]>([
  [{ maxCost: "5" as never }, /maxCost: must be an amount/],
  [{ maxCostPerVideo: Number.NaN }, /maxCostPerVideo: must be an amount/],
  [{ folders: videos as never }, /folders: must be a list/],
  [{ folders: [join(folder, "nowhere")] }, /is not an existing folder/],
  [{ maxCosts: 1 } as never, /maxCosts/],
])("createMcpServer refuses %j", async (options, says) => {
  await expect(createMcpServer({ apiKey: "any", journal: "off", ...options })).rejects.toThrow(says);
});

test("a question that is never answered ends with the call, and buys nothing", async () => {
  const { call } = await hostOf({}, () => new Promise(() => {}));
  const signal = AbortSignal.timeout(200);
  await expect(call("create_video", { request: WISH, key: "fox" }, { signal })).rejects.toThrow();
  expect(created).toEqual([]);
});
