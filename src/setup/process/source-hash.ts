import { createHash, type Hash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

/** A hash over the contents and names of files and folders, not their times: it differs when a source has changed. */
export function hashOf(places: string[], skip: (file: string) => boolean = () => false): string {
  const hash = createHash('sha256')
  for (const place of places) add(hash, place, path.basename(place), skip)
  return hash.digest('hex')
}

function add(hash: Hash, place: string, name: string, skip: (file: string) => boolean): void {
  const found = fs.statSync(place, { throwIfNoEntry: false })
  if (!found || skip(name)) return
  if (found.isDirectory()) {
    for (const entry of fs.readdirSync(place).sort())
      add(hash, path.join(place, entry), `${name}/${entry}`, skip)
    return
  }
  const content = fs.readFileSync(place)
  hash.update(`${name}\0${content.length}\0`).update(content)
}
