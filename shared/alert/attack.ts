/** Sigma tags in, the ATT&CK tactics and techniques they name out. */

/** The version of ATT&CK (Enterprise) whose ids the built-in rules carry. */
export const attackVersion = '19';

export interface AttackTactic {
  readonly uid: string;
  readonly name: string;
}

/** Enterprise tactics by the names that Sigma tags use; older names stay readable. */
const tactics: Readonly<Record<string, AttackTactic>> = {
  reconnaissance: { uid: 'TA0043', name: 'Reconnaissance' },
  'resource-development': { uid: 'TA0042', name: 'Resource Development' },
  'initial-access': { uid: 'TA0001', name: 'Initial Access' },
  execution: { uid: 'TA0002', name: 'Execution' },
  persistence: { uid: 'TA0003', name: 'Persistence' },
  'privilege-escalation': { uid: 'TA0004', name: 'Privilege Escalation' },
  stealth: { uid: 'TA0005', name: 'Stealth' },
  'defense-evasion': { uid: 'TA0005', name: 'Defense Evasion' },
  'defense-impairment': { uid: 'TA0112', name: 'Defense Impairment' },
  'credential-access': { uid: 'TA0006', name: 'Credential Access' },
  discovery: { uid: 'TA0007', name: 'Discovery' },
  'lateral-movement': { uid: 'TA0008', name: 'Lateral Movement' },
  collection: { uid: 'TA0009', name: 'Collection' },
  'command-and-control': { uid: 'TA0011', name: 'Command and Control' },
  exfiltration: { uid: 'TA0010', name: 'Exfiltration' },
  impact: { uid: 'TA0040', name: 'Impact' },
};

export interface Attack {
  readonly tactics: readonly AttackTactic[];
  /** Such as T1609 or T1552.007. */
  readonly techniques: readonly string[];
}

const technique = /^t\d{4}(?:\.\d{3})?$/;

export const attackOf = (tags: readonly string[]): Attack => {
  const names = tags.filter((tag) => tag.startsWith('attack.')).map((tag) => tag.slice('attack.'.length));
  return {
    tactics: names.flatMap((name) => (Object.hasOwn(tactics, name) && tactics[name] ? [tactics[name]] : [])),
    techniques: names.filter((name) => technique.test(name)).map((name) => name.toUpperCase()),
  };
};
