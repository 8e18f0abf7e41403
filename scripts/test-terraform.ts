/**
 * Checks and tests the Terraform modules of infra/ with Terraform itself and no network: providers are played by this process,
 * which knows the schemas in test/fixtures/terraform. Where there is no Terraform it says so in one line, and that is no failure.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProviderSchema } from '../test/terraform/provider-schema.ts';
import { servedProvider } from '../test/terraform/served-provider.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = `${root}.cache/terraform`;
/** Without one Terraform takes the settings of whoever runs this, and says where they are not there. */
const noSettings = `${cache}/settings.tfrc`;

const commandMs = 5 * 60_000;

/** Every folder below infra/ that has modules in it: itself one, or an example of how to use one. */
const folders = [
  ...new Set(globSync('infra/**/*.tf', { cwd: root }).map((path) => dirname(path))),
].toSorted();

/** Undefined where the program is not there, or was ended by a signal. */
const statusOf = async (
  words: readonly string[],
  folder: string,
  providers: string,
  output: 'inherit' | 'ignore' = 'inherit',
): Promise<number | undefined> => {
  const child = spawn('terraform', words, {
    cwd: join(root, folder),
    stdio: ['ignore', output, 'inherit'],
    timeout: commandMs,
    env: {
      ...process.env,
      TF_CLI_CONFIG_FILE: noSettings,
      TF_DATA_DIR: `${cache}/data/${folder.replaceAll('/', '-')}`,
      TF_IN_AUTOMATION: '1',
      // It would ask for a newer version of itself.
      CHECKPOINT_DISABLE: '1',
      TF_REATTACH_PROVIDERS: providers,
    },
  });
  try {
    const [status] = await once(child, 'close');
    return typeof status === 'number' ? status : undefined;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  }
};

const stepsFor = (folder: string): readonly (readonly string[])[] => [
  ['init', '-backend=false', '-input=false'],
  ['validate', '-no-color'],
  ...(existsSync(join(root, folder, 'tests')) ? [['test', '-no-color']] : []),
];

const served = async () => {
  const paths = globSync('test/fixtures/terraform/*.json', { cwd: root });
  return Promise.all(
    paths.map(async (path) => {
      const schema = JSON.parse(readFileSync(root + path, 'utf8')) as ProviderSchema;
      return { name: basename(path, '.json'), ...(await servedProvider(schema)) };
    }),
  );
};

/** As a provider that is debugged says where it is: https://developer.hashicorp.com/terraform/plugin/debugging */
const whereTheyAre = (providers: Awaited<ReturnType<typeof served>>): string =>
  JSON.stringify(
    Object.fromEntries(
      providers.map(({ name, address }) => [
        `registry.terraform.io/hashicorp/${name}`,
        {
          Protocol: 'grpc',
          ProtocolVersion: 5,
          Pid: process.pid,
          Test: true,
          Addr: { Network: 'tcp', String: address },
        },
      ]),
    ),
  );

/** Whether every step went well; each says itself what is wrong. */
const isWell = async (providers: string): Promise<boolean> => {
  let well = (await statusOf(['fmt', '-check', '-diff', '-recursive'], 'infra', providers)) === 0;
  for (const folder of folders) {
    for (const words of stepsFor(folder)) {
      process.stdout.write(`== ${folder}: terraform ${words.join(' ')}\n`);
      const status = await statusOf(words, folder, providers, words[0] === 'init' ? 'ignore' : 'inherit');
      if (status === 0) continue;
      well = false;
      break;
    }
  }
  return well;
};

mkdirSync(cache, { recursive: true });
writeFileSync(noSettings, '');
const providers = await served();
try {
  const where = whereTheyAre(providers);
  if ((await statusOf(['version'], 'infra', where, 'ignore')) === undefined)
    process.stdout.write('test:terraform: left out, for it needs terraform 1.11 or later on the PATH\n');
  else if (!(await isWell(where))) process.exitCode = 1;
} finally {
  for (const { close } of providers) close();
}
