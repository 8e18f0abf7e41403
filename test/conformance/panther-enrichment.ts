/** What Panther's cases know of addresses in; the files that tell our command line the same, out. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonObject, listOf, pathOf, textOf, textsOf } from '../../shared/schema/json.ts';
import { mmdbOf } from '../detect/enrich/mmdb-writer.ts';

/**
 * Addresses of which their cases say nothing, since Panther's rules take an unknown network for a foreign one. Any
 * database of networks knows them: Telefonica Germany, and Amazon.
 */
const untold: Readonly<Record<string, string>> = { '5.5.5.5': 'AS6805', '35.163.244.48': 'AS16509' };

/** The options that name the files. */
export const enrichmentOf = (logs: readonly JsonObject[], folder: string): readonly string[] => {
  const networks: Record<string, JsonObject> = {};
  for (const [address, asn] of Object.entries(untold)) networks[address] = { asn };
  const exits: string[] = [];
  for (const log of logs) {
    exits.push(...textsOf(pathOf(log, 'p_enrichment', 'tor_exit_nodes')));
    const places = pathOf(log, 'p_enrichment', 'ipinfo_asn') ?? {};
    for (const found of Object.values(places).flatMap(listOf)) {
      const [address, asn, name] = ['p_match', 'asn', 'name'].map((key) => textOf(pathOf(found, key)));
      if (address !== undefined) networks[address] = { asn, as_name: name };
    }
  }
  const mmdb = join(folder, 'networks.mmdb');
  const tor = join(folder, 'tor.txt');
  writeFileSync(mmdb, mmdbOf(networks, { type: 'ipinfo asn' }));
  writeFileSync(tor, exits.join('\n'));
  return ['--mmdb', mmdb, '--ip-list', `tor=${tor}`];
};
