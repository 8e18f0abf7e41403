/** What the settings say of Security Lake in one place, in; its sources, each written to in the role that it has for it, out. */
import { S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import { KlaxonError } from '../../../shared/errors.ts';
import type { Pause, Random } from '../../../shared/ports.ts';
import type { Settings } from '../../../shared/settings/settings.ts';
import { bucketArchive } from '../archive.ts';
import { clientLimits, within } from '../client.ts';
import type { LakeSource } from './security-lake.ts';

export interface LakeSourceOptions {
  readonly settings: Pick<Settings, 'aws'>;
  readonly place: { readonly account: string; readonly region: string };
  readonly sts: STSClient;
  readonly pause: Pause;
  readonly random: Random;
}

export interface LakeSources {
  readonly sources: readonly LakeSource[];
  readonly close: () => void;
}

/** The function needs sts:AssumeRole on each role; the roles may put objects below their prefixes, and no more is asked. */
export const lakeSources = (options: LakeSourceOptions): LakeSources => {
  const { settings, place, pause, random } = options;
  const clients: S3Client[] = [];
  const sources = settings.aws.securityLake
    .filter(({ account, region }) => account === place.account && region === place.region)
    .map((source) => {
      const { bucket, prefix } = locationIn(source.location);
      const client = new S3Client({
        ...clientLimits,
        region: place.region,
        credentials: roleOf(source, options),
      });
      clients.push(client);
      return {
        class: source.class,
        version: source.version ?? '1.1.0',
        prefix,
        put: bucketArchive({ bucket, client, pause, random }).put,
        key: `security-lake/${source.location}`,
      };
    });
  return {
    sources,
    close: () => {
      for (const client of clients) client.destroy();
    },
  };
};

type Source = Settings['aws']['securityLake'][number];

/** `s3://BUCKET/ext/NAME/`, as Security Lake gives it; settings have checked its form. */
const locationIn = (location: string): { readonly bucket: string; readonly prefix: string } => {
  const { hostname: bucket, pathname } = new URL(location);
  return { bucket, prefix: `${pathname.replace(/^\/+|\/+$/g, '')}/` };
};

/** Asked for by the client when it signs, and again before they expire. */
const roleOf =
  ({ role, externalId }: Source, { sts }: LakeSourceOptions) =>
  async () => {
    const asRole = within('archive', `the role ${role} cannot be taken on`);
    const { Credentials: given } = await asRole(() =>
      sts.send(
        new AssumeRoleCommand({
          RoleArn: role,
          RoleSessionName: 'klaxon',
          ...(externalId !== undefined && { ExternalId: externalId }),
        }),
      ),
    );
    if (given?.AccessKeyId === undefined || given.SecretAccessKey === undefined)
      throw new KlaxonError('archive', `the role ${role} comes without credentials`, { retryable: true });
    return {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      ...(given.SessionToken !== undefined && { sessionToken: given.SessionToken }),
      ...(given.Expiration !== undefined && { expiration: given.Expiration }),
    };
  };
