/** The ideas that eleven vendors and projects detect in these logs, and some that none of them does; which rule stands for each. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Rule } from '../shared/detect/rule.ts';

export const vendors = [
  'datadog',
  'defender',
  'elastic',
  'falco',
  'guardduty',
  'panther',
  'scc',
  'sigma',
  'splunk',
  'stratus',
  'sumo',
] as const;
export type Vendor = (typeof vendors)[number];

/** Names as their owners write them. */
export const vendorNames: Readonly<Record<Vendor, string>> = {
  datadog: 'Datadog',
  defender: 'Microsoft Defender for Containers',
  elastic: 'Elastic',
  falco: 'Falco',
  guardduty: 'Amazon GuardDuty',
  panther: 'Panther',
  scc: 'Google Security Command Center',
  sigma: 'SigmaHQ',
  splunk: 'Splunk',
  stratus: 'Stratus Red Team',
  sumo: 'Sumo Logic',
};

export interface Idea {
  /** The least audit level at which the log shows it; absent for logs that have no levels. */
  readonly level?: 'Metadata' | 'Request' | 'RequestResponse';
  readonly alsoIn: readonly Vendor[];
}

export interface Catalogue {
  readonly ideas: Readonly<Record<string, Idea>>;
  /** Ideas that no rule stands for, and why. */
  readonly leftOut: Readonly<Record<string, string>>;
}

export const catalogue = JSON.parse(
  readFileSync(fileURLToPath(new URL('catalogue.json', import.meta.url)), 'utf8'),
) as Catalogue;

const levels = ['Metadata', 'Request', 'RequestResponse'] as const;

/** What a rule's ideas ask of the audit log, all together, and who else has one of them. */
export const ideasOf = ({ covers }: Rule): Idea => {
  const ideas = covers.flatMap((id) => catalogue.ideas[id] ?? []);
  const level = levels.findLast((name) => ideas.some((idea) => idea.level === name));
  const alsoIn = vendors.filter((vendor) => ideas.some((idea) => idea.alsoIn.includes(vendor)));
  return level === undefined ? { alsoIn } : { level, alsoIn };
};
