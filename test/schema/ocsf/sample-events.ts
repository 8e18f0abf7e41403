/** The folder of shared data in; every event that decoding and normalising make of its samples and cases out. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from '../../../shared/decode/decode.ts';
import { isEvent, normalise } from '../../../shared/normalise/normalise.ts';
import type { AuditEvent } from '../../../shared/schema/audit-event.ts';

export interface SampleEvent {
  readonly from: string;
  readonly event: AuditEvent;
}

export const sampleEvents = (shared: string): readonly SampleEvent[] => [
  ...filesBelow(join(shared, 'samples')).flatMap((path) => eventsOf(path, readFileSync(path))),
  ...filesBelow(join(shared, 'conformance/falco/inputs')).flatMap((path) =>
    eventsOf(path, readFileSync(path)),
  ),
  ...pantherLogs(join(shared, 'conformance/panther/cases.jsonl')),
];

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? filesBelow(path) : [path]));

const pantherLogs = (path: string): readonly SampleEvent[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line, at) => eventsOf(`${path}:${at + 1}`, JSON.parse(line).log));

const eventsOf = (from: string, delivery: unknown): readonly SampleEvent[] =>
  decode(delivery, { location: { path: from, line: 1 } })
    .records.map(normalise)
    .filter(isEvent)
    .map((event) => ({ from, event }));
