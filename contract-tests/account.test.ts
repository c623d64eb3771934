/** The account of the mock. src/account/account.test.ts tests the calls. */
import { expect, test } from "vitest";
import { createClient } from "../src/index.js";
import { startMock } from "../src/mock/index.js";
import { failureOf } from "./helpers/failure-of.js";

test("the mock returns a balance or a quota by the kind of the key, and says what is wrong with a key", async () => {
  const mock = await startMock();
  const { account } = createClient({ server: mock.url, apiKey: "sk-api-any" });
  const plan = createClient({ server: mock.url, apiKey: "sk-cp-any" }).account;
  expect((await account.balance()).available_amount).toBe("98.00");
  expect((await plan.quota()).map(({ model_name }) => model_name)).toEqual(["general"]);
  for (const call of [account.quota, plan.balance])
    expect(await failureOf(call())).toMatchObject({ kind: "authentication", code: 2049 });
  expect(await account.verify()).toMatchObject({ accepted: true, keyKind: "pay-as-you-go" });
  const refused = createClient({ server: mock.url, apiKey: "mock-invalid-key" }).account;
  expect(await refused.verify()).toMatchObject({ accepted: false });
  await mock.close();
});
