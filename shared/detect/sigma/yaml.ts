/** The text of a YAML file in, its documents as plain values, each able to say where a part of it stands, out. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, visit } from 'yaml';
import type { RuleProblem, TextPosition } from '../../errors.ts';

/** A step into a document: a key of a map, or a place in a list. */
export type YamlPath = readonly (string | number)[];

export interface YamlDocument {
  readonly value: unknown;
  /** Where the part at a path begins; of its nearest parent where the path leads nowhere. */
  readonly positionOf: (path: YamlPath) => TextPosition;
}

export interface YamlFile {
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly RuleProblem[];
}

/** A rule file is a page or two; past these bounds it is not read. */
const maxLength = 1024 * 1024;
const maxDepth = 64;
const maxAliases = 100;

/** Keys that stand twice in a map are an error, for the first would be lost silently. */
export const yamlOf = (path: string, text: string): YamlFile => {
  if (text.length > maxLength) return refused(path, `the file is longer than ${maxLength} characters`);
  const lines = new LineCounter();
  const documents: YamlDocument[] = [];
  const problems: RuleProblem[] = [];
  for (const parsed of parseAllDocuments(text, {
    lineCounter: lines,
    uniqueKeys: true,
    prettyErrors: false,
  })) {
    const at = (offset: number): TextPosition => {
      const { line, col } = lines.linePos(offset);
      return { path, line: Math.max(1, line), column: Math.max(1, col) };
    };
    for (const error of parsed.errors) problems.push({ ...at(error.pos[0]), message: error.message });
    if (parsed.errors.length > 0) continue;
    const root = parsed.contents as Node | null;
    const fault = root && faultIn(root);
    if (fault) {
      problems.push({ ...at(0), message: fault });
      continue;
    }
    try {
      documents.push({
        value: parsed.toJS({ maxAliasCount: maxAliases }),
        positionOf: (steps) => at(offsetOf(root, steps)),
      });
    } catch (thrown) {
      problems.push({ ...at(0), message: thrown instanceof Error ? thrown.message : String(thrown) });
    }
  }
  return { documents, problems };
};

const refused = (path: string, message: string): YamlFile => ({
  documents: [],
  problems: [{ path, line: 1, column: 1, message }],
});

/** Depth is bounded, and an alias may not stand inside what it names. */
const faultIn = (root: Node): string | undefined => {
  let fault: string | undefined;
  visit(root, {
    Node: (_, node, parents) => {
      if (parents.length > maxDepth) fault = `nested deeper than ${maxDepth}`;
      else if (
        isAlias(node) &&
        parents.some((parent) => 'anchor' in parent && parent.anchor === node.source)
      ) {
        fault = `the alias *${node.source} stands inside what it names`;
      }
      return fault === undefined ? undefined : visit.BREAK;
    },
  });
  return fault;
};

const offsetOf = (root: Node | null, steps: YamlPath): number => {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const step of steps) {
    const next = childOf(node, step);
    if (!next) break;
    offset = next.offset;
    node = next.node;
  }
  return offset;
};

/** A member of a map begins at its key. */
const childOf = (node: unknown, step: string | number): { node: unknown; offset: number } | undefined => {
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
    const offset = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
    return pair && offset !== undefined ? { node: pair.value, offset } : undefined;
  }
  if (isSeq(node) && typeof step === 'number') {
    const member = node.items[step] as Node | undefined;
    return member?.range ? { node: member, offset: member.range[0] } : undefined;
  }
  return undefined;
};
