import { expect, test } from "vitest";
import { createClient } from "../src/client.js";
import type { ListedTask, ListOptions } from "../src/tasks/list-tasks.js";
import { failureOf } from "./helpers/failure-of.js";
import { answers } from "./helpers/fake-fetch.js";

const item = (id: string) => ({ id, status: "running", task_type: "generation" });

/** All that a list gives of such pages, and what was asked for. */
async function listed(pages: object[], options?: ListOptions) {
  const { options: usual, sent } = answers(...pages);
  const all: ListedTask[] = [];
  for await (const one of createClient(usual).videos.list(options)) all.push(one);
  return { all, ids: all.map(({ task }) => task.id), asked: sent.map(({ request }) => request) };
}

const PATH = "GET /v2/query/video_generation?page_num=";

test("asks for pages of 50 until as many came as there are", async () => {
  const pages = [
    { items: [item("1"), item("2")], total: 3 },
    { items: [item("3")], total: 3 },
  ];
  expect(await listed(pages)).toMatchObject({
    ids: ["1", "2", "3"],
    asked: [`${PATH}1&page_size=50`, `${PATH}2&page_size=50`],
  });
});

test("asks by every filter that it is given, each id by itself, and by no empty one", async () => {
  const options = {
    status: "queued",
    model: "MiniMax-H3",
    kind: "regeneration",
    ids: ["1", "2"],
    pageSize: 7,
  } as const;
  const { asked } = await listed([{ items: [], total: 0 }], options);
  expect(asked).toEqual([
    `${PATH}1&page_size=7&filter.status=queued&filter.model=MiniMax-H3&filter.task_type=regeneration&filter.task_ids=1&filter.task_ids=2`,
  ]);
  expect((await listed([{ items: [], total: 0 }], { model: "" })).asked).toEqual([`${PATH}1&page_size=50`]);
});

test("ends at an empty page, whatever the total says", async () => {
  expect(
    (
      await listed([
        { items: [item("1")], total: 9 },
        { items: [], total: 9 },
      ])
    ).asked,
  ).toHaveLength(2);
});

test("ends where nobody says how many there are at the first page that brings nothing new", async () => {
  const pages = [{ items: [item("1")] }, { items: [item("2")] }, { items: [item("2")] }, { items: [item("3")] }];
  expect(await listed(pages)).toMatchObject({ ids: ["1", "2"], asked: expect.objectContaining({ length: 3 }) });
});

test("gives no task twice, though new ones move the others on, and leaves out what has no id", async () => {
  const odd = [{}, { id: "" }, { id: null, status: "running" }, null, "8"];
  const pages = [
    { items: [item("1"), item("2"), ...odd], total: 9 },
    { items: [item("2"), item("3")], total: 9 },
  ];
  expect((await listed(pages)).ids).toEqual(["1", "2", "3"]);
});

test("tells of a task what the service tells, in milliseconds", async () => {
  const told = { model: "MiniMax-H3", duration: 5, resolution: "768P", created_at: 7, updated_at: 9 };
  const { all } = await listed([{ items: [{ ...item("1"), ...told }], total: 1 }]);
  const facts = { createdAt: 7000, model: "MiniMax-H3", duration: 5, resolution: "768P" };
  expect(JSON.parse(JSON.stringify(all))).toEqual([
    {
      task: { version: 1, id: "1", kind: "generation", server: "global", ...facts },
      status: { state: "running", taskId: "1", word: "running" },
      createdAt: 7000,
      updatedAt: 9000,
    },
  ]);
});

test("leaves out what the service does not tell, or tells otherwise", async () => {
  const odd = { model: 3, duration: "5", resolution: "", created_at: "7", updated_at: null };
  for (const told of [{}, odd, { ...odd, resolution: 768 }]) {
    const { all } = await listed([{ items: [{ ...item("1"), ...told }], total: 1 }]);
    expect(Object.keys(all[0] ?? {})).toEqual(["task", "status"]);
    expect(all[0]?.task.toJSON()).toEqual({ version: 1, id: "1", kind: "generation", server: "global" });
  }
});

test("fails when no list comes, after it has asked again", async () => {
  const { options, sent, clock } = answers({ items: {}, total: 1 });
  const error = await failureOf(clock.until(createClient(options).videos.list().next()));
  expect(error).toMatchObject({ name: "ApiError", operation: "videoGenerationV2List", status: 200 });
  expect(error.message).toMatch(/has no items, so it is not one of this API$/);
  expect(sent).toHaveLength(2);
});

test("ends with the reason of its caller", async () => {
  const reason = new Error("enough");
  const { options } = answers({ items: [], total: 0 });
  const list = createClient(options).videos.list({ signal: AbortSignal.abort(reason) });
  expect(await failureOf(list.next())).toBe(reason);
});
