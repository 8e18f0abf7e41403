/** `klaxon pull`: logs that lie in a cloud, in; the same, as the cloud delivers them, out. */
import type { Command } from 'commander';
import { addPullAks } from './pull-aks.ts';
import { addPullEks } from './pull-eks.ts';
import { addPullGke } from './pull-gke.ts';

export const addPull = (program: Command, finish: (status: number) => void): void => {
  const pull = program
    .command('pull')
    .description('fetch logs that a cloud keeps, for scan to read')
    .addHelpText('after', pullHelp);
  addPullEks(pull, finish);
  addPullAks(pull, finish);
  addPullGke(pull, finish);
};

const pullHelp = `
Examples:
  klaxon pull eks --cluster orders --since 24h | klaxon scan -                     the last day of an EKS cluster
  klaxon pull aks --hub shop/klaxon --from latest --follow | klaxon scan - --live  an AKS cluster, from now on
  klaxon pull gke --project shop-prod --since 30d --out logs/                      a month of GKE, kept in files, for
  klaxon scan logs/                                                                as many scans as you like

What comes out is what the cloud would have delivered, one JSON object a line. klaxon pull eks --help says which
credentials and rights it needs, and how it goes on where it ended; so do aks and gke.`;
