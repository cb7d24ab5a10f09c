// The way to the API, one step at a time: is there such a host, does it answer, can it be trusted. Sends no request, and
// so no token.

import {lookup} from 'node:dns/promises';
import {connect as connectTcp, isIP, type Socket} from 'node:net';
import {connect as connectTls, type TLSSocket} from 'node:tls';
import {codeOf} from '../errors.js';

/** How far one comes on the way. A `code` is Node's name for what stopped it, such as ENOTFOUND. */
export type Reach =
  | {readonly stoppedAt: 'dns'; readonly code: string}
  | {readonly stoppedAt: 'tcp'; readonly code: string; readonly addresses: number}
  | {readonly stoppedAt: 'tls'; readonly code: string; readonly addresses: number}
  | {
      readonly stoppedAt: undefined;
      /** How many addresses the host has; undefined where it is one itself. */
      readonly addresses: number | undefined;
      readonly milliseconds: number;
      /** Undefined for plain http. */
      readonly certificate: Certificate | undefined;
    };

export type Certificate = {
  /** Why it is not trusted, such as CERT_HAS_EXPIRED; undefined where it is. */
  readonly fault: string | undefined;
  /** Milliseconds since 1970 (UTC). */
  readonly validUntil: number | undefined;
  /** Such as TLSv1.3. */
  readonly protocol: string | undefined;
};

/** Longer than any handshake takes, and short enough to wait for. */
const PATIENCE_MS = 15_000;

/** Goes the way to `url` (`https://host`). Throws nothing but the signal's reason. */
export async function reach(url: string, signal: AbortSignal): Promise<Reach> {
  const {protocol, hostname, port} = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const isAddress = isIP(host) !== 0;
  let addresses = 1;
  try {
    addresses = isAddress ? 1 : (await lookup(host, {all: true})).length;
  } catch (error) {
    signal.throwIfAborted();
    return {stoppedAt: 'dns', code: faultCode(error)};
  }
  const isSecure = protocol === 'https:';
  const to = {host, port: port === '' ? (isSecure ? 443 : 80) : Number(port)};
  const startedAt = performance.now();
  let socket: Socket;
  try {
    socket = await opened(connectTcp(to), 'connect', signal);
  } catch (error) {
    signal.throwIfAborted();
    return {stoppedAt: 'tcp', code: faultCode(error), addresses};
  }
  try {
    const found = {stoppedAt: undefined, addresses: isAddress ? undefined : addresses} as const;
    const milliseconds = () => Math.round(performance.now() - startedAt);
    if (!isSecure) return {...found, milliseconds: milliseconds(), certificate: undefined};
    // What is wrong with a certificate can only be told of a connection that was made all the same; nothing is sent.
    const options = {socket, rejectUnauthorized: false, ...(isAddress ? {host} : {servername: host})};
    const secure = await opened(connectTls(options), 'secureConnect', signal);
    return {...found, milliseconds: milliseconds(), certificate: readCertificate(secure)};
  } catch (error) {
    signal.throwIfAborted();
    return {stoppedAt: 'tls', code: faultCode(error), addresses};
  } finally {
    socket.destroy();
  }
}

function opened<S extends Socket>(socket: S, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<S> {
  return new Promise((resolve, reject) => {
    const giveUp = () => socket.destroy(new Error('stopped'));
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(Object.assign(new Error('too late'), {code: 'ETIMEDOUT'})));
    signal.addEventListener('abort', giveUp, {once: true});
    socket.once(event, () => {
      signal.removeEventListener('abort', giveUp);
      resolve(socket);
    });
    // Stays, since a connection may also break while it is closed.
    socket.on('error', reject);
    socket.once('close', () => reject(Object.assign(new Error('closed'), {code: 'ECONNRESET'})));
  });
}

function readCertificate(socket: TLSSocket): Certificate {
  const {valid_to: validTo} = socket.getPeerCertificate();
  const validUntil = Date.parse(validTo);
  return {
    fault: socket.authorized ? undefined : faultCode(socket.authorizationError),
    validUntil: Number.isNaN(validUntil) ? undefined : validUntil,
    protocol: socket.getProtocol() ?? undefined,
  };
}

/** Node's types promise an error where it gives the code alone. */
function faultCode(error: unknown): string {
  return typeof error === 'string' ? error : (codeOf(error) ?? 'unknown reason');
}
