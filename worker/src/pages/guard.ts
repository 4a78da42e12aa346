/** Keeps the worker from being sent into the network it runs in: which hosts a page may be fetched from. */
import { lookup as resolve } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Why a page is not fetched; asking again would change nothing. */
export class Forbidden extends Error {}

/** Addresses that are nobody's own network: no loopback, private, link-local, metadata, multicast or reserved ones. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const ip = ipaddr.parse(address);
  if (ip.range() !== 'unicast') {
    return (
      ip instanceof ipaddr.IPv6 && ip.isIPv4MappedAddress() && isPublicAddress(ip.toIPv4Address().toString())
    );
  }
  return true;
}

export interface Guard {
  /** @throws Forbidden for an address that is not to be asked, whatever it resolves to. */
  check(url: URL): void;
  /** Resolves a name to the addresses that the connection then uses, so that it cannot become another one meanwhile. */
  lookup: LookupFunction;
}

/** `allow` names addresses that may be asked although they are not public, on any port. */
export function createGuard(allow: string[] = []): Guard {
  const isAllowed = (address: string) => allow.includes(address) || isPublicAddress(address);
  return {
    check(url) {
      const host = url.hostname.replace(/^\[|\]$/g, '');
      if (url.protocol !== 'http:' && url.protocol !== 'https:')
        throw new Forbidden(`${url.protocol} is no web page`);
      if (url.username || url.password) throw new Forbidden('an address with a password is not asked');
      if (url.port && !allow.includes(host)) throw new Forbidden('only the usual ports are asked');
      if (isIP(host) && !isAllowed(host)) throw new Forbidden(`${host} is not public`);
    },
    lookup(hostname, options, callback) {
      resolve(hostname, { all: true, verbatim: true, family: options.family ?? 0 }).then(
        (found) => {
          const addresses = found.filter(({ address }) => isAllowed(address));
          const [first] = addresses;
          if (!first) callback(new Forbidden(`${hostname} is not public`), '', 0);
          else if (options.all) callback(null, addresses);
          else callback(null, first.address, first.family);
        },
        (error: NodeJS.ErrnoException) => callback(error, '', 0),
      );
    },
  };
}
