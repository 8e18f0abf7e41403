/** Lines as container runtimes write them: what the container wrote is read, whatever it is. */
import { describe, expect, it } from 'vitest';
import { decode } from '../../shared/decode/decode.ts';
import { audit, briefOf } from './decoded.ts';

const access = '203.0.113.5 - - [04/Mar/2026:05:06:07 +0000] "GET / HTTP/1.1" 200 5 "-" "-"';
const klog = 'I0304 05:06:07.123456       1 server.go:218] "Started"';
const wrapped = (line: string, tag = 'F'): string => `2026-03-04T05:06:07.123456789Z stdout ${tag} ${line}`;

describe('a line of a container', () => {
  it('is read for what the container wrote', () => {
    expect(briefOf(wrapped(access))).toEqual([`ingress-nginx ${access}`]);
    expect(briefOf(wrapped(klog))).toEqual([`kubernetes-component ${klog}`]);
    expect(briefOf(wrapped(JSON.stringify(audit('a'))))).toEqual(['kubernetes-audit a']);
    expect(briefOf({ log: wrapped(access), kubernetes: {} })).toEqual([`ingress-nginx ${access}`]);
  });

  it("gives its time to a line that has no year of its own, with the offset of the node's clock", () => {
    const [record] = decode(`2026-03-04T06:06:07.123456789+01:00 stderr F ${klog}`).records;
    expect(record?.time).toBe(Date.UTC(2026, 2, 4, 5, 6, 7, 123));
  });

  it('is a rejection where nothing known stands in it, and the lines beside it are read', () => {
    const lines = [wrapped('hello'), wrapped('rest of a long line'), wrapped(access), wrapped('{"a":')];
    expect(briefOf(lines.join('\n'))).toEqual([
      `ingress-nginx ${access}`,
      'rejected unrecognised',
      'rejected unrecognised',
      'rejected not-json',
    ]);
  });

  it('may be the first part of a longer one', () => {
    expect(briefOf(wrapped(access.slice(0, -12), 'P'))).toEqual([`ingress-nginx ${access.slice(0, -12)}`]);
  });

  it('is opened only so often', () => {
    let line = access;
    for (let level = 0; level < 50; level++) line = wrapped(line);
    expect(briefOf(line)).toEqual(['rejected too-deep']);
  });
});
