/** A reference to a secret in a cloud's own store: what settings hold in the secret's place. */
import { Type } from '@sinclair/typebox';

const secretForm =
  '^(?:aws:secretsmanager:[A-Za-z0-9/_+=.@-]{1,512}|azure:keyvault:[A-Za-z][A-Za-z0-9-]{2,23}/[A-Za-z0-9-]{1,127}|gcp:secretmanager:(?:projects/[a-z0-9:.-]+/secrets/)?[A-Za-z0-9_-]{1,255}|env:[A-Z][A-Z0-9_]*)$';

export const Secret = Type.Readonly(
  Type.String({
    pattern: secretForm,
    description: 'Where the secret lies, never the secret itself: aws:secretsmanager:klaxon/slack',
    patternErrorMessage:
      'expected where the secret lies, such as aws:secretsmanager:NAME, azure:keyvault:VAULT/NAME, gcp:secretmanager:NAME or env:NAME, never the secret itself',
  }),
);

/** What each of these is, where a text holds one: credentials that their makers gave a form by which they are told. */
const plainForms: readonly (readonly [RegExp, string])[] = [
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/, 'an AWS access key'],
  [/\bxox[abeoprs]-[A-Za-z0-9-]{10,}/, 'a Slack token'],
  [/\bhooks\.slack\.com\/(?:services|workflows|triggers)\//i, 'a Slack webhook (its address is its secret)'],
  [/\.webhook\.office\.com\/webhookb2\//i, 'a Teams webhook (its address is its secret)'],
  [
    /^https?:\/\/\S+[?&](?:sig|code|token|api[_-]?key|access_token)=[^&\s]{6,}/i,
    'an address with a key in it',
  ],
  [/\b(?:AccountKey|SharedAccessKey|SharedAccessSignature)=/i, 'an Azure connection string'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'a private key'],
  [/\b(?:ghp|gho|ghs|ghu)_[A-Za-z0-9]{36}\b|\bgithub_pat_[A-Za-z0-9_]{40,}/, 'a GitHub token'],
  [/\bAIza[A-Za-z0-9_-]{35}\b/, 'a Google API key'],
  [/\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\./, 'a JSON web token'],
  [/^https?:\/\/[^/\s@]+@/i, 'an address with a password in it'],
];

/** What kind of secret a text plainly is or holds; undefined for any other text. */
export const plainSecretIn = (text: string): string | undefined =>
  plainForms.find(([form]) => form.test(text.slice(0, 10_000)))?.[1];
