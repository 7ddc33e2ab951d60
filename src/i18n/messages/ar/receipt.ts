import type { Messages, Translation } from '../../messages'

export const receipt: Translation<Messages['receipt']> = {
  documentTitle: { paid: 'تم الدفع – {merchant}', unpaid: 'عملية دفع – {merchant}' },
  paid: 'تم دفع <money>{amount}</money>',
  refundedAll: 'أُعيد <money>{amount}</money>',
  note: {
    released:
      'كان مبلغ <money>{amount}</money> آخر محجوزًا على بطاقتك، وقد أُلغي حجزه. قد يستغرق ظهور ذلك لدى بنكك بضعة أيام.',
    refundedPart: 'أُعيد منه <money>{amount}</money>. قد يستغرق ظهور ذلك لدى بنكك بضعة أيام.',
    refundUnderWay: 'تجري إعادة <money>{amount}</money>.',
    surplusRefunded:
      'خصم بنكك <money>{amount}</money> زيادةً، وقد أُعيد هذا المبلغ. قد يستغرق ظهور ذلك لدى بنكك بضعة أيام.',
    surplusDue: 'خصم بنكك <money>{amount}</money> زيادةً، وتجري إعادته.',
    surplusParked: 'خصم بنكك <money>{amount}</money> زيادةً، ولم يُعَد هذا المبلغ بعد. راجع المتجر بشأنه.',
  },
  to: 'إلى <name>{merchant}</name>',
  by: 'من <name>{merchant}</name>',
  date: 'التاريخ',
  method: 'طريقة الدفع',
  order: 'الطلب',
  statement: 'في كشف حساب بطاقتك',
  total: 'الإجمالي',
  released: 'مبلغ أُلغي حجزه',
  refunded: 'المبلغ المُعاد',
  underWay: 'مبلغ تجري إعادته',
  left: 'مجموع ما دفعته',
  print: 'طباعة أو حفظ بصيغة PDF',
  proof: {
    title: 'إثبات الدفع',
    titleOne: 'إثبات الخصم مرة واحدة',
    presses: 'ضُغط زر «ادفع»',
    times:
      '{count, plural, zero {ولا مرة} one {مرة واحدة} two {مرتين} few {# مرات} many {# مرة} other {# مرة}}',
    // «طلب» is the order on this page, so a request is an attempt to pay.
    requests: 'محاولات الدفع التي وصلتنا',
    charges: 'عمليات الخصم لدى البنك',
    charged: {
      list: '{count}{refunded, plural, =0 {} zero {} one {، أُعيدت منها #} two {، أُعيدت منها #} few {، أُعيدت منها #} many {، أُعيدت منها #} other {، أُعيدت منها #}}، بحسب قائمة البنك',
      answer: '{count}، بحسب جواب البنك؛ ولم تُقرأ قائمته منذ ذلك الحين',
    },
    transaction: 'القيد في دفتر الحسابات',
    payment: 'عملية الدفع',
    code: 'رمز التحقق',
    earlierCode: 'الرمز على نسخة أقدم',
  },
  checking: {
    title: 'نتحقق من عملية الدفع',
    body: 'لا نعلم بعد هل تمت العملية. ستتحدّث هذه الصفحة حالما نعلم. لن تدفع مرتين.',
  },
  waiting: {
    title: 'لا نعلم بعد هل تم الدفع',
    body: 'لم يخبرنا البنك بذلك، وعلى المتجر أن يراجع الأمر. لا تدفع مجددًا قبل أن يصلك رد من المتجر.',
  },
  authorised: {
    title: 'المبلغ محجوز',
    body: 'المبلغ محجوز على بطاقتك، ولم يُخصم بعد بحسب ما أفاد به البنك. سيُتمّ المتجر عملية الدفع أو يُلغي الحجز؛ افتح هذه الصفحة لاحقًا لترى ما تم. لا حاجة إلى الدفع مرة أخرى.',
  },
  confirm: {
    title: 'بنكك في انتظار تأكيدك',
    body: 'تحتاج عملية الدفع هذه إلى تأكيدك. لن يُخصم أي مبلغ قبل ذلك، وستتحدّث هذه الصفحة من تلقاء نفسها بعده.',
  },
  declined: { title: 'رُفضت عملية الدفع', body: 'رفض بنكك البطاقة، ولم يُخصم أي مبلغ.' },
  declinedCharged: {
    title: 'رُفضت عملية الدفع',
    body: 'أخبرنا بنكك بأنه رفض البطاقة، غير أن قائمته تُظهر عملية خصم.',
  },
  notCharged: { title: 'لم تتم عملية الدفع', body: 'وفقًا للبنك، لم يُخصم أي مبلغ.' },
  notChargedCharged: {
    title: 'لم تتم عملية الدفع',
    body: 'أخبرنا بنكك بأنه لم يخصم من البطاقة، غير أن قائمته تُظهر عملية خصم.',
  },
  reference: 'الطلب <name>{reference}</name>',
  back: 'العودة إلى الطلب',
  mail: {
    subject: 'إيصالك من {merchant}: {amount}',
    page: 'الإيصال بحالته الآن:',
    verify: 'يمكن لأي شخص التحقق من رمزه هنا:',
    asOf: 'تبيّن هذه الرسالة حالة عملية الدفع في {time}.',
    testMode: 'وضع الاختبار: لم تنتقل أي أموال حقيقية.',
    why: 'يرسل إليك {merchant} هذا الإيصال لأن هذا العنوان أُعطي مع عملية الدفع.',
  },
  verify: {
    documentTitle: 'التحقق من إيصال – Payonce',
    title: 'التحقق من إيصال',
    lead: 'اكتب رقم عملية الدفع ورمز التحقق كما هما على الإيصال، وكلاهما تحت إثبات الدفع.',
    payment: 'عملية الدفع',
    paymentHint: 'يبدأ بـ pay_',
    code: 'رمز التحقق',
    codeHint: '12 خانة',
    check: 'تحقق من الرمز',
    valid: 'هذا الرمز صحيح',
    validBody:
      'وُضع هذا الرمز لعملية دفع قدرها <money>{amount}</money> إلى <name>{merchant}</name>، ولا تزال دفاترنا تقول ذلك. قارن المبلغ بما على إيصالك.',
    unknown: 'تعذّر تأكيد هذا الرمز',
    unknownBody:
      'قارن كل خانة بما على الإيصال. فإن تطابقت فالإيصال ليس من هنا، أو جرى تغييره، أو أن رمزه أقدم من أن يُتحقق منه.',
    later: 'محاولات كثيرة',
    laterBody: 'انتظر دقيقة ثم تحقق من الرمز مجددًا.',
    state: 'الحالة الآن',
    notRefunded: 'مدفوع؛ ولم يُعَد منه شيء',
    paidTo: 'دُفع إلى',
    amount: 'المبلغ',
    testMode: 'وضع الاختبار: لم تنتقل أي أموال حقيقية. لا يثبت هذا الإيصال أي دفع.',
  },
  verifyLink: 'التحقق من هذا الإيصال',
}
