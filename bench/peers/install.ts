import fs from 'node:fs'
import { createRequire } from 'node:module'
import { inRoot } from '@/setup/process/project-root'
import { runCommand } from '@/setup/process/run-tool'

const MANIFEST = inRoot('bench/peers/package.json')
const FOLDER = inRoot('node_modules/.cache/payonce-peers')

/**
 * Installs the peers' packages, the versions of bench/peers/package.json, in a folder of their own: they are no part of the product. Does
 * nothing where they are installed already; their install scripts do not run.
 * @returns what `require` gives from there; typed by who asks
 */
export async function installPeers(): Promise<<Module>(name: string) => Module> {
  const done = `${FOLDER}/installed.json`
  const wanted = fs.readFileSync(MANIFEST, 'utf8')
  if (!fs.existsSync(done) || fs.readFileSync(done, 'utf8') !== wanted) {
    fs.mkdirSync(FOLDER, { recursive: true })
    fs.writeFileSync(`${FOLDER}/package.json`, wanted)
    const args = ['install', '--prefix', FOLDER, '--ignore-scripts', '--no-audit', '--no-fund']
    const { ok, output } = await runCommand('npm', args)
    if (!ok) throw new Error(`the peers' packages could not be installed:\n${output}`)
    fs.writeFileSync(done, wanted)
  }
  const load = createRequire(`${FOLDER}/package.json`)
  return (name) => load(name)
}
