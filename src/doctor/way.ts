// What is to be said of the way to the API. Pure.

import {plural} from '../figures.js';
import {type Finding, fail, ok, skip, warn} from './finding.js';
import type {Certificate, Reach} from './reach.js';

const DAY_MS = 86_400_000;
/** Certificates are renewed a month ahead; one that has two weeks left was forgotten. */
const FEW_DAYS = 14;

const COPY = 'copy api_url from Settings > Developer';
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'it cuts the connection',
  ETIMEDOUT: 'it does not answer in time',
  ENETUNREACH: 'the network cannot be reached',
  EHOSTUNREACH: 'it cannot be reached',
};

/** Findings on the name of the host and on the connection to it. `nowMs` is this machine's time: milliseconds since 1970. */
export function judgeWay(url: string, reached: Reach, nowMs: number): readonly Finding[] {
  const {host, hostname} = new URL(url);
  if (reached.stoppedAt === 'dns') {
    const isUnknown = reached.code === 'ENOTFOUND' || reached.code === 'ENODATA';
    return [
      isUnknown
        ? fail('dns', 'input', `there is no host ${hostname}`, COPY)
        : fail('dns', 'account', `the name server does not answer (${reached.code})`, 'check the network and its DNS'),
      skip('connection', 'since the host is not known'),
    ];
  }
  const {addresses} = reached;
  const dns = ok(
    'dns',
    addresses === undefined
      ? `${hostname} needs no name server`
      : `${hostname} has ${addresses} address${addresses === 1 ? '' : 'es'}`,
  );
  if (reached.stoppedAt === 'tcp') {
    const reason = REASONS[reached.code] ?? reached.code;
    return [dns, fail('connection', 'account', `${host}: ${reason}`, 'check the network, firewall and proxy')];
  }
  if (reached.stoppedAt === 'tls') {
    const fault = `${host} makes no secure connection (${reached.code})`;
    return [dns, fail('connection', 'account', fault, `${COPY}, and look for a proxy that stands in between`)];
  }
  const {certificate, milliseconds} = reached;
  if (certificate === undefined) {
    return [dns, ok('connection', `${host} answers within ${milliseconds} ms, without TLS on this machine`)];
  }
  return [dns, judgeCertificate(certificate, {host, milliseconds, nowMs})];
}

function judgeCertificate(
  {fault, validUntil, protocol}: Certificate,
  {host, milliseconds, nowMs}: {readonly host: string; readonly milliseconds: number; readonly nowMs: number},
): Finding {
  if (fault === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return fail('connection', 'input', `the certificate of ${host} is for another host`, COPY);
  }
  if (fault !== undefined) {
    const wayOut = /EXPIRED|NOT_YET_VALID/.test(fault)
      ? "check this machine's date; if that is right, tell ActiveCampaign"
      : 'a proxy may stand in between: have NODE_EXTRA_CA_CERTS name the file of its certificate';
    return fail('connection', 'account', `the certificate of ${host} is not trusted (${fault})`, wayOut);
  }
  const met = `${host} answers within ${milliseconds} ms${protocol === undefined ? '' : ` by ${protocol}`}`;
  if (validUntil === undefined) return ok('connection', met);
  const days = Math.floor((validUntil - nowMs) / DAY_MS);
  const left = `${met}; its certificate holds for ${plural(days, 'more day')}`;
  return days < FEW_DAYS
    ? warn('connection', left, "it is ActiveCampaign's to renew, or that of whoever runs a proxy in between")
    : ok('connection', left);
}
