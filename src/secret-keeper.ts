// Knows what must not be shown before there is a log that knows it: complaints about the command line and the files are
// written without one.

import {createRedactor, hideIn, longOnes} from './redaction.js';

export type SecretKeeper = {
  /** Hides these from now on. */
  readonly keep: (secrets: readonly string[]) => void;
  /** The text without what is kept. */
  readonly hide: (text: string) => string;
  /** The document without what is kept and too long to be anything else. */
  readonly hideInDocument: (document: unknown) => unknown;
};

// Whatever is wrong with the settings, what stands in these is a secret.
const VARIABLES = /^TAP_ACTIVECAMPAIGN_(API_TOKEN|API_KEY|MASK_KEY)$/i;

/** A keeper that knows the secrets of the environment. */
export function createSecretKeeper(env: Readonly<Record<string, string | undefined>>): SecretKeeper {
  const known = new Set<string>();
  let hide = createRedactor([]);
  const keep = (secrets: readonly string[]): void => {
    for (const secret of secrets) known.add(secret.trim());
    hide = createRedactor([...known]);
  };
  keep(Object.entries(env).flatMap(([name, value]) => (VARIABLES.test(name) && value ? [value] : [])));
  return {
    keep,
    hide: text => hide(text),
    hideInDocument: document => hideIn(document, createRedactor(longOnes([...known]))),
  };
}
