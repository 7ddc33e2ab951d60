/** The bank's behaviour for one question. `hang`: it never answers, and never charges. */
export type Fate = 'answer' | 'decline' | 'silence, charged' | 'silence, not charged' | 'slow' | 'hang'

export type ModelEffect = { kind: 'done' } | { kind: 'refused' } | { kind: 'doubt'; reason: string }

/**
 * A bank that does not remember keys: it charges at every question, so that only the engine prevents a second charge. It can look a
 * charge up, and burns the key that it does not find: that key will never be charged (law 5 of `src/payments/gateway.ts`).
 */
export class ModelBank {
  readonly charges: string[] = []
  readonly asked: string[] = []
  private readonly burnt = new Set<string>()

  /** Carries out one question. @returns the answer, which may still be lost on its way */
  ask(subject: string, fate: Fate): ModelEffect {
    this.asked.push(subject)
    if (fate === 'decline' || this.burnt.has(subject)) return { kind: 'refused' }
    if (fate === 'silence, not charged' || fate === 'hang') return { kind: 'doubt', reason: fate }
    this.charges.push(subject)
    return fate === 'silence, charged' ? { kind: 'doubt', reason: fate } : { kind: 'done' }
  }

  find(subject: string): ModelEffect {
    if (this.charges.includes(subject)) return { kind: 'done' }
    this.burnt.add(subject)
    return { kind: 'refused' }
  }
}
