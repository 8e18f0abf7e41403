/** What the settings say of Google Cloud alone. */
import { describe, expect, it } from 'vitest';
import { noSettings } from '../../shared/settings/check-settings.ts';
import { faultsOf, read } from './faults.ts';

describe('settings of Google Cloud', () => {
  it('have their defaults, and what the file says in their place', () => {
    expect(noSettings().gcp).toEqual({
      folders: [],
      projects: [],
      dataAccess: [],
      cloudAudit: 'changes',
      alsoRead: [],
      ingest: 'pull',
      readers: 1,
      memoryMegabytes: 512,
      concurrency: 1000,
      instances: 10,
    });
    const text = 'gcp: { project: example-security, region: europe-west1, cloudAudit: all, instances: 5 }';
    expect(read(text).gcp).toMatchObject({
      project: 'example-security',
      region: 'europe-west1',
      cloudAudit: 'all',
      instances: 5,
      concurrency: 1000,
    });
  });

  it('name an organisation by its number, and a region by no zone', () => {
    expect(faultsOf('gcp: { organization: example.com }')).toEqual([
      '1:8: expected the number of an organisation all of whose clusters are read, in quotes',
    ]);
    expect(faultsOf('gcp: { region: europe-west1-b }')).toEqual([
      '1:8: expected a region such as europe-west1, where all of Klaxon is',
    ]);
  });

  it('say how logs come in words of Pub/Sub', () => {
    expect(read('gcp: { ingest: push }').gcp.ingest).toBe('push');
    expect(faultsOf('gcp: { ingest: poll }')).toEqual([
      '1:8: expected one of pull, push: did you mean "pull"?',
    ]);
  });

  it('tell an address or a channel of alarms, and nothing else', () => {
    expect(faultsOf('gcp: { alarms: on-call@example.com }')).toEqual([]);
    expect(faultsOf('gcp: { alarms: projects/example-security/notificationChannels/42 }')).toEqual([]);
    expect(faultsOf('gcp: { alarms: on-call }')).toEqual([
      "1:8: expected an e-mail address, or the full name of a notification channel, that is told of Klaxon's own faults",
    ]);
  });

  it('take what self-managed clusters send without a place of its own', () => {
    const clusters = 'clusters: [{ cloud: self-managed, name: edge }]';
    expect(read(`receiver: { cloud: gcp }\n${clusters}`).receiver).toEqual({ cloud: 'gcp' });
    expect(faultsOf(`receiver: { cloud: moon }\n${clusters}`)).toEqual([
      '1:13: expected one of aws, azure, gcp',
    ]);
  });
});
