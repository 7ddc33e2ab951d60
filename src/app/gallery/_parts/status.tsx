import { Badge, TONE_INK, type Tone } from '@/ui/badge'
import {
  Glyph,
  GlyphStrip,
  OUTCOMES,
  OutcomeLabel,
  type OutcomeName,
  PAYMENT_STATUSES,
  PaymentStatus,
  type PaymentStatusName,
} from '@/ui/status'
import { Timeline, TimelineItem } from '@/ui/timeline'
import { Timestamp } from '@/ui/timestamp'
import { Row, Section, Show, State } from './show'

const OUTCOME_NAMES = Object.keys(OUTCOMES) as OutcomeName[]

export function Status() {
  return (
    <Section
      id="status"
      note="A sign, a word and a colour, in this order of importance. The same seven signs in lists, charts, exports and titles; without colour they still differ."
    >
      <Show name="<OutcomeLabel>, <Glyph>, and the character for plain text" flush>
        <ul className="divide-y divide-line">
          {OUTCOME_NAMES.map((outcome) => (
            <li key={outcome} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 sm:px-5">
              <OutcomeLabel outcome={outcome} className="w-28" />
              <span className="flex w-20 items-center gap-2">
                <Glyph outcome={outcome} size={10} />
                <Glyph outcome={outcome} size={14} />
                <Glyph outcome={outcome} size={18} />
              </span>
              <span aria-hidden="true" className="w-4 text-center">
                {OUTCOMES[outcome].char}
              </span>
              <span className="text-ink-3 text-ui">{OUTCOMES[outcome].meaning}</span>
            </li>
          ))}
        </ul>
      </Show>
      <Show name="<GlyphStrip>">
        <Row>
          <State name="one press">
            <GlyphStrip outcomes={['executed']} />
          </State>
          <State name="five presses">
            <GlyphStrip outcomes={['executed', 'joined', 'replayed', 'replayed', 'held']} />
          </State>
          <State name="more than twelve">
            <GlyphStrip outcomes={['executed', ...Array<OutcomeName>(24).fill('held')]} />
          </State>
          <State name="after a crash">
            <GlyphStrip outcomes={['ambiguous', 'rejected', 'recovered', 'replayed']} />
          </State>
        </Row>
      </Show>
      <Show name="<PaymentStatus>">
        <Row className="gap-x-3 gap-y-3">
          {(Object.keys(PAYMENT_STATUSES) as PaymentStatusName[]).map((status) => (
            <PaymentStatus key={status} status={status} />
          ))}
        </Row>
      </Show>
      <Show name="<Badge>">
        <Row className="gap-x-3 gap-y-3">
          {(Object.keys(TONE_INK) as Tone[]).map((tone) => (
            <Badge key={tone} tone={tone}>
              {tone}
            </Badge>
          ))}
        </Row>
      </Show>
      <Show name="<Timeline>">
        <Timeline>
          <TimelineItem outcome="executed" title="Pay was pressed" time={<Timestamp at={AT} style="time" />}>
            The bank was asked once.
          </TimelineItem>
          <TimelineItem outcome="held" title="Pressed again, kept back by the page" />
          <TimelineItem outcome="replayed" title="Reloaded" time="+12 s">
            Answered from the record.
          </TimelineItem>
          <TimelineItem title="A step without an outcome of its own" time="+14 s" />
        </Timeline>
      </Show>
    </Section>
  )
}

const AT = '2026-03-14T14:02:11Z'
