import type { Metadata } from 'next'
import Link from 'next/link'
import { useLocale, useTranslations } from 'next-intl'
import { getTranslations } from 'next-intl/server'
import { CATALOGUE, type Product } from '@/checkout/catalogue'
import { ProductPicture } from '@/shop/frame/product-picture'
import { SiteBar } from '@/shop/frame/site-bar'
import { Button, buttonClass } from '@/ui/button'
import { Select } from '@/ui/field'
import { Icon } from '@/ui/icon'
import { Money } from '@/ui/money'
import { LINK } from '@/ui/nav'
import { caller } from '../_trpc/caller'

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('shop')
  return (await isSandbox()) ? { title: { absolute: t('documentTitle') } } : {}
}

/** The test shop; in live mode, which has none, a word to those who came by mistake. */
export default async function StartPage() {
  return (await isSandbox()) ? <TestShop /> : <NoShop />
}

async function isSandbox(): Promise<boolean> {
  return (await (await caller()).installation.current()).sandbox
}

function NoShop() {
  const t = useTranslations('shop.live')
  return (
    <>
      <SiteBar here="/" />
      <main id="content" className="mx-auto max-w-5xl px-4 py-16 sm:px-6 sm:py-24">
        <h1 className="font-semibold text-2xl">{t('title')}</h1>
        <p className="mt-2 max-w-[52ch] text-ink-2">{t('body')}</p>
        <p className="mt-6">
          <Link prefetch={false} href="/dashboard" hrefLang="en" className={buttonClass('secondary')}>
            {t('toDashboard')}
          </Link>
        </p>
      </main>
    </>
  )
}

function TestShop() {
  const t = useTranslations('shop')
  return (
    <>
      <SiteBar here="/" />
      <main id="content" className="mx-auto max-w-5xl px-4 pt-12 pb-20 sm:px-6 sm:pt-16">
        <h1 className="max-w-[18ch] font-semibold text-3xl leading-[1.1] tracking-[-0.03em] sm:text-5xl rtl:leading-[1.35]">
          {t('title')}
        </h1>
        <p className="mt-4 max-w-[52ch] text-base text-ink-2 leading-7">{t('lead')}</p>
        <p className="mt-3 flex flex-wrap gap-x-5 gap-y-1 text-ui">
          <Link prefetch={false} className={LINK} href="/learn" hrefLang="en">
            {t('learn')}
          </Link>
          <Link prefetch={false} className={LINK} href="/lab" hrefLang="en">
            {t('lab')}
          </Link>
        </p>
        <h2 className="sr-only">{t('products')}</h2>
        <ul className="mt-10 grid gap-4 sm:grid-cols-2 sm:gap-5">
          {CATALOGUE.map((product) => (
            <ProductCard key={product.sku} product={product} />
          ))}
        </ul>
        <p className="mt-8 flex items-center gap-2 text-ink-3 text-ui">
          <Icon name="flask" size={14} className="shrink-0" /> {t('testMode')}
        </p>
      </main>
    </>
  )
}

/** A form that needs no script. */
function ProductCard({ product }: { product: Product }) {
  const t = useTranslations('shop')
  const quantity = `quantity-${product.sku}`
  const name = t(`product.${product.sku}.name`)
  return (
    <li className="flex flex-col overflow-hidden rounded-lg border border-line bg-surface shadow-card">
      <ProductPicture sku={product.sku} />
      <div className="flex flex-1 flex-col p-5">
        <div className="flex items-baseline justify-between gap-4">
          <h3 className="font-semibold text-base">{name}</h3>
          <Money
            minor={product.unitAmount}
            currency={product.currency}
            locale={useLocale()}
            className="font-medium"
          />
        </div>
        <p className="mt-1 text-ink-2 text-sm">{t(`product.${product.sku}.description`)}</p>
        <form method="post" action="/api/shop/orders" className="mt-5 flex items-center gap-2">
          <input type="hidden" name="sku" value={product.sku} />
          <label htmlFor={quantity} className="sr-only">
            {t('quantity', { product: name })}
          </label>
          <div className="w-20">
            <Select id={quantity} name="quantity" defaultValue="1" className="h-11! figures">
              {[1, 2, 3, 4, 5].map((count) => (
                <option key={count}>{count}</option>
              ))}
            </Select>
          </div>
          <Button type="submit" variant="primary" className="h-11! flex-1">
            <span>
              {t.rich('buy', {
                product: name,
                name: (product) => <span className="sr-only">{product}</span>,
              })}
            </span>
            <Icon name="arrowRight" />
          </Button>
        </form>
      </div>
    </li>
  )
}
