import { afterEach, expect, test, vi } from "vitest";
import { ValidationError } from "./base/errors.js";
import { connect } from "./connection.js";
import { retrieveFile } from "./files/retrieve-file.js";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

/** The URL and the key of a connection's first call. */
async function sentBy(options: Parameters<typeof connect>[0] = {}) {
  const sent: [url: string, key: string | null][] = [];
  const connection = connect({
    ...options,
    fetch: async (url, init) => {
      sent.push([String(url), new Headers(init?.headers).get("authorization")]);
      return Response.json({ file: { file_id: "7" }, base_resp: { status_code: 0 } });
    },
  });
  const engine = await connection.context();
  expect(await connection.context()).toBe(engine);
  await retrieveFile(engine, "7");
  return sent[0];
}

const PATH = "/v1/files/retrieve?file_id=7";

test("the key and the server come from the environment if they are not given", async () => {
  vi.stubEnv("MINIMAX_API_KEY", "of-the-environment");
  vi.stubEnv("MINIMAX_SERVER", "https://own.example.com");
  expect(await sentBy()).toEqual([`https://own.example.com${PATH}`, "Bearer of-the-environment"]);
  expect(await sentBy({ server: "global", apiKey: "mine" })).toEqual([`https://api.minimax.io${PATH}`, "Bearer mine"]);
});

test("an empty environment variable counts as absent", () => {
  vi.stubEnv("MINIMAX_SERVER", "");
  expect(connect().server.name).toBe("global");
});

test.each([undefined, {}])("without an environment, as in browsers, the defaults apply: %j", (process) => {
  vi.stubGlobal("process", process);
  expect(connect().server.name).toBe("global");
});

test("an unknown server is refused at once", () => {
  expect(() => connect({ server: "chin" })).toThrow(ValidationError);
});
