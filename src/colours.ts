// Colours for lines at a terminal, by what they begin with: faults in red, warnings in yellow.

import {styleText} from 'node:util';

/** Lines of the log at these levels, and rows of a table that are marked. */
const FAULT = /^(?:CRITICAL |ERROR |(?:INFO )?! )/;
const WARNING = /^WARNING /;

/**
 * What gives lines their colours: nothing but at a terminal, and nothing where the environment has a `NO_COLOR` that is
 * not empty (no-color.org). A line may end in a line break.
 */
export function painter(isTerminal: boolean, {NO_COLOR}: Readonly<Record<string, string | undefined>>) {
  if (!isTerminal || (NO_COLOR !== undefined && NO_COLOR !== '')) return (line: string): string => line;
  return (line: string): string => {
    const colour = FAULT.test(line) ? 'red' : WARNING.test(line) ? 'yellow' : undefined;
    if (colour === undefined) return line;
    const end = line.endsWith('\n') ? '\n' : '';
    // Whether there is a terminal was found out by the caller, who may write to another stream than the usual one.
    return styleText(colour, line.slice(0, line.length - end.length), {validateStream: false}) + end;
  };
}
