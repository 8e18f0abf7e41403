/** How a message is made to fit. */
import { describe, expect, it } from 'vitest';
import { fittedParts, type ShownPart } from '../../../shared/alert/sinks/fitted-message.ts';
import { exampleAlert } from '../example.ts';

const linesOf = (parts: readonly ShownPart[]): readonly string[] =>
  parts.flatMap(({ label, lines }) => lines.map((line) => `${label}: ${line}`));
const sizeOf = (parts: readonly ShownPart[]): number => linesOf(parts).join('\n').length;

const steps = Array.from({ length: 40 }, (_, at) => `step ${at} ${'x'.repeat(60)}`);
const long = { ...exampleAlert(), message: 'y'.repeat(1500), respond: steps };

describe('a message', () => {
  it('that fits is whole', () => {
    const lines = linesOf(fittedParts(exampleAlert(), () => true));
    expect(lines.slice(-4)).toEqual([
      'attack: Execution, T1609, T1552.007',
      'seen: logs/a.jsonl:7',
      'rule: door-opened',
      `alert: ${exampleAlert().id}`,
    ]);
  });

  it('that is too long first loses the length of its lines, and says so', () => {
    const parts = fittedParts(long, (some) => sizeOf(some) <= 4500);
    const lines = linesOf(parts);
    expect(sizeOf(parts)).toBeLessThanOrEqual(4500);
    expect(lines.find((line) => line.startsWith('says'))).toMatch(/y \[\d+ characters left out\]$/);
    expect(lines.filter((line) => line.startsWith('next'))).toHaveLength(40);
  });

  it('that is still too long loses its last lines, as few as will do, and says how many', () => {
    const parts = fittedParts(long, (some) => sizeOf(some) <= 2000);
    const lines = linesOf(parts);
    const left = lines.filter((line) => line.startsWith('next')).length;
    expect(sizeOf(parts)).toBeLessThanOrEqual(2000);
    expect(sizeOf(parts)).toBeGreaterThan(2000 - 100);
    expect(lines.slice(-3)).toEqual([
      `cut: ${40 - left + 2} lines left out`,
      'rule: door-opened',
      `alert: ${long.id}`,
    ]);
  });

  it('that cannot be made to fit keeps its ids', () => {
    expect(linesOf(fittedParts(long, () => false))).toEqual([
      'cut: 51 lines left out',
      'rule: door-opened',
      `alert: ${long.id}`,
    ]);
  });
});
