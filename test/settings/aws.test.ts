/** What the settings say of AWS alone, and of who sends its logs there. */
import { describe, expect, it } from 'vitest';
import { noSettings } from '../../shared/settings/check-settings.ts';
import { faultsOf, read } from './faults.ts';

describe('settings of AWS', () => {
  it('have their defaults, and what the file says in their place', () => {
    expect(noSettings().aws).toEqual({
      accounts: [],
      buckets: [],
      cloudTrail: 'changes',
      memoryMegabytes: 512,
      securityLake: [],
    });
    expect(read('aws: { cloudTrail: all, concurrency: 5 }').aws).toMatchObject({
      cloudTrail: 'all',
      concurrency: 5,
      memoryMegabytes: 512,
    });
    expect(noSettings().receiver).toBeUndefined();
  });

  it('name a source of Security Lake as Security Lake does', () => {
    const lake = (location: string) =>
      `aws: { securityLake: [{ account: "111122223333", region: eu-west-1, class: apiActivity, location: "${location}", role: "arn:aws:iam::111122223333:role/lake" }] }`;
    expect(read(lake('s3://example-lake/ext/klaxon-api/')).aws.securityLake).toHaveLength(1);
    expect(faultsOf(lake('s3://example-lake/klaxon'))).toEqual([
      expect.stringContaining('s3://BUCKET/ext/NAME/'),
    ]);
  });

  it('give a function no less memory than a large delivery takes', () => {
    expect(faultsOf('aws: { memoryMegabytes: 128 }')).toEqual([expect.stringContaining('256')]);
    expect(read('aws: { memoryMegabytes: 256 }').aws.memoryMegabytes).toBe(256);
  });

  it('name an account by twelve digits, and a log by its name in EKS', () => {
    expect(faultsOf('aws: { accounts: [{ account: "1", region: eu-west-1 }] }')).toEqual([
      '1:21: expected an AWS account of twelve digits, in quotes',
    ]);
    const cluster = 'cloud: aws, name: orders, account: "111122223333", region: eu-west-1';
    expect(faultsOf(`clusters: [{ ${cluster}, turnOn: [audits] }]`)).toEqual([
      '1:93: expected one of audit, authenticator, api, controllerManager, scheduler: did you mean "audit"?',
    ]);
  });

  it('have no receiver that nobody sends to', () => {
    const receiver = 'receiver: { cloud: aws, account: "111122223333", region: eu-west-1 }';
    expect(faultsOf(receiver)).toEqual(['1:1: no cluster sends to it: name one with cloud: self-managed']);
    expect(faultsOf(`${receiver}\nclusters: [{ cloud: self-managed, name: edge }]`)).toEqual([]);
  });
});
