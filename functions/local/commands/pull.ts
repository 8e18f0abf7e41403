/** `klaxon pull`: logs that lie in a cloud, in; the same, as the cloud delivers them, out. */
import type { Command } from 'commander';
import { addPullAks } from './pull-aks.ts';
import { addPullEks } from './pull-eks.ts';
import { addPullGke } from './pull-gke.ts';

export const addPull = (program: Command, finish: (status: number) => void): void => {
  const pull = program.command('pull').description('fetch logs that a cloud keeps, for scan to read');
  addPullEks(pull, finish);
  addPullAks(pull, finish);
  addPullGke(pull, finish);
  for (const command of pull.commands) command.exitOverride();
};
