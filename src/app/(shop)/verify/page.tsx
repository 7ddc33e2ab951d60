import { TRPCError } from '@trpc/server'
import type { Metadata } from 'next'
import { useTranslations } from 'next-intl'
import { getTranslations } from 'next-intl/server'
import { SiteBar } from '@/shop/frame/site-bar'
import { VerifiedReceipt } from '@/shop/receipt/verified-receipt'
import { Button } from '@/ui/button'
import { TextField } from '@/ui/field'
import { caller } from '../../_trpc/caller'

interface Props {
  searchParams: Promise<{ payment?: string | string[]; code?: string | string[] }>
}

/** A code is not sent on to other sites, nor kept by search engines. */
export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('receipt.verify')
  return {
    title: { absolute: t('documentTitle') },
    robots: { index: false, follow: false },
    referrer: 'no-referrer',
  }
}

/** Characters of a field. More is no id and no code. */
const FIELD_MAX = 100

/** Anybody checks the code of a receipt, without an account and without a script. */
export default async function VerifyPage({ searchParams }: Props) {
  const { payment, code } = await searchParams
  const shown = { payment: fieldOf(payment), code: fieldOf(code) }
  const asked = shown.payment !== '' && shown.code !== ''
  const result = asked ? await check(shown) : null
  const query = new URLSearchParams(shown)
  return (
    <>
      <SiteBar here={asked ? `/verify?${query}` : '/verify'} />
      <main id="content" className="mx-auto flex max-w-lg flex-col gap-6 px-4 pt-10 pb-20 sm:px-6">
        {result && <VerifiedReceipt result={result} />}
        <VerifyForm {...shown} again={result !== null} />
      </main>
    </>
  )
}

function fieldOf(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value.trim().slice(0, FIELD_MAX) : ''
}

async function check(shown: { payment: string; code: string }) {
  const api = await caller()
  return api.receipts.verify(shown).catch((error: unknown) => {
    if (error instanceof TRPCError && error.code === 'TOO_MANY_REQUESTS') return 'later' as const
    // Text that cannot be stored, or has a card number: no receipt has it.
    if (error instanceof TRPCError && error.code === 'BAD_REQUEST') return { valid: false as const }
    throw error
  })
}

function VerifyForm({ payment, code, again }: { payment: string; code: string; again: boolean }) {
  const t = useTranslations('receipt.verify')
  const Heading = again ? 'h2' : 'h1'
  return (
    <form method="get" action="/verify" className="flex flex-col gap-4">
      <Heading className={again ? 'font-semibold text-lg' : 'font-semibold text-2xl tracking-tight'}>
        {t('title')}
      </Heading>
      <p className="text-ink-2 text-sm">{t('lead')}</p>
      <TextField
        id="verify-payment"
        name="payment"
        label={t('payment')}
        hint={t('paymentHint')}
        defaultValue={payment}
        required
        maxLength={FIELD_MAX}
        dir="ltr"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
      <TextField
        id="verify-code"
        name="code"
        label={t('code')}
        hint={t('codeHint')}
        defaultValue={code}
        required
        maxLength={FIELD_MAX}
        dir="ltr"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
      <Button type="submit" variant="primary" className="self-start">
        {t('check')}
      </Button>
    </form>
  )
}
