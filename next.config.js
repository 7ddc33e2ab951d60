/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  reactStrictMode: true,
  serverExternalPackages: ['pg', '@prisma/client', '@prisma/adapter-pg', 'pino', 'prom-client', 'better-auth', 'graphile-worker'],
  // Types are checked by `npm run check`, once, for the whole house.
  typescript: { ignoreBuildErrors: true },
}
