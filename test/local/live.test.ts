/** `klaxon scan --live`: alerts come while the input goes on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { jsonLines, klaxon, launcher } from '../command-line.ts';

const exec = (id: string, name: string): string =>
  `${JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    auditID: id,
    stage: 'ResponseComplete',
    verb: 'create',
    requestURI: '/api/v1/namespaces/shop/pods/web-0/exec?command=ls',
    user: { username: name },
    objectRef: { resource: 'pods', namespace: 'shop', name: 'web-0', apiVersion: 'v1', subresource: 'exec' },
    responseStatus: { code: 101 },
    stageTimestamp: '2026-01-02T03:04:06.000006Z',
  })}\n`;

const words = ['scan', '-', '--no-config', '--only', 'pod-exec', '--output', 'ndjson', '--stats', '--live'];

interface Given {
  readonly id: string;
  readonly actor: { readonly name: string };
}

describe('klaxon scan --live', () => {
  it('gives an alert while its input is open, and once, however much is added to it', async () => {
    const child = spawn(process.execPath, [launcher, ...words], { stdio: ['pipe', 'pipe', 'pipe'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<Given> => JSON.parse((await lines.next()).value ?? '');
    child.stdin.write(exec('e1', 'dana@example.com'));
    expect((await next()).actor.name).toBe('dana@example.com');
    child.stdin.write(exec('e2', 'dana@example.com'));
    child.stdin.write(exec('e3', 'sam@example.com'));
    expect((await next()).actor.name).toBe('sam@example.com');
    child.stdin.end();
    expect(await lines.next()).toMatchObject({ done: true });
    await once(child, 'close');
    expect(child.exitCode).toBe(0);
  });

  it('ends with the alerts that a scan without it gives', () => {
    const input = [exec('e1', 'dana@example.com'), exec('e2', 'sam@example.com')].join('');
    const ids = (given: readonly string[]) =>
      jsonLines<Given>(klaxon(given, input).stdout).map(({ id }) => id);
    expect(ids(words).toSorted()).toEqual(ids(words.slice(0, -1)).toSorted());
    expect(ids(words)).toHaveLength(2);
  });

  it('waits for the end where the form of its output has one', () => {
    const form = words.map((word) => (word === 'ndjson' ? 'sarif' : word));
    const { stdout } = klaxon(form, exec('e1', 'dana@example.com'));
    expect(JSON.parse(stdout).runs[0].results).toHaveLength(1);
  });
});
