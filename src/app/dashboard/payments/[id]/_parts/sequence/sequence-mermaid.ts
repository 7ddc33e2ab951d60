import type { PaymentSteps } from '../steps/payment-step'
import { explainStep } from '../steps/step-sentences'
import { isReply } from './sequence-layout'
import { oneLine } from './wrap-text'

/** The sequence diagram in Mermaid's language (`sequenceDiagram`), for an issue or a document. */
export function mermaidOf({ participants, steps }: PaymentSteps, title: string): string {
  const alias = new Map(participants.map(({ id }, index) => [id, `p${index}`]))
  const lines = participants.map(({ id, label, detail }) => {
    const name = detail ? `${escapeMermaid(label)}<br/>${escapeMermaid(detail)}` : escapeMermaid(label)
    return `participant ${alias.get(id)} as ${name}`
  })
  const messages = steps.map((step) => {
    const { label } = explainStep(step, participants)
    const arrow = isReply(step) ? '-->>' : '->>'
    return `${alias.get(step.from)}${arrow}${alias.get(step.to)}: ${escapeMermaid(label)}`
  })
  return ['sequenceDiagram', `title ${escapeMermaid(title)}`, ...lines, ...messages]
    .map((line, index) => (index === 0 ? line : `  ${line}`))
    .join('\n')
}

/**
 * A text of others as a text of Mermaid. Letters, digits, spaces and a few signs stay; everything else becomes `#code;`, which Mermaid draws as
 * that character and never reads as its language or as HTML. So does the first letter of `end` and of a leading `wrap`, which it would.
 */
export function escapeMermaid(text: string): string {
  return oneLine(text)
    .replace(/[^\p{L}\p{M}\p{N} .,()+/×€£$¥•…’“”_-]/gu, entity)
    .replace(/\bend\b/gi, (word) => entity(word.charAt(0)) + word.slice(1))
    .replace(/^(no)?wrap/i, (word) => entity(word.charAt(0)) + word.slice(1))
}

function entity(character: string): string {
  return `#${character.codePointAt(0)};`
}
