/** A container that diagnostic settings write to, in; the blobs of a day, hour by hour, out. */
import type { ContainerClient } from '@azure/storage-blob';
import { type Ask, pagesOf } from '../client.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** What came to Azure Monitor of one resource and one category within an hour. */
export interface HourBlob {
  readonly name: string;
  /** When the hour began, epoch milliseconds. */
  readonly hour: number;
  /** So far. */
  readonly bytes: number;
}

/**
 * `resourceId=/SUBSCRIPTIONS/.../y=2026/m=03/d=14/h=09/m=00/PT1H.json`, the first m being the month and the second the minute:
 * https://learn.microsoft.com/azure/azure-monitor/essentials/resource-logs#send-to-azure-storage
 */
const hourName = /(?:^|\/)y=(\d{4})\/m=(\d{2})\/d=(\d{2})\/h=(\d{2})\/m=\d{2}\/[^/]+\.json$/;

/** When the hour began that a blob is of; undefined where its name does not say it. */
export const hourOf = (name: string): number | undefined => {
  const [, year, month, day, hour] = hourName.exec(name) ?? [];
  return hour === undefined
    ? undefined
    : Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour));
};

/**
 * The folders that have years in them, one for each resource: however many years there are, they are found by a few requests.
 * Throws what the client does.
 */
export const placesBelow = async (
  client: ContainerClient,
  prefix: string,
  ask: Ask,
): Promise<readonly string[]> => {
  const places: string[] = [];
  let level = [prefix];
  for (let depth = 0; level.length > 0 && depth < deepest; depth++) {
    const below: string[] = [];
    for (const folder of level) {
      const found: string[] = [];
      const pages = pagesOf(ask, pageSize, (abortSignal) =>
        client.listBlobsByHierarchy('/', { prefix: folder, abortSignal }),
      );
      for await (const { segment } of pages)
        found.push(...(segment.blobPrefixes ?? []).map(({ name }) => name));
      const hasYears = found.some((name) => /(?:^|\/)y=\d{4}\/$/.test(name));
      if (hasYears) places.push(folder);
      else below.push(...found);
    }
    level = below;
  }
  return places;
};

/** The most that a request is answered. */
const pageSize = 5_000;

/** The id of a resource has some nine parts, a folder before it may have more. */
const deepest = 24;

/** Sorted by hour, then by name. `day` is when it begins, epoch milliseconds, in UTC. Throws what the client does. */
export const blobsOfDay = async (
  client: ContainerClient,
  places: readonly string[],
  day: number,
  ask: Ask,
): Promise<readonly HourBlob[]> => {
  const [year, month, date] = new Date(day).toISOString().slice(0, 10).split('-');
  const blobs: HourBlob[] = [];
  for (const place of places) {
    const prefix = `${place}y=${year}/m=${month}/d=${date}/`;
    const pages = pagesOf(ask, pageSize, (abortSignal) => client.listBlobsFlat({ prefix, abortSignal }));
    for await (const { segment } of pages)
      for (const { name, properties } of segment.blobItems) {
        const hour = hourOf(name);
        if (hour !== undefined) blobs.push({ name, hour, bytes: properties.contentLength ?? 0 });
      }
  }
  return blobs.toSorted((left, right) => left.hour - right.hour || (left.name < right.name ? -1 : 1));
};
