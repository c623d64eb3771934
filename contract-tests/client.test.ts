/** Every request example of the specs, sent by the client to Prism, and the raw client. */
import { describe, expect, inject, test } from "vitest";
import { createClient, type MiniMax } from "../src/index.js";
import { LIKE, type Name, operation } from "./helpers/documents.js";

/** A client that asks Prism for one named example. */
function clientFor(example: string, name: Name = "minimax"): MiniMax {
  return createClient({
    apiKey: "test",
    server: { baseUrl: inject("prism")[name] as string, like: LIKE[name] },
    fetch: (url, init) =>
      fetch(url, { ...init, headers: { ...(init?.headers as Record<string, string>), prefer: `example=${example}` } }),
  });
}

describe("every request example is sent unchanged, and accepted", () => {
  const requests = (name: Name, operationId: string) => Object.entries(operation(name, operationId).requests);

  test.each(requests("minimax", "videoGeneration"))("official: %s", async (_, request) => {
    const minimax = clientFor("success");
    const { ok, issues } = await minimax.videos.check(request);
    expect([ok, issues.filter(({ severity }) => severity === "error")]).toEqual([true, []]);
    expect((await minimax.videos.create({ ...request, callback_url: undefined })).id).toBe("106916112212032");
  });

  test.each(requests("minimax", "videoTemplateGeneration"))("template: %s", async (_, request) => {
    const minimax = clientFor("success");
    expect((await minimax.templates.create({ ...request, callback_url: undefined })).id).toBe("401047179385389059");
  });

  test.each(requests("quickrouter", "videoGeneration"))("QuickRouter: %s", async (_, request) => {
    const minimax = clientFor(firstOf("quickrouter", "videoGeneration"), "quickrouter");
    expect((await minimax.videos.create({ ...request, callback_url: undefined })).id).toBe("106916112212032");
  });
});

function firstOf(name: Name, operationId: string): string {
  return Object.keys(operation(name, operationId).responses)[0] as string;
}

describe("the raw client", () => {
  test("sends a body unchanged: Prism's 422 for an invalid one is returned as an error", async () => {
    const { error, response } = await clientFor("success").api.POST("/v1/video_generation", {
      body: { model: "S2V-01" } as never,
    });
    expect(response.status).toBe(422);
    expect(JSON.stringify(error)).toContain("subject_reference");
  });
});
