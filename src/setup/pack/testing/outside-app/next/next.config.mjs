import path from 'node:path'

const root = path.dirname(import.meta.dirname)

/** @type {import('next').NextConfig} */
export default {
  // The packages are installed one folder further up.
  turbopack: { root },
  outputFileTracingRoot: root,
  // The test compiles it with the others.
  typescript: { ignoreBuildErrors: true },
}
