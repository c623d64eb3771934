import ts from "typescript";

/** Something that users can refer to by name, and its doc comment. */
export interface Documented {
  name: string;
  text: string;
}

/** Lists every exported name of these files, each member of its type, and each field of an options object. */
export function documentedIn(entries: Record<string, string>, options: ts.CompilerOptions): Documented[] {
  const program = ts.createProgram(Object.values(entries), options);
  const checker = program.getTypeChecker();
  return Object.entries(entries).flatMap(([entry, file]) => {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (!module) throw new Error(`${file} is not a module`);
    return checker.getExportsOfModule(module).flatMap((symbol) => ofExport(symbol, `${entry}: ${symbol.name}`));
  });

  function ofExport(symbol: ts.Symbol, name: string): Documented[] {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    // For `export * as name`, the comment is on the export statement.
    if (target.flags & ts.SymbolFlags.ValueModule) return [{ name, text: statementText(symbol) }];
    return [{ name, text: textOf(target) }, ...(isGenerated(target) ? [] : membersOf(target, name))];
  }

  function statementText(symbol: ts.Symbol): string {
    const statement = symbol.declarations?.[0]?.parent;
    const comments = statement ? ts.getJSDocCommentsAndTags(statement) : [];
    return comments.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? "").join("");
  }

  function textOf(symbol: ts.Symbol): string {
    return ts.displayPartsToString(symbol.getDocumentationComment(checker));
  }

  /** The members of an interface or class, including inherited ones, and those of inline object types. */
  function membersOf(symbol: ts.Symbol, name: string): Documented[] {
    const declarations = symbol.declarations ?? [];
    if (!(symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface)))
      return declarations.flatMap((declaration) => writtenOut(declaration, name, textOf(symbol)));
    const properties = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol));
    return properties.flatMap((property) => ofMember(property, `${name}.${property.name}`));
  }

  /** `about` is the comment of an inline object type's owner, which may explain `fields` by name. */
  function ofMember(property: ts.Symbol, name: string, about = ""): Documented[] {
    const declaration = property.declarations?.[0];
    if (!declaration || isGenerated(property) || !/\/src\/[^/]/.test(declaration.getSourceFile().fileName)) return [];
    if (ts.isClassElement(declaration) && isPrivate(declaration)) return [];
    if (ts.isPropertySignature(declaration) && isToldByType(declaration.type)) return [];
    const text = textOf(property);
    const shown = text === "" && about.includes(`\`${property.name}\``) ? about : text;
    return [{ name, text: shown }, ...writtenOut(declaration, name, text)];
  }

  /** The members of inline object types anywhere in a type, except in callback types: the callback's comment explains its arguments. */
  function writtenOut(node: ts.Node, name: string, about: string): Documented[] {
    const found: Documented[] = [];
    node.forEachChild(function visit(child): void {
      if (ts.isTypeLiteralNode(child))
        for (const member of child.members) {
          const symbol = member.name && checker.getSymbolAtLocation(member.name);
          if (symbol) found.push(...ofMember(symbol, `${name}.${symbol.name}`, about));
        }
      else if (!ts.isFunctionTypeNode(child) && !ts.isBlock(child) && !ts.isExpression(child))
        child.forEachChild(visit);
    });
    return found;
  }
}

function isPrivate(member: ts.ClassElement): boolean {
  const isHard = member.name !== undefined && ts.isPrivateIdentifier(member.name);
  return isHard || (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private) !== 0;
}

/** Generated types have comments from the specs, and the linter there requires one for each field. */
function isGenerated(symbol: ts.Symbol): boolean {
  return /\/generated\/(minimax|aimanyi|quickrouter)\.ts$/.test(
    symbol.declarations?.[0]?.getSourceFile().fileName ?? "",
  );
}

/** A tag that distinguishes the members of a union, or a field of type never. */
function isToldByType(type: ts.TypeNode | undefined): boolean {
  return type !== undefined && (ts.isLiteralTypeNode(type) || type.kind === ts.SyntaxKind.NeverKeyword);
}

/** Words that carry no information by themselves. */
const EMPTY = new Set(["a", "an", "the", "of", "for", "in", "to", "and", "or", "its", "is", "this", "that", "minimax"]);

/** Why a comment is not sufficient on its own. Undefined if it is. */
export function weaknessOf({ name, text }: Documented): string | undefined {
  if (text.trim() === "") return "has no doc comment";
  if (/^See\b[^.]*\.?$/s.test(text.trim())) return "only refers to another comment";
  const last = name.split(/[.:] ?/).at(-1) ?? "";
  const known = new Set(wordsOf(last.replace(/([a-z])([A-Z])/g, "$1 $2")));
  const said = wordsOf(text).filter((word) => !EMPTY.has(word) && !known.has(word));
  return said.length === 0 ? "only repeats its name" : undefined;
}

const wordsOf = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
