/** The name of a cloud in, the Terraform module that it has in infra/, as its tests read it, out. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { nameOf } from '../../shared/settings/environment.ts';
import { defaults } from '../../shared/settings/settings.ts';
import { mapIn } from './hcl.ts';

export interface TerraformModule {
  /** Ends in a slash. */
  readonly folder: string;
  /** The text of one of its files. */
  readonly file: (name: string) => string;
  /** Those of all that Terraform reads. */
  readonly texts: readonly string[];
  /** The variables that it gives to functions. */
  readonly told: ReadonlySet<string>;
}

export const terraformModule = (cloud: 'azure' | 'gcp'): TerraformModule => {
  const folder = fileURLToPath(new URL(`../../infra/${cloud}/`, import.meta.url));
  const file = (name: string): string => readFileSync(folder + name, 'utf8');
  const texts = globSync('*.tf', { cwd: folder }).map(file);
  return { folder, file, texts, told: new Set(texts.flatMap((text) => text.match(/\bKLAXON_\w+/g) ?? [])) };
};

/** `own`: what holds for the cloud alone, below its name. */
export const expectDefaults = ({ file }: TerraformModule, own: Readonly<Record<string, object>>): void => {
  const { environment, archive, retention } = defaults;
  const text = file('settings.tf');
  expect(mapIn(text, 'defaults')).toEqual({ environment, archive, retention, ...own });
  expect(text).toContain(`name = "${nameOf(`\${local.environment}`)}"`);
};
