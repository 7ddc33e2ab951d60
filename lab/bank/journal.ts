import fs from 'node:fs'
import type { Movement } from '@/payments/simulator/types'

/** The bank's journal: one line for each charge and refund that really happened, on disk before the answer is sent. */
export interface Journal {
  write(movement: Movement): void
  /** The references of the movements in it. */
  refs(): Set<string>
  close(): void
}

/** Opens the journal to append; `refs` begins with what the file holds. */
export function openJournal(file: string): Journal {
  const known = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : ''
  const handle = fs.openSync(file, 'a')
  const refs = new Set(readJournal(known).map((line) => line.ref))
  // Killed while it wrote: the half line is ended here, so that the next one is whole.
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

/** The complete lines of a journal. */
export function readJournal(text: string): JournalLine[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as JournalLine]
    } catch {
      return []
    }
  })
}
