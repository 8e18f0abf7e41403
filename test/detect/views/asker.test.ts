/** Who asks and with what, under names that do not change from day to day. */
import { describe, expect, it } from 'vitest';
import { principalOf } from '../../../shared/detect/views/principal.ts';
import { programOf } from '../../../shared/detect/views/program.ts';
import { auditEvent, nativeEvent } from '../events.ts';

describe('the program view', () => {
  it.each([
    ['kubectl/v1.36.0 (linux/amd64) kubernetes/abcdef0', 'kubectl'],
    ['kubectl.exe/v1.36.0 (windows/amd64) kubernetes/abcdef0', 'kubectl'],
    [
      'kube-controller-manager/v1.36.3 (linux/amd64) kubernetes/abcdef0/leader-election',
      'kube-controller-manager',
    ],
    ['Fluent-Bit', 'Fluent-Bit'],
    ['curl/8.5.0', 'curl'],
    ['Mozilla/5.0 (X11; Linux x86_64)', 'Mozilla'],
    ['terraform-provider-kubernetes_v2.38.0_x5/dev (linux/amd64)', 'terraform-provider-kubernetes'],
    ['operator (linux)', 'operator'],
    ['', '-'],
    ['/', '-'],
  ])('of %s is %s', (userAgent, name) => {
    expect(programOf({ ...auditEvent({}), client: { ips: [], userAgent } })).toEqual({ name });
  });

  it('is a dash where a request states none, and nothing where there is no request', () => {
    expect(programOf(auditEvent({}))).toEqual({ name: '-' });
    expect(programOf({ ...nativeEvent({}), kind: 'cloud-api' })).toBeUndefined();
    expect(programOf({ ...nativeEvent({}), kind: 'process' })).toBeUndefined();
  });
});

describe('the principal view', () => {
  const role = 'arn:aws:sts::111122223333:assumed-role/Deployer';
  it.each([
    [`${role}/dana`, `${role}/dana`],
    [`${role}/dana@example.com`, `${role}/dana@example.com`],
    [`${role}/dana1234567890@example.com`, `${role}/dana1234567890@example.com`],
    [`${role}/GitHubActions`, `${role}/GitHubActions`],
    [`${role}/dana-20260102`, `${role}/dana-20260102`],
    [`${role}/botocore-session-1767323045`, `${role}/*`],
    [`${role}/i-0123456789abcdef0`, `${role}/*`],
    [`${role}/eks-prod-web-00000000-0000-4000-8000-00000000000a`, `${role}/*`],
    [
      'arn:aws-us-gov:sts::111122223333:assumed-role/Deployer/i-0123456789abcdef0',
      'arn:aws-us-gov:sts::111122223333:assumed-role/Deployer/*',
    ],
    ['arn:aws:iam::111122223333:user/dana', 'arn:aws:iam::111122223333:user/dana'],
    ['system:serviceaccount:shop:web', 'system:serviceaccount:shop:web'],
    ['0123456789abcdef', '0123456789abcdef'],
  ])('of %s is %s', (username, name) => {
    expect(principalOf(auditEvent({ user: { username } }))).toEqual({ name });
  });

  it('is nothing where nobody is named', () => {
    expect(principalOf(auditEvent({}))).toBeUndefined();
  });
});
