import type { Messages, Translation } from '../../messages'

export const link: Translation<Messages['link']> = {
  documentTitle: '{name} – {merchant}',
  continue: 'تابع إلى الدفع',
  nothingYet: 'لم يُخصم أي مبلغ بعد. يتم الدفع في الصفحة التالية.',
  yourOrder: 'لديك طلب من هذا الرابط لم يُدفع بعد.',
  toYourOrder: 'تابع طلبك',
  ended: {
    title: 'انتهت صلاحية هذا الرابط',
    body: 'لم يعد يقبل طلبات. لم يُخصم أي مبلغ. اطلب من المتجر رابطًا جديدًا.',
  },
  paused: {
    title: 'هذا الرابط متوقف مؤقتًا',
    body: 'لا يقبل المتجر طلبات عبره في الوقت الحالي. لم يُخصم أي مبلغ. حاول لاحقًا، أو تواصل مع المتجر.',
  },
  usedUp: {
    title: 'نفدت استخدامات هذا الرابط',
    body: 'أخذ آخرون كل طلباته. لم يُخصم أي مبلغ. اطلب من المتجر رابطًا جديدًا.',
  },
}
