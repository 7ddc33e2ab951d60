import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pack } from '@/setup/pack/pack'
import { migrateApp, runIn } from '@/setup/pack/testing/outside-app'
import { startThrowAway } from '@/setup/postgres/throw-away'
import { print } from '@/setup/process/console'
import { inRoot } from '@/setup/process/project-root'

/**
 * `node --import tsx bench/first-use.ts`: how long it takes from an empty folder to the first answer and its replay, by the README of
 * @payonce/idempotency. The archives and a PostgreSQL are there; the user's other packages come from npm, or from its cache.
 */
const APP = inRoot('src/setup/pack/testing/outside-app')
const INSTALL = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund']
const MAIN = `import { createOrder } from './idempotency.ts'
import { prisma } from './prisma.ts'
const [first, again] = [await createOrder('ada', 'abc123', { amount: 5 }), await createOrder('ada', 'abc123', { amount: 5 })]
console.log(first.id === again.id ? 'once' : 'twice')
await prisma.$disconnect()
`

const packed = await pack(fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-pack-')))
const cluster = await startThrowAway('first_use')
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-first-use-'))
try {
  const began = performance.now()
  let last = began
  const step = async (name: string, work: () => unknown) => {
    await work()
    const now = performance.now()
    print(`${name.padEnd(34)} ${((now - last) / 1_000).toFixed(1).padStart(6)} s`)
    last = now
  }
  const node = (...args: string[]) => must(folder, process.execPath, args)
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "type": "module", "private": true }')
  await step('npm install', () =>
    must(folder, 'npm', ['install', ...INSTALL, archiveOf(packed), ...others()]),
  )
  await step('schema, and prisma generate', () => {
    for (const file of ['schema.prisma', 'first-migration.sql'])
      fs.copyFileSync(path.join(APP, file), path.join(folder, file))
    const fragment = path.join(folder, 'node_modules/@payonce/idempotency/prisma/idempotency.prisma')
    fs.appendFileSync(path.join(folder, 'schema.prisma'), fs.readFileSync(fragment))
    return node('node_modules/prisma/build/index.js', 'generate', '--schema', 'schema.prisma')
  })
  await step('migrations', () => migrateApp(folder, cluster.url))
  await step('the first answer, and its replay', async () => {
    const text = (file: string) => fs.readFileSync(path.join(APP, file), 'utf8').replace('../g', './g')
    const first = text('first-use/idempotency.ts').replace('./guide/prisma.ts', './prisma.ts')
    fs.writeFileSync(path.join(folder, 'idempotency.ts'), first)
    fs.writeFileSync(path.join(folder, 'prisma.ts'), text('guide/prisma.ts'))
    fs.writeFileSync(path.join(folder, 'main.ts'), MAIN)
    const output = await node('--import', 'tsx', 'main.ts')
    if (output.trim() !== 'once') throw new Error(`The order was made ${output}`)
  })
  print(`${'in all'.padEnd(34)} ${((last - began) / 1_000).toFixed(1).padStart(6)} s`)
} finally {
  await cluster.stop()
  fs.rmSync(folder, { recursive: true, force: true })
}

function archiveOf(all: Awaited<ReturnType<typeof pack>>): string {
  const found = all.find(({ name }) => name === '@payonce/idempotency')
  if (!found) throw new Error('There is no archive of @payonce/idempotency.')
  return found.archive
}

/** What the user installs beside it, in the versions of this repository. */
function others(): string[] {
  const { dependencies } = JSON.parse(fs.readFileSync(inRoot('package.json'), 'utf8'))
  return ['prisma', '@prisma/client', '@prisma/adapter-pg', 'pg', 'tsx'].map(
    (name) => `${name}@${dependencies[name]}`,
  )
}

async function must(cwd: string, command: string, args: string[]): Promise<string> {
  const { code, output } = await runIn(cwd, command, args, {
    DATABASE_URL: cluster.url,
    // `prisma generate` needs no engine, but searches for one: any file that is there will do.
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    CHECKPOINT_DISABLE: '1',
  })
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${output}`)
  return output
}
