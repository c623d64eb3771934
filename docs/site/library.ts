/** Generates the library reference as Markdown, from the doc comments of everything that package.json exports. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  Application,
  type CommentDisplayPart,
  Converter,
  type DeclarationReflection,
  IntrinsicType,
  OptionDefaults,
  type ProjectReflection,
  ReflectionKind,
  type TypeDocOptions,
} from "typedoc";
import type { PluginOptions } from "typedoc-plugin-markdown";

const source = fileURLToPath(new URL("../../src/", import.meta.url));

/** The entries of the package by import name, and their files in src/. */
export const ENTRIES: Record<string, string> = {
  "minimax-video": "index.ts",
  "minimax-video/node": "node/index.ts",
  "minimax-video/webhooks": "webhooks/index.ts",
  "minimax-video/redis": "redis/index.ts",
  "minimax-video/bullmq": "bullmq/index.ts",
  "minimax-video/ai-sdk": "ai-sdk/index.ts",
  "minimax-video/mock": "mock/index.ts",
  "minimax-video/contract": "contract/index.ts",
  "minimax-video/mcp": "mcp/index.ts",
  "minimax-video/tables": "tables.ts",
};

/** Types generated 1:1 from the specs. The API reference documents their content. */
const OF_THE_SPECS = /^(paths|components|operations|aimanyi|quickrouter)$/;

/**
 * Writes the reference and its navigation (navigation.json) into a folder.
 * @throws if TypeDoc warns about anything.
 */
export async function writeLibrary(folder: string): Promise<void> {
  const options: TypeDocOptions & PluginOptions = {
    name: "Library reference",
    entryPoints: Object.values(ENTRIES).map((file) => join(source, file)),
    tsconfig: join(source, "../tsconfig.build.json"),
    plugin: ["typedoc-plugin-markdown"],
    readme: "none",
    sortEntryPoints: false,
    out: folder,
    // `npm run types` checks for errors.
    skipErrorChecking: true,
    disableSources: true,
    disableGit: true,
    excludeExternals: true,
    excludePrivate: true,
    excludeInternal: true,
    sort: ["source-order"],
    // openapi-typescript writes this tag for a `const` in a schema.
    blockTags: [...OptionDefaults.blockTags, "@constant"],
    preservedTypeAnnotationTags: ["@throws"],
    groupOrder: ["Functions", "Classes", "Interfaces", "Type Aliases", "Variables", "Namespaces"],
    validation: { invalidLink: true, invalidPath: true, notExported: true, rewrittenLink: true },
    intentionallyNotExported: NOT_EXPORTED,
    entryFileName: "index",
    hidePageHeader: true,
    pageTitleTemplates: { index: "{projectName}", member: "{name}", module: "{name}" },
    indexFormat: "table",
    parametersFormat: "table",
    typeDeclarationFormat: "table",
    sanitizeComments: true,
    navigationJson: join(folder, "navigation.json"),
    logLevel: "Warn",
  };
  const app = await Application.bootstrapWithPlugins(options);
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => prepare(project));
  const project = await app.convert();
  if (project) {
    app.validate(project);
    await app.generateOutputs(project);
  }
  if (!project || app.logger.hasErrors() || app.logger.hasWarnings())
    throw new Error("TypeDoc reported problems (see above). Fix the doc comment or the export");
}

/** Added to the types of requests, which come from the specs. */
const FIELDS = "\n\nIts fields are in the [API reference](/api/).";

/** Types that users never need by name: parts of other types, types of other libraries' objects, and types from the specs. */
const NOT_EXPORTED = [
  ..."Claims Context FastifyReplyLike FastifyRequestLike FieldOf NameIn NodeRequest NodeResponse Plain".split(" "),
  ..."About AnyTask Bytes FactsOf Finished KINDS VideoLink".split(" "),
  ..."Checked Evident EvidentPrompt InWords NoFiles NoFrames Shaped Words".split(" "),
  ..."AccountBalanceResp ContextIROptions VideoOptionsV2".split(" "),
];

function prepare(project: ProjectReflection): void {
  const modules = Object.keys(ENTRIES);
  for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
    const file =
      module.name === "tables" ? "tables.ts" : module.name === "index" ? "index.ts" : `${module.name}/index.ts`;
    module.name = modules.find((name) => ENTRIES[name] === file) ?? module.name;
    for (const child of module.children ?? []) if (OF_THE_SPECS.test(child.name)) empty(project, child);
  }
  for (const alias of project.getReflectionsByKind(ReflectionKind.TypeAlias) as DeclarationReflection[])
    if (alias.type?.type === "indexedAccess") alias.comment?.summary.push({ kind: "text", text: FIELDS });
  // Otherwise, TypeDoc would print all details of the platform's fetch at each option.
  for (const option of project.getReflectionsByKind(ReflectionKind.Property) as DeclarationReflection[])
    if (option.name === "fetch") option.type = new IntrinsicType("typeof fetch");
  const classes = project.getReflectionsByKind(ReflectionKind.Class);
  for (const { comment } of Object.values(project.reflections))
    for (const tag of comment?.getTags("@throws") ?? []) {
      const first = tag.typeAnnotation ? [{ kind: "text", text: `${tag.typeAnnotation} ` } as const] : [];
      tag.content = [...first, ...tag.content].flatMap((part) => withErrors(part));
    }

  /** Turns names of errors in braces, the JSDoc notation, into links. */
  function withErrors(part: CommentDisplayPart): CommentDisplayPart[] {
    if (part.kind !== "text") return [part];
    return part.text.split(/\{(\w+)\}/).map((text, index) => {
      const target = classes.find(({ name }) => name === text);
      if (index % 2 === 0) return { kind: "text", text };
      return target ? { kind: "inline-tag", tag: "@link", text, target } : { kind: "code", text: `\`${text}\`` };
    });
  }
}

function empty(project: ProjectReflection, reflection: DeclarationReflection): void {
  for (const child of [...(reflection.children ?? [])]) project.removeReflection(child);
}
