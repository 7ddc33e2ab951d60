/** What a handler asks the bank for. With a key the bank charges once for it, however often it is asked. */
export interface LessonCharge {
  amountMinor: number
  currency: string
  key?: string
}

/** A charge that the bank has made. */
export interface MadeCharge extends LessonCharge {
  id: string
}

/** The bank, as a handler sees it. */
export interface BankCalls {
  charge(request: LessonCharge): Promise<MadeCharge>
  /** The charge under this key; null: there is none. */
  find(key: string): Promise<MadeCharge | null>
}

/** A bank in memory, which counts its charges. Like a real one it survives every crash of the server, and knows nothing of our keys. */
export class BankDouble implements BankCalls {
  readonly charges: MadeCharge[] = []

  async charge(request: LessonCharge): Promise<MadeCharge> {
    const known = request.key === undefined ? null : await this.find(request.key)
    if (known) return known
    const made = { ...request, id: `ch_${this.charges.length + 1}` }
    this.charges.push(made)
    return made
  }

  async find(key: string): Promise<MadeCharge | null> {
    return this.charges.find((made) => made.key === key) ?? null
  }
}
