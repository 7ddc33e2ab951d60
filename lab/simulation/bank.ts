/** The bank's behaviour for one question. `hang`: it never answers, and never charges. */
export type Fate = 'answer' | 'decline' | 'silence, charged' | 'silence, not charged' | 'slow' | 'hang'

export type ModelEffect = { kind: 'done' } | { kind: 'refused' } | { kind: 'doubt'; reason: string }

/**
 * A bank that does not remember keys: it charges at every question, so that only the engine prevents a second charge. It can look a
 * charge up, and burns the key that it does not find: that key will never be charged (law 5 of `src/payments/gateway.ts`).
 *
 * Where the database forgets, no engine can prevent the second question: then the bank remembers its keys, as real ones do (law 2).
 */
export class ModelBank {
  readonly charges: string[] = []
  readonly asked: string[] = []
  private readonly burnt = new Set<string>()
  private readonly declined = new Set<string>()

  constructor(private readonly remembersKeys: boolean) {}

  /** Carries out one question. @returns the answer, which may still be lost on its way */
  ask(subject: string, fate: Fate): ModelEffect {
    this.asked.push(subject)
    const charged = this.remembersKeys && this.charges.includes(subject)
    if (this.burnt.has(subject) || (this.remembersKeys && this.declined.has(subject)))
      return { kind: 'refused' }
    if (fate === 'decline' && !charged) {
      this.declined.add(subject)
      return { kind: 'refused' }
    }
    if (fate === 'silence, not charged' || fate === 'hang') return { kind: 'doubt', reason: fate }
    if (!charged) this.charges.push(subject)
    return fate === 'silence, charged' ? { kind: 'doubt', reason: fate } : { kind: 'done' }
  }

  find(subject: string): ModelEffect {
    if (this.charges.includes(subject)) return { kind: 'done' }
    this.burnt.add(subject)
    return { kind: 'refused' }
  }
}
