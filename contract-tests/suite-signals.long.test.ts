/** Ends a process of `contract --server prism`, and checks its report, and that Prism ends too. */
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { bundledFiles } from "../openapi/bundle.js";
import type { Report } from "../src/contract/index.js";
import { builtCommandLine } from "./helpers/command-line.js";
import { folderForAll } from "./helpers/temporary-folder.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const folder = folderForAll();
const program = builtCommandLine(folder);
beforeAll(async () => {
  const bundles = join(folder, "package/dist/openapi");
  mkdirSync(bundles);
  writeFileSync(join(bundles, "minimax.json"), JSON.stringify((await bundledFiles())["minimax.json"]));
});

/** Starts a run, and waits until it has written its first report. */
async function underWay(name: string) {
  const place = join(folder, name);
  const child = program(["contract", "--server", "prism", "--report", place]);
  const report = (): Report => JSON.parse(readFileSync(join(place, "report.json"), "utf8"));
  await vi.waitFor(() => expect(existsSync(join(place, "report.json"))).toBe(true), { timeout: 60_000, interval: 50 });
  return { child, report };
}

/** Whether a server listens. Sends nothing, because Prism would end on logging if nobody reads its log. */
function isOpen(url = ""): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  const seen = Promise.race([once(socket, "connect").then(() => true), once(socket, "error").then(() => false)]);
  return seen.catch(() => false).finally(() => socket.destroy());
}

const prismOf = ({ runs }: Report) => runs[0]?.target.baseUrl;
const expectPrismGone = (url: string | undefined) =>
  vi.waitFor(async () => expect(await isOpen(url)).toBe(false), { timeout: 10_000 });

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s writes a report of the tests so far, and ends the run with %i, and Prism with it", async (signal, code) => {
  const { child, report } = await underWay(signal);
  const { exchanges } = report().runs[0] ?? {};
  expect(await isOpen(prismOf(report()))).toBe(true);
  child.kill(signal);
  expect(await once(child, "exit")).toEqual([code, null]);
  expect(child.said().stderr).toContain(`Stopped. What was tested so far is in ${join(folder, signal)}.`);
  expect(report().runs[0]?.exchanges).toBeGreaterThan(exchanges ?? 0);
  expect(report().runs[0]?.warnings[0]).toBe("the run has not ended: what is missing here was not tested");
  await expectPrismGone(prismOf(report()));
});

test("SIGKILL leaves the last report complete, and ends Prism as well", async () => {
  const { child, report } = await underWay("SIGKILL");
  child.kill("SIGKILL");
  expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
  expect(report().runs[0]?.warnings[0]).toBe("the run has not ended: what is missing here was not tested");
  await expectPrismGone(prismOf(report()));
});
