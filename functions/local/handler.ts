/** The command line in, an exit status out: the laptop's edge of Klaxon. */
import { Command, CommanderError, Help, type Option } from 'commander';
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
    .configureHelp({ optionDescription: describedOption })
    .addHelpText('after', help);
  addScan(program, finish);
  addRules(program, finish);
  addPull(program, finish);
  addVerify(program, finish);
  withRemedies(program, 'klaxon');
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

const help = `
Start with:
  klaxon scan examples/                                  what it looks like
  klaxon scan audit.log                                  your own logs, whatever cloud they are from
  klaxon pull eks --cluster orders | klaxon scan -       logs that a cloud keeps
  klaxon rules list                                      what is looked for

klaxon COMMAND --help says more of each.`;

/** Wrong usage is answered with the way to the right one, and with a status instead of an end of the process. */
const withRemedies = (command: Command, words: string): void => {
  command.exitOverride().showHelpAfterError(`(${words} --help shows what there is)`);
  for (const below of command.commands) withRemedies(below, `${words} ${below.name()}`);
};

const usualHelp = new Help();

/** A list that is empty and a switch that is off unless they are named need no word. */
const describedOption = (option: Option): string =>
  usualHelp.optionDescription(option).replace(/ \(default: (?:\[\]|false)\)$/, '');

/** `klaxon scan ... | head` closes the pipe early: that is no fault. */
const stopOnClosedPipe = (fault: NodeJS.ErrnoException): void => {
  if (fault.code !== 'EPIPE') throw fault;
  process.exit(0);
};
