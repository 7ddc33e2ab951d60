import { Badge, type Tone } from '@/ui/badge'
import { Card, CardHeader } from '@/ui/card'
import { cx } from '@/ui/cx'
import type { IntegrityData } from '../../_parts/api'
import { DOUBT_WORDS } from '../../_parts/ledger/checked'
import { OffenderList } from '../../_parts/ledger/offender-list'

type Finding = IntegrityData['findings'][number]

/** @param proven false while there are no payments, so that nothing could have broken the invariants */
export function InvariantList({
  title,
  note,
  proven,
  findings,
}: {
  title: string
  note: string
  proven: boolean
  findings: readonly Finding[]
}) {
  return (
    <Card>
      <CardHeader title={title} note={note} />
      <ul className="divide-y divide-line">
        {findings.map((finding) => (
          <InvariantLine key={finding.id} finding={finding} proven={proven} />
        ))}
      </ul>
    </Card>
  )
}

function InvariantLine({ finding, proven }: { finding: Finding; proven: boolean }) {
  const { id, says, offenders, doubt, wholeOnly } = finding
  const broken = offenders.length > 0
  return (
    <li className={cx('px-4 py-2.5 sm:px-5', broken && 'bg-bad-soft')}>
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <State {...(broken ? BROKEN : doubt ? UNKNOWN : proven ? HOLDS : UNPROVEN)} />
        <span className="min-w-0 max-w-[75ch] basis-64 grow text-sm">
          {says}
          {(doubt || wholeOnly) && (
            <span className="block text-ink-3 text-xs">
              {doubt ? sentence(DOUBT_WORDS[doubt]) : `Once a day, every row: ${wholeOnly}.`}
            </span>
          )}
        </span>
        <span className={cx('ml-auto break-all font-mono text-xs', broken ? 'text-ink-2' : 'text-ink-3')}>
          {id}
        </span>
      </div>
      {broken && <OffenderList offenders={offenders} className="mt-1.5 sm:pl-24" />}
    </li>
  )
}

const BROKEN = { tone: 'bad', glyph: '✕', word: 'Broken' } as const
const HOLDS = { tone: 'ok', glyph: '●', word: 'Holds' } as const
const UNKNOWN = { tone: 'warn', glyph: '?', word: 'Not known' } as const
const UNPROVEN = { tone: 'neutral', glyph: '○', word: 'Not checked yet' } as const

const sentence = (words: string) => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`

function State({ tone, glyph, word }: { tone: Tone; glyph: string; word: string }) {
  return (
    <Badge tone={tone} glyph={glyph} className="sm:min-w-[5.25rem]">
      {word}
    </Badge>
  )
}
