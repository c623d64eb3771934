import { BODY } from "./cheapest-purchase.js";
import { type Flowed, flowOf, type Going } from "./flow-runner.js";
import { picture } from "./picture.js";
import { type Exchange, takenBy, wordsOf } from "./recorded-exchange.js";
import type { Asking, Target } from "./target-server.js";

const purpose = "video_generation_input";

/** A picture from its upload over list, link and bytes to its use in a create; another that is deleted; one that is none. */
export function uploadFlow(target: Target): Promise<Flowed> {
  return flowOf(target, "uploadFile", async (going) => {
    const accepted = accepting(target);
    const upload = () => accepted("uploadFile", { body: { purpose, file: picture() } }).then(fileIdIn);
    going.step("upload");
    const file_id = await upload();
    going.known.listFiles = { purpose };
    going.known.retrieveFileContent = { file_id };
    going.known.deleteFile = { file_id, purpose };
    going.step("list");
    const listed = await accepted("listFiles", { parameters: { purpose } });
    if (!new RegExp(`"file_id"\\s*:\\s*${file_id}\\b`).test(listed.text ?? ""))
      going.find({ place: "list", spec: `file ${file_id} among them`, saw: "no such file" });
    going.step("retrieve");
    await accepted("retrieveFile", { parameters: { file_id } });
    going.step("content");
    const content = await accepted("retrieveFileContent", { parameters: { file_id } });
    if (content.size !== picture().length)
      going.find({ place: "content", spec: `the ${picture().length} bytes sent`, saw: `${content.size} bytes` });
    if (target.operations.videoGenerationV2Create) {
      going.step("use in a create");
      await accepted("videoGenerationV2Create", { body: startingWith(`mm_file://${file_id}`) });
    }
    going.step("delete another");
    await deletion(target, going, await upload());
    going.step("upload what is no picture");
    const words = new TextEncoder().encode("no picture");
    const refusal = await target.ask("uploadFile", { body: { purpose, file: words } });
    if (takenBy(refusal, target.server) !== "invalid_request")
      going.find({ place: "upload", spec: "is refused as invalid", saw: wordsOf(refusal) });
  });
}

/** Asks, and throws where that is refused. */
function accepting(target: Target) {
  return async (operationId: string, asking: Asking): Promise<Exchange> => {
    const exchange = await target.ask(operationId, asking);
    if (takenBy(exchange, target.server) !== "accepted") throw new Error(wordsOf(exchange));
    return exchange;
  };
}

/** As it stands in the text: no digit is lost. */
function fileIdIn({ text = "" }: Exchange): string {
  const [, id] = /"file_id"\s*:\s*"?(\d+)/.exec(text) ?? [];
  if (id === undefined) throw new Error("the answer has no file_id");
  return id;
}

function startingWith(url: string) {
  const frame = { type: "image_url", role: "first_frame", image_url: { url } };
  return { ...BODY, content: [...BODY.content, frame], ratio: "adaptive" };
}

/** A file that is deleted cannot be had any more. */
async function deletion(target: Target, { find }: Going, fileId: string): Promise<void> {
  await accepting(target)("deleteFile", { body: { file_id: Number(fileId), purpose } });
  const gone = await target.ask("retrieveFile", { parameters: { file_id: fileId } });
  if (takenBy(gone, target.server) !== "invalid_request")
    find({ place: "delete", spec: "no such file any more", saw: wordsOf(gone) });
}
