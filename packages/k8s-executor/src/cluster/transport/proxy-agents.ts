// A module of its own: bundlers give the names of a CommonJS package to static imports only.
export { HttpsProxyAgent } from 'https-proxy-agent';
export { SocksProxyAgent } from 'socks-proxy-agent';
