import type { PaymentStatus } from '@/payments/payment'

/*
 * The law of every sentence about a payment: it may say only what is so in each world that the facts allow. A world is what really happened at
 * the bank. The facts are what our rows hold: they allow one world where the bank has answered and its list has been read since, and several
 * where not. A sentence is read for its claims, by the words of its language; words about money that are no known claim fail, too.
 */

/** What our rows hold of a payment. */
export interface PaymentTruth {
  status: PaymentStatus
  parked: boolean
  /** Charges that we know of: named by the bank's answer, or in its list. */
  charges: number
  listIsWhole: boolean
  /** Ends of the charges beyond the payment. */
  surplus: readonly ('refunded' | 'found' | 'parked')[]
  /** Refunds of the payment: done, and under way. In minor units. */
  amount: number
  /** What was reserved beyond the amount, and released when a part was captured. */
  released: number
  refunded: number
  underWay: number
  fromPage: boolean
}

/** Charges that the bank really made, in one of the worlds that the facts allow. */
type World = number

/** Two more than we know of: enough to refute any sentence that says too much. */
export function worldsOf({ status, charges, listIsWhole }: PaymentTruth): World[] {
  switch (status) {
    // The bank's own word: it was asked, and said so. Its list may say more, and is in `charges`.
    case 'declined':
    case 'not_charged':
    case 'voided':
      return [charges]
    // Its answer names one charge. That there is no second one, only its list says.
    case 'succeeded':
      return listIsWhole && charges > 0 ? [charges] : [charges, charges + 1, charges + 2]
    // No answer: what is not in its list may still have happened.
    default:
      return [charges, charges + 1, charges + 2]
  }
}

/** A claim: the words that make it, and when it is so. `said`: the match, with its number as first group. */
interface Claim {
  words: RegExp
  holds(world: World, facts: PaymentTruth, said: RegExpExecArray): boolean
}

const ENDED: readonly PaymentStatus[] = ['succeeded', 'declined', 'not_charged', 'voided']
const beyond = (facts: PaymentTruth, end: PaymentTruth['surplus'][number]) => facts.surplus.includes(end)
const numberOf = (text: string | undefined) =>
  ({ once: 1, twice: 2 })[text ?? ''] ?? Number.parseInt(text ?? '', 10)
const never = () => false

const EN: Claim[] = [
  // Of the future: a bank may charge twice, whatever we do. That they pay once in the end is ours to promise.
  { words: /(will|only) (not )?be charged( only| twice)?/gi, holds: never },
  { words: /(nothing was charged|charged nothing(?!,)|no money moved)/gi, holds: (world) => world === 0 },
  { words: /at least (\d+) charges?/gi, holds: (world, _, [, n]) => world >= Number(n) },
  { words: /list shows (\d+) charges?/gi, holds: (_, facts, [, n]) => facts.charges === Number(n) },
  { words: /list shows no charge/gi, holds: (_, facts) => facts.listIsWhole && facts.charges === 0 },
  {
    words: /list shows a charge( all the same| that is not posted yet)/gi,
    holds: (_, facts) => facts.charges > 0,
  },
  { words: /answered that it charged the card/gi, holds: (world) => world >= 1 },
  { words: /charged after all/gi, holds: (world, facts) => world >= 1 && facts.status !== 'succeeded' },
  { words: /\bcharged (once|twice|\d+ times)/gi, holds: (world, _, [, n]) => world === numberOf(n) },
  {
    words: /\b(\d+) charges? known/gi,
    holds: (world, facts, [, n]) => facts.charges === Number(n) && world >= Number(n),
  },
  {
    words: /\b(\d+) charges?(?= at the bank|$|\b(?! is| are| under))/gi,
    holds: (world, _, [, n]) => world === Number(n),
  },
  { words: /charges? (is|are) being looked into/gi, holds: (_, facts) => facts.charges > 0 },
  {
    words: /proof of one charge/gi,
    holds: (world, facts) => world - facts.surplus.filter((end) => end === 'refunded').length === 1,
  },
  {
    words: /charged \S+ too much(?=[;.] it was refunded|\. it was)/gi,
    holds: (_, facts) => beyond(facts, 'refunded'),
  },
  { words: /charged \S+ too much\. it is being refunded/gi, holds: (_, facts) => beyond(facts, 'found') },
  {
    words: /charged \S+ too much, and it is not refunded yet/gi,
    holds: (_, facts) => beyond(facts, 'parked'),
  },
  {
    words: /(?<!too much\. it )(was refunded|, corrected)/gi,
    holds: (_, facts) => beyond(facts, 'refunded') || facts.refunded > 0,
  },
  { words: /(is )?being refunded/gi, holds: (_, facts) => beyond(facts, 'found') },
  {
    words: /(could not be refunded|: action needed$)/gi,
    holds: (_, facts) => beyond(facts, 'parked') || facts.parked,
  },
  { words: /a refund of \S+ is under way/gi, holds: (_, facts) => facts.underWay > 0 },
  {
    words: /^paid |\b(you paid|payment went through)\b|(?<!being|marked as) paid —/gi,
    holds: (world) => world >= 1,
  },
  { words: /already paid/gi, holds: (world) => world >= 1 },
  { words: /we keep asking/gi, holds: (_, facts) => !facts.parked },
  { words: /nobody asks/gi, holds: (_, facts) => facts.parked },
  {
    words: /nothing is (charged|posted) (until you confirm|before the bank’s answer)/gi,
    holds: (_, facts) => !ENDED.includes(facts.status),
  },
  {
    words: /bank (answered|told us) that it (had )?(declined|charged nothing|not charged)/gi,
    holds: (_, facts) => ['declined', 'not_charged', 'voided'].includes(facts.status),
  },
  {
    words: /reserved on your card, and not charged yet as far as the bank has said/gi,
    holds: (_, facts) => facts.status === 'authorised' && facts.charges === 0,
  },
  {
    words: /another \S+ had been reserved on your card, and was released/gi,
    holds: (_, facts) => facts.released > 0,
  },
  { words: /Pay was pressed/gi, holds: (_, facts) => facts.fromPage },
  { words: /this page updates as soon as we know/gi, holds: (_, facts) => !facts.parked },
]

const AR: Claim[] = [
  { words: /لن (يُخصم|تُخصم) (منك|أي)?[^.،؛]*(مرتين|إلا مرة)/g, holds: never },
  { words: /خُصم منك|الخصم مرتين/g, holds: never },
  { words: /لم (يُخصم|تخصم)[^.،؛]*أي مبلغ|لم يخصم أي مبلغ/g, holds: (world) => world === 0 },
  { words: /لن يُخصم أي مبلغ قبل/g, holds: (_, facts) => !ENDED.includes(facts.status) },
  {
    words: /إثبات الخصم مرة واحدة/g,
    holds: (world, facts) => world - facts.surplus.filter((end) => end === 'refunded').length === 1,
  },
  { words: /قائمته تُظهر عملية خصم/g, holds: (_, facts) => facts.charges > 0 },
  { words: /خصم بنكك [^،]+ زيادةً، وقد أُعيد/g, holds: (_, facts) => beyond(facts, 'refunded') },
  { words: /خصم بنكك [^،]+ زيادةً، وتجري إعادته/g, holds: (_, facts) => beyond(facts, 'found') },
  { words: /خصم بنكك [^،]+ زيادةً، ولم يُعَد/g, holds: (_, facts) => beyond(facts, 'parked') },
  { words: /أُعيد/g, holds: (_, facts) => beyond(facts, 'refunded') || facts.refunded > 0 },
  { words: /تجري إعادة/g, holds: (_, facts) => facts.underWay > 0 },
  { words: /^تم دفع |^دفعت |تمت عملية الدفع|مدفوع بالفعل/g, holds: (world) => world >= 1 },
  { words: /ستتحدّث هذه الصفحة حالما نعلم/g, holds: (_, facts) => !facts.parked },
  {
    words: /أخبرنا بنكك بأنه (رفض|لم يخصم)/g,
    holds: (_, facts) => ['declined', 'not_charged', 'voided'].includes(facts.status),
  },
  {
    words: /محجوز على بطاقتك، ولم يُخصم بعد بحسب ما أفاد به البنك/g,
    holds: (_, facts) => facts.status === 'authorised' && facts.charges === 0,
  },
  { words: /آخر محجوزًا على بطاقتك، وقد أُلغي حجزه/g, holds: (_, facts) => facts.released > 0 },
  { words: /ضُغط زر/g, holds: (_, facts) => facts.fromPage },
]

/** Words about money that claim nothing about what happened. */
const NEUTRAL: Record<Language, RegExp> = {
  en: /whether (you paid|the payment went through)|asking (the bank again: it )?never charges|charges not known|no charge yet, as far as the bank has said|whether (it|\S+ was) charged|It charges only after that|charges? at the bank|charged in another|your card was charged|we know of no charge|a charge too many|repeated, not charged|of a payment that was charged|this page charged nothing|opening this page charged nothing|answered: not charged|\(not-charged\)|not charged —/gi,
  ar: /عمليات الخصم لدى البنك|هل تمت? [^.]+|لم تخصم هذه الصفحة أي مبلغ|فتح هذه الصفحة لم يخصم أي مبلغ/g,
}
const MONEY: Record<Language, RegExp> = { en: /\b(charg|refund)\w*/i, ar: /خصم|أُعيد/ }

export type Language = 'en' | 'ar'
const CLAIMS: Record<Language, Claim[]> = { en: EN, ar: AR }

/** Everything that a text claims beyond the facts; empty: it keeps to them. */
export function overclaims(language: Language, text: string, facts: PaymentTruth): string[] {
  const wrong: string[] = []
  let rest = text.replace(NEUTRAL[language], '')
  for (const { words, holds } of CLAIMS[language]) {
    for (const said of rest.matchAll(words))
      if (!worldsOf(facts).every((world) => holds(world, facts, said as RegExpExecArray)))
        wrong.push(`“${said[0]}” is not known`)
    rest = rest.replace(words, ' ')
  }
  const unread = MONEY[language].exec(rest)
  if (unread) wrong.push(`“${unread[0]}” in “${text}” is no known claim`)
  return wrong
}

const STATUSES: readonly PaymentStatus[] = [
  'sending',
  'unknown',
  'requires_action',
  'authorised',
  'succeeded',
  'declined',
  'not_charged',
  'voided',
]

/** A row for each outcome × charges at the bank × parked × refunds × origin; where charges are beyond the payment, for each end of them. */
export function everyRow(): PaymentTruth[] {
  const rows: PaymentTruth[] = []
  for (const status of STATUSES)
    for (const count of [0, 1, 2, 'unknown'] as const)
      for (const parked of [false, true])
        for (const [refunded, underWay] of REFUNDS)
          for (const fromPage of [true, false])
            for (const end of ['refunded', 'found', 'parked'] as const) {
              const charges = count === 'unknown' ? Number(status === 'succeeded') : count
              const beyond = ENDED.includes(status)
                ? Math.max(0, charges - Number(status === 'succeeded'))
                : 0
              if (beyond === 0 && end !== 'refunded') continue
              const surplus = Array.from({ length: beyond }, () => end)
              const listIsWhole = count !== 'unknown'
              for (const released of status === 'succeeded' ? [0, 900] : [0])
                rows.push({
                  status,
                  parked,
                  charges,
                  listIsWhole,
                  surplus,
                  amount: AMOUNT,
                  released,
                  refunded,
                  underWay,
                  fromPage,
                })
            }
  return rows
}

const AMOUNT = 2400
/** None, part, full, and pending. */
const REFUNDS = [
  [0, 0],
  [1000, 0],
  [AMOUNT, 0],
  [0, 1000],
] as const

/** The counts of the charges beyond the payment, as our queries give them. */
export function surplusCounts({ surplus, status, charges }: PaymentTruth) {
  const of = (end: PaymentTruth['surplus'][number]) => surplus.filter((each) => each === end).length
  return {
    charges,
    unexplained: ENDED.includes(status) ? 0 : charges,
    surplusRefunded: of('refunded'),
    surplusDue: of('found'),
    surplusParked: of('parked'),
  }
}
