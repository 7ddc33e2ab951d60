import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg'
import pg from 'pg'
import { reasonOf } from '../process/console'
import { inRoot } from '../process/project-root'

/** Runs `work` with Prisma's schema engine as WebAssembly: the native one is a download that a machine may not reach. */
export async function withSchemaEngine<T>(
  url: string,
  runScript: RunScript,
  work: (engine: engine.SchemaEngine) => Promise<T>,
): Promise<T> {
  await load()
  const adapters = new WholeScripts(url, runScript)
  const datamodels = schemaFiles().map((file): [string, string] => [file.path, file.content])
  const opened = await engine.SchemaEngine.new(
    { datamodels },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(adapters),
  )
  try {
    return await work(opened)
  } finally {
    opened.free()
    await adapters.close()
  }
}

type RunScript = (script: string) => Promise<void>

/** Tables that the engine must ignore: none. */
export const filters = { externalTables: [], externalEnums: [] }

/** The files of prisma/schema, in order of name. */
export function schemaFiles(): { path: string; content: string }[] {
  const folder = inRoot('prisma/schema')
  const names = fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.prisma'))
    .sort()
  return names.map((name) => ({ path: name, content: fs.readFileSync(path.join(folder, name), 'utf8') }))
}

/** Runs `work` on one connection of its own. @throws Error naming host and database, when they cannot be reached */
export async function onConnection<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  await client.connect().catch((error: unknown) => {
    const { host, port, database } = client
    throw new Error(`Cannot connect to the database ${database} at ${host}:${port}: ${reasonOf(error)}`, {
      cause: error,
    })
  })
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** adapter-pg splits a script at each `;`, which breaks `$$ … $$` bodies; this one sends it whole. One simple query is one transaction. */
class WholeScripts extends PrismaPg {
  readonly #runScript: RunScript
  readonly #open: { dispose(): Promise<void> }[] = []

  constructor(url: string, runScript: RunScript) {
    super({ connectionString: url })
    this.#runScript = runScript
  }

  override async connect() {
    const adapter = await super.connect()
    adapter.executeScript = this.#runScript
    this.#open.push(adapter)
    return adapter
  }

  /** The engine leaves its connections open, which would keep the process alive for ten seconds. */
  async close(): Promise<void> {
    await Promise.all(this.#open.map((adapter) => adapter.dispose()))
  }
}

let loaded: Promise<void> | null = null

/** Loads the package's WebAssembly, which Node does not do by itself. */
function load(): Promise<void> {
  loaded ??= instantiate()
  return loaded
}

async function instantiate(): Promise<void> {
  const file = path.join(
    path.dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')),
    'schema_engine_bg.wasm',
  )
  const { instance } = await WebAssembly.instantiate(fs.readFileSync(file), {
    './schema_engine_bg.js': imports(),
  })
  // Both exist at run time and are missing from the package's types.
  const wasm = engine as unknown as { __wbg_set_wasm(exports: WebAssembly.Exports): void }
  wasm.__wbg_set_wasm(instance.exports)
  ;(instance.exports as unknown as { __wbindgen_start(): void }).__wbindgen_start()
}

/** The engine's imports. It never clears its timer for a lock, which would keep each process alive for ten seconds after its work. */
function imports(): WebAssembly.ModuleImports {
  const provided = Object.entries(engine as unknown as WebAssembly.ModuleImports)
  const unrefTimeout = (work: () => void, ms: number) => setTimeout(work, ms).unref()
  return Object.fromEntries(
    provided.map(([name, value]) => [name, name.startsWith('__wbg_setTimeout_') ? unrefTimeout : value]),
  )
}
