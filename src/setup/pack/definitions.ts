/** One package: which files of ours it is made from. */
export interface PackageDefinition {
  name: string
  description: string
  keywords: readonly string[]
  /** The room that it is made from; its entries lie below. */
  folder: string
  /** Entry points, by their subpath. */
  entries: Readonly<Record<string, string>>
  /** Entry that is a command, by the command's name. */
  bin: Readonly<Record<string, string>>
  /** Packages that its user brings along, with their versions. Each is needed by some entries alone, so all are optional. */
  peers: Readonly<Record<string, string>>
  /** Other files, by their place in the package. */
  files: Readonly<Record<string, string>>
  /** Greatest size of the archive, in bytes: a package that grows past it has got something that it should not have. */
  sizeMax: number
}

const IDEMPOTENCY: PackageDefinition = {
  name: '@payonce/idempotency',
  description:
    'Do it once per idempotency key: in one Prisma transaction, or with someone outside who is asked.',
  keywords: ['idempotency', 'idempotency-key', 'exactly-once', 'prisma', 'trpc', 'hono', 'payments'],
  folder: 'src/idempotency',
  entries: {
    '.': 'package/index.ts',
    './prisma': 'package/prisma.ts',
    './problems': 'package/problems.ts',
    './sql': 'package/sql.ts',
    './http': 'package/http.ts',
    './trpc': 'package/trpc.ts',
    './trpc-client': 'package/trpc-client.ts',
    './client': 'package/client.ts',
    './react': 'package/react.ts',
    './memory': 'package/memory.ts',
    './testing': 'package/testing.ts',
    './simulation': 'package/simulation.ts',
  },
  bin: { 'payonce-idempotency': 'package/check.ts' },
  peers: {
    '@prisma/client': '^7.0.0',
    '@trpc/server': '^11.0.0',
    '@trpc/client': '^11.0.0',
    react: '^18.0.0 || ^19.0.0',
    vitest: '>=3.0.0',
    'fast-check': '^4.0.0',
    pg: '^8.0.0',
  },
  files: {
    'README.md': 'src/idempotency/package/README.md',
    'prisma/idempotency.prisma': 'src/idempotency/package/prisma/idempotency.prisma',
    'prisma/migration.sql': 'src/idempotency/package/prisma/migration.sql',
  },
  sizeMax: 140_000,
}

const SDK: PackageDefinition = {
  name: '@payonce/sdk',
  description:
    'Client of the HTTP API of Payonce: one key for each call, kept over its retries. Web standards alone.',
  keywords: ['payonce', 'payments', 'idempotency'],
  folder: 'src/sdk',
  entries: { '.': 'package/index.ts' },
  bin: {},
  peers: {},
  files: { 'README.md': 'src/sdk/README.md' },
  sizeMax: 40_000,
}

const CONFORM: PackageDefinition = {
  name: '@payonce/conform',
  description:
    'Tests the idempotency of any HTTP API as a black box, against the IETF draft or the rules of Stripe.',
  keywords: ['idempotency', 'idempotency-key', 'conformance', 'api', 'testing'],
  folder: 'conform',
  entries: { '.': 'package/index.ts' },
  bin: { conform: 'main.ts' },
  peers: {},
  files: { 'README.md': 'conform/package/README.md' },
  sizeMax: 80_000,
}

export const PACKAGES: readonly PackageDefinition[] = [IDEMPOTENCY, SDK, CONFORM]

/** Name of an entry's file in `dist`: `index` for the package itself. */
export function fileOf(entry: string): string {
  return entry === '.' ? 'index' : entry.slice(2)
}
