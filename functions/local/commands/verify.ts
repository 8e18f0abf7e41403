/** `klaxon verify`: an archive in; whether it is as it was written, out. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type ArchiveProblem, type ArchiveSummary, verifyArchive } from '../../../shared/archive/verify.ts';
import { KlaxonError } from '../../../shared/errors.ts';
import { folderArchive } from '../archive.ts';

interface VerifyFlags {
  readonly output: 'pretty' | 'ndjson';
  readonly head?: string;
  readonly allowUnlisted: boolean;
}

export const addVerify = (program: Command, finish: (status: number) => void): void => {
  program
    .command('verify')
    .description('check that nothing in an archive was removed, changed or added')
    .argument('<dir>', 'the folder of an archive: that of scan --archive, or a copy of a bucket or container')
    .addOption(
      new Option('-o, --output <format>', 'form of the report')
        .choices(['pretty', 'ndjson'])
        .default('pretty'),
    )
    .option('--head <digest>', 'a digest that an earlier run told: the chain must still hold it', digest)
    .option(
      '--allow-unlisted',
      'what no manifest names is no fault: in an archive that is being written to',
      false,
    )
    .addHelpText('after', verifyHelp)
    .action(async (folder: string, flags: VerifyFlags) => finish(await verify(folder, flags)));
};

const verifyHelp = `
Every manifest must follow the one before, and every object it names must hold what its name says.
Keep the digest that is told last somewhere else: with it the end of the chain cannot be cut off unseen.

Exit status: 0 all is as it was written, 1 something is missing, changed, unlisted or out of the chain,
2 wrong usage or an archive that could not be read.`;

const digest = (value: string): string => {
  if (!/^[0-9a-f]{64}$/.test(value)) throw new InvalidArgumentError('Expected 64 hexadecimal digits.');
  return value;
};

const verify = async (folder: string, { output, head, allowUnlisted }: VerifyFlags): Promise<number> => {
  const print = (text: string): void => {
    process.stdout.write(`${text}\n`);
  };
  const onProblem = (problem: ArchiveProblem): void =>
    print(output === 'ndjson' ? JSON.stringify(problem) : problemLine(problem));
  const summary = await verifyArchive(folderArchive(folder), { onProblem, head });
  const { chain, missing, changed, unlisted } = summary.problems;
  if (summary.manifests === 0 && unlisted === 0 && missing === 0)
    throw new KlaxonError('archive', `${folder} holds no archive: no manifest and no object`);
  print(output === 'ndjson' ? JSON.stringify(summary) : summaryText(summary));
  return chain + missing + changed + (allowUnlisted ? 0 : unlisted) > 0 ? 1 : 0;
};

const problemWidth = 9;

/** Names may come out of a manifest that somebody changed, and must not steer the terminal. */
const problemLine = ({ problem, name, detail }: ArchiveProblem): string =>
  `${problem.padEnd(problemWidth)}${name.replace(/[^\x20-\x7e]/g, '?')}  ${detail}`;

const summaryText = ({ problems, head, ...sound }: ArchiveSummary): string => {
  const found = Object.entries(problems).filter(([, count]) => count > 0);
  const verdict = found.map(([problem, count]) => `${count} ${problem}`).join(', ');
  const counts = Object.entries(sound).map(
    ([name, count]) => `${name.padEnd(summaryWidth)}${count.toLocaleString('en')}`,
  );
  return [
    verdict === ''
      ? 'The archive is as it was written.'
      : `The archive is not as it was written: ${verdict}.`,
    ...counts,
    `${'head'.padEnd(summaryWidth)}${head ?? 'none'}`,
  ].join('\n');
};

const summaryWidth = 11;
