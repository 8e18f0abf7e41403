/** An unquoted YAML scalar in; what a reader of YAML 1.1 takes it for where one of 1.2 reads something else, out. */

/** From the YAML 1.1 type repository (yaml.org/type: bool, int, float, timestamp); Python's and Go's readers still follow it. */
const forms: readonly (readonly [RegExp, string])[] = [
  [/^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF)$/, 'true or false'],
  // Of one digit both readings are the same number.
  [/^[-+]?0[0-7_]*[1-7][0-7_]*[0-7][0-7_]*$/, 'an octal number'],
  [/^[-+]?0\d*[89]\d*$|^0o[0-7]+$/, 'a text'],
  [/^[-+]?0b[01_]+$/, 'a binary number'],
  [/^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/, 'a number to the base 60'],
  [/^[-+]?(?=[0-9_]*_)[0-9][0-9_]*$/, 'a number'],
  [/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, 'a date'],
  [
    /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?$/,
    'a time',
  ],
];

export const otherReadingOf = (bare: string): string | undefined =>
  bare.length > 64 ? undefined : forms.find(([form]) => form.test(bare))?.[1];
