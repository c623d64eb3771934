/** Third-party tools load our bundles, their output compiles and refuses nothing legal. docs/foreign-tools.md has the details. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { bundledFiles } from "../../openapi/bundle.js";
import { folderForAll } from "../helpers/temporary-folder.js";
import { type Probe, probes } from "./probes.js";
import { equip, tools, versions } from "./tools.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const FORMS = { "minimax.plain.json": "3.1", "minimax.3.0.json": "3.0" };
/** The forms that a tool cannot read, with the reason. */
const UNREADABLE: Record<string, string> = {
  "orval types and a client 3.1": "does not compile: the file of an upload is `unknown`",
  "orval zod schemas 3.1": "stops at a property that is `false`",
};

const folder = folderForAll();
let asked: Probe[];
beforeAll(async () => {
  asked = probes();
  for (const [name, document] of Object.entries(await bundledFiles()))
    writeFileSync(join(folder, name), JSON.stringify(document));
});

const rows: Record<string, string> = {};

describe.concurrent.each(tools.map((tool) => ({ ...tool, title: `${tool.name}, ${tool.makes}` })))("$title", (tool) => {
  test.each(Object.entries(FORMS))("reads %s, and refuses nothing legal", async (file, form) => {
    const own = join(folder, `${tools.findIndex(({ verdicts }) => verdicts === tool.verdicts)}-${form}`);
    mkdirSync(own);
    equip(own);
    const cannot = UNREADABLE[`${tool.name} ${tool.makes} ${form}`];
    const judged = tool.verdicts(join(folder, file), own, asked);
    const title = `| ${tool.name} ${versions[tool.name]} | ${tool.makes} | ${form} |`;
    if (cannot) {
      rows[title] = `${title} ${cannot} | |`;
      return expect(judged).rejects.toThrow();
    }
    const taken = await judged;
    const refused = asked.filter(({ legal }, index) => legal && !taken[index]);
    const caught = (version: Probe["operationId"]) => {
      const illegal = asked.flatMap(({ legal, operationId }, index) =>
        !legal && operationId === version ? index : [],
      );
      return `${illegal.filter((index) => !taken[index]).length} of ${illegal.length}`;
    };
    rows[title] = `${title} ${caught("videoGeneration")} | ${caught("videoGenerationV2Create")} |`;
    expect(refused.map(({ body }) => JSON.stringify(body)).slice(0, 5)).toEqual([]);
    return undefined;
  });
});

test("each tool reads at least one of the forms", () => {
  for (const { name, makes } of tools)
    expect(Object.values(FORMS).some((form) => !UNREADABLE[`${name} ${makes} ${form}`])).toBe(true);
});

test("docs/foreign-tools.md says how much of the matrix each tool keeps", async () => {
  const legal = asked.filter((probe) => probe.legal).length;
  const page = `# Use other tools with the specs

Each of these tools reads a bundle (\`npm run bundle\`) and generates code that compiles, except where a row says otherwise. All of them accept all
${legal} legal requests. The last two columns count how many illegal requests they refuse, that is, combinations of mode, model, duration and
resolution that the service does not offer. \`npm run test:foreign\` checks this page, and \`npm run test:foreign -- -u\` rewrites it.

| tool | makes | of OpenAPI | refuses in V1 | refuses in V2 |
|---|---|---|---|---|
${Object.keys(rows)
  .toSorted()
  .map((title) => rows[title])
  .join("\n")}

Requests that a tool does not refuse are refused by \`videos.check\` and by every create of the client. The mock answers them with an error.
`;
  await expect(page).toMatchFileSnapshot("../../docs/foreign-tools.md");
});
