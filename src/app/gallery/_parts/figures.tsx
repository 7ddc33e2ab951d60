import { CopyId } from '@/ui/copy-id'
import { Money } from '@/ui/money'
import { type TimeStyle, Timestamp } from '@/ui/timestamp'
import { Verbatim } from '@/ui/verbatim'
import { Row, Section, Show, State } from './show'

const AMOUNTS: [name: string, minor: bigint | null, currency: string][] = [
  ['two decimals', 120_450n, 'EUR'],
  ['none', 2_400n, 'JPY'],
  ['three', 12_500n, 'KWD'],
  ['negative', -36n, 'EUR'],
  ['zero', 0n, 'EUR'],
  ['absent', null, 'EUR'],
  ['very large', 9_007_199_254_740_991n, 'USD'],
]
/** Arabic with Latin digits, as the shop writes it. */
const ARABIC = 'ar-u-nu-latn'
const AT = '2026-03-14T14:02:11.408Z'
const STYLES: TimeStyle[] = ['full', 'time', 'day']

export function Figures() {
  return (
    <Section
      id="figures"
      note="Figures of one width, amounts to the end of the line, the currency always shown. Zero is 0.00, absent is a dash: they are not the same."
    >
      <Show name="<Money>, and <Money code>" flush>
        <dl className="divide-y divide-line">
          {AMOUNTS.map(([name, minor, currency]) => (
            <div
              key={name}
              className="flex flex-wrap items-baseline justify-between gap-x-6 px-4 py-2 text-sm sm:grid sm:grid-cols-3 sm:px-5"
            >
              <dt className="text-ink-3 text-ui">{name}</dt>
              <dd className="text-end">
                <Money minor={minor} currency={currency} />
              </dd>
              <dd className="w-full text-end sm:w-auto">
                <Money code minor={minor} currency={currency} className="text-ink-2" />
              </dd>
            </div>
          ))}
        </dl>
      </Show>
      <Show name="<Timestamp>">
        <Row>
          {STYLES.map((style) => (
            <State key={style} name={style}>
              <Timestamp at={AT} style={style} />
            </State>
          ))}
          <State name="without seconds">
            <Timestamp at={AT} seconds={false} />
          </State>
        </Row>
      </Show>
      <Show name="<Verbatim>: what others named keeps to itself">
        <Row>
          <State name="in another script">
            <span>
              <Verbatim>قميص قطني</Verbatim> × 2
            </span>
          </State>
          <State name="marks of direction that it does not close">
            <span>
              <Verbatim>{'\u2067\u2067Turned'}</Verbatim> × 2
            </span>
          </State>
          <State name="markup is text">
            <Verbatim>{'<b>Bold</b>'}</Verbatim>
          </State>
        </Row>
      </Show>
      <Show name='dir="rtl": <Money locale>, <Timestamp locale>'>
        <div dir="rtl" lang="ar">
          <Row>
            <Money minor={-2_400n} currency="EUR" locale={ARABIC} />
            <Money minor={12_500n} currency="KWD" locale={ARABIC} />
            <Timestamp at={AT} locale={ARABIC} />
          </Row>
        </div>
      </Show>
      <Show name="<CopyId>">
        <Row>
          <State name="cut in the middle">
            <CopyId id="pay_01a213ba0138773fbd4af9fa78482b25" />
          </State>
          <State name="head={12} tail={6}">
            <CopyId id="txn_01a213ba0138773fbd4af9fa78482b25" head={12} tail={6} />
          </State>
          <State name="short">
            <CopyId id="abc123" />
          </State>
        </Row>
      </Show>
    </Section>
  )
}
