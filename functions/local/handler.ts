/** The command line in, an exit status out: the laptop's edge of Klaxon. */
import { Command, CommanderError } from 'commander';
import { KlaxonError } from '../../shared/errors.ts';
import { addPull } from './commands/pull.ts';
import { addRules } from './commands/rules.ts';
import { addScan } from './commands/scan.ts';
import { addVerify } from './commands/verify.ts';
import { version } from './version.ts';

/** Answers 0 done, 1 findings, 2 wrong usage or unreadable input. */
export const main = async (words: readonly string[]): Promise<number> => {
  let status = 0;
  const finish = (code: number): void => {
    status = code;
  };
  const program = new Command('klaxon')
    .description(
      'Threat detection for Kubernetes control planes: audit logs of EKS, AKS, GKE and your own clusters in, alerts out.',
    )
    .version(version)
    .exitOverride()
    .showHelpAfterError('(klaxon --help shows what there is)')
    .addHelpText('after', '\nStart with: klaxon scan examples/');
  addScan(program, finish);
  addRules(program, finish);
  addPull(program, finish);
  addVerify(program, finish);
  for (const command of program.commands) command.exitOverride();
  process.stdout.on('error', stopOnClosedPipe);
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
    if (!(thrown instanceof KlaxonError)) throw thrown;
    process.stderr.write(`klaxon: ${thrown.message}\n`);
    return 2;
  }
  return status;
};

/** `klaxon scan ... | head` closes the pipe early: that is no fault. */
const stopOnClosedPipe = (fault: NodeJS.ErrnoException): void => {
  if (fault.code !== 'EPIPE') throw fault;
  process.exit(0);
};
