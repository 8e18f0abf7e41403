/** A text that holds URLs or parts of them in; the same text without the credentials in their queries and before their hosts, out. */
import { redacted, withoutPresignedUrls } from './redact.ts';

/** Names that mean a credential however they begin (`access_token`, `clientSecret`), and such as mean one alone. */
const names = [
  '[\\w.-]*(?:token|secret|passwd|password|signature|credentials?|api[_-]?key|access[_-]?key(?:id)?|private[_-]?key)',
  '[\\w.-]*(?:sess(?:ion)?[_-]?id|assertion)',
  'auth|authorization|jwt|key|pass|pwd|samlresponse|session|sid|sig',
].join('|');

/** A parameter of a query ends before the next; one that a path carries ends with its part of the path. */
const parameter = new RegExp(`([?&](?:${names})=)[^&;#\\s"]+|(;(?:${names})=)[^&;?/#\\s"]+`, 'gi');

/** A JSON Web Token, wherever it stands: two parts that begin as JSON objects do in base64, and a signature. */
const webToken = /(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*/g;

/** `user:password@` before a host. */
const userInfo = /(:\/\/)[^/\s"@?#:]*:[^/\s"@]*@/g;

/** A value is hidden for the name it stands under, whatever it is: what is kept must not depend on what a caller sends. */
export const withoutUrlSecrets = (text: string): string => {
  let safe = withoutPresignedUrls(text);
  if (safe.includes('=')) safe = safe.replace(parameter, `$1$2${redacted}`);
  if (safe.includes('eyJ')) safe = safe.replace(webToken, redacted);
  return safe.includes('://') ? safe.replace(userInfo, `$1${redacted}@`) : safe;
};

/** HTTP headers that hold a credential. */
const secretHeader = /authorization|cookie|token|secret|password|api-?key|signature|session|credential/i;

export const isSecretHeader = (name: string): boolean => secretHeader.test(name);
