/** The URI of an exec request in, the command line it asked for out. */

/** API servers log an exec command nowhere but in the query: `?command=sh&command=-c&command=id`. */
export const commandOf = (uri: string | undefined): readonly string[] | undefined => {
  if (uri === undefined || !uri.includes('command=')) return undefined;
  const query = uri.slice(uri.indexOf('?') + 1);
  const command: string[] = [];
  for (const part of query.split('&')) {
    if (part.startsWith('command='))
      command.push(percentDecoded(part.slice('command='.length).replaceAll('+', ' ')));
  }
  return command.length === 0 ? undefined : command;
};

/** Percent signs that encode nothing are left as they are. */
export const percentDecoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
