import { BlockList, isIP } from 'node:net';
import type { Environment } from '../environment.js';

/** The proxy that the environment names for a server, by the rules of Go's net/http; undefined: connect directly. */
export function proxyFor(server: string, variables: Environment['variables']): string | undefined {
  const { protocol, hostname, port } = new URL(server);
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost' || isLoopback(host)) return undefined;
  const name = protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = variable(variables, name);
  if (proxy === undefined) return undefined;
  const effectivePort = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  const exceptions = (variable(variables, 'NO_PROXY') ?? '')
    .split(',')
    .map((item) => item.trim().toLowerCase());
  if (exceptions.some((exception) => matches(exception, host, effectivePort))) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function variable(variables: Environment['variables'], name: string): string | undefined {
  const value = variables[name] ?? variables[name.toLowerCase()];
  return value === '' ? undefined : value;
}

function isLoopback(host: string): boolean {
  return host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** `*`, `host`, `.domain`, `*.domain`, an address or a network, each with a port or without. */
function matches(exception: string, host: string, port: string): boolean {
  if (exception === '') return false;
  if (exception === '*') return true;
  if (exception.includes('/')) return isInNetwork(exception, host);
  const [, name = '', onlyPort] =
    /^(.*?)(?::(\d+))?$/.exec(isIP(exception) === 6 ? `${exception}:` : exception) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const bare = name.replace(/^\*/, '').replace(/:$/, '');
  if (bare.startsWith('.')) return host.endsWith(bare);
  return host === bare || (isIP(host) === 0 && host.endsWith(`.${bare}`));
}

function isInNetwork(network: string, host: string): boolean {
  const [address = '', bits = ''] = network.split('/');
  const family = isIP(address);
  if (family === 0 || isIP(host) !== family || !/^\d+$/.test(bits)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  try {
    list.addSubnet(address, Number(bits), type);
  } catch {
    // Not a network after all, e.g. /40 of an IPv4 address.
    return false;
  }
  return list.check(host, type);
}
