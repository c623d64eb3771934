import { arrayOf } from "../base/record.js";
import { accepted, ended, find, keep, PROMPT_BODY, refused, runFlow, V2_BODY } from "./flow.js";
import { sha256 } from "./recorded-exchange.js";
import { type ParameterValues, samplePicture, type Target } from "./target-server.js";

/** Creates different tasks, and lists them with each filter and page by page. Deletes one that has ended. */
export function listFlow(target: Target): Promise<void> {
  return runFlow(target, "videoGenerationV2List", async (flow) => {
    const create = async (operationId: string, body: unknown) =>
      String((await accepted(flow, "create", operationId, { body })).reply.task_id);
    const list = async (step: string, parameters: ParameterValues) => {
      const { reply } = await accepted(flow, step, "videoGenerationV2List", { parameters });
      return arrayOf(reply.items).map((item) => String(Object(item).id));
    };
    const wants = async (parameters: ParameterValues, ids: readonly string[]) => {
      const [name = ""] = Object.keys(parameters);
      const found = await list(`query ${name}`, { ...parameters, page_size: "100" });
      const missing = ids.filter((id) => !found.includes(id));
      if (missing.length > 0) find(flow, `every task that matches ${name}`, `${missing.length} of them missing`);
    };
    const prompt = await create("h3ContextIRV2Create", PROMPT_BODY);
    const fast = await create("videoGenerationV2Create", { ...V2_BODY, model: "MiniMax-H3-Max", duration: 5 });
    const plain = await create("videoGenerationV2Create", { ...V2_BODY, duration: 5 });
    const mine = [prompt, fast, plain];
    await ended(target, target.client().videos.task(prompt, "h3_context_ir"), "videoGenerationV2Query");
    await wants({ "filter.model": "MiniMax-H3-Max" }, [fast]);
    await wants({ "filter.task_type": "h3_context_ir" }, [prompt]);
    await wants({ "filter.status": "succeeded" }, [prompt]);
    await wants({ "filter.task_ids": [fast, plain] }, [fast, plain]);
    const pages: string[][] = [];
    for (let page = 1; page <= MOST_PAGES && (pages.at(-1)?.length ?? 2) === 2; page++)
      pages.push(await list("query page_num", { page_num: String(page), page_size: "2" }));
    const listed = pages.flat();
    const isShort = pages.length < MOST_PAGES;
    if (new Set(listed).size < listed.length) find(flow, "each task on one page (page_num)", "a task on several pages");
    if (isShort && !mine.every((id) => listed.includes(id))) find(flow, "every task on some page", "a task on none");
    // The query and the lists must agree, which is judged with all traffic.
    const parameters = { task_id: prompt };
    await accepted(flow, "query", "videoGenerationV2Query", { parameters });
    const { reply } = await accepted(flow, "delete a task that has ended", "videoGenerationV2Delete", { parameters });
    if (reply.action !== "deleted") find(flow, "action deleted", `action ${String(reply.action)}`);
    await refused(flow, "query the deleted task", "videoGenerationV2Query", { parameters });
    const left = await list("list the deleted task", { "filter.task_ids": [prompt] });
    if (left.length > 0) find(flow, "no deleted task", "a deleted task");
  });
}

const MOST_PAGES = 100;

const purpose = "video_generation_input";

/** Uploads a picture, lists it, downloads it, and uses it in a create. Deletes another. Sends a text, which must be refused. */
export function uploadFlow(target: Target): Promise<void> {
  return runFlow(target, "uploadFile", async (flow) => {
    const sent = samplePicture();
    const expected = { bytes: sent.length, filename: "file.png", purpose };
    const compare = (step: string, file: unknown) => {
      flow.step = step;
      for (const [name, value] of Object.entries(expected)) {
        const { [name]: saw = value } = Object(file);
        if (saw !== value) find(flow, `${name} ${value}, as uploaded`, `${name} ${String(saw)}`);
      }
    };
    const upload = async (step: string) => {
      const { file } = (await accepted(flow, step, "uploadFile", { body: { purpose, file: sent } })).reply;
      const id = String(Object(file).file_id);
      if (!/^\d+$/.test(id)) throw new Error("the reply has no file_id");
      compare(step, file);
      return id;
    };
    const list = async (step: string) => {
      const { files } = (await accepted(flow, step, "listFiles", { parameters: { purpose } })).reply;
      return new Map(arrayOf(files).map((file) => [String(Object(file).file_id), file]));
    };
    const file_id = await upload("upload");
    keep(flow, "listFiles", { purpose });
    keep(flow, "retrieveFileContent", { file_id });
    keep(flow, "deleteFile", { file_id, purpose });
    const listed = (await list("listFiles")).get(file_id);
    if (listed) compare("listFiles", listed);
    else find(flow, `a list with file ${file_id}`, "a list without it");
    const { reply } = await accepted(flow, "retrieve", "retrieveFile", { parameters: { file_id } });
    compare("retrieve", reply.file);
    const content = await accepted(flow, "content", "retrieveFileContent", { parameters: { file_id } });
    if (content.digest !== (await sha256(sent)))
      find(flow, `the ${sent.length} bytes sent, unchanged`, `${content.size} other bytes`);
    if (target.operations.videoGenerationV2Create) {
      const frame = { type: "image_url", role: "first_frame", image_url: { url: `mm_file://${file_id}` } };
      const body = { ...V2_BODY, content: [...V2_BODY.content, frame], ratio: "adaptive" };
      await accepted(flow, "use in a create", "videoGenerationV2Create", { body });
    }
    const gone = await upload("upload another");
    await accepted(flow, "delete another", "deleteFile", { body: { file_id: Number(gone), purpose } });
    await refused(flow, "retrieve the deleted file", "retrieveFile", { parameters: { file_id: gone } });
    await refused(flow, "content of the deleted file", "retrieveFileContent", { parameters: { file_id: gone } });
    if ((await list("listFiles after the file is deleted")).has(gone)) find(flow, "no deleted file", "a deleted file");
    const text = new TextEncoder().encode("no picture");
    await refused(flow, "upload a file that is not a picture", "uploadFile", { body: { purpose, file: text } });
  });
}
