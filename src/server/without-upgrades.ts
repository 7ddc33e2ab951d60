import http from 'node:http'

/**
 * Options of Next for a server that changes to no other protocol. Next listens for `upgrade` on the server of its requests, and keeps the
 * socket of `/_next/webpack-hmr` in production, too: for ever, as no limit of time concerns it, and past our refusals. So it gets a server
 * that has no port. Where nobody listens for it, Node answers such a request as if it did not ask (RFC 9110, 7.8). `next dev` needs the real one.
 */
export const WITHOUT_UPGRADES = { httpServer: new http.Server() }
