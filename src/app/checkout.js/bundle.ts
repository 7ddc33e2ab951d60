import path from 'node:path'

/** The entry of each script. A page loads one: what Stripe's fields need weighs nothing where they are not. */
const ENTRIES = {
  own: 'src/shop/checkout/browser-entry.tsx',
  stripe: 'src/shop/checkout/stripe/browser-entry.tsx',
}

/**
 * Bundles the checkout's script: its component and React, without any router.
 * @param mode `development` is React's slow, strict build, in which StrictMode runs effects twice; only tests serve it
 */
export async function bundleCheckout(
  mode: 'production' | 'development',
  fields: keyof typeof ENTRIES = 'own',
): Promise<string> {
  // Next must not bundle esbuild: it looks for its binary beside itself.
  const { build } = (await import(
    /* turbopackIgnore: true */ /* webpackIgnore: true */ 'esbuild'
  )) as typeof import('esbuild')
  const root = process.cwd()
  const { outputFiles } = await build({
    entryPoints: [path.join(root, ENTRIES[fields])],
    absWorkingDir: root,
    tsconfig: path.join(root, 'tsconfig.json'),
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    // use-intl without Next and without its parser (messages are compiled on the server): 3 kB instead of 13.
    alias: { 'next-intl': 'use-intl', 'use-intl/format-message': 'use-intl/format-message/format-only' },
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    legalComments: 'none',
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}
