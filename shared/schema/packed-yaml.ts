/** A YAML file that was read in; the same as plain JSON, to be read again without YAML, out. And back. */
import type { JsonValue } from './json.ts';
import type { YamlDocument, YamlFile } from './yaml.ts';

/** Of a file without faults. Where its documents begin is kept, for rules are named by that; where their parts do is not. */
export interface PackedYaml {
  readonly path: string;
  readonly documents: readonly PackedDocument[];
}

interface PackedDocument {
  readonly value: JsonValue;
  readonly line: number;
  readonly column: number;
}

export const packed = ({ path, documents }: YamlFile): PackedYaml => ({
  path,
  documents: documents.map(({ value, positionOf }) => {
    const { line, column } = positionOf([]);
    // YAML has no values that JSON has not but for `.nan` and `.inf`, which no rule or setting may hold.
    return { value: (value ?? null) as JsonValue, line, column };
  }),
});

export const unpacked = ({ path, documents }: PackedYaml): YamlFile => ({
  path,
  documents: documents.map(({ value, line, column }): YamlDocument => {
    const position = { path, line, column };
    return { value, positionOf: () => position, bareAt: () => undefined };
  }),
  problems: [],
});
