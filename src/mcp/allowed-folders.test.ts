import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { beforeEach, expect, test } from "vitest";
import { temporaryFolder } from "../../contract-tests/helpers/temporary-folder.js";
import { type AllowedFolders, allowFolders } from "./allowed-folders.js";

const place = temporaryFolder();
let folders: AllowedFolders;

beforeEach(async () => {
  mkdirSync(place.join("allowed"));
  writeFileSync(place.join("outside.png"), "");
  writeFileSync(place.join("allowed", "in.png"), "");
  symlinkSync(place.join("outside.png"), place.join("allowed", "link.png"));
  symlinkSync(place.path, place.join("allowed", "up"));
  folders = await allowFolders([place.join("allowed")]);
});

test("a file in the folder is read by its relative path, its absolute path, and its URL", async () => {
  const path = place.join("allowed", "in.png");
  for (const given of ["in.png", path, pathToFileURL(path).href])
    expect(await folders.toRead(given, "frame")).toBe(realpathSync(path));
});

const NOWHERE = ["a\0b", "x".repeat(5000), "", "ftp://a.test/x", "file://host/x"];

test.each([
  ...[
    ...NOWHERE,
    "../outside.png",
    "link.png",
    "up/outside.png",
    "/etc/passwd",
    "file:///etc/passwd",
    "~/x.png",
    "C:/x.png",
  ],
])("nothing is read at %j, and the error is short", async (given) => {
  const reading = folders.toRead(given, "frame");
  await expect(reading).rejects.toMatchObject({ name: "ValidationError", issues: [{ path: "frame" }] });
  await expect(reading).rejects.toThrow(/^.{1,500}$/s);
});

test.each([
  ...[...NOWHERE, "../x.mp4", "/tmp/x.mp4", "up/x.mp4", "a/../../x.mp4", "https://a.test/x.mp4", "in.png", "link.png"],
])("nothing is written at %j", async (given) => {
  await expect(folders.toWrite(given, "file_name")).rejects.toMatchObject({ issues: [{ path: "file_name" }] });
});
