import { expect, test } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { answers } from "../../contract-tests/helpers/fake-fetch.js";
import { createClient } from "../client.js";
import type { ListedTask, ListOptions } from "./list-tasks.js";

const PATH = "GET /v2/query/video_generation?page_num=";
const item = (id: string) => ({ id, status: "running", task_type: "generation" });
const page = (total: number | undefined, ...ids: string[]) => ({ items: ids.map(item), total });

/** The tasks that a list yields from these pages, and its requests. */
async function listed(pages: object[], given?: ListOptions) {
  const { options, sent } = answers(...pages);
  const all: ListedTask[] = [];
  for await (const one of createClient(options).videos.list(given)) all.push(one);
  return { all, ids: all.map(({ task }) => task.id), sent: sent.map(({ request }) => request) };
}

test("a list requests pages of 50", async () => {
  const { ids, sent } = await listed([page(3, "1", "2"), page(3, "3")]);
  expect(ids).toEqual(["1", "2", "3"]);
  expect(sent).toEqual([`${PATH}1&page_size=50`, `${PATH}2&page_size=50`]);
});

test("a list sends every filter, one request per id, and no empty filter", async () => {
  const filters = {
    status: "queued",
    model: "MiniMax-H3",
    kind: "regeneration",
    ids: ["1", "2"],
    pageSize: 7,
  } as const;
  const all = `${PATH}1&page_size=7&filter.status=queued&filter.model=MiniMax-H3&filter.task_type=regeneration`;
  expect((await listed([page(0), page(0)], filters)).sent).toEqual(
    filters.ids.map((id) => `${all}&filter.task_ids=${id}`),
  );
  expect((await listed([page(0)], { model: "" })).sent).toEqual([`${PATH}1&page_size=50`]);
});

test.each<[string, (given: string[]) => string[]]>([
  ["a name for each id", (given) => given],
  ["one name with commas", (given) => (given[0] ?? "").split(",")],
  ["no filter of ids", () => ["5", "2", "1", "3"]],
])("a list of ids yields exactly these if a service reads %s", async (_, read) => {
  const fetch = async (url: unknown) => {
    const query = new URL(String(url)).searchParams;
    const known = read(query.getAll("filter.task_ids")).filter((id) => id !== "4");
    const ids = known.slice(2 * Number(query.get("page_num")) - 2);
    return Response.json(page(4, ...ids.slice(0, 2)));
  };
  const all: string[] = [];
  const list = createClient({ apiKey: "sk-1", fetch }).videos.list({ ids: ["1", "2", "1", "4"] });
  for await (const { task } of list) all.push(task.id);
  expect(all).toEqual(["1", "2"]);
});

const odd = [{}, { id: "" }, { id: null, status: "running" }, null, "8"];
test.each<[string, object[], string[], number]>([
  ["ends at an empty page, whatever the total says", [page(9, "1"), page(9)], ["1"], 2],
  [
    "without a total ends at the first page that brings nothing new",
    [page(undefined, "1"), page(undefined, "2"), page(undefined, "2"), page(undefined, "3")],
    ["1", "2"],
    3,
  ],
  [
    "yields no task twice, even if new ones shift the others",
    [page(4, "1", "2"), page(4, "2", "3")],
    ["1", "2", "3"],
    2,
  ],
  ["is empty if its items are null (B8)", [{ items: null, total: 0 }], [], 1],
  ["is empty if its items are null, in an envelope (B8)", [{ code: 0, message: "ok", data: { items: null } }], [], 1],
  ["takes an id from task_id as well", [{ items: [{ task_id: "1", status: "running" }], total: 1 }], ["1"], 1],
  ["leaves out items without an id", [{ items: [item("1"), ...odd], total: 6 }], ["1"], 1],
])("a list %s", async (_, pages, ids, requests) => {
  expect(await listed(pages)).toMatchObject({ ids, sent: { length: requests } });
});

test("a list yields the facts from the service, with times in milliseconds", async () => {
  const told = { model: "MiniMax-H3", duration: 5, resolution: "768P", created_at: 7, updated_at: 9 };
  const { all } = await listed([{ items: [{ ...item("1"), ...told }], total: 1 }]);
  const facts = { createdAt: 7000, model: "MiniMax-H3", duration: 5, resolution: "768P" };
  const task = { version: 1, id: "1", kind: "generation", server: "global", ...facts };
  const status = { state: "running", taskId: "1", word: "running" };
  expect(JSON.parse(JSON.stringify(all))).toEqual([{ task, status, createdAt: 7000, updatedAt: 9000 }]);
});

test.each([
  {},
  { model: 3, duration: "5", resolution: "", created_at: "7", updated_at: null },
  { resolution: 768 },
])("a list omits facts that are missing or have another type: %j", async (told) => {
  const { all } = await listed([{ items: [{ ...item("1"), ...told }], total: 1 }]);
  expect(Object.keys(all[0] ?? {})).toEqual(["task", "status"]);
  expect(all[0]?.task.toJSON()).toEqual({ version: 1, id: "1", kind: "generation", server: "global" });
});

test("a list fails if the reply has no items, after retries", async () => {
  const { options, sent, clock } = answers({ items: {}, total: 1 });
  const error = await failureOf(clock.until(createClient(options).videos.list().next()));
  expect(error).toMatchObject({ name: "ApiError", operation: "videoGenerationV2List", status: 200 });
  expect(error.message).toMatch(/has no items, so it is not a reply of this API$/);
  expect(sent).toHaveLength(2);
});

test("a list ends with the caller's reason", async () => {
  const reason = new Error("enough");
  const list = createClient(answers(page(0)).options).videos.list({ signal: AbortSignal.abort(reason) });
  expect(await failureOf(list.next())).toBe(reason);
});
