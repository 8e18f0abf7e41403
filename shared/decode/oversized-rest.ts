/** The pieces that follow the beginning of an oversized document in; where it ends out, with nothing of it held. */
import type { JsonScan } from './json-scan.ts';
import { isOpening } from './spans.ts';

export class OversizedRest {
  isOver = false;
  #scan: JsonScan | undefined;

  /** Ends where the brackets of `scan` do; without one, at the next line break. */
  constructor(scan: JsonScan | undefined) {
    this.#scan = scan;
  }

  /** The place in the piece from where it is no longer part of the document: its length while that goes on. */
  endIn(piece: string): number {
    let at = 0;
    if (this.#scan) {
      const { seen } = this.#scan;
      this.#scan.advance(piece, 0);
      at = this.#scan.seen - seen;
      if (this.#scan.outcome === 'open') return at;
      // A bracket where none may stand begins the next document: this one was cut short.
      this.isOver = this.#scan.outcome === 'ended' || isOpening(piece.charCodeAt(at));
      this.#scan = undefined;
    }
    if (this.isOver) return at;
    const lineEnd = piece.indexOf('\n', at);
    this.isOver = lineEnd >= 0;
    return lineEnd < 0 ? piece.length : lineEnd;
  }
}
