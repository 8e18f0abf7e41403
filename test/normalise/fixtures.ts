/** The fixtures: a delivery, and beside it what normalising has to make of each of its records. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decode } from '../../shared/decode/decode.ts';
import { isEvent, normalise } from '../../shared/normalise/normalise.ts';

const folder = fileURLToPath(new URL('../fixtures', import.meta.url));

/** In a folder of its own, what providers of Terraform say of their resources: nothing that is normalised. */
const schemas = 'terraform';

/** `<cloud>/<case>` of every fixture. */
export const fixtureNames: readonly string[] = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== schemas)
  .flatMap(({ name }) => readdirSync(`${folder}/${name}`).map((file) => `${name}/${file}`))
  .filter((name) => name.endsWith('.json') && !name.endsWith('.expected.json'))
  .map((name) => name.slice(0, -'.json'.length))
  .sort();

/** `source` says where the format is described. */
export interface Fixture {
  readonly source: string;
  readonly delivery: unknown;
}

export const fixtureOf = (name: string): Fixture =>
  JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8'));

export const expectedOf = (name: string): unknown =>
  JSON.parse(readFileSync(`${folder}/${name}.expected.json`, 'utf8'));

/** What comes of each record, as JSON: an event, `{rejected}` or `{dropped}`. */
export const outcomesOf = (delivery: unknown): unknown => {
  const decoded = decode(delivery);
  const outcomes = decoded.records.map((record) => {
    const result = normalise(record);
    if (typeof result === 'string') return { dropped: result };
    return isEvent(result) ? result : { rejected: result.reason };
  });
  const rejections = decoded.rejections.map(({ reason }) => ({ rejected: reason }));
  return JSON.parse(JSON.stringify([...outcomes, ...rejections]));
};
