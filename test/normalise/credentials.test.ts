/** No credential that a log quotes survives into an event. */
import { describe, expect, it } from 'vitest';
import { specimens } from '../decode/specimens.ts';
import { canary, eventsOf, expectHidden, packed } from './canary.ts';

describe('a credential', () => {
  const url = `https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&X-Amz-Credential=${canary}%2Feu&X-Amz-Date=20260304T050607Z&X-Amz-Security-Token=${canary}&X-Amz-Signature=${canary}`;
  const token = `k8s-aws-v1.${canary}${packed}`;
  const authenticator = (message: string) => ({
    ...specimens['eks-authenticator'],
    logEvents: [{ id: '1', timestamp: 1, message }],
  });

  it.each([
    [
      'an error',
      `time="2026-03-04T05:06:07Z" level=warning msg="access denied" client="127.0.0.1:1" error="error during GET: Get \\"${url}\\": EOF" method=POST path=/authenticate`,
    ],
    ['a message', `time="2026-03-04T05:06:07Z" level=info msg="asking ${url}"`],
    [
      'a line of JSON',
      JSON.stringify({ level: 'warning', msg: 'access denied', time: 'x', error: `Get ${url}` }),
    ],
    ['a line of another form', `E0304 05:06:07.123456       1 server.go:1] Get "${url}": EOF`],
    ['a line of no form', `Get ${url}`],
    [
      'a bearer token',
      `time="2026-03-04T05:06:07Z" level=warning msg="access denied" error="bad token ${token}"`,
    ],
  ])('is hidden in %s of the authenticator', (_, message) => {
    expectHidden(authenticator(message));
  });

  it('stays readable but for its secret parts', () => {
    const message = `time="2026-03-04T05:06:07Z" level=warning msg="access denied" error="Get ${url}: EOF, missing expected \\"k8s-aws-v1.\\" prefix"`;
    expect(eventsOf(authenticator(message))[0]?.outcome.reason).toBe(
      'Get https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&X-Amz-Credential=[redacted]&X-Amz-Date=20260304T050607Z&X-Amz-Security-Token=[redacted]&X-Amz-Signature=[redacted] EOF, missing expected "k8s-aws-v1." prefix',
    );
  });

  it.each([
    [
      'in its place',
      { credentials: { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: canary, sessionToken: canary } },
    ],
    ['of a wrong type', { credentials: canary }],
    ['in a list', { credentials: [canary] }],
    ['deeper', { accessKey: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: canary } }],
    ['spelt otherwise', { SecretAccessKey: canary, SessionToken: [canary] }],
  ])('of CloudTrail is hidden %s', (_, responseElements) => {
    expectHidden({ ...specimens.cloudtrail, responseElements });
    expectHidden({ ...specimens.cloudtrail, requestParameters: responseElements, responseElements: null });
  });

  it.each([
    ['as an object', { responseBody: { kubeconfigs: [{ name: 'clusterAdmin', value: packed }] } }],
    ['as text', { responseBody: JSON.stringify({ kubeconfigs: [{ value: packed }] }) }],
    [
      'in a text of properties',
      JSON.stringify({ responseBody: JSON.stringify({ kubeconfigs: [{ value: packed }] }) }),
    ],
    ['in a text cut short', `{"responseBody":"{\\"kubeconfigs\\":[{\\"value\\":\\"${packed}`],
    ['on its own', { kubeconfigs: [{ name: 'clusterUser', value: packed }] }],
  ])('of an Azure answer is hidden %s', (_, properties) => {
    expectHidden({ ...specimens['azure-activity'], properties });
  });

  it('in the text of what was written to Azure is hidden, and the rest of it stays', () => {
    const written = JSON.stringify({
      properties: {
        enableRBAC: true,
        servicePrincipalProfile: { clientId: 'c', secret: canary },
        windowsProfile: { adminUsername: 'a', adminPassword: canary },
      },
    });
    const writing = (requestbody: string) => ({
      ...specimens['azure-activity'],
      properties: { requestbody },
    });
    expectHidden(writing(written));
    expectHidden(writing(written.slice(0, -10)));
    expect(JSON.stringify(eventsOf(writing(written)))).toContain('enableRBAC');
    expect(JSON.stringify(eventsOf(writing('{"properties":{"enableRBAC":tr')))).toContain('enableRBAC');
  });

  it('of a Google answer is hidden', () => {
    const specimen = specimens['gke-admin'] as { protoPayload: object };
    const response = { masterAuth: { clientKey: canary, password: canary }, accessToken: canary };
    expectHidden({ ...specimen, protoPayload: { ...specimen.protoPayload, response } });
  });
});
