/** Taking an upload in. */
import { uploadedFile } from "./files.js";
import { about } from "./keeping.js";
import { mediaIn, unfitness } from "./media.js";
import { type Answer, type Call, exampleJson, reworded, type World } from "./world.js";

/** An upload that Prism found valid: kept, unless it is for V2 and V2 could not use it. */
export async function upload(world: World, call: Call): Promise<Answer> {
  const part = (name: string) => call.form?.find((one) => one.name === name);
  const purpose = part("purpose")?.bytes.toString() ?? "";
  const { filename = "", bytes = Buffer.alloc(0) } = part("file") ?? {};
  const media = mediaIn(bytes);
  const unfit = purpose === "video_generation_input" ? unfitness(media, bytes.length) : undefined;
  if (unfit) {
    const json = reworded(exampleJson(world, call, "unfitFile"), `invalid params, ${unfit}`);
    return { json, status: 400, note: "unfit" };
  }
  const createdAt = world.now();
  const file = uploadedFile({ fileId: world.newId("file"), purpose, filename, createdAt, media }, bytes);
  world.files.set(file.fileId, file);
  return { json: { ...exampleJson(world, call, "success"), file: about(file) } };
}
