import type { LanguageTag, Locale } from './locale'
import { cardFields as arCardFields } from './messages/ar/card-fields'
import { checkout as arCheckout } from './messages/ar/checkout'
import { common as arCommon } from './messages/ar/common'
import { link as arLink } from './messages/ar/link'
import { receipt as arReceipt } from './messages/ar/receipt'
import { shop as arShop } from './messages/ar/shop'
import { trouble as arTrouble } from './messages/ar/trouble'
import { cardFields } from './messages/en/card-fields'
import { checkout } from './messages/en/checkout'
import { common } from './messages/en/common'
import { link } from './messages/en/link'
import { receipt } from './messages/en/receipt'
import { shop } from './messages/en/shop'
import { trouble } from './messages/en/trouble'

/** English defines the keys and arguments of all messages. As code, so that the compiler reads the arguments from the texts. */
const en = { cardFields, checkout, common, link, receipt, shop, trouble }

/** Every text a shopper reads, in ICU MessageFormat. A language that lacks one does not compile. */
export const MESSAGES: Record<Locale, Translation<typeof en>> = {
  en,
  ar: {
    cardFields: arCardFields,
    checkout: arCheckout,
    common: arCommon,
    link: arLink,
    receipt: arReceipt,
    shop: arShop,
    trouble: arTrouble,
  },
}

export type Messages = typeof en

/** The same texts in another language. */
export type Translation<English> = {
  readonly [Key in keyof English]: English[Key] extends string ? string : Translation<English[Key]>
}

declare module 'use-intl' {
  interface AppConfig {
    Locale: LanguageTag
    Messages: Messages
  }
}
