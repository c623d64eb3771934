import { readFile } from "node:fs/promises";
import { MiniMaxError, ValidationError } from "../errors.js";
import { image } from "../image.js";

/**
 * An image from disk, as a data URL for a request field.
 * @throws {ValidationError} when it is no JPEG, PNG or WebP below 20 MB; {MiniMaxError} when it cannot be read.
 */
export async function imageFile(path: string | URL): Promise<string> {
  const bytes = await readFile(path).catch((cause) => {
    throw new MiniMaxError(`Cannot read the image ${path}: ${cause.code ?? cause.message}`, { cause });
  });
  return image(bytes).catch((error) => {
    if (!(error instanceof ValidationError)) throw error;
    throw new ValidationError(`${path} cannot be sent`, error.issues, { cause: error });
  });
}
