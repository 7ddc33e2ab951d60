import fs from 'node:fs'
import type { Movement } from '@/payments/simulator/types'

/** The bank's own diary: one line for each charge and refund that really happened, on disk before anybody is answered. */
export interface Journal {
  write(movement: Movement): void
  /** The references that are in it. */
  refs(): Set<string>
  close(): void
}

export function openJournal(file: string): Journal {
  const known = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : ''
  const handle = fs.openSync(file, 'a')
  const refs = new Set(readJournal(known).map((line) => line.ref))
  // Killed while it wrote: what is there of the last line ends here, so that the next one is whole.
  if (known !== '' && !known.endsWith('\n')) fs.writeSync(handle, '\n')
  return {
    refs: () => refs,
    write: (movement) => {
      refs.add(movement.ref)
      fs.writeSync(
        handle,
        `${JSON.stringify({ at: new Date().toISOString(), ...movement, amountMinor: movement.amountMinor.toString() })}\n`,
      )
      fs.fsyncSync(handle)
    },
    close: () => fs.closeSync(handle),
  }
}

export type JournalLine = Omit<Movement, 'amountMinor'> & { at: string; amountMinor: string }

/** Every whole line. */
export function readJournal(text: string): JournalLine[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as JournalLine]
    } catch {
      return []
    }
  })
}
