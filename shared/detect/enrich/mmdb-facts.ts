/**
 * One record of an MMDB in, the facts it tells out. The fields are those of
 * MaxMind (https://dev.maxmind.com/geoip/docs/databases), which DB-IP and IP2Location keep to,
 * IPinfo (https://ipinfo.io/developers/database-types) and ip-location-db (https://github.com/sapics/ip-location-db).
 */
import { isObject, type JsonObject, type JsonValue, pathOf, someTextOf } from '../../schema/json.ts';
import type { AddressFacts, Anonymizer, Fact } from './facts.ts';

export const factsIn = (record: JsonObject): AddressFacts => {
  const country = firstOf(record, countryFields, countryOf);
  const asn = firstOf(record, asnFields, asnOf);
  const organization = firstOf(record, organizationFields, someTextOf);
  const anonymizers = anonymizersIn(record);
  const isAnonymous = anonymizers.length > 0 || isHiddenOtherwise(record);
  return {
    ...(country !== undefined && { country }),
    ...(asn !== undefined && { asn }),
    ...(organization !== undefined && { organization }),
    ...(isAnonymous && { anonymous: true }),
    ...(anonymizers.length > 0 && { anonymizers }),
  };
};

/** Which facts records of this form are about, even where this one says that there is nothing to tell. */
export const factsToldBy = (record: JsonObject): readonly Fact[] => {
  const told: Fact[] = [];
  const { country, asn, organization } = factsIn(record);
  if (country !== undefined) told.push('country');
  if (asn !== undefined) told.push('asn');
  if (organization !== undefined) told.push('organization');
  const flags = [...anonymizerFields.map(([field]) => field), 'is_anonymous'];
  if (flags.some((field) => flagPlaces(record).some((place) => Object.hasOwn(place, field))))
    told.push('anonymous', 'anonymizers');
  return told;
};

type Path = readonly string[];

/** In the order of their worth: in IPinfo's newer files `country` is a name, in its older ones a code. */
const countryFields: readonly Path[] = [['country', 'iso_code'], ['country_code'], ['country']];

const asnFields: readonly Path[] = [
  ['autonomous_system_number'],
  ['traits', 'autonomous_system_number'],
  ['asn'],
];

const organizationFields: readonly Path[] = [
  ['autonomous_system_organization'],
  ['traits', 'autonomous_system_organization'],
  ['as_name'],
];

const firstOf = <T>(
  record: JsonObject,
  fields: readonly Path[],
  read: (value: JsonValue | undefined) => T | undefined,
): T | undefined => {
  for (const field of fields) {
    const value = read(pathOf(record, ...field));
    if (value !== undefined) return value;
  }
  return undefined;
};

const countryOf = (value: JsonValue | undefined): string | undefined =>
  typeof value === 'string' && /^[A-Za-z]{2}$/.test(value) ? value.toUpperCase() : undefined;

const maxAsn = 2 ** 32 - 1;

/** `64500` or `AS64500`. Zero stands for no system (RFC 7607). */
const asnOf = (value: JsonValue | undefined): number | undefined => {
  const digits = typeof value === 'string' ? /^(?:AS)?(\d{1,10})$/i.exec(value)?.[1] : undefined;
  const number = digits === undefined ? value : Number(digits);
  return Number.isInteger(number) && Number(number) > 0 && Number(number) <= maxAsn
    ? Number(number)
    : undefined;
};

/** MaxMind's names, IPinfo's of its privacy files, and IPinfo's of its newer ones. */
const anonymizerFields: readonly (readonly [string, Anonymizer])[] = [
  ['is_tor_exit_node', 'tor'],
  ['tor', 'tor'],
  ['is_tor', 'tor'],
  ['is_anonymous_vpn', 'vpn'],
  ['vpn', 'vpn'],
  ['is_vpn', 'vpn'],
  ['is_public_proxy', 'public-proxy'],
  ['proxy', 'public-proxy'],
  ['is_proxy', 'public-proxy'],
  ['is_residential_proxy', 'residential-proxy'],
  ['relay', 'relay'],
  ['is_relay', 'relay'],
];

const flagPlaces = (record: JsonObject): readonly JsonObject[] =>
  [record, pathOf(record, 'traits'), pathOf(record, 'anonymous'), pathOf(record, 'anonymizer')].filter(
    isObject,
  );

const isSet = (record: JsonObject, field: string): boolean =>
  flagPlaces(record).some((place) => {
    const value = pathOf(place, field);
    return value === true || value === 'true' || value === 1;
  });

const anonymizersIn = (record: JsonObject): readonly Anonymizer[] => [
  ...new Set(anonymizerFields.flatMap(([field, kind]) => (isSet(record, field) ? [kind] : []))),
];

/** MaxMind sets `is_anonymous` for hosting providers as well: every build server would hide somebody. */
const isHiddenOtherwise = (record: JsonObject): boolean =>
  isSet(record, 'is_anonymous') && !isSet(record, 'is_hosting_provider') && !isSet(record, 'is_hosting');
