/** What the simulated outside does with one question. `hang`: it never answers, and never charges. */
export type Fate = 'answer' | 'decline' | 'silence, charged' | 'silence, not charged' | 'slow' | 'hang'

export type ModelEffect = { kind: 'done' } | { kind: 'refused' } | { kind: 'doubt'; reason: string }

/**
 * A bank without a memory of keys: it charges at every question, so only the engine stands between a key and a second charge.
 * What it can do is find, and burn: a key that was asked for and not found will never be charged (law 5 of payments/gateway.ts).
 */
export class ModelBank {
  readonly charges: string[] = []
  readonly asked: string[] = []
  private readonly burnt = new Set<string>()

  /** The question has arrived. @returns what it would answer, if the answer gets through */
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
