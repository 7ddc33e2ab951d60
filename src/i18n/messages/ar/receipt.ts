import type { Messages, Translation } from '../../messages'

export const receipt: Translation<Messages['receipt']> = {
  documentTitle: { paid: 'تم الدفع – {merchant}', unpaid: 'عملية دفع – {merchant}' },
  paid: 'تم دفع <money>{amount}</money>',
  refundedAll: 'أُعيد <money>{amount}</money>',
  refundedPart: 'أُعيد منه <money>{amount}</money>. قد يستغرق ظهور ذلك لدى بنكك بضعة أيام.',
  to: 'إلى <name>{merchant}</name>',
  date: 'التاريخ',
  method: 'طريقة الدفع',
  order: 'الطلب',
  total: 'الإجمالي',
  refunded: 'المبلغ المُعاد',
  left: 'المدفوع بعد الإعادة',
  print: 'طباعة',
  proof: {
    title: 'إثبات الخصم مرة واحدة',
    presses: 'ضُغط زر «ادفع»',
    times:
      '{count, plural, zero {ولا مرة} one {مرة واحدة} two {مرتين} few {# مرات} many {# مرة} other {# مرة}}',
    // «طلب» is the order on this page, so a request is an attempt to pay.
    requests: 'محاولات الدفع التي وصلتنا',
    charges: 'عمليات الخصم المنفَّذة',
    transaction: 'القيد في دفتر الحسابات',
    payment: 'عملية الدفع',
    code: 'رمز التحقق',
    earlierCode: 'الرمز على نسخة أقدم',
  },
  checking: {
    title: 'نتحقق من عملية الدفع',
    body: 'لا نعلم بعد هل تمت العملية. نسأل البنك الآن، وستتحدّث هذه الصفحة من تلقاء نفسها. لن يُخصم منك المبلغ مرتين.',
  },
  confirm: {
    title: 'بنكك في انتظار تأكيدك',
    body: 'تحتاج عملية الدفع هذه إلى تأكيدك. لن يُخصم أي مبلغ قبل ذلك، وستتحدّث هذه الصفحة من تلقاء نفسها بعده.',
  },
  declined: { title: 'رُفضت عملية الدفع', body: 'رفض بنكك البطاقة، ولم يُخصم أي مبلغ.' },
  notCharged: { title: 'لم تتم عملية الدفع', body: 'أكّد لنا البنك أنه لم يُخصم أي مبلغ.' },
  reference: 'الطلب <name>{reference}</name>',
  back: 'العودة إلى الطلب',
}
