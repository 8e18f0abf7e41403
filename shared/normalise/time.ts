/** A time as a provider writes it in, epoch milliseconds out; undefined where the text states no time. */

/**
 * RFC 3339 with any number of fraction digits, a space for the T, an offset or none. A time without a zone is read as
 * UTC: control planes and their log services keep UTC.
 */
export const epochOf = (text: string | undefined): number | undefined => {
  if (text === undefined || text.length < 19) return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  if (text.charCodeAt(4) !== dash || text.charCodeAt(13) !== colon) return undefined;
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
    return undefined;
  const whole = daysFromCivil(year, month, day) * 86_400_000 + ((hour * 60 + minute) * 60 + second) * 1000;
  const rest = restOf(text);
  const value = whole + rest;
  return Number.isFinite(value) ? value : undefined;
};

const dash = 45;
const colon = 58;
const dot = 46;
const plus = 43;

/** NaN where a character is no digit, so that the sum tells. */
const digits = (text: string, from: number, count: number): number => {
  let value = 0;
  for (let at = from; at < from + count; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
};

/** Milliseconds of the fraction, less the offset. NaN where what follows the seconds is neither. */
const restOf = (text: string): number => {
  let at = 19;
  let milliseconds = 0;
  if (text.charCodeAt(at) === dot) {
    at++;
    let scale = 100;
    for (; at < text.length; at++) {
      const digit = text.charCodeAt(at) - 48;
      if (digit < 0 || digit > 9) break;
      if (scale >= 1) milliseconds += digit * scale;
      scale /= 10;
    }
  }
  const zone = text.slice(at);
  if (zone === 'Z' || zone === '' || zone === 'z' || zone === ' UTC' || zone === ' +0000 UTC')
    return milliseconds;
  const sign = zone.charCodeAt(0) === plus ? 1 : -1;
  if (zone.charCodeAt(0) !== plus && zone.charCodeAt(0) !== dash) return Number.NaN;
  const minutes = digits(zone, 1, 2) * 60 + digits(zone, zone.charCodeAt(3) === colon ? 4 : 3, 2);
  return milliseconds - sign * minutes * 60_000;
};

/** Days since 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
const daysFromCivil = (year: number, month: number, day: number): number => {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
};

const usTime = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2}):(\d{2})(?:\.\d+)?(?: (AM|PM))?$/;

/** The month-first form that some Azure services write, read as UTC. */
export const epochOfUsTime = (text: string | undefined): number | undefined => {
  const match = text === undefined ? null : usTime.exec(text);
  if (!match) return undefined;
  const [, month, day, year, hour, minute, second, half] = match;
  const twelve = Number(hour) % 12;
  const hours = half === undefined ? Number(hour) : half === 'PM' ? twelve + 12 : twelve;
  return Date.UTC(Number(year), Number(month) - 1, Number(day), hours, Number(minute), Number(second));
};

const commonLogTime = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{4})$/;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The form of the Common Log Format: `02/Jan/2026:03:04:05 +0000`. */
export const epochOfCommonLogTime = (text: string): number | undefined => {
  const match = commonLogTime.exec(text);
  if (!match) return undefined;
  const [, day, name = '', year, clock, offset] = match;
  const month = String(months.indexOf(name) + 1).padStart(2, '0');
  return epochOf(`${year}-${month}-${day}T${clock}${offset}`);
};
