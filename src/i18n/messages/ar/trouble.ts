import type { Messages, Translation } from '../../messages'

export const trouble: Translation<Messages['trouble']> = {
  notFound: {
    documentTitle: 'الصفحة غير موجودة',
    title: 'لا يوجد شيء هنا',
    body: 'ربما كُتب العنوان خطأً، أو لم يعد ما كان يشير إليه موجودًا.',
    toShop: 'إلى المتجر',
  },
  broken: {
    documentTitle: 'خطأ – Payonce',
    title: 'تعذّر عرض هذه الصفحة',
    body: 'حدث خلل من جانبنا. لم يغيّر فتح هذه الصفحة شيئًا، ويمكنك المحاولة مجددًا.',
    again: 'حاول مجددًا',
    reference: 'المرجع: <code>{digest}</code>',
  },
}
