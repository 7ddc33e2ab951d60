'use client'
import { useId, useState } from 'react'
import { Button, buttonClass } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import type { PaymentSteps } from '../steps/payment-step'
import { arrowPoints, layOutSequence, type SequenceShape, type SequenceTone } from './sequence-layout'
import { mermaidOf } from './sequence-mermaid'

/** Who sent what to whom, in the order of time; the story above has the same as a list. */
export function SequenceCard({
  model,
  title,
  fileHref,
}: {
  model: PaymentSteps
  title: string
  fileHref: string
}) {
  return (
    <Card className="overflow-hidden">
      <CardHeader
        title="Sequence"
        note="Who sent what to whom. The story has the same as sentences."
        actions={
          <span className="flex flex-wrap items-center gap-2">
            <CopyMermaid text={mermaidOf(model, title)} />
            <a href={fileHref} download className={buttonClass('secondary', 'sm')}>
              Save SVG
            </a>
          </span>
        }
      />
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label="Sequence diagram"
        className="-outline-offset-2 overflow-x-auto px-4 py-4 sm:px-5"
      >
        <SequenceDiagram model={model} title={title} />
      </section>
    </Card>
  )
}

function CopyMermaid({ text }: { text: string }) {
  const [result, setResult] = useState('')
  const copy = () => {
    navigator.clipboard?.writeText(text).then(
      () => setResult('Copied.'),
      () => setResult('The browser did not allow copying.'),
    )
  }
  return (
    <>
      <span role="status" className="text-ink-2 text-ui empty:sr-only">
        {result}
      </span>
      <Button size="sm" onClick={copy}>
        Copy as Mermaid
      </Button>
    </>
  )
}

function SequenceDiagram({ model, title }: { model: PaymentSteps; title: string }) {
  const id = useId()
  const { width, height, shapes } = layOutSequence(model)
  return (
    <svg
      role="img"
      aria-labelledby={`${id}-title ${id}-desc`}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      className="mx-auto block max-w-none"
    >
      <title id={`${id}-title`}>{title}</title>
      <desc id={`${id}-desc`}>{`${model.steps.length} steps; the story above lists them.`}</desc>
      {shapes.map((shape, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a shape has no id
        <Shape key={index} shape={shape} />
      ))}
    </svg>
  )
}

const FILL: Record<SequenceTone, string> = {
  ink: 'fill-ink',
  faint: 'fill-ink-3',
  line: 'fill-line',
  surface: 'fill-surface',
  ok: 'fill-ok',
  bad: 'fill-bad',
  warn: 'fill-warn',
  info: 'fill-info',
  violet: 'fill-violet',
}
const STROKE: Record<SequenceTone, string> = {
  ink: 'stroke-ink-2',
  faint: 'stroke-edge',
  line: 'stroke-line',
  surface: 'stroke-surface',
  ok: 'stroke-ok',
  bad: 'stroke-bad',
  warn: 'stroke-warn',
  info: 'stroke-info',
  violet: 'stroke-violet',
}

function Shape({ shape }: { shape: SequenceShape }) {
  switch (shape.shape) {
    case 'line': {
      const { tone, dashed, x1, x2, y1, y2 } = shape
      return (
        <line
          x1={x1}
          x2={x2}
          y1={y1}
          y2={y2}
          className={STROKE[tone]}
          strokeDasharray={dashed ? '4 3' : undefined}
        />
      )
    }
    case 'arrow':
      return <polygon points={arrowPoints(shape)} className={FILL[shape.tone]} />
    case 'box': {
      const { x, y, width, height, fill, edge } = shape
      return (
        <rect x={x} y={y} width={width} height={height} rx="5" className={`${FILL[fill]} ${STROKE[edge]}`} />
      )
    }
    case 'text': {
      const { x, y, anchor, tone, bold, small, text } = shape
      return (
        <text
          x={x}
          y={y}
          textAnchor={anchor}
          fontSize={small ? 11 : 12}
          fontWeight={bold ? 600 : 400}
          className={FILL[tone]}
        >
          {text}
        </text>
      )
    }
  }
}
