import type { PaymentSteps } from '../steps/payment-step'
import { explainStep } from '../steps/step-sentences'
import { arrowPoints, layOutSequence, type SequenceShape, type SequenceTone } from './sequence-layout'
import { oneLine } from './wrap-text'

/** The colours of the light theme: a file has no page around it. */
const INK: Record<SequenceTone, string> = {
  ink: '#16181f',
  faint: '#5f6470',
  line: '#c9ccd3',
  surface: '#ffffff',
  ok: '#06693d',
  bad: '#c21f26',
  warn: '#8a5a00',
  info: '#1b5fb8',
  violet: '#7440b8',
}

const FONT = 'font-family="Geist, ui-sans-serif, system-ui, sans-serif"'

/**
 * The sequence diagram as an SVG file: it loads nothing, runs nothing, and has its texts as text.
 * @param title what it shows; may be of others
 */
export function sequenceFile(steps: PaymentSteps, title: string): string {
  const { width, height, shapes } = layOutSequence(steps)
  const story = steps.steps.map((step, index) => {
    const { sentence } = explainStep(step, steps.participants)
    return `${index + 1}. ${sentence}`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title desc" ${FONT}>`,
    `<title id="title">${escapeXml(title)}</title>`,
    `<desc id="desc">${escapeXml(story.join(' '))}</desc>`,
    `<rect width="${width}" height="${height}" fill="${INK.surface}"/>`,
    ...shapes.map(markup),
    '</svg>',
    '',
  ].join('\n')
}

function markup(shape: SequenceShape): string {
  switch (shape.shape) {
    case 'line': {
      const { x1, y1, x2, y2, tone, dashed } = shape
      return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${INK[tone]}"${dashed ? ' stroke-dasharray="4 3"' : ''}/>`
    }
    case 'arrow':
      return `<polygon points="${arrowPoints(shape)}" fill="${INK[shape.tone]}"/>`
    case 'box': {
      const { x, y, width, height, fill, edge } = shape
      return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="5" fill="${INK[fill]}" stroke="${INK[edge]}"/>`
    }
    case 'text': {
      const { x, y, anchor, tone, bold, small, text } = shape
      const weight = bold ? ' font-weight="600"' : ''
      return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="${small ? 11 : 12}"${weight} fill="${INK[tone]}">${escapeXml(text)}</text>`
    }
  }
}

/** Text of XML: without characters that XML forbids, and without markup. */
export function escapeXml(text: string): string {
  return oneLine(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
