/** Collects every fault of a document while it is read, so that its author sees them all at once. */
import type { RuleProblem } from '../../errors.ts';
import type { YamlDocument, YamlPath } from '../../schema/yaml.ts';

/** Of one document; who has more will not read them. */
const maxProblems = 100;

export class Problems {
  readonly found: RuleProblem[] = [];
  readonly #document: YamlDocument;

  constructor(document: YamlDocument) {
    this.#document = document;
  }

  add(path: YamlPath, message: string): void {
    if (this.found.length >= maxProblems) return;
    this.found.push({ ...this.#document.positionOf(path), message });
  }
}
