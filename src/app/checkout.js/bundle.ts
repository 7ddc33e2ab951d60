import path from 'node:path'

/**
 * The checkout's own script: its component and React, and nothing of a router.
 * @param mode `development` is React's own slow and strict build, in which StrictMode does what it is for; only tests serve that
 */
export async function bundleCheckout(mode: 'production' | 'development'): Promise<string> {
  // Not bundled by Next: it finds its own binary beside itself.
  const { build } = (await import(
    /* turbopackIgnore: true */ /* webpackIgnore: true */ 'esbuild'
  )) as typeof import('esbuild')
  const root = process.cwd()
  const { outputFiles } = await build({
    entryPoints: [path.join(root, 'src/shop/checkout/browser-entry.tsx')],
    absWorkingDir: root,
    tsconfig: path.join(root, 'tsconfig.json'),
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    // The provider and the translator without Next, and messages that come compiled: 3 kB rather than 13.
    alias: { 'next-intl': 'use-intl', 'use-intl/format-message': 'use-intl/format-message/format-only' },
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    legalComments: 'none',
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}
