import { afterAll, beforeAll } from "vitest";
import { type Mock, type MockOptions, startMock } from "../../src/mock/index.js";

/** A mock that starts before the tests of a file or a `describe` and ends after them. */
export function mockForAll(options?: MockOptions): Mock {
  let mock: Mock;
  // Loading Prism takes seconds, or minutes on a busy machine.
  beforeAll(async () => {
    mock = await startMock(options);
  }, 300_000);
  afterAll(() => mock?.close());
  return new Proxy({} as Mock, { get: (_, name) => Reflect.get(mock, name) });
}
