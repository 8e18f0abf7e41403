/** Findings as Security Command Center takes them. */
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../shared/alert/alert.ts';
import { findingToScc } from '../../shared/alert/scc-finding.ts';
import { exampleAlert, noon } from './example.ts';

const told = noon + 5000;
const of = (over: Partial<Alert>) => findingToScc({ ...exampleAlert(), ...over }, told);

describe('a finding', () => {
  it('says what the alert does, in the words of the form', () => {
    expect(findingToScc(exampleAlert(), told)).toMatchObject({
      state: 'ACTIVE',
      findingClass: 'THREAT',
      category: 'A door was opened',
      resourceName: 'prod',
      severity: 'MEDIUM',
      eventTime: '2026-01-02T12:00:00.000Z',
      description: 'Somebody opened a door that is usually shut.',
      nextSteps: 'Look who it was.\nShut it.',
      mitreAttack: { primaryTactic: 'EXECUTION', additionalTactics: [] },
      access: {
        userName: 'dana',
        callerIp: '198.51.100.7',
        userAgent: 'kubectl/v1.36.0',
        methodName: 'get',
        principalEmail: undefined,
      },
      kubernetes: { pods: [{ ns: 'shop', name: 'web-0' }] },
      sourceProperties: { what: 'get pods/exec shop/web-0: sh -c id -> 101', rule: 'door-opened' },
    });
  });

  it('names an identity of Google, and its cluster as Google does', () => {
    const clusterId = '//container.googleapis.com/projects/shop/locations/europe-west1/clusters/prod';
    const { access, resourceName } = of({
      clusterId,
      actor: { name: 'x', type: 'user', cloudIdentity: 'dana@example.com' },
    });
    expect([access.principalEmail, resourceName]).toEqual(['dana@example.com', clusterId]);
  });

  it('has no severity below LOW, and every tactic that has a name there once', () => {
    const { rule } = exampleAlert();
    const tags = ['attack.stealth', 'attack.defense-evasion', 'attack.impact', 'attack.defense-impairment'];
    expect(of({ severity: 'informational', rule: { ...rule, tags } })).toMatchObject({
      severity: 'LOW',
      mitreAttack: { primaryTactic: 'DEFENSE_EVASION', additionalTactics: ['IMPACT'] },
    });
    expect(of({ rule: { ...rule, tags: [] } }).mitreAttack).toBeUndefined();
  });

  it('states no time that the log did not, but for its own making, which the form asks for', () => {
    expect(of({ time: undefined, lastSeen: 1e300 }).eventTime).toBe('2026-01-02T12:00:05.000Z');
  });

  const rbac = 'rbac.authorization.k8s.io';
  it.each([
    [{ group: rbac, resource: 'clusterroles', name: 'a' }, { roles: [{ kind: 'CLUSTER_ROLE', name: 'a' }] }],
    [
      { group: rbac, resource: 'roles', namespace: 'n', name: 'a' },
      { roles: [{ kind: 'ROLE', ns: 'n', name: 'a' }] },
    ],
    [{ group: rbac, resource: 'clusterrolebindings', name: 'a' }, { bindings: [{ name: 'a' }] }],
    [{ resource: 'secrets', namespace: 'n', name: 'a' }, undefined],
    [{ resource: 'pods', namespace: 'n' }, undefined],
  ])('names the object %j as %j', (target, expected) => {
    expect(JSON.stringify(of({ target }).kubernetes)).toBe(JSON.stringify(expected));
  });

  it('has keys that the form allows, and a resource even where the log names none', () => {
    const finding = of({ cluster: undefined, account: undefined, clusterId: undefined });
    expect(finding.resourceName).toBe('cluster not stated');
    expect(Object.keys(finding.sourceProperties).filter((key) => !/^[A-Za-z]\w{0,254}$/.test(key))).toEqual(
      [],
    );
  });
});
