// What people paste as the URL of their account, and what the tap makes of it.

/** Where to ask: an account of the provider (`https://host`, without path), or the simulator with its options. */
export type ApiAddress = {readonly url: string} | {readonly sandbox: string};

// The answers below never repeat the text: it may hold credentials, or be the token itself, pasted into the wrong key.
const WANTED = 'must be the URL shown under Settings > Developer, such as https://ACCOUNT.api-us1.com';

/**
 * Reads an `api_url` as users paste it: a missing scheme, a trailing slash and `/api/3` are put right. Returns the
 * address, or the fault as the end of a sentence that begins with the key's name. The provider shows
 * `https://ACCOUNT.api-us1.com` and warns that other hosts may come, so the host is free.
 */
export function parseApiUrl(text: string): ApiAddress | {readonly fault: string} {
  const trimmed = text.trim();
  if (/^sandbox:/i.test(trimmed)) return {sandbox: `sandbox:${trimmed.slice('sandbox:'.length)}`};
  if (/^sandbox$/i.test(trimmed)) return {fault: 'must be written sandbox: (with the colon) to start the simulator'};
  if (/[\s\u0000-\u001F\u007F]/.test(trimmed)) return {fault: `holds a blank or a control character; it ${WANTED}`};

  let url: URL;
  try {
    url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `${assumedScheme(trimmed)}://${trimmed}`);
  } catch {
    return {fault: `is no URL; it ${WANTED}`};
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return {fault: 'must begin with https://'};
  if (url.username !== '' || url.password !== '') {
    return {fault: 'must not hold a user name or password; the key belongs into api_token'};
  }
  if (url.search !== '' || url.hash !== '') {
    return {fault: 'must not hold a query or fragment; write only https://ACCOUNT.api-us1.com'};
  }
  if (url.pathname.replace(/\/+$/, '').replace(/\/api(\/3)?$/, '') !== '') {
    return {fault: 'must not hold a path; write only https://ACCOUNT.api-us1.com'};
  }
  if (isLoopback(url.hostname)) return {url: url.origin};
  if (url.protocol === 'http:') {
    return {fault: 'must begin with https:// (plain http is for loopback addresses only: the token would be readable)'};
  }
  if (isPlaceholder(url.hostname)) return {fault: `still holds the placeholder for the account's name; it ${WANTED}`};
  if (!url.hostname.includes('.')) return {fault: `names no full host; it ${WANTED}`};
  return {url: url.origin};
}

/** Whether an address, as parseApiUrl gives it, stays on this machine, where no rate limit need be kept. */
export function isLocal(address: ApiAddress): boolean {
  return 'sandbox' in address || isLoopback(new URL(address.url).hostname);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

// Simulators on this machine speak plain http; everybody else is reached over TLS.
function assumedScheme(text: string): string {
  return isLoopback(/^(\[[^\]]*\]|[^:/?#]*)/.exec(text)?.[1]?.toLowerCase() ?? '') ? 'http' : 'https';
}

// Only the spellings of manuals and samples: an account may well be called "yourbrand".
const PLACEHOLDER =
  /^(account([-_]?name)?|your[-_]?(account([-_]?name)?|company|subdomain|domain|name))\.(api-[a-z]+\d*|activehosted)\.com$/;

function isPlaceholder(hostname: string): boolean {
  return PLACEHOLDER.test(hostname);
}
