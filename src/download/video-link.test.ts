import { describe, expect, test, vi } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { ApiError } from "../base/errors.js";
import type { Video } from "../base/task.js";
import type { HttpContext } from "../http/transport.js";
import { liveLink } from "./video-link.js";

const START = Date.UTC(2026, 10, 20);
const MINUTE = 60_000;

/** The link of a task whose status contains it. Each query returns another link. */
function linkOf(
  first?: { url: string; askedAt: number },
  urls: (string | undefined)[] = ["https://a.test/1", "https://a.test/2"],
) {
  let now = START;
  let asked = 0;
  const status = vi.fn(async (_options: { signal?: AbortSignal }) => {
    const url = urls[Math.min(asked++, urls.length - 1)];
    return { state: "succeeded", taskId: "7", word: "success", ...(url === undefined ? {} : { url }) };
  });
  const task = { id: "7", status };
  const video = { taskId: "7", task } as unknown as Video;
  const server = { baseUrl: "https://gateway.test/minimax" };
  const context = { server, clock: { now: () => now, monotonic: () => now } } as HttpContext;
  const live = liveLink(context, video, first?.url, first?.askedAt ?? START);
  const passes = (time: number) => {
    now += time;
  };
  return { live, status, task, passes };
}

describe("a link without an expiry", () => {
  test("is requested once in half an hour", async () => {
    const { live, status, passes } = linkOf();
    expect(await live()).toBe("https://a.test/1");
    passes(30 * MINUTE - 1);
    expect(await live()).toBe("https://a.test/1");
    expect(status).toHaveBeenCalledTimes(1);
    passes(1);
    expect(await live()).toBe("https://a.test/2");
  });

  test("is the one in the task's status, with the age of that status, unless a fresh one is requested", async () => {
    const { live, status, passes } = linkOf({ url: "https://a.test/0", askedAt: START - 20 * MINUTE });
    expect(await live()).toBe("https://a.test/0");
    expect(status).not.toHaveBeenCalled();
    expect(await live({ fresh: true })).toBe("https://a.test/1");
    passes(29 * MINUTE);
    expect(await live({ fresh: false })).toBe("https://a.test/1");
    const old = linkOf({ url: "https://a.test/0", askedAt: START - 30 * MINUTE });
    expect(await old.live()).toBe("https://a.test/1");
  });
});

describe("a link with an expiry is reused until five minutes before, or for half of its lifetime if that is longer", () => {
  const end = START + 60 * MINUTE;
  const seconds = end / 1000;
  const LATE = "Date=20261120T001000Z";

  test.each<[query: string, good: number]>([
    [`Expires=${seconds}`, 55],
    [`x-oss-expires=${seconds}&OSSAccessKeyId=a`, 55],
    [`X-Amz-Date=20261120T000000Z&X-Amz-Expires=3600`, 55],
    [`X-Amz-${LATE}&X-Amz-Expires=1200`, 25],
    [`X-Tos-${LATE}&x-tos-expires=1200`, 25],
    [`X-Goog-${LATE}&x-goog-expires=1200`, 25],
    [`x-oss-${LATE}&x-oss-expires=1200`, 25],
    ["X-Amz-Date=20261120T000000Z&X-Amz-Expires=300", 2.5],
    [`Expires=${START / 1000 + 480}`, 4],
    // These contain no expiry.
    ["Expires=123", 30],
    ["Expires=17950000000", 30],
    ["X-Amz-Date=20261120T000000Z", 30],
    ["X-Amz-Expires=3600", 30],
    ["X-Amz-Date=yesterday&X-Amz-Expires=3600", 30],
    ["X-Amz-Date=20261120T000000Z&X-Amz-Expires=soon", 30],
    ["X-Our-Date=20261120T001000Z&X-Our-Expires=1200", 30],
  ])("%s", async (query, good) => {
    const { live, status, passes } = linkOf(undefined, [`https://a.test/1?${query}`]);
    await live();
    passes(good * MINUTE - 1);
    await live();
    expect(status).toHaveBeenCalledTimes(1);
    passes(1);
    await live();
    expect(status).toHaveBeenCalledTimes(2);
  });
});

describe("the link that the service returns", () => {
  test.each([
    ["www.downloadurl.com/a", "https://www.downloadurl.com/a"],
    ["http://a.test/1", "http://a.test/1"],
    ["HTTPS://a.test/1", "HTTPS://a.test/1"],
    ["/files/a.mp4?sig=1", "https://gateway.test/files/a.mp4?sig=1"],
    ["//a.test/1", "https://a.test/1"],
  ])("may be %s", async (given, link) => {
    expect(await linkOf(undefined, [given]).live()).toBe(link);
    expect(await linkOf({ url: given, askedAt: START }).live()).toBe(link);
  });

  test.each([
    undefined,
    "",
    "ftp://a.test/1",
    "xhttps://a.test",
    "https://",
    "a b",
  ])("is not usable: %s", async (given) => {
    const { live, task } = linkOf(undefined, [given]);
    const message = "Task 7 is finished, but the service returned no usable link to its video";
    expect(await failureOf(live())).toMatchObject({ name: "DownloadError", message, taskId: "7", task });
  });

  test("may be missing, and then the error has the task", async () => {
    const { live, status, task } = linkOf();
    status.mockRejectedValueOnce(new ApiError("gone", { kind: "invalid_request", retryable: false, status: 200 }));
    expect(await failureOf(live())).toMatchObject({ message: "gone", task, taskId: "7" });
    status.mockResolvedValueOnce({ state: "failed", taskId: "7", word: "expired" });
    expect(await failureOf(live())).toMatchObject({ name: "DownloadError" });
    expect(await live()).toMatch(/^https:/);
  });
});

test("the request for a link ends with the caller's signal", async () => {
  const { live, status } = linkOf();
  const { signal } = new AbortController();
  await live({ signal });
  expect(status).toHaveBeenCalledWith({ signal });
  expect(await failureOf(live({ signal: AbortSignal.abort("before") }))).toBe("before");
  expect(status).toHaveBeenCalledTimes(1);
});
