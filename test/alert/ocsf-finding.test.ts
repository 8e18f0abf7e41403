/** Alerts as OCSF Detection Findings. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { findingToOcsf } from '../../shared/alert/ocsf-finding.ts';
import { downVersion } from '../../shared/schema/ocsf/down-version.ts';
import { ocsfVersions } from '../../shared/schema/ocsf/ocsf-event.ts';
import { sayLeftOut, sharedFolder } from '../shared-data.ts';
import { exampleAlert } from './example.ts';

const alerts = {
  whole: exampleAlert(),
  bare: exampleAlert({
    time: undefined,
    origin: { dialect: 'kubernetes-audit' },
    actor: { type: 'unknown' },
    client: { ips: ['not an address'] },
    action: {},
    target: {},
    outcome: { result: 'unknown' },
  }),
};

describe('a Detection Finding', () => {
  it('carries the rule, the technique, the actor and the cluster', () => {
    expect(findingToOcsf(alerts.whole, '1.2.3')).toMatchObject({
      class_uid: 2004,
      severity_id: 3,
      count: 1,
      cloud: { provider: 'AWS', account: { uid: '111122223333' }, region: 'eu-west-1' },
      finding_info: {
        uid: alerts.whole.id,
        title: 'A door was opened',
        analytic: { uid: 'door-opened', type_id: 1, category: 'klaxon' },
        attacks: [
          { tactic: { uid: 'TA0002' }, technique: { uid: 'T1609' } },
          { technique: { uid: 'T1552' }, sub_technique: { uid: 'T1552.007' } },
        ],
      },
      evidences: [{ actor: { user: { name: 'dana' } }, src_endpoint: { ip: '198.51.100.7' } }],
      remediation: { desc: 'Look who it was.\nShut it.' },
    });
  });
});

const shared = sharedFolder();
if (shared === undefined) sayLeftOut('the OCSF schemas that alerts are validated against');
else {
  describe('the published schema', () => {
    for (const version of ocsfVersions) {
      const ajv = new Ajv2020({ strict: false, validateFormats: false });
      const schema = readFileSync(join(shared, 'ocsf', `ocsf-${version}.schema.json`), 'utf8');
      const isValid = ajv.compile(JSON.parse(schema) as object);
      for (const [name, alert] of Object.entries(alerts)) {
        it(`of version ${version} accepts a ${name} alert`, () => {
          const finding: unknown = JSON.parse(
            JSON.stringify(downVersion(findingToOcsf(alert, '1.2.3'), version)),
          );
          expect(isValid(finding) ? [] : isValid.errors).toEqual([]);
        });
      }
    }
  });
}
