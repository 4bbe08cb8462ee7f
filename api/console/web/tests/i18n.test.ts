import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { IntlMessageFormat } from "intl-messageformat";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { MESSAGES, type MessageKey } from "../src/i18n/messages";
import { preferredLanguage, translator } from "../src/i18n/translate";

const SOURCES = join(import.meta.dirname, "../src");
const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && !name.startsWith("i18n/messages") && !name.endsWith(".d.ts"))
  .map((name) => {
    const text = readFileSync(join(SOURCES, name), "utf8");
    return ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  });
const messages = Object.entries(MESSAGES).map(([key, [english, chinese]]) => ({ key, english, chinese }));

/** The same on purpose in both languages. */
const SAME = new Set(["app.chinese", "app.english", "suggestions.part"]);
const SAME_IN_HAN = new Set(["app.chinese"]);
const HAN = /\p{Script=Han}/u;

describe("messages", () => {
  it("are said in both languages", () => {
    const untranslated = messages.filter(({ key, english, chinese }) => {
      const hasWords = /[a-z]/i.test(withoutValues(english)) && !SAME.has(key);
      return (
        english.trim() === "" ||
        HAN.test(english) !== SAME_IN_HAN.has(key) ||
        (hasWords && !HAN.test(chinese))
      );
    });
    expect(untranslated).toEqual([]);
  });

  it("take the same values in both languages", () => {
    const taken = (column: "english" | "chinese", language: string) =>
      Object.fromEntries(messages.map((each) => [each.key, valuesIn(each[column], language)]));
    expect(taken("chinese", "zh-CN")).toEqual(taken("english", "en"));
  });

  it("have the full-width punctuation of Chinese", () => {
    const half = messages.filter(({ chinese }) => /[,;:!?()]/.test(withoutValues(chinese)));
    expect(half).toEqual([]);
  });

  it("that a button is called by begin with what stands on it, for people who speak to their machine", () => {
    const pairs: [shown: MessageKey, called: MessageKey][] = [
      ["suggestions.why", "suggestions.why_provider"],
      ["act.offer", "act.offer_to"],
      ["act.undo", "act.undo_for"],
    ];
    for (const [shown, called] of pairs) {
      for (const column of [0, 1] as const) {
        expect(MESSAGES[called][column].startsWith(MESSAGES[shown][column])).toBe(true);
      }
    }
  });

  it("are all used", () => {
    const { literals, heads } = strings();
    const unused = messages
      .map(({ key }) => key)
      .filter((key) => !literals.has(key) && !heads.some((head) => key.startsWith(head)));
    expect(unused).toEqual([]);
  });

  it("are what every component says: no text stands in the markup", () => {
    expect(files.flatMap(textsOf)).toEqual([]);
  });

  it("are not put together with the punctuation of one language", () => {
    expect(files.flatMap(joinsOf)).toEqual([]);
  });
});

describe("translator", () => {
  it("fills in values and counts in the language's own way", () => {
    expect(translator("en")("suggestions.free", { free: 1 })).toBe("1 place free");
    expect(translator("en")("suggestions.free", { free: 3 })).toBe("3 places free");
    expect(translator("zh-CN")("suggestions.free", { free: 3 })).toBe("空余 3 个名额");
  });

  it("starts in the language that was chosen before, then in the browser's, then in Chinese", () => {
    expect(preferredLanguage("en", ["zh-CN"])).toBe("en");
    expect(preferredLanguage(null, ["fr-FR", "en-GB", "zh"])).toBe("en");
    expect(preferredLanguage("xx", ["fr"])).toBe("zh-CN");
  });
});

function withoutValues(text: string): string {
  const less = text.replace(/\{[^{}]*\}/g, "");
  return less === text ? text : withoutValues(less);
}

type Element = ReturnType<IntlMessageFormat["getAst"]>[number];

function valuesIn(text: string, language: string): string[] {
  const found = new Set<string>();
  const visit = (elements: Element[]) => {
    for (const element of elements) {
      if ("value" in element && element.type !== 0) found.add(String(element.value));
      if ("options" in element) for (const option of Object.values(element.options)) visit(option.value);
    }
  };
  visit(new IntlMessageFormat(text, language).getAst());
  return [...found].sort();
}

function strings() {
  const literals = new Set<string>();
  const heads: string[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) literals.add(node.text);
    if (ts.isStringLiteral(node) && node.text.endsWith(".")) heads.push(node.text);
    if (ts.isTemplateExpression(node) && node.head.text.includes(".")) heads.push(node.head.text);
    ts.forEachChild(node, visit);
  };
  files.forEach(visit);
  return { literals, heads };
}

/** Text between what is said: it may have a middle dot or a sign, but no comma, colon or bracket. */
function joinsOf(file: ts.SourceFile): string[] {
  if (!file.fileName.endsWith(".tsx")) return [];
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    const isBetween = ts.isJsxText(node) || (ts.isStringLiteral(node) && ts.isCallExpression(node.parent));
    const isPart = ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node);
    if ((isBetween || isPart) && /^[\s,;:()]*[,;:()][\s,;:()]*$/.test(node.text))
      found.push(`${file.fileName}: ${node.text}`);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

const SAID = new Set(["aria-label", "title", "placeholder", "alt"]);

/** Words between tags, and in attributes that people read or hear. */
function textsOf(file: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isJsxText(node) && /\p{L}{2,}/u.test(node.text))
      found.push(`${file.fileName}: ${node.text.trim()}`);
    if (ts.isJsxAttribute(node) && SAID.has(node.name.getText()) && node.initializer !== undefined) {
      if (ts.isStringLiteral(node.initializer)) found.push(`${file.fileName}: ${node.initializer.text}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
