import { createRequire } from 'node:module'
import path from 'node:path'

/** A path relative to this file with `/` on every system, as Turbopack wants its aliases. */
const fromHere = (file) => `./${path.relative(import.meta.dirname, file).replaceAll(path.sep, '/')}`

/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  // Off: no page uses it, and it fetches what a request names.
  images: { unoptimized: true },
  reactStrictMode: true,
  serverExternalPackages: [
    'pg',
    '@prisma/client',
    '@prisma/adapter-pg',
    'pino',
    'prom-client',
    'better-auth',
    'graphile-worker',
  ],
  // A page opened before a release still posts its form to the old address. 307 keeps method and body.
  redirects: async () => [
    { source: '/checkout/:orderId/pay', destination: '/api/shop/orders/:orderId/pay', permanent: false },
  ],
  // Bundled, because the Pages Router would otherwise load them from node_modules, past the aliases below.
  transpilePackages: ['next-intl', 'use-intl'],
  turbopack: {
    resolveAlias: {
      // As next-intl's plugin does, which would add 140 ms to every start.
      'next-intl/config': './src/i18n/request.ts',
      // Messages come compiled (src/i18n/compiled-messages.ts): formatting them needs no parser.
      'use-intl/format-message': fromHere(
        createRequire(import.meta.url).resolve('use-intl/format-message/format-only'),
      ),
    },
  },
  // `npm run check` checks the types, once, for the whole project.
  typescript: { ignoreBuildErrors: true },
}
